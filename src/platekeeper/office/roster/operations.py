"""Changing people: each is one function of the database that writes the row and its ledger entry together.

Who may is asked of the policy by the page (`accounts.permits`) and once more, by role and agency, by the database:
`web` holds no right on these tables. Nobody changes their own rights (USR-05).
"""

import re
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, IntegrityError, connections, transaction

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.operations import INSTALLATION, one_time_password
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.sessions import POLICY, end, going_on
from platekeeper.office.roster import lifecycle
from platekeeper.office.roster.lifecycle import Change
from platekeeper.policy import Denied
from platekeeper.policy.appointment import decide_appointment
from platekeeper.policy.vocabulary import DataSource

_USERNAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*", re.ASCII)
_NO_PERSON = frozenset({"platekeeper", POLICY, INSTALLATION})  # by these the ledger names who is none


class RosterError(PlatekeeperError):
    """A change that cannot be made as asked."""


class AppointmentDenied(RosterError):  # noqa: N818  # named for what happened
    """The policy gives nobody this title with these roles."""

    def __init__(self, decision: Denied) -> None:
        """Keep what a page needs to explain it.

        Args:
            decision: the refusal.
        """
        super().__init__(str(decision))
        self.decision = decision


def call(function: str, *given: Any) -> Any:
    """Call a function of the roster in the database, in a transaction of its own or the one that is open.

    Args:
        function: its name; from this package alone, never from a request.
        given: its arguments.

    Returns:
        What it returns.

    Raises:
        RosterError: the database refuses; its sentence says why.
    """
    places = ", ".join(["%s"] * len(given))
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(f"SELECT {function}({places})", given)  # function is named in this package
            return cursor.fetchone()[0]
    except IntegrityError as error:
        raise RosterError(_INTEGRITY.get(_constraint(error), "This contradicts what is on file.")) from error
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise RosterError(error.__cause__.diag.message_primary or "This is not allowed.") from error
        raise


_INTEGRITY = {
    "person_username_key": "Somebody is called that already: choose another username.",
    "designation_one_holder": "Somebody else holds this office in that time: end theirs first (GOV-01).",
    "designation_period": "A designation ends after it begins.",
    "issued_document_once": "This version was issued already: give the new one another name.",
    "maintenance_visit_period": "A visit ends after it begins.",
    "maintenance_visit_ticket": "A visit has a ticket (USR-07).",
    "deployment_order_period": "A deployment ends after it begins.",
}


def _constraint(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


def encoded(given: dict[str, Any]) -> str:
    """Return facts as the JSON that the roster's functions take.

    Args:
        given: by column.
    """
    return msgspec.json.encode(given).decode()


def change(actor: Person | None, person: Person, kind: Change, **new: Any) -> int:
    """Change a person in one of the ways of `lifecycle.CHANGES`.

    Args:
        actor: who does it; None for the system, which may only take rights away.
        person: whose row.
        kind: what kind of change.
        new: new values of its columns.

    Returns:
        The number of the ledger entry.

    Raises:
        RosterError: the database refuses.

    Records:
        The event of the change, with what was and what is.
    """
    return int(
        call(
            "change_person", actor.pk if actor else None, person.pk, kind.event, encoded(new) if new else "{}"
        )
    )


def check_appointment(agency: Agency, *, username: str, title: str, roles: list[str], now: datetime) -> None:
    """See that the policy gives somebody this title with these roles.

    Args:
        agency: whose person.
        username: who.
        title: as it would be.
        roles: as they would be.
        now: the present time.

    Raises:
        AppointmentDenied: it does not; with clause and remedy.
    """
    profile = profile_of(agency)
    facts = policy.Person(
        username=username, agency=agency.profile, title=title, roles=frozenset(map(policy.Role, roles))
    )
    decision = decide_appointment(profile, facts, now)
    if isinstance(decision, Denied):
        raise AppointmentDenied(decision)


def check_username(username: str) -> None:
    """See that somebody may be called so.

    Args:
        username: as it would be.

    Raises:
        RosterError: it is no username.
    """
    if not _USERNAME.fullmatch(username):
        raise RosterError(
            "A username has small letters and digits, with single dots, hyphens or underscores."
        )
    if username in _NO_PERSON:
        raise RosterError("The ledger calls the system by this name: choose another username.")


def add_person(
    actor: Person,
    *,
    username: str,
    full_name: str,
    title: str,
    roles: list[str],
    now: datetime,
    assignment: str = "",
    email: str = "",
    employee_number: str = "",
) -> tuple[Person, str]:
    """Add a person to the actor's agency, with a one-time password.

    Args:
        actor: an administrator.
        username: small letters, digits, and single dots, hyphens or underscores between them.
        full_name: their name.
        title: job title (GOV-05).
        roles: policy roles.
        now: the present time.
        assignment: the lawful authority to ask (PUR-13).
        email: where messages reach them.
        employee_number: as the roster of active employees has it (USR-11).

    Returns:
        The person, and the password in clear for this once.

    Raises:
        AppointmentDenied: the policy refuses title or roles.
        RosterError: the name is taken, or no name.

    Records:
        `account.added`

    Source:
        USR-01, USR-02, GOV-05
    """
    check_username(username)
    check_appointment(actor.agency, username=username, title=title, roles=roles, now=now)
    password = one_time_password()
    added = call(
        "add_person",
        actor.pk,
        encoded(
            {"username": username, "full_name": full_name, "title": title, "roles": roles, "assignment": assignment,
             "email": email, "employee_number": employee_number, "password": make_password(password)}
        ),
    )  # fmt: skip
    return Person.objects.select_related("agency").get(pk=added), password


def appoint(
    actor: Person,
    person: Person,
    *,
    title: str,
    roles: list[str],
    camera_groups: list[str] | None,
    now: datetime,
) -> None:
    """Give a person a title, roles, and groups of cameras.

    Args:
        actor: an administrator, not the person.
        person: who.
        title: job title.
        roles: policy roles.
        camera_groups: groups whose reads they may see; None for all (GOV-09).
        now: the present time.

    Raises:
        AppointmentDenied: the policy refuses title or roles.
        RosterError: the database refuses.

    Records:
        `account.appointed`

    Source:
        GOV-05, GOV-09, USR-05
    """
    check_appointment(person.agency, username=person.username, title=title, roles=roles, now=now)
    change(actor, person, lifecycle.APPOINT, title=title, roles=roles, camera_groups=camera_groups)


def entitle(actor: Person, person: Person, sources: list[DataSource]) -> None:
    """Authorize a person for further sources of data, these and no others (USR-08).

    Args:
        actor: an administrator, not the person.
        person: who.
        sources: department, state, federal or restricted national data.

    Raises:
        RosterError: the database refuses.

    Records:
        `account.entitled`
    """
    change(actor, person, lifecycle.ENTITLE, entitlements=[source.value for source in sources])


def suspend(
    actor: Person, person: Person, *, until: datetime, because: str, decision: str, now: datetime
) -> None:
    """Switch an account off after misuse until a stated date (USR-09, GOV-10).

    Args:
        actor: an administrator, not the person.
        person: who.
        until: the end, exclusive.
        because: one sentence, kept.
        decision: number of the decision.
        now: the present time.

    Raises:
        RosterError: the policy has no suspensions, or the database refuses.

    Records:
        `account.suspended`
    """
    rule = profile_of(person.agency).users.suspension
    if not rule.value:
        raise RosterError(f"This policy deals with misuse outside the system ({rule.clause}).")
    change(
        actor, person, lifecycle.SUSPEND, suspended_until=until.isoformat(), suspended_because=because,
        suspension_decision=decision,
    )  # fmt: skip
    end_sessions(person, by=actor.username, because="The account was suspended.", now=now)


def disable(actor: Person | None, person: Person, *, because: str, now: datetime) -> None:
    """Disable an account until an administrator enables it anew (CJIS AC-2).

    Args:
        actor: an administrator, not the person; None for the system.
        person: who.
        because: one sentence, kept.
        now: the present time.

    Raises:
        RosterError: the database refuses.

    Records:
        `account.disabled`
    """
    change(actor, person, lifecycle.DISABLE, disabled_because=because)
    end_sessions(person, by=name_of(actor), because="The account was disabled.", now=now)


def separate(actor: Person | None, person: Person, *, now: datetime) -> None:
    """Take everything from somebody who left but their name: password, second factors, sessions, address (C-7).

    Args:
        actor: an administrator, not the person; None for the reconciled roster.
        person: who left.
        now: the present time.

    Raises:
        RosterError: the database refuses.

    Records:
        `account.separated`

    Source:
        USR-11, CJIS PS-4
    """
    change(actor, person, lifecycle.SEPARATE)
    end_sessions(person, by=name_of(actor), because="The person left the agency.", now=now)


def issue_one_time_password(actor: Person, person: Person, *, now: datetime) -> str:
    """Replace a person's password by one that opens only the page where they choose their own.

    Args:
        actor: an administrator, not the person.
        person: whose.
        now: the present time.

    Returns:
        The password, in clear for this once.

    Raises:
        RosterError: the database refuses.

    Records:
        `account.password-issued`, without the password.
    """
    password = one_time_password()
    change(actor, person, lifecycle.ISSUE_PASSWORD, password=make_password(password))
    end_sessions(person, by=actor.username, because="A new password was issued.", now=now)
    return password


def reset_second_factor(actor: Person, person: Person, *, now: datetime) -> bool:
    """Take a person's second factors away; of administrators, custodians and auditors two people must agree.

    Args:
        actor: an administrator; as the second of two also a custodian or commander. Never the person.
        person: whose.
        now: the present time.

    Returns:
        Whether it is done; False where a second person must now do the same within a day.

    Raises:
        RosterError: the database refuses.

    Records:
        `second-factor.reset-asked` or `second-factor.reset`

    Source:
        CJIS IA-5
    """
    done = bool(call("reset_second_factor", actor.pk, person.pk) == "reset")
    if done:
        end_sessions(person, by=actor.username, because="The second factors were reset.", now=now)
    return done


def release_binding(actor: Person, person: Person, *, because: str = "", now: datetime) -> bool:
    """Release who a person is at an identity provider: whoever bears their name there is bound at the next log-in.

    Args:
        actor: as for `reset_second_factor`, and two of them for the same people.
        person: whose.
        because: one sentence, kept; whoever agrees as the second need not say it again.
        now: the present time.

    Returns:
        Whether it is done; False where a second person must now do the same within a day.

    Raises:
        RosterError: the database refuses.

    Records:
        `identity.release-asked` or `identity.released`

    Source:
        CJIS IA-4
    """
    done = bool(call("release_binding", actor.pk, person.pk, because) == "released")
    if done:
        end_sessions(
            person, by=actor.username, because="The identity provider's binding was released.", now=now
        )
    return done


def authorize(actor: Person, person: Person, *, document: str, sha256: str = "") -> None:
    """Keep that a supervisor authorized somebody in writing to query: the first of two steps (USR-04).

    Args:
        actor: a supervisor or commander, not the person.
        person: who.
        document: its number.
        sha256: digest of the signed document, where it was at hand.

    Raises:
        RosterError: the database refuses.

    Records:
        `authorization.given`; an earlier grant ends with it.
    """
    change(actor, person, lifecycle.AUTHORIZE, authorization_document=document, authorization_sha256=sha256)


def end_sessions(person: Person, *, by: str, because: str, now: datetime) -> int:
    """End every session of a person.

    Args:
        person: whose.
        by: who ends them.
        because: one sentence.
        now: the present time.

    Returns:
        How many went on until now.
    """
    return sum(end(session, by=by, because=because, now=now) for session in going_on(person, now))


def name_of(actor: Person | None) -> str:
    """Return what records call whoever acts.

    Args:
        actor: a person; None for the system.
    """
    return actor.username if actor else "platekeeper"
