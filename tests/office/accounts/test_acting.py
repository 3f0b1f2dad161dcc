"""Who may act now, as the database sees it: raw SQL as `web`, which may name anybody's number."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.accounts.models import Person
from platekeeper.policy import Role

from ..access.gate import a_request, opened
from ..people import NOW, OWNER, a_person, an_agency

_HOLD = {
    "kind": "x",
    "case_number": "26-1",
    "reason": "x",
    "contact": "x",
    "scope": "PLATE",
    "plate": "8ABC123",
}
_ENTRY = {
    "plate": "8ABC123", "region": "CA", "vehicle": "", "interest": "stolen-vehicle", "purpose": "x", "case_agent": "x",
    "case_number": "26-1", "synopsis": "x", "report_attested": True, "is_personal": False,
    "expires_at": (NOW + timedelta(days=6)).isoformat(),
}  # fmt: skip
_RELEASE = {
    "recipient_class": "local", "recipient_agency": "Anytown PD", "recipient_state": "CA", "requester": "Det. Doe",
    "contact": "", "verified_by": "", "purpose_code": "x", "purpose": "x", "authority": "", "disclaims": [],
    "case_number": "1", "their_number": "", "data_wanted": "reads", "letter_name": "",
}  # fmt: skip
_AGREEMENT = {
    "recipient_agency": "Anytown PD", "recipient_class": "local", "valid_from": "2026-01-01", "forbids_onward": True,
    "document": "MOU 7",
}  # fmt: skip
# what each begins with: whoever may begin none of it takes no later step either, which asks in the same words
ACTS: Mapping[str, tuple[Role, str]] = {
    "request_hold": (Role.DETECTIVE, f"'{json.dumps(_HOLD)}'"),
    "request_entry": (Role.DETECTIVE, f"'{json.dumps(_ENTRY)}'"),
    "enter_release_request": (Role.DETECTIVE, f"'{json.dumps(_RELEASE)}', NULL, NULL"),
    "note_agreement": (Role.COMMANDER, f"'{json.dumps(_AGREEMENT)}'"),
    "note_host_confirmation": (Role.CUSTODIAN, "'pod', now() - interval '1 day', 'Host', 'Letter 1'"),
    "attest": (Role.ADMINISTRATOR, "'administrator', 'GOV-01', 'It is so.', '', now() + interval '1 year'"),
    "issue_document": (Role.ADMINISTRATOR, "'Policy', '2', '', ''"),
}
# why some functions that are told a person do not ask: what they tell decides about a refusal, too, which is on record
KNOWS_ONLY = {
    "consents_to": "who agreed to an inquiry that is then decided",
    "inquiry_days": "what the detectors count before it is decided",
    "own_record": "from which record an inquiry goes on, before it is decided",
    "relations_of": "whose plate it is, before it is decided",
}
SUSPENDED: dict[str, object] = {"suspended_until": datetime(2100, 1, 1, tzinfo=UTC)}
BARRED: tuple[dict[str, object], ...] = (
    SUSPENDED, {"is_active": False}, {"separated_at": NOW}, {"disabled_at": NOW},
)  # fmt: skip
FREE: dict[str, object] = {
    "suspended_until": None, "is_active": True, "separated_at": None, "disabled_at": None,
}  # fmt: skip


def bar(person: Person, **state: object) -> None:
    Person.objects.using(OWNER).filter(pk=person.pk).update(**state)


def act(web: psycopg.Connection, name: str, person: Person) -> None:
    web.execute(f"SELECT {name}(%s, {ACTS[name][1]})", [person.pk])


def outcomes(owner: psycopg.Connection, person: Person) -> list[tuple[str]]:
    return owner.execute(
        "SELECT outcome FROM access_record WHERE person_id = %s ORDER BY accessed_at", [person.pk]
    ).fetchall()


class TestMayAct:
    @pytest.mark.parametrize("name", ACTS)
    def test_refuses_whoever_is_barred_now(self, name, web):
        person = a_person(an_agency(), ACTS[name][0])
        act(web, name, person)

        for state in BARRED:
            bar(person, **{**FREE, **state})
            with pytest.raises(InsufficientPrivilege):
                act(web, name, person)

    @pytest.mark.parametrize("name", ACTS)
    def test_lets_people_act_again_when_their_suspension_is_over(self, name, web):
        person = a_person(an_agency(), ACTS[name][0])
        bar(person, suspended_until=NOW - timedelta(minutes=1), suspended_because="Misuse")

        act(web, name, person)

    def test_does_not_keep_out_whom_somebody_locked_at_the_door(self, web):
        person = a_person(an_agency(), Role.DETECTIVE)
        bar(person, locked_at=NOW)

        act(web, "request_hold", person)

    def test_is_asked_by_every_function_that_the_pages_name_a_person_to(self, owner):
        told = owner.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
            " AND has_function_privilege('web', oid, 'EXECUTE')"
            " AND proargnames && '{p_person,p_person_id,p_actor_id}'"
        ).fetchall()
        asks = ("may_act(", "roster_actor(", "answerable_person(", "judges_finding(")

        believing = {name for name, source in told if not any(ask in source for ask in asks)}

        assert len(told) > 30
        assert believing == set(KNOWS_ONLY)

    def test_is_planned_into_the_statement_that_asks(self, web):
        plan = web.execute("EXPLAIN VERBOSE SELECT id FROM person p WHERE may_act(p)").fetchall()

        assert "may_act" not in str(plan)
        assert "suspended_until" in str(plan)


class TestOpenAccess:
    @pytest.mark.parametrize("state", BARRED, ids=lambda state: next(iter(state)))
    def test_shows_nothing_to_whoever_is_barred_now_and_records_each_refusal(self, state, web, owner):
        person = a_person(an_agency())
        bar(person, **state)

        with pytest.raises(psycopg.DatabaseError, match="may act now"):
            opened(web, a_request(person))
        _, given = opened(web, a_request(person, outcome="DENIED", explanation="Suspended"))

        assert given is None
        assert outcomes(owner, person) == [("DENIED",)]

    def test_is_no_way_to_look_for_a_suspended_colleague(self, web, owner):
        agency = an_agency()
        person, colleague = a_person(agency), a_person(agency)
        named = f"{colleague.full_name} ({colleague.username}), {agency.name}"
        asked = a_request(person, on_behalf_of=named)
        opened(web, asked)
        bar(colleague, **SUSPENDED)

        with pytest.raises(psycopg.DatabaseError, match="SHR-03"):
            opened(web, asked)


class TestRequestsSeenBy:
    def test_tells_a_suspended_supervisor_nothing(self, web):
        agency = an_agency()
        detective, supervisor = a_person(agency), a_person(agency, Role.SUPERVISOR)
        refused, _ = opened(web, a_request(detective, outcome="DENIED"))
        web.execute("SELECT request_consent(%s, %s, 'cosign', 'x')", [detective.pk, refused])
        asked = "SELECT count(*) FROM requests_seen_by(%s)"
        assert web.execute(asked, [supervisor.pk]).fetchone() == (1,)

        bar(supervisor, **SUSPENDED)

        assert web.execute(asked, [supervisor.pk]).fetchone() == (0,)


class TestTakeHoldStep:
    def test_refuses_a_suspended_supervisor_what_they_could_approve(self, web):
        agency = an_agency()
        detective, supervisor = a_person(agency), a_person(agency, Role.SUPERVISOR)
        (hold,) = web.execute("SELECT request_hold(%s, %s)", [detective.pk, json.dumps(_HOLD)]).fetchone()
        bar(supervisor, **SUSPENDED)

        with pytest.raises(InsufficientPrivilege):
            web.execute("SELECT take_hold_step(%s, %s, 'APPROVE', '{}')", [supervisor.pk, hold])

        bar(supervisor, **FREE)
        web.execute("SELECT take_hold_step(%s, %s, 'APPROVE', '{}')", [supervisor.pk, hold])
