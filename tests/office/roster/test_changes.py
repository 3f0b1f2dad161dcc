"""Changing people, as the database sees it: raw SQL as `web`, who may do nothing but by its functions."""

import json
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.roster.lifecycle import CHANGES, Change
from platekeeper.policy import Role

from ..people import a_person, an_agency

CALL = "SELECT change_person(%s, %s, %s, %s::jsonb)"
GOOD: dict[str, dict[str, object]] = {
    "account.described": {"assignment": "Burglary"},
    "account.appointed": {"title": "Sergeant", "roles": ["supervisor"], "camera_groups": None},
    "account.entitled": {"entitlements": ["state"]},
    "account.suspended": {
        "suspended_until": "2100-01-01T00:00:00Z", "suspended_because": "Misuse", "suspension_decision": "IA 1",
    },
    "account.reinstated": {"suspended_because": "Appeal", "suspension_decision": "IA 2"},
    "account.disabled": {"disabled_because": "On leave"},
    "account.password-issued": {"password": "x"},
    "authorization.given": {"authorization_document": "Form 12", "authorization_sha256": ""},
}  # fmt: skip
LEFT: dict[str, object] = {"separated_at": "2026-01-01T00:00:00Z", "is_active": False}
MAY_NOT_WORK: tuple[dict[str, object], ...] = (
    {"is_active": False}, {"must_choose_password": True}, {"suspended_until": "2100-01-01T00:00:00Z"},
    {"disabled_at": "2026-01-01T00:00:00Z"}, LEFT,
)  # fmt: skip


@dataclass(frozen=True)
class Station:
    agency: Agency
    people: dict[Role, Person]
    gone: Person
    strangers: list[Person]
    barred: list[Person]

    def actor(self, kind: Change) -> Person:
        return self.people[min(kind.by)]


@pytest.fixture(scope="module")
def station(database) -> Station:
    agency, other = an_agency("los-angeles"), an_agency("los-angeles")
    roles = (
        Role.ADMINISTRATOR,
        Role.SUPERVISOR,
        Role.COMMANDER,
        Role.TRAINER,
        Role.DETECTIVE,
        Role.CUSTODIAN,
    )
    return Station(
        agency,
        {role: a_person(agency, role) for role in roles},
        a_person(agency, Role.DETECTIVE, **LEFT),
        [a_person(other, role) for role in (Role.ADMINISTRATOR, Role.SUPERVISOR)],
        [a_person(agency, Role.ADMINISTRATOR, **state) for state in MAY_NOT_WORK],
    )


def changed(web: psycopg.Connection, actor: int | None, person: Person, kind: Change, **new: object) -> int:
    given = {**GOOD.get(kind.event, {}), **new}
    row = web.execute(CALL, [actor, person.pk, kind.event, json.dumps(given)]).fetchone()
    assert row is not None
    return int(row[0])


def fresh(station: Station) -> Person:
    return a_person(station.agency, Role.DETECTIVE)


def row_of(owner: psycopg.Connection, person: Person) -> tuple[object, ...] | None:
    return owner.execute("SELECT * FROM person WHERE id = %s", [person.pk]).fetchone()


each_change = pytest.mark.parametrize("kind", CHANGES, ids=[kind.event for kind in CHANGES])


class TestRules:
    def test_are_the_same_in_the_database(self, web):
        rows = web.execute("SELECT event, columns, actors, own, alone FROM roster_rules()")

        assert {row[0]: (set(row[1]), set(row[2]), *row[3:]) for row in rows} == {
            kind.event: (set(kind.columns), {role.value for role in kind.by}, kind.own, kind.alone)
            for kind in CHANGES
        }


@each_change
class TestEveryChange:
    def test_is_refused_to_every_role_that_may_not(self, kind, station, web, owner):
        person = station.people[Role.DETECTIVE]
        before = row_of(owner, person)

        for role, actor in station.people.items():
            if role not in kind.by:
                with pytest.raises(InsufficientPrivilege, match="Nobody with the right"):
                    changed(web, actor.pk, person, kind)

        assert row_of(owner, person) == before

    def test_is_refused_for_oneself_unless_it_gives_up_a_right(self, kind, station, web):
        actor = a_person(station.agency, min(kind.by))

        if kind.own:
            assert changed(web, actor.pk, actor, kind)
        else:
            with pytest.raises(InsufficientPrivilege, match="Nobody changes their own rights"):
                changed(web, actor.pk, actor, kind)

    def test_is_refused_across_agencies(self, kind, station, web):
        for stranger in station.strangers:
            with pytest.raises(InsufficientPrivilege, match=r"no such person|Nobody with the right"):
                changed(web, stranger.pk, station.people[Role.DETECTIVE], kind)

    def test_names_somebody_unless_it_takes_rights_away(self, kind, station, web):
        person = fresh(station)

        if kind.alone:
            assert changed(web, None, person, kind)
        else:
            with pytest.raises(InsufficientPrivilege, match="Nobody with the right"):
                changed(web, None, person, kind)

    def test_is_refused_with_a_column_that_is_not_its_own(self, kind, station, web):
        columns = {"roles", "granted_by", "granted_at", "agency_id", "username", "is_active", "enabled_at", "id",
                   "password", "suspended_until", "authorized_by", "authorized_at", "locked_at"}  # fmt: skip

        for column in columns - set(kind.columns):
            with pytest.raises(InsufficientPrivilege, match="no such change"):
                changed(web, station.actor(kind).pk, station.people[Role.DETECTIVE], kind, **{column: None})

    def test_is_refused_about_somebody_who_left(self, kind, station, web):
        with pytest.raises(InsufficientPrivilege, match="left"):
            changed(web, station.actor(kind).pk, station.gone, kind)

    def test_is_refused_to_somebody_who_may_not_work(self, kind, station, web):
        for actor in station.barred:
            with pytest.raises(InsufficientPrivilege, match="Nobody with the right"):
                changed(web, actor.pk, station.people[Role.DETECTIVE], kind)

    def test_leaves_one_entry_that_names_both_and_no_password(self, kind, station, web, owner):
        person = fresh(station)
        if kind.event == "authorization.granted":
            person = a_person(station.agency, Role.DETECTIVE, granted_by="", granted_at=None)

        sequence = changed(web, station.actor(kind).pk, person, kind)

        entry = owner.execute(
            "SELECT e.agency, e.event, e.actor, e.subject, d.details FROM ledger_entry e"
            " JOIN ledger_details d USING (sequence) WHERE sequence = %s", [sequence],
        ).fetchone()  # fmt: skip
        assert entry is not None
        assert entry[:4] == (station.agency.slug, kind.event, station.actor(kind).username, person.username)
        assert "password" not in json.loads(entry[4])


class TestDirectChanges:
    @pytest.mark.parametrize(
        "statement",
        ["UPDATE person SET roles = '{administrator}'", "UPDATE person SET camera_groups = NULL",
         "UPDATE person SET disabled_at = NULL", "UPDATE person SET acknowledged = '{}'",
         "UPDATE person SET enabled_at = now()", "UPDATE person SET reset_asked_by = 'x'",
         "INSERT INTO training_completion DEFAULT VALUES", "UPDATE training_completion SET topics = '{}'",
         "INSERT INTO maintenance_visit DEFAULT VALUES", "INSERT INTO designation DEFAULT VALUES",
         "UPDATE designation SET holder = 'x'", "DELETE FROM designation", "INSERT INTO acknowledgement DEFAULT VALUES",
         "INSERT INTO issued_document DEFAULT VALUES", "INSERT INTO deployment_order DEFAULT VALUES",
         "INSERT INTO person DEFAULT VALUES", "DELETE FROM person",
         "SELECT roster_actor(1, '{administrator}')", "SELECT roster_subject(NULL, 1, true)"],
    )  # fmt: skip
    def test_are_refused_to_the_web_role(self, statement, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(statement)

    def test_release_no_lock(self, station, web):
        locked = a_person(station.agency, Role.DETECTIVE, locked_at="2026-01-01T00:00:00Z")

        with pytest.raises(InsufficientPrivilege, match="AC-7"):
            web.execute("UPDATE person SET locked_at = NULL WHERE id = %s", [locked.pk])


class TestChange:
    def test_of_roles_takes_effect_whole(self, station, web):
        person = fresh(station)

        changed(web, station.people[Role.ADMINISTRATOR].pk, person, CHANGES[1])

        person.refresh_from_db()
        assert (person.title, person.roles) == ("Sergeant", ["supervisor"])

    @pytest.mark.parametrize(
        ("event", "new"),
        [("account.suspended", {"suspended_until": None}),
         ("account.suspended", {"suspended_until": "2020-01-01T00:00Z"}),
         ("account.suspended", {"suspended_because": ""}), ("account.disabled", {"disabled_because": ""}),
         ("authorization.given", {"authorization_document": ""})],
    )  # fmt: skip
    def test_is_refused_without_reason_document_or_date(self, event, new, station, web):
        kind = next(kind for kind in CHANGES if kind.event == event)

        with pytest.raises(InsufficientPrivilege, match="missing"):
            changed(web, station.actor(kind).pk, fresh(station), kind, **new)

    def test_of_an_authorization_ends_the_grant_before(self, station, web):
        person = fresh(station)
        kind = next(kind for kind in CHANGES if kind.event == "authorization.given")

        changed(web, station.people[Role.SUPERVISOR].pk, person, kind)

        person.refresh_from_db()
        assert (person.authorized_by, person.granted_by) == (station.people[Role.SUPERVISOR].username, "")

    def test_into_a_grant_needs_the_writing_of_somebody_else(self, station, web):
        grant = next(kind for kind in CHANGES if kind.event == "authorization.granted")
        administrator = station.people[Role.ADMINISTRATOR]
        nobody = {"authorized_by": "", "authorized_at": None, "granted_by": "", "granted_at": None}
        unwritten = a_person(station.agency, Role.DETECTIVE, **nobody)
        own = a_person(station.agency, Role.DETECTIVE, authorized_by=administrator.username)

        for person in (unwritten, own):
            with pytest.raises(InsufficientPrivilege, match="USR-04"):
                changed(web, administrator.pk, person, grant)
