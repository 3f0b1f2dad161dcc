"""Own entries of all five agencies, each by its own policy's values, through the pages (HOT-05 to HOT-07)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.hotlists.entries import start_own_list
from platekeeper.office.hotlists.models import EntryRequest
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..governance.drafts import ending_with_shift
from ..governance.test_operations import published
from ..people import a_person, an_agency


@dataclass(frozen=True)
class Values:
    """What a policy says of entries: how long one may run, by which clause; whether the report must be attested."""

    longest_days: int
    clause: str
    is_attested: bool
    attested_by: str


VALUES = {
    "redondo-beach": Values(90, "RB 432.10", False, ""),
    "milpitas": Values(90, "CA CIV 1798.90.51", False, ""),
    "monrovia": Values(90, "CA CIV 1798.90.51", False, ""),
    "el-cajon": Values(30, "EC 427.5.1", True, "EC 427.5.1 Specific(a)"),
    "los-angeles": Values(90, "LA 568.53 Quality Assurance", False, ""),
}


class Desk:
    """An agency with its own list, somebody who may ask for an entry, and a supervisor."""

    def __init__(self, profile: str) -> None:
        self.profile = policy.load_profile(profile)
        self.agency: Agency = an_agency(profile)
        self.asker = a_person(self.agency, self._role())
        self.supervisor = a_person(self.agency, Role.SUPERVISOR)
        start_own_list(
            agency=self.agency, authority="the policy", purpose=self.profile.alerts.purpose.value, actor="admin.one",
            now=timezone.now(),
        )  # fmt: skip

    def _role(self) -> Role:
        asking = [
            role for role, of in self.profile.roles.items() if Function.REQUEST_HOTLIST_ENTRY in of.functions
        ]
        return next(role for role in asking if role is not Role.SUPERVISOR)

    def posted(self, person: Person | None = None, **changes: str) -> tuple[int, str]:
        ends = timezone.localtime() + timedelta(days=5)
        given = {
            "plate": "8ABC123", "interest": "stolen-vehicle", "purpose": self.profile.alerts.purpose.value,
            "case_agent": "Robin Vale", "case_number": self.profile.access.case_number_example.value,
            "synopsis": "Stolen from a driveway on Main Street", "expires_at": f"{ends:%Y-%m-%dT%H:%M}",
            "report_attested": "on",
        }  # fmt: skip
        said = {name: value for name, value in {**given, **changes}.items() if value}
        answer = logged_in(person or self.asker).post(reverse("hotlists:new_entry"), said)
        return answer.status_code, answer.content.decode()

    def asked(self, person: Person | None = None) -> EntryRequest:
        assert self.posted(person)[0] == 302
        return EntryRequest.objects.filter(agency=self.agency).latest("requested_at")

    def approved_by(self, person: Person, request: EntryRequest) -> tuple[int, str]:
        answer = logged_in(person).post(reverse("hotlists:decide", args=[request.pk]), {"step": "APPROVED"})
        return answer.status_code, answer.content.decode()

    def shown(self, request: EntryRequest) -> str:
        page = logged_in(self.supervisor).get(reverse("hotlists:entry", args=[request.pk]))
        return page.content.decode()


@pytest.fixture(params=VALUES)
def desk(request) -> Desk:
    return Desk(request.param)


def in_days(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def in_hours(hours: int) -> str:
    return f"{timezone.localtime() + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


class TestEntry:
    def test_ends_when_its_policy_says_at_the_latest(self, desk):
        said = VALUES[desk.agency.profile]

        status, page = desk.posted(expires_at=in_days(said.longest_days + 1))

        assert status == 403
        assert said.clause in page
        assert not EntryRequest.objects.filter(agency=desk.agency).exists()
        assert desk.posted(expires_at=in_days(said.longest_days - 1))[0] == 302

    def test_is_attested_where_its_policy_says_so(self, desk):
        said = VALUES[desk.agency.profile]

        status, page = desk.posted(report_attested="")

        assert status == (403 if said.is_attested else 302)
        assert said.attested_by in page

    @pytest.mark.parametrize("missing", ["case_agent", "case_number", "synopsis"])
    def test_names_agent_case_and_synopsis_everywhere(self, missing, desk):
        status, page = desk.posted(**{missing: ""})

        assert status == 403
        assert desk.profile.hot_lists.entry_fields.clause in page

    def test_known_in_part_ends_within_a_week_everywhere(self, desk):
        assert desk.posted(plate="8AB?12*", expires_at=in_days(8))[0] == 403
        assert desk.posted(plate="8AB?12*", expires_at=in_days(6))[0] == 302

    def test_asks_for_no_shift_in_california(self, desk):
        page = logged_in(desk.asker).get(reverse("hotlists:new_entry")).content.decode()

        assert "My shift ends" not in page


class TestShift:
    """Where entries by hand end with the shift that makes them, as Nebraska's law wants it."""

    @pytest.fixture
    def desk(self) -> Desk:
        made = Desk("redondo-beach")
        published(made.agency, ending_with_shift(made.agency))
        return made

    def test_is_asked_for(self, desk):
        assert "My shift ends" in logged_in(desk.asker).get(reverse("hotlists:new_entry")).content.decode()

    @pytest.mark.parametrize("shift_hours", [0, 7])
    def test_is_not_outlived(self, shift_hours, desk):
        shift = in_hours(shift_hours) if shift_hours else ""

        status, page = desk.posted(expires_at=in_hours(8), shift_ends_at=shift)

        assert status == 403
        assert "outlive the shift" in page
        assert "Let it end with the shift" in page

    def test_ends_the_entry_by_itself(self, desk):
        assert desk.posted(expires_at=in_hours(8), shift_ends_at=in_hours(8))[0] == 302

    def test_lasts_no_longer_than_any_roster(self, desk):
        status, page = desk.posted(expires_at=in_hours(20), shift_ends_at=in_hours(20))

        assert status == 400
        assert "within 16 hours" in page


class TestApproval:
    def test_is_no_requester_s_and_nobody_s_off_duty(self, desk):
        clause = desk.profile.hot_lists.approved_on_duty.clause
        mine, another = desk.asked(desk.supervisor), desk.asked()
        off_duty = a_person(desk.agency, Role.SUPERVISOR, is_on_duty=False)

        for person, request in ((desk.supervisor, mine), (off_duty, another)):
            status, page = desk.approved_by(person, request)
            assert status == 403
            assert clause in page

        assert "Waiting" in desk.shown(mine)
        assert "Waiting" in desk.shown(another)

    def test_is_locked_on_the_page_of_whoever_may_not_give_it(self, desk):
        mine = desk.asked(desk.supervisor)

        page = desk.shown(mine)

        assert "Nobody decides on their own request." in page
        assert 'aria-disabled="true"' in page

    def test_of_a_partial_plate_is_given_once_by_each(self, desk):
        assert desk.posted(plate="8AB?12*")[0] == 302
        request = EntryRequest.objects.filter(agency=desk.agency).latest("requested_at")
        assert desk.approved_by(desk.supervisor, request)[0] == 302

        status, page = desk.approved_by(desk.supervisor, request)

        assert status == 403
        assert "another supervisor" in page
        assert "You have decided so already" in desk.shown(request)
        assert desk.approved_by(a_person(desk.agency, Role.SUPERVISOR), request)[0] == 302
        assert "Running" in desk.shown(request)

    def test_of_a_supervisor_on_duty_lets_it_run(self, desk):
        request = desk.asked()

        assert desk.approved_by(desk.supervisor, request)[0] == 302
        assert "Running" in desk.shown(request)
