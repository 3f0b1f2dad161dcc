"""Vendors: let in for maintenance and repair, with a ticket, for a time, and out again (USR-07)."""

from datetime import datetime

from platekeeper.office.accounts.models import MaintenanceVisit, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.operations import RosterError, call, end_sessions, name_of


def admit_vendor(
    actor: Person, person: Person, *, ticket: str, valid_from: datetime, valid_to: datetime
) -> None:
    """Let a vendor in for maintenance or repair, with a ticket, for no longer than the policy says (USR-07).

    Args:
        actor: an administrator.
        person: the vendor.
        ticket: number of the order of maintenance.
        valid_from: the beginning.
        valid_to: the end, exclusive.

    Raises:
        RosterError: it is too long, or the database refuses.

    Records:
        `visit.admitted`
    """
    longest = profile_of(person.agency).users.vendor_visit
    if valid_to > longest.value.after(valid_from):
        raise RosterError(f"A visit lasts at most {longest.value.words} ({longest.clause}): end it earlier.")
    call("admit_vendor", actor.pk, person.pk, ticket, valid_from, valid_to)


def close_visit(actor: Person | None, visit: MaintenanceVisit, *, now: datetime) -> None:
    """Note the end of a vendor's visit, and end the vendor's sessions.

    Args:
        actor: an administrator; None where it ended by itself.
        visit: which.
        now: the present time.

    Raises:
        RosterError: the database refuses.

    Records:
        `visit.closed`
    """
    call("close_visit", actor.pk if actor else None, visit.pk)
    end_sessions(visit.person, by=name_of(actor), because="The maintenance visit is over.", now=now)
