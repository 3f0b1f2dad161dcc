"""Deleted data: four people in turn, a listed circumstance, the approved query and no other (RET-06, RET-07)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg.errors import CheckViolation, UniqueViolation

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.reads.models import Read
from platekeeper.office.retention.models import OldDataRequest
from platekeeper.office.retention.old_data import (
    OldDataError,
    Wanted,
    request_old_data,
    run_query,
    take_step,
)
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import a_person, an_agency, an_inquiry
from ..streets import a_camera, a_read
from ..streets import take as arrive
from .archives import ago, seen

CHAIN = (Role.DETECTIVE, Role.COMMANDER, Role.CUSTODIAN, Role.ADMINISTRATOR)


def wanted(**changes) -> Wanted:
    given = {
        "circumstance": "stalking", "condition": "", "order_number": "", "case_number": "DR 26-1234567",
        "data_wanted": "Where the car stood at night", "plate": "8del 123", "since": ago(days=1000),
        "until": ago(days=800),
    }  # fmt: skip
    return Wanted(**{**given, **changes})


@pytest.fixture
def staff(database):
    agency = an_agency("los-angeles")
    seen(agency, a_camera(agency), "8DEL123", ago(days=900), pictures=False)
    return {role: a_person(agency, role) for role in CHAIN}


def asked(staff, **changes) -> OldDataRequest:
    made = request_old_data(person=staff[Role.DETECTIVE], wanted=wanted(**changes), now=timezone.now())
    return OldDataRequest.objects.get(pk=made)


def take(request, person, **changes):
    return take_step(request=request, person=person, detail={}, now=timezone.now(), **changes)


class TestRequest:
    @pytest.mark.parametrize(
        "changes",
        [{"circumstance": "curiosity"}, {"circumstance": "witness-intimidation"},
         {"circumstance": "witness-intimidation", "condition": "hearsay"}, {"circumstance": "court-order"}],
    )  # fmt: skip
    def test_is_refused_outside_the_listed_circumstances(self, changes, staff):
        with pytest.raises(AccessDenied) as refused:
            asked(staff, **changes)

        assert refused.value.decision.obligation == "RET-06"

    def test_is_taken_in_a_listed_one(self, staff):
        assert asked(staff, circumstance="court-order", order_number="24CR7").query["plate"] == "8DEL123"


class TestChain:
    def test_is_run_by_four_people_and_finds_what_users_do_not_see(self, staff, owner):
        request = asked(staff)
        plain = open_access(
            person=staff[Role.DETECTIVE],
            agency=request.agency,
            inquiry=an_inquiry(request.agency),
            now=timezone.now(),
        )
        with plain.used():
            assert not Read.objects.exists()
        take(request, staff[Role.COMMANDER])
        take(request, staff[Role.CUSTODIAN])

        result = run_query(
            request=request, person=staff[Role.ADMINISTRATOR], source="test", now=timezone.now()
        )

        assert [read.plate for read in result.reads] == ["8DEL123"]
        take(request, staff[Role.ADMINISTRATOR])
        told = owner.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s ORDER BY sequence", [str(request.pk)]
        )
        assert [event for (event,) in told] == [
            f"old-data.{step}" for step in ("requested", "submitted", "approved", "executed", "handed-over")
        ]
        with pytest.raises(OldDataError, match="closed"):
            run_query(request=request, person=staff[Role.ADMINISTRATOR], source="test", now=timezone.now())

    @pytest.mark.parametrize("early", [Role.CUSTODIAN, Role.ADMINISTRATOR, Role.DETECTIVE])
    def test_is_not_entered_out_of_turn(self, early, staff):
        with pytest.raises(AccessDenied):
            take(asked(staff), staff[early])

    def test_is_not_run_before_the_approval(self, staff):
        request = asked(staff)
        take(request, staff[Role.COMMANDER])

        with pytest.raises(AccessDenied) as refused:
            run_query(request=request, person=staff[Role.ADMINISTRATOR], source="test", now=timezone.now())

        assert refused.value.decision.obligation == "RET-07"

    def test_does_not_take_one_person_for_two(self, staff):
        agency = staff[Role.DETECTIVE].agency
        both = a_person(agency, Role.COMMANDER, roles=["commander", "custodian"])
        request = asked(staff)
        take(request, both)

        with pytest.raises(AccessDenied) as refused:
            take(request, both)

        assert refused.value.decision.obligation == "RET-07"

    def test_ends_where_somebody_refuses(self, staff):
        request = asked(staff)
        take(request, staff[Role.COMMANDER], refuse=True)

        with pytest.raises(OldDataError):
            take(request, staff[Role.CUSTODIAN])

    def test_opens_deleted_data_to_no_other_query(self, staff):
        agency, admin = staff[Role.DETECTIVE].agency, staff[Role.ADMINISTRATOR]

        with pytest.raises(AccessDenied) as refused:
            open_access(
                person=admin, agency=agency, now=timezone.now(),
                inquiry=an_inquiry(agency, Function.SEARCH_DELETED, case_number="DR 26-1234567"),
            )  # fmt: skip
        assert refused.value.decision.obligation == "RET-07"


def found(request, admin, **changes):
    return run_query(request=request, person=admin, source="test", now=timezone.now(), **changes)


class TestResult:
    """The approved query promises all that it finds: none is left out, and the record counts them all."""

    MANY = 1003

    @pytest.fixture
    def approved(self, staff):
        agency = staff[Role.DETECTIVE].agency
        camera, at = a_camera(agency), ago(days=900)
        reads = (
            a_read(camera, "8DEL123", captured_at=at + timedelta(seconds=n)) for n in range(1, self.MANY)
        )
        assert arrive(agency, *reads, now=timezone.now()).receipt.stored == self.MANY - 1
        request = asked(staff)
        take(request, staff[Role.COMMANDER])
        take(request, staff[Role.CUSTODIAN])
        return request

    def test_is_counted_whole_and_comes_in_pages_that_leave_nothing_out(self, approved, staff):
        admin = staff[Role.ADMINISTRATOR]

        first = found(approved, admin)
        pages = [found(approved, admin, page=number) for number in range(1, first.pages + 1)]

        assert (first.total, first.pages, pages[-1].last) == (self.MANY, 3, self.MANY)
        assert approved.steps.get(step="EXECUTE").detail["reads"] == self.MANY
        seen_ids = [read.id for one in pages for read in one.reads]
        assert len(set(seen_ids)) == len(seen_ids) == self.MANY
        assert {one.sha256 for one in pages} == {approved.steps.get(step="EXECUTE").detail["result_sha256"]}

    def test_is_told_and_saved_whole_on_the_page(self, approved, staff):
        client = logged_in(staff[Role.ADMINISTRATOR])
        address = f"/retention/old-data/{approved.pk}/run/"

        page = client.post(address).content.decode()
        saved = client.post(address, {"as": "csv"}).content.decode().splitlines()

        assert "Reads 1 to 500 of" in page
        assert "Save all 1,003 as CSV" in page
        assert "Page 1 of 3" in page
        assert len(saved) == 1 + self.MANY
        beyond = client.post(address, {"page": "9"}).content.decode()
        assert "Reads 1,001 to 1,003 of" in beyond

    @pytest.mark.parametrize("number", ["0", "-1", "two", "9" * 30])
    def test_has_no_page_of_another_kind(self, number, approved, staff):
        client = logged_in(staff[Role.ADMINISTRATOR])

        assert client.post(f"/retention/old-data/{approved.pk}/run/", {"page": number}).status_code == 404

    def test_says_when_it_is_not_what_was_first_found(self, approved, staff, owner):
        found(approved, staff[Role.ADMINISTRATOR])
        agency = staff[Role.DETECTIVE].agency
        seen(agency, a_camera(agency), "8DEL123", ago(days=901), pictures=False)

        page = logged_in(staff[Role.ADMINISTRATOR]).post(f"/retention/old-data/{approved.pk}/run/")

        assert "first found 1,003 reads, now 1,004" in " ".join(page.content.decode().split())

    def test_is_sent_to_nobody_else(self, approved, staff):
        for role in (Role.DETECTIVE, Role.COMMANDER, Role.CUSTODIAN):
            answer = logged_in(staff[role]).post(f"/retention/old-data/{approved.pk}/run/", {"as": "csv"})

            assert answer.status_code == 403


class TestTheDatabase:
    ROW = (
        "INSERT INTO old_data_step SELECT r, n, step, now(), p.id, p.username, detail"
        " FROM (VALUES (%s::uuid, %s::integer, %s, %s::bigint, %s::jsonb)) AS v(r, n, step, person, detail)"
        " JOIN person p ON p.id = v.person"
    )

    def test_tells_the_ledger_of_each_step_whoever_takes_it(self, staff, web, owner):
        request = asked(staff)

        web.execute(self.ROW, [request.pk, 2, "SUBMIT", staff[Role.COMMANDER].pk, "{}"])

        told = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE subject = %s ORDER BY sequence", [str(request.pk)]
        ).fetchall()
        assert told[1:] == [("old-data.submitted", staff[Role.COMMANDER].username)]

    def test_refuses_a_step_in_another_name(self, staff, web):
        request = asked(staff)

        with pytest.raises(CheckViolation, match="out of turn"):
            web.execute(
                "INSERT INTO old_data_step VALUES (%s, 2, 'SUBMIT', now(), %s, 'chief', '{}')",
                [request.pk, staff[Role.COMMANDER].pk],
            )

    def test_refuses_one_person_for_two(self, staff, web):
        request = asked(staff)

        with pytest.raises(UniqueViolation):
            web.execute(self.ROW, [request.pk, 2, "SUBMIT", staff[Role.DETECTIVE].pk, "{}"])

    @pytest.mark.parametrize("step", ["APPROVE", "EXECUTE", "HAND_OVER"])
    def test_refuses_steps_out_of_turn(self, step, staff, web):
        request = asked(staff)

        with pytest.raises(CheckViolation, match="out of turn"):
            web.execute(self.ROW, [request.pk, 2, step, staff[Role.COMMANDER].pk, "{}"])

    def test_refuses_another_query_than_the_approved_one(self, staff, web):
        request = asked(staff)
        take(request, staff[Role.COMMANDER])
        take(request, staff[Role.CUSTODIAN])

        with pytest.raises(CheckViolation, match="not the one"):
            web.execute(self.ROW, [request.pk, 4, "EXECUTE", staff[Role.ADMINISTRATOR].pk,
                                   json.dumps({"query_digest": "0" * 64})])  # fmt: skip
