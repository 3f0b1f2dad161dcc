"""Looking up for somebody else: for a colleague, for another agency under its release, and for nobody else (SRC-05)."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from platekeeper.office.access.operations import AccessDenied, colleague, colleague_named, open_access
from platekeeper.office.access.queries import own_record
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.sharing.lifecycle import WITHDRAW
from platekeeper.office.sharing.operations import take_move
from platekeeper.office.sharing.queries import accesses_of
from platekeeper.policy import Function, Role, load_profile, profiles

from ..doors import logged_in
from ..evidence.packages import PLATE, seen
from ..people import OWNER, REASON, a_person, a_searcher, an_agency, an_inquiry
from .releases import an_approver, approved

SEARCH, RESULTS = "/search/", "/search/results/"
CLAUSES = {
    "redondo-beach": "RB 432.9(b)", "milpitas": "MI 462.7(b)", "monrovia": "MO 463.6(b)", "el-cajon": "EC 427.9",
    "los-angeles": "LA 568.53 Sharing",
}  # fmt: skip


def searched(person, address=RESULTS, **changes):
    profile = profile_of(person.agency)
    form = {
        "plate": PLATE, "purpose": profile.purposes.authorized[0].code, "reason": REASON,
        "case_number": profile.access.case_number_example.value, **changes,
    }  # fmt: skip
    return logged_in(person).post(address, form)


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def last_record(owner, person):
    return owner.execute(
        "SELECT outcome, function, on_behalf_of, query->>'release', purpose, case_number FROM access_record"
        " WHERE person_id = %s ORDER BY accessed_at DESC LIMIT 1", [person.pk],
    ).fetchone()  # fmt: skip


class TestForAnotherAgency:
    @pytest.mark.parametrize("slug", profiles())
    def test_is_refused_without_its_release_and_recorded(self, slug, owner):
        person = a_searcher(an_agency(slug))

        answer = searched(person, on_behalf_of="Det. Roe, Sheriff")

        assert answer.status_code == 403
        assert CLAUSES[slug] in text_of(answer)
        assert "enter its request under Releases" in text_of(answer)
        assert last_record(owner, person)[:4] == ("DENIED", "search", "Det. Roe, Sheriff", None)

    @pytest.mark.parametrize("slug", profiles())
    def test_is_made_under_its_release_with_purpose_and_case_of_it(self, slug, owner):
        agency = an_agency(slug)
        person, release = a_searcher(agency), approved(agency)
        number, asked = str(release.request.pk), release.request

        answer = searched(person, release=number, purpose="", case_number="")

        assert answer.status_code == 200
        assert last_record(owner, person) == (
            "ALLOWED", "search", release.recipient, number, asked.purpose_code, asked.case_number,
        )  # fmt: skip

    def test_begins_on_the_search_page_with_purpose_and_case(self):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency)

        page = logged_in(person).get(f"{SEARCH}?release={release.request.pk}").content.decode()

        assert f'<option value="{release.request.pk}" selected>' in page
        assert 'value="26-01234"' in page

    def test_is_told_on_the_page_of_the_release(self):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency)
        searched(person, release=str(release.request.pk))

        looks = accesses_of(person, release.request)
        page = logged_in(person).get(f"/releases/{release.request.pk}/")
        auditor = logged_in(a_person(agency, Role.AUDITOR)).get(f"/releases/{release.request.pk}/")

        assert [(one.username, one.function, one.is_allowed) for one in looks] == [
            (person.username, Function.SEARCH, True)
        ]
        assert "Who looked for them" in text_of(page)
        assert "Search for them" in text_of(page)
        assert f"/records/{looks[0].access_id}/" in auditor.content.decode()
        assert accesses_of(a_searcher(an_agency()), release.request) == []

    def test_goes_on_under_the_release_to_a_read_and_its_picture(self, owner):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency)
        read_id, client = seen(agency, PLATE)[0], logged_in(person)
        found = searched(person, release=str(release.request.pk)).content.decode()
        because = re.search(rf"/reads/{read_id}/\?because=([0-9a-f-]+)", found)[1]

        assert client.get(f"/reads/{read_id}/?because={because}").status_code == 200

        assert last_record(owner, person)[1:4] == ("view-read", release.recipient, str(release.request.pk))

    def test_ends_with_the_release(self, owner):
        agency = an_agency()
        approver, person = an_approver(agency), a_searcher(agency)
        release = approved(agency, approver)
        read_id = seen(agency, PLATE, pictures=False)[0]
        found = searched(person, release=str(release.request.pk)).content.decode()
        because = re.search(rf"/reads/{read_id}/\?because=([0-9a-f-]+)", found)[1]
        asker = release.request.asked_by
        take_move(release=release, move=WITHDRAW, person=asker, now=timezone.now(), reason="no longer needed")

        assert logged_in(person).get(f"/reads/{read_id}/?because={because}").status_code == 403
        again = searched(person, release=str(release.request.pk))

        assert again.status_code == 422
        assert last_record(owner, person)[:2] == ("DENIED", "view-read")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"case_number": "26-99999"}, "The release was approved for case 26-01234"),
            ({"purpose": "crime-analysis"}, "The release was approved for “Investigation for prosecution"),
            ({"on_behalf_of": "jdoe"}, "not both"),
            ({"release": "00000000-0000-4000-8000-000000000001"}, "valid choice"),
        ],
        ids=str,
    )
    def test_is_for_nothing_else_than_was_approved(self, changes, words):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency)

        answer = searched(person, SEARCH, **{"release": str(release.request.pk), **changes})

        assert answer.status_code == 422
        assert words in text_of(answer)

    @pytest.mark.parametrize(
        ("asked", "is_named"),
        [
            ("8ABC123", True), ("8abc-123", True), ("8AXC123", False), ("BA8C123", True), ("7XYZ999", False),
            ("7XYZ123", True), ("7XY?12*", False), ("7XY*123", True), ("8ABC12?", False),
        ],
    )  # fmt: skip
    def test_keeps_to_the_plates_that_it_names(self, owner, asked, is_named):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency, plates=("8ABC123", "7XY*123"))

        answer = searched(person, release=str(release.request.pk), plate=asked)

        assert answer.status_code == (200 if is_named else 403)
        assert is_named or "where it names plates, ask for those alone" in text_of(answer)
        assert last_record(owner, person)[0] == ("ALLOWED" if is_named else "DENIED")

    def test_shows_no_read_of_a_plate_that_it_does_not_name(self, owner):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency, plates=(PLATE,))
        named, other = seen(agency, PLATE, "7XYZ999", pictures=False)
        found = searched(person, release=str(release.request.pk)).content.decode()
        because = re.search(rf"/reads/{named}/\?because=([0-9a-f-]+)", found)[1]
        client = logged_in(person)

        assert client.get(f"/reads/{named}/?because={because}").status_code == 200
        assert client.get(f"/reads/{other}/?because={because}").status_code == 403
        assert last_record(owner, person)[:2] == ("DENIED", "view-read")

    def test_says_on_the_search_page_which_plates_it_names(self):
        agency = an_agency()
        person, release = a_searcher(agency), approved(agency, plates=("8ABC123",))

        page = logged_in(person).get(f"{SEARCH}?release={release.request.pk}").content.decode()

        assert ", 8ABC123 alone</option>" in page
        assert 'name="plate" value="8ABC123"' in page

    def test_is_refused_to_who_approved_it(self):
        agency = an_agency()
        approver = a_searcher(agency)
        type(approver).objects.using(OWNER).filter(pk=approver.pk).update(roles=["detective", "commander"])
        approver.refresh_from_db()
        release = approved(agency, an_approver(agency))
        inquiry = an_inquiry(
            agency, on_behalf_of=release.recipient, query={"plate": PLATE, "release": str(release.request.pk)},
            case_number="26-55555",
        )  # fmt: skip

        with pytest.raises(AccessDenied, match="no approved request for release covers"):
            open_access(person=approver, agency=agency, inquiry=inquiry, now=timezone.now())


class TestForAColleague:
    def test_is_recorded_under_the_colleagues_name(self, owner):
        agency = an_agency()
        person, lee = a_searcher(agency), a_searcher(agency)

        assert searched(person, on_behalf_of=lee.username.upper()).status_code == 200

        assert last_record(owner, person)[:3] == ("ALLOWED", "search", colleague(lee))
        number = owner.execute("SELECT id FROM access_record WHERE person_id = %s", [person.pk]).fetchone()[0]
        assert own_record(person, number).on_behalf_of == colleague(lee)

    def test_is_refused_for_one_who_is_switched_off_after_misuse(self, owner):
        agency = an_agency()
        person = a_searcher(agency)
        lee = a_searcher(agency, suspended_until=timezone.now() + timedelta(days=9))

        answer = searched(person, on_behalf_of=lee.username)

        assert answer.status_code == 403
        assert "is their access, too: This account is switched off after misuse" in text_of(answer)
        assert last_record(owner, person)[0] == "DENIED"

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.IT])
    def test_is_refused_for_one_who_sees_no_reads(self, role):
        agency = an_agency()

        answer = searched(a_searcher(agency), on_behalf_of=a_person(agency, role).username)

        assert answer.status_code == 403
        assert "none of their roles sees reads" in text_of(answer)

    def test_is_nobody_where_two_have_the_name_or_none_has_it(self):
        agency = an_agency()
        first = a_searcher(agency, full_name="Lee Roe")
        second = a_searcher(agency, full_name="Lee Roe")

        assert colleague_named(agency, "Lee Roe") is None
        assert colleague_named(agency, first.username) == first
        assert colleague_named(agency, colleague(second)) == second
        assert colleague_named(agency, colleague(second).replace("Lee", "Bo")) is None
        assert colleague_named(an_agency(), first.username) is None


class TestLegalProcess:
    def test_is_spelled_in_every_profile(self):
        assert all(load_profile(slug).sharing.legal_process for slug in profiles())
