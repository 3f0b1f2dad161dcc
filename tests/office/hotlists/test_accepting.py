"""A whole file that nobody expected: it waits in the database until who manages the lists accepts it on the page."""

import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.intake.hotlists import HotListRefused
from platekeeper.office.hotlists.accepting import accept_waiting, list_that_waits
from platekeeper.office.hotlists.models import HotList, HotListVersion
from platekeeper.office.hotlists.versions import HotListError
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency
from ..streets import a_camera, a_read, take
from .files import IN_FORCE, a_list_in_force, california, events_of, load, plates_in_force, written

SAID = "DOJ struck recovered vehicles on 3 May"
GIVEN = {"reason": SAID, "asked": "on", "step": "accept"}


def kept(hot_list: HotList) -> HotList:
    return HotList.objects.using(OWNER).select_related("waiting", "current").get(pk=hot_list.pk)


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def hot_list(agency, tmp_path) -> HotList:
    """A list in force for which a much smaller file waits."""
    made = a_list_in_force(agency, tmp_path)
    refused(made, tmp_path)
    return kept(made)


def refused(hot_list: HotList, tmp_path, *plates: str) -> None:
    with pytest.raises(HotListRefused):
        load(hot_list, written(tmp_path, "svs.tbl", california(*(plates or ("9NEW001",)))))


def address(hot_list: HotList) -> str:
    return f"/hot-lists/waiting/{hot_list.waiting_id}/"


class TestWaiting:
    def test_is_compared_with_no_read(self, owner, agency, hot_list):
        taken = take(agency, a_read(a_camera(agency), "9NEW001"))

        assert taken.receipt.hits == 0
        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_keeps_the_same_file_once_however_often_it_comes(self, hot_list, tmp_path):
        refused(hot_list, tmp_path)

        assert HotListVersion.objects.using(OWNER).filter(hot_list=hot_list).count() == 2
        assert kept(hot_list).waiting == hot_list.waiting

    def test_gives_way_to_a_newer_one(self, hot_list, tmp_path):
        refused(hot_list, tmp_path, "9NEW002")

        assert kept(hot_list).waiting_id > hot_list.waiting_id

    def test_is_over_when_a_good_file_comes(self, hot_list, tmp_path):
        load(hot_list, written(tmp_path, "svs.tbl", california(*IN_FORCE, "9NEW001")))

        assert kept(hot_list).waiting is None

    def test_is_over_when_the_file_in_force_comes_again(self, hot_list, tmp_path):
        load(hot_list, written(tmp_path, "svs.tbl", california(*IN_FORCE)))

        assert kept(hot_list).waiting is None

    def test_is_no_business_of_the_pages_role(self, web, hot_list):
        with pytest.raises(InsufficientPrivilege):
            web.execute("UPDATE hot_list SET current_id = waiting_id WHERE id = %s", [hot_list.pk])


class TestAcceptWaiting:
    def accept(self, hot_list, person, **changes):
        given = {"version": hot_list.waiting_id, "reason": SAID, "source_asked": True, **changes}
        accept_waiting(hot_list=hot_list, person=person, now=timezone.now(), **given)

    @pytest.mark.parametrize("role", [Role.DETECTIVE, Role.SUPERVISOR, Role.AUDITOR])
    def test_is_refused_to_who_does_not_manage_the_lists(self, owner, agency, hot_list, role):
        with pytest.raises(HotListError):
            self.accept(hot_list, a_person(agency, role))

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_is_refused_to_another_agency(self, hot_list):
        stranger = a_person(an_agency(), Role.ADMINISTRATOR)

        assert list_that_waits(stranger.agency, hot_list.waiting_id) is None
        with pytest.raises(HotListError, match="another agency"):
            self.accept(hot_list, stranger)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [({"reason": ""}, "what its source told you"), ({"reason": "checked, ok"}, "what its source told you"),
         ({"source_asked": False}, "asked the source"), ({"version": 0}, "waits no more")],
        ids=str,
    )  # fmt: skip
    def test_is_refused_without_reason_confirmation_or_file(self, owner, agency, hot_list, changes, sentence):
        with pytest.raises(HotListError, match=sentence):
            self.accept(hot_list, a_person(agency, Role.ADMINISTRATOR), **changes)

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_happens_once(self, agency, hot_list):
        person = a_person(agency, Role.ADMINISTRATOR)
        self.accept(hot_list, person)

        with pytest.raises(HotListError, match="waits no more"):
            self.accept(hot_list, person)

    def test_replaces_the_list_and_keeps_who_when_and_why(self, owner, agency, hot_list):
        person = a_person(agency, Role.ADMINISTRATOR)

        self.accept(hot_list, person)

        assert plates_in_force(owner, hot_list) == ["9NEW001"]
        assert take(agency, a_read(a_camera(agency), "9NEW001")).receipt.hits == 1
        now = kept(hot_list)
        assert (now.waiting, now.refused_at, now.refusal) == (None, None, "")
        assert now.fetched_at == now.current.loaded_at
        event, details = events_of(owner, agency)[-1]
        assert event == "hot-list.replaced"
        assert (details["drop_accepted"], details["reason"], details["replaced_entries"]) == (True, SAID, 4)
        actor = owner.execute(
            "SELECT actor FROM ledger_entry WHERE agency = %s AND event = 'hot-list.replaced'"
            " ORDER BY sequence DESC LIMIT 1", [agency.slug],
        ).fetchone()  # fmt: skip
        assert actor == (person.username,)


class TestPage:
    def test_is_reached_from_the_refusal_and_replaces_the_list(self, owner, agency, hot_list):
        client = logged_in(a_person(agency, Role.ADMINISTRATOR))
        assert address(hot_list) in client.get("/hot-lists/").content.decode()
        assert "much smaller than the list in force" in client.get(address(hot_list)).content.decode()

        answer = client.post(address(hot_list), GIVEN)

        assert answer.headers["Location"] == "/hot-lists/"
        assert plates_in_force(owner, hot_list) == ["9NEW001"]
        assert "Look at the file that waits" not in client.get("/hot-lists/").content.decode()

    @pytest.mark.parametrize("missing", ["reason", "asked"])
    def test_says_what_is_missing_and_keeps_what_was_typed(self, owner, agency, hot_list, missing):
        client = logged_in(a_person(agency, Role.ADMINISTRATOR))

        answer = client.post(address(hot_list), {**GIVEN, missing: ""})

        assert answer.status_code == 422
        assert missing == "reason" or SAID in answer.content.decode()
        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_locks_its_button_with_a_sentence_for_who_may_not(self, owner, agency, hot_list):
        client = logged_in(a_person(agency, Role.SUPERVISOR))

        page = client.get(address(hot_list)).content.decode()

        assert 'aria-disabled="true"' in page
        assert client.post(address(hot_list), GIVEN).status_code == 403
        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_of_another_agency_is_not_there(self, hot_list):
        stranger = logged_in(a_person(an_agency(), Role.ADMINISTRATOR))

        assert stranger.get(address(hot_list)).headers["Location"] == "/hot-lists/"
