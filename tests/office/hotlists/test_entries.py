"""The agency's own entries: documented, approved by somebody else on duty, short where they are vague (HOT-05..07)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from platekeeper.office.accounts.models import Person
from platekeeper.office.hotlists.entries import (
    EntryRefused,
    NewEntry,
    decide_entry,
    own_list_of,
    request_entry,
    requests_of,
    standing_of,
    start_own_list,
)
from platekeeper.office.hotlists.lifecycle import EntryState, EntryStepName
from platekeeper.office.hotlists.models import EntryRequest, HotListEntry
from platekeeper.office.hotlists.tasks import refresh_own_lists
from platekeeper.office.hotlists.versions import HotListError
from platekeeper.office.misuse.relations import enter_plate
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency
from ..streets import a_camera, a_read, take

APPROVED, REFUSED, ENDED = EntryStepName.APPROVED, EntryStepName.REFUSED, EntryStepName.ENDED


def until_another_waits(loader: psycopg.Connection, owner: psycopg.Connection) -> None:
    """Return when somebody waits for what a loader has locked."""
    asked = "SELECT 1 FROM pg_locks l WHERE %s = ANY (pg_blocking_pids(l.pid)) LIMIT 1"
    for _ in range(1000):
        if owner.execute(asked, [loader.info.backend_pid]).fetchone():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def approve(desk: "Desk", request: EntryRequest) -> None:
    try:
        desk.decide(desk.supervisor, request, APPROVED)
    finally:
        connections.close_all()


class Desk:
    """An agency whose own list runs, a detective and two supervisors."""

    def __init__(self, profile: str = "el-cajon") -> None:
        self.agency = an_agency(profile)
        self.detective = a_person(self.agency, Role.DETECTIVE)
        self.supervisor = a_person(self.agency, Role.SUPERVISOR)
        self.other = a_person(self.agency, Role.SUPERVISOR)
        self.admin = a_person(self.agency, Role.ADMINISTRATOR)
        start_own_list(
            agency=self.agency,
            authority="the policy",
            purpose=self.purpose,
            actor="admin.one",
            now=timezone.now(),
        )

    @property
    def purpose(self) -> str:
        from platekeeper import policy

        return policy.load_profile(self.agency.profile).alerts.purpose.value

    def entry(self, **changes) -> NewEntry:
        given = {
            "plate": "8ABC123", "interest": "stolen-vehicle", "purpose": self.purpose, "vehicle": "2019 Honda Civic",
            "case_agent": "Robin Vale", "case_number": "26-012345", "synopsis": "Stolen from a driveway on Main Street",
            "report_attested": True, "expires_at": timezone.now() + timedelta(days=6),
        }  # fmt: skip
        return NewEntry(**(given | changes))

    def ask(self, person: Person | None = None, **changes) -> EntryRequest:
        return request_entry(person=person or self.detective, entry=self.entry(**changes), now=timezone.now())

    def decide(
        self, person: Person, request: EntryRequest, step: EntryStepName, reason: str = "It is documented."
    ):
        return decide_entry(person=person, request=request, step=step, reason=reason, now=timezone.now())

    def listed(self) -> list[str]:
        version = own_list_of(self.agency).current_id
        return sorted(
            HotListEntry.objects.using(OWNER).filter(version_id=version).values_list("plate", flat=True)
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestRequest:
    @pytest.mark.parametrize(
        ("changes", "obligation"),
        [
            ({"report_attested": False}, "HOT-05"),
            ({"case_agent": ""}, "HOT-07"),
            ({"case_number": " "}, "HOT-07"),
            ({"synopsis": ""}, "HOT-07"),
            ({"interest": "immigration"}, "HOT-02"),
            ({"synopsis": "Vehicle to locate for ICE"}, "HOT-02"),
            ({"interest": "my neighbour"}, "HOT-12"),
            ({"purpose": "curiosity"}, "HOT-02"),
            ({"plate": "8AB?12*", "expires_at": timezone.now() + timedelta(days=20)}, "PUR-04"),
        ],
    )
    def test_that_nobody_could_approve_is_refused_with_its_clause(self, changes, obligation, desk):
        with pytest.raises(EntryRefused) as refused:
            desk.ask(**changes)

        assert refused.value.decision.obligation == obligation
        assert not requests_of(desk.agency).exists()

    @pytest.mark.parametrize("plate", ["", "--", "???", "*", "A*", "A" * 17])
    def test_for_what_is_no_plate_is_refused(self, plate, desk):
        with pytest.raises(HotListError, match="no plate to look for"):
            desk.ask(plate=plate)

    def test_needs_a_list_that_an_administrator_started(self):
        agency = an_agency("el-cajon")

        with pytest.raises(HotListError, match="HOT-01"):
            own_list_of(agency)

    def test_matches_nothing_before_it_is_approved(self, desk):
        request = desk.ask()

        assert standing_of(request, timezone.now()).state is EntryState.WAITING
        assert desk.listed() == []
        assert take(desk.agency, a_read(a_camera(desk.agency), "8ABC123")).receipt.hits == 0


class TestApproval:
    def test_by_a_supervisor_on_duty_brings_it_into_force(self, desk):
        standing = desk.decide(desk.supervisor, desk.ask(), APPROVED)

        assert standing.state is EntryState.RUNNING
        assert desk.listed() == ["8ABC123"]
        now = timezone.now()
        assert (
            take(
                desk.agency, a_read(a_camera(desk.agency), "8ABC123", captured_at=now), now=now
            ).receipt.alerts
            == 1
        )

    def test_by_who_asked_is_refused(self, desk):
        request = desk.ask(desk.supervisor)

        with pytest.raises(EntryRefused, match="own request"):
            desk.decide(desk.supervisor, request, APPROVED)

    def test_by_who_asked_is_refused_by_the_database(self, desk, web):
        request = desk.ask(desk.supervisor)

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="HOT-06"):
            web.execute("SELECT step_entry(%s, %s, 'APPROVED', '')", [desk.supervisor.pk, request.pk])

    @pytest.mark.parametrize("role", [Role.DETECTIVE, Role.ADMINISTRATOR])
    def test_by_another_than_a_supervisor_is_refused_by_the_database(self, role, desk, web):
        request = desk.ask()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(
                "SELECT step_entry(%s, %s, 'APPROVED', '')", [a_person(desk.agency, role).pk, request.pk]
            )

    def test_by_another_agencys_supervisor_is_refused_by_the_database(self, desk, web):
        stranger = a_person(an_agency("el-cajon"), Role.SUPERVISOR)

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("SELECT step_entry(%s, %s, 'APPROVED', '')", [stranger.pk, desk.ask().pk])

    def test_off_duty_is_refused(self, desk):
        sleeper = a_person(desk.agency, Role.SUPERVISOR, is_on_duty=False)

        with pytest.raises(EntryRefused, match="not on duty"):
            desk.decide(sleeper, desk.ask(), APPROVED)

    def test_of_a_partial_plate_takes_two(self, desk):
        request = desk.ask(plate="8AB?12*")

        first = desk.decide(desk.supervisor, request, APPROVED)
        with pytest.raises(HotListError, match="second person"):
            desk.decide(desk.supervisor, request, APPROVED)
        second = desk.decide(desk.other, request, APPROVED)

        assert (first.state, first.missing.obligation) == (EntryState.WAITING, "PUR-04")
        assert second.state is EntryState.RUNNING

    def test_cannot_be_written_past_the_function(self, desk, web):
        request = desk.ask()
        for statement in (
            f"INSERT INTO entry_step (request_id, step, person_id) VALUES ({request.pk}, 'APPROVED', {desk.other.pk})",
            "UPDATE entry_request SET plate = 'X'",
            "DELETE FROM entry_step",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement)

    def test_and_request_stay_even_for_the_owner(self, desk, owner):
        desk.decide(desk.supervisor, desk.ask(), APPROVED)

        for statement in (
            "UPDATE entry_request SET plate = 'X'",
            "DELETE FROM entry_step",
            "TRUNCATE entry_step",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)

    def test_leaves_an_entry_of_the_ledger(self, desk, owner):
        request = desk.ask()
        desk.decide(desk.supervisor, request, APPROVED)

        events = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE agency = %s AND subject = %s ORDER BY sequence",
            [desk.agency.slug, str(request.pk)],
        ).fetchall()
        assert [one for one in events if "entry" in one[0]] == [
            ("hot-list.entry-requested", desk.detective.username),
            ("hot-list.entry-approved", desk.supervisor.username),
        ]


class TestPartialPlate:
    @pytest.mark.parametrize(
        ("read", "hits"),
        [
            ("8ABC123", 1),
            ("8ABO12", 1),
            ("8AB0129", 1),
            ("8AB12", 0),
            ("18ABC123", 0),
            ("8ABCD12", 0),
            ("B8ABC12", 0),
        ],
    )
    def test_matches_what_fills_it_and_nothing_else(self, read, hits, desk):
        request = desk.ask(plate="8AB?12*")
        desk.decide(desk.supervisor, request, APPROVED)
        desk.decide(desk.other, request, APPROVED)
        now = timezone.now()

        taken = take(desk.agency, a_read(a_camera(desk.agency), read, captured_at=now), now=now)

        assert (taken.receipt.hits, taken.receipt.alerts) == (hits, hits)

    def test_of_another_state_stays_silent(self, desk):
        request = desk.ask(plate="8AB?12*", region="US-NV")
        desk.decide(desk.supervisor, request, APPROVED)
        desk.decide(desk.other, request, APPROVED)

        taken = take(desk.agency, a_read(a_camera(desk.agency), "8ABC123", region="US-CA"))

        assert taken.receipt.hits == 0


class TestEnd:
    def test_is_the_requesters_and_takes_it_out_of_force(self, desk):
        request = desk.ask()
        desk.decide(desk.supervisor, request, APPROVED)

        standing = desk.decide(desk.detective, request, ENDED)

        assert (standing.state, desk.listed()) == (EntryState.ENDED, [])

    def test_by_a_colleague_is_refused(self, desk, web):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="ended by"):
            web.execute("SELECT step_entry(%s, %s, 'ENDED', '')", [a_person(desk.agency).pk, desk.ask().pk])

    def test_comes_by_itself_and_a_job_tidies(self, desk):
        soon = timezone.now() + timedelta(hours=1)
        desk.decide(desk.supervisor, desk.ask(expires_at=soon), APPROVED)

        refresh_own_lists(soon)

        assert desk.listed() == []

    def test_holds_though_another_s_approval_comes_into_force_meanwhile(self, desk, connect, web, owner):
        ends, comes = desk.ask(plate="8ABC123"), desk.ask(plate="7XYZ987")
        desk.decide(desk.supervisor, ends, APPROVED)
        loader = connect("ingest")
        loader.autocommit = False
        loader.execute("SELECT FROM hot_list WHERE id = %s FOR NO KEY UPDATE", [own_list_of(desk.agency).pk])

        with ThreadPoolExecutor(1) as pool:
            approving = pool.submit(approve, desk, comes)
            until_another_waits(loader, owner)
            web.execute("SELECT step_entry(%s, %s, 'ENDED', '')", [desk.detective.pk, ends.pk])
            loader.rollback()
            approving.result(10)

        assert desk.listed() == ["7XYZ987"]

    def test_closes_it_for_good(self, desk):
        request = desk.ask()
        desk.decide(desk.supervisor, request, REFUSED, "Not documented.")

        with pytest.raises(HotListError, match="closed"):
            desk.decide(desk.other, request, APPROVED)

    def test_by_refusal_needs_a_reason(self, desk):
        with pytest.raises(EntryRefused, match="learn why"):
            desk.decide(desk.supervisor, desk.ask(), REFUSED, " ")


FIELDS = {
    "plate": "8abc 123", "interest": "stolen-vehicle", "case_agent": "Robin Vale", "case_number": "26-012345",
    "synopsis": "Stolen from a driveway", "report_attested": "on",
}  # fmt: skip


class TestPages:
    def _form(self, desk, **changes):
        ends = timezone.localtime(timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        return FIELDS | {"purpose": desk.purpose, "expires_at": ends} | changes

    def test_lead_from_the_request_to_the_approval(self, desk):
        made = logged_in(desk.detective).post("/hot-lists/entries/new/", self._form(desk))
        approved = logged_in(desk.supervisor).post(f"{made.url}step/", {"step": "APPROVED"})
        page = logged_in(desk.detective).get("/hot-lists/").content.decode()

        assert approved.status_code == 302
        assert desk.listed() == ["8ABC123"]
        assert "8ABC123" in page

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"plate": "?"}, 400), ({"plate": "A" * 40}, 400), ({"interest": "x"}, 400), ({"expires_at": "soon"}, 400),
            ({"expires_at": "2020-01-01T00:00"}, 400), ({"synopsis": "\x00"}, 400), ({"report_attested": ""}, 403),
        ],
    )  # fmt: skip
    def test_refuse_bad_forms_in_a_sentence(self, changes, status, desk):
        answer = logged_in(desk.detective).post("/hot-lists/entries/new/", self._form(desk, **changes))

        assert answer.status_code == status
        assert not requests_of(desk.agency).exists()

    def test_let_no_detective_approve(self, desk):
        request = desk.ask()

        answer = logged_in(a_person(desk.agency)).post(
            f"/hot-lists/entries/{request.pk}/step/", {"step": "APPROVED"}
        )

        assert answer.status_code == 403
        assert desk.listed() == []

    def test_show_nothing_of_another_agency(self, desk):
        request = desk.ask()
        stranger = logged_in(a_person(an_agency("el-cajon"), Role.SUPERVISOR))

        assert stranger.get(f"/hot-lists/entries/{request.pk}/").status_code == 404
        assert (
            stranger.post(f"/hot-lists/entries/{request.pk}/step/", {"step": "APPROVED"}).status_code == 404
        )

    @pytest.mark.parametrize("step", ["", "RUN", "approved", "APPROVED\x00"])
    def test_know_no_other_steps(self, step, desk):
        answer = logged_in(desk.supervisor).post(f"/hot-lists/entries/{desk.ask().pk}/step/", {"step": step})

        assert answer.status_code == 400

    def test_start_the_list_for_an_administrator_only(self):
        agency = an_agency("el-cajon")

        refused = logged_in(a_person(agency)).post("/hot-lists/own/start/")
        started = logged_in(a_person(agency, Role.ADMINISTRATOR)).post("/hot-lists/own/start/")

        assert (refused.status_code, started.status_code) == (403, 302)
        assert own_list_of(agency).is_own


class TestPrivatePlates:
    @pytest.mark.parametrize("typed", ["8ABC123", "BABC12?"])
    def test_of_ones_household_or_colleagues_are_not_looked_for(self, typed):
        desk = Desk()
        enter_plate(
            person=desk.supervisor, actor=desk.supervisor, plate="8ABC123", kind="HOUSEHOLD", label="the blue one",
            now=timezone.now(),
        )  # fmt: skip

        for person in (desk.supervisor, desk.detective):
            with pytest.raises(EntryRefused, match="own circle"):
                desk.ask(person, plate=typed)
        desk.ask(plate="7XYZ890")
