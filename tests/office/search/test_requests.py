"""Sensitive places and second persons: held, asked for, answered by another, and run exactly so (PUR-08)."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.search.models import SensitivePlace
from platekeeper.office.search.places import Circle
from platekeeper.office.search.requests import (
    ConsentRefused,
    answer_request,
    ask_consent,
    request_by_id,
    requests_of,
)
from platekeeper.office.search.sensitive import RegistryError, end_place, register_place
from platekeeper.policy import Role
from platekeeper.policy.vocabulary import ApprovalKind

from ..doors import logged_in
from ..people import a_person, a_searcher, an_agency, an_inquiry
from ..streets import LAT, LON, a_camera, a_read, take
from .test_pages import a_form, reads_shown, text_of

HOUR = timedelta(hours=1)
SEARCH = "/search/"


class Precinct:
    """An agency with a registered place, a detective and a supervisor."""

    def __init__(self) -> None:
        self.agency = an_agency("el-cajon")
        self.detective = a_searcher(self.agency)
        self.supervisor = a_person(self.agency, Role.SUPERVISOR)
        self.administrator = a_person(self.agency, Role.ADMINISTRATOR)
        self.camera = a_camera(self.agency)
        take(self.agency, a_read(self.camera, "8ABC123", captured_at=timezone.now() - HOUR))
        self.place = self.registers()

    def registers(self, **changes: object) -> SensitivePlace:
        given = {
            "name": "Mosque",
            "kind": "PLACE",
            "area": Circle(LAT, LON, 200),
            "valid_from": None,
            "valid_to": None,
        }
        return register_place(
            agency=self.agency,
            actor=self.administrator,
            now=timezone.now(),
            **{**given, **changes},  # type: ignore[arg-type]
        )

    def form(self, **changes: object) -> dict[str, object]:
        local = timezone.localtime()
        given = {
            "plate": "", "latitude": str(LAT), "longitude": str(LON), "radius_m": "300",
            "captured_from": (local - 3 * HOUR).strftime("%Y-%m-%dT%H:%M"),
            "captured_to": (local + HOUR).strftime("%Y-%m-%dT%H:%M"),
        }  # fmt: skip
        return a_form(self.detective, **{**given, **changes})

    def searches(self, **changes: object):
        return logged_in(self.detective).post(SEARCH, self.form(**changes))

    def asks(self) -> int:
        answer = self.searches()
        address = re.search(r'action="(/search/refused/[0-9a-f-]{36}/ask/)"', answer.content.decode())
        assert address
        client = logged_in(self.detective)
        asked = client.post(address[1], {"kind": "sensitive-place", "note": "shots heard there"})
        return int(asked.headers["Location"].rstrip("/").rsplit("/", 1)[1])

    def answers(self, number: int, *, consents: bool = True, by=None) -> None:
        person = by or self.supervisor
        request = request_by_id(person, number)
        assert request
        answer_request(request=request, person=person, consents=consents, note="seen", now=timezone.now())


@pytest.fixture
def precinct() -> Precinct:
    return Precinct()


class TestSensitivePlace:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {
                "latitude": "",
                "longitude": "",
                "outline": f"{LAT - 0.01},{LON - 0.01}\n{LAT - 0.01},{LON + 0.01}\n{LAT + 0.01},{LON}",
            },
            {"latitude": "", "longitude": "", "street": f"{LAT - 0.01},{LON}\n{LAT + 0.01},{LON}"},
            {"plate": "8ABC123"},
        ],
        ids=["circle", "area", "street", "with a plate"],
    )
    def test_holds_a_search_that_touches_it(self, changes, precinct):
        answer = precinct.searches(**changes)

        assert answer.status_code == 403
        assert "lawful event or a sensitive place" in text_of(answer)
        assert reads_shown(answer) == []

    def test_holds_a_search_of_a_camera_in_it(self, precinct):
        answer = precinct.searches(latitude="", longitude="", cameras=str(precinct.camera.pk))

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "changes",
        [{"latitude": str(LAT + 0.1)}, {"latitude": "", "longitude": "", "plate": "8ABC123"}],
        ids=["elsewhere", "only a plate"],
    )
    def test_does_not_hold_what_does_not_touch_it(self, changes, precinct):
        assert precinct.searches(**changes).status_code == 200

    def test_does_not_hold_once_it_was_taken_out_or_is_over(self, precinct):
        end_place(place=precinct.place, actor=precinct.administrator, now=timezone.now())
        precinct.registers(
            kind="EVENT", valid_from=timezone.now() - 9 * HOUR, valid_to=timezone.now() - 8 * HOUR
        )

        assert len(reads_shown(precinct.searches())) == 1

    def test_is_an_event_only_with_its_times(self, precinct):
        with pytest.raises(RegistryError, match="beginning and an end"):
            precinct.registers(kind="EVENT")

    def test_is_entered_by_the_administrator_only(self, precinct):
        address = "/search/sensitive-places/"

        assert logged_in(precinct.detective).get(address).status_code == 403
        page = logged_in(precinct.administrator).get(address)
        assert page.status_code == 200
        assert "Mosque" in text_of(page)


class TestConsent:
    def test_lets_exactly_that_be_run(self, precinct):
        number = precinct.asks()
        precinct.answers(number)

        run = logged_in(precinct.detective).post(f"/search/approvals/{number}/run/")

        assert run.status_code == 200
        assert len(reads_shown(run)) == 1
        assert precinct.searches(radius_m="301").status_code == 403

    def test_is_not_found_before_it_is_given_or_after_it_was_refused(self, precinct):
        number = precinct.asks()
        run = f"/search/approvals/{number}/run/"

        assert logged_in(precinct.detective).post(run).status_code == 403
        precinct.answers(number, consents=False)
        assert logged_in(precinct.detective).post(run).status_code == 403

    def test_is_nobody_s_own(self, precinct, web):
        number = precinct.asks()
        chief = a_person(precinct.agency, Role.DETECTIVE)
        request = request_by_id(precinct.detective, number)
        assert request

        with pytest.raises(ConsentRefused, match="of their own"):
            answer_request(
                request=request, person=precinct.detective, consents=True, note="", now=timezone.now()
            )
        with pytest.raises(ConsentRefused, match="Only a supervisor"):
            answer_request(request=request, person=chief, consents=True, note="", now=timezone.now())
        for person in (precinct.detective, chief, a_person(an_agency(), Role.SUPERVISOR)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="another supervisor"):
                web.execute("SELECT answer_request(%s, %s, true, '', true)", [person.pk, number])

    def test_is_given_on_duty_and_once(self, precinct):
        number = precinct.asks()
        sleeper = a_person(precinct.agency, Role.SUPERVISOR, is_on_duty=False)

        with pytest.raises(ConsentRefused, match="off duty"):
            precinct.answers(number, by=sleeper)
        request = request_by_id(precinct.supervisor, number)
        assert request
        with pytest.raises(ConsentRefused, match="Say in a few words"):
            answer_request(
                request=request, person=precinct.supervisor, consents=False, note="", now=timezone.now()
            )
        precinct.answers(number)
        with pytest.raises(ConsentRefused, match="already"):
            precinct.answers(number)

    @pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COMMANDER])
    @pytest.mark.parametrize("rostered", [True, False])
    @pytest.mark.parametrize("said", [True, False])
    def test_counts_as_on_duty_only_where_the_roster_says_so_whatever_is_said(
        self, precinct, web, owner, role, rostered, said
    ):
        number = precinct.asks()
        person = a_person(precinct.agency, role, is_on_duty=rostered)

        web.execute("SELECT answer_request(%s, %s, true, '', %s)", [person.pk, number, said])

        kept = owner.execute("SELECT on_duty FROM access_consent WHERE request_id = %s", [number]).fetchone()
        told = owner.execute(
            "SELECT d.details::jsonb->>'on_duty' FROM ledger_entry e JOIN ledger_details d USING (sequence)"
            " WHERE e.event = 'access-request.approved' AND e.subject = %s AND e.agency = %s",
            [str(number), precinct.agency.slug],
        ).fetchone()
        assert kept == (rostered and said,)
        assert told == (str(rostered and said).lower(),)

    def test_is_seen_by_the_agency_s_supervisors_only(self, precinct):
        number = precinct.asks()

        assert request_by_id(a_person(an_agency(), Role.SUPERVISOR), number) is None
        assert requests_of(a_person(precinct.agency, Role.DETECTIVE)) == []
        page = logged_in(precinct.supervisor).get(f"/search/approvals/{number}/")
        assert "shots heard there" in text_of(page)
        assert logged_in(precinct.supervisor).get("/search/approvals/").status_code == 200

    def test_is_not_run_by_a_colleague(self, precinct):
        number = precinct.asks()
        precinct.answers(number)

        assert logged_in(precinct.supervisor).post(f"/search/approvals/{number}/run/").status_code == 404

    def test_cannot_be_asked_for_a_refusal_that_is_not_one_s_own(self, precinct):
        with pytest.raises(AccessDenied) as refused:
            open_access(
                person=precinct.detective, agency=precinct.agency,
                inquiry=an_inquiry(precinct.agency, reason="tattooed Muslim driver at the mosque"), now=timezone.now(),
            )  # fmt: skip
        record = refused.value.record_id
        assert record

        with pytest.raises(ConsentRefused, match="not yours"):
            ask_consent(
                person=precinct.supervisor,
                access_id=record,
                kind=ApprovalKind.WORDING,
                note="",
                now=timezone.now(),
            )

    def test_stays_as_it_was_given(self, precinct, owner, web):
        number = precinct.asks()
        precinct.answers(number)

        for role in (owner, web):
            for statement in ("UPDATE access_consent SET consents = false", "DELETE FROM access_request"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    role.execute(statement)
        events = owner.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s AND agency = %s AND event LIKE 'access-request.%%'"
            " ORDER BY sequence",
            [str(number), precinct.agency.slug],
        ).fetchall()
        assert events == [("access-request.made",), ("access-request.approved",)]
