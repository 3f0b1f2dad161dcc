"""Who is out, what is being pursued, and what is broken."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.queries import news_mark
from platekeeper.office.dispatch.models import Pursuit, TroubleTicket, UnitShift
from platekeeper.policy import Denied
from platekeeper.policy.patrol import UnitFile, UnitStep, decide_unit_step

_RECENT = timedelta(days=30)
# The one agency that names a form is Los Angeles: Motor Vehicle Trouble Ticket (OPS-04).
TROUBLE_FORMS = {"LA": "Form 11.03.00, Motor Vehicle Trouble Ticket"}


@dataclass(frozen=True)
class PursuitStatus:
    """A pursuit, and what the policy still misses.

    Attributes:
        pursuit: the pursuit.
        missing: what is missing, the most urgent first.
    """

    pursuit: Pursuit
    missing: tuple[Denied, ...]


def open_shift(person: Person) -> UnitShift | None:
    """Return the unit that a person is logged on with, or None.

    Args:
        person: the officer.
    """
    return UnitShift.objects.filter(person=person, logged_off_at=None).first()


def units_out(agency: Agency) -> list[UnitShift]:
    """Return the units that are out, by call sign.

    Args:
        agency: whose.
    """
    return list(UnitShift.objects.filter(agency=agency, logged_off_at=None).select_related("person"))


def unit_file(pursuit: Pursuit) -> UnitFile:
    """Return what is on file about a unit in a pursuit.

    Args:
        pursuit: the pursuit.
    """
    approver = pursuit.answered_by.username if pursuit.answered_by and pursuit.is_approved else ""
    return UnitFile(
        officer=pursuit.shift.person.username,
        dispatch_told_at=pursuit.shift.dispatch_told_at,
        pursuit_approved_by=approver,
        handover_asked_at=pursuit.handover_asked_at,
        handover_excused=pursuit.handover_excuse,
    )


def pursuits(agency: Agency, now: datetime) -> list[PursuitStatus]:
    """Return the pursuits under way and those of the last thirty days, newest first, with what each misses.

    Args:
        agency: whose.
        now: the present time.

    Source:
        OPS-02, OPS-03
    """
    found = Pursuit.objects.filter(agency=agency, began_at__gte=now - _RECENT)
    chosen = found.select_related("shift__person", "answered_by")[:50]
    return [PursuitStatus(one, missing_of(one)) for one in chosen]


def missing_of(pursuit: Pursuit) -> tuple[Denied, ...]:
    """Return what the policy still misses about a pursuit.

    Args:
        pursuit: the pursuit, with its shift and person.
    """
    profile, file = profile_of(pursuit.agency), unit_file(pursuit)
    asked = [decide_unit_step(profile, file, step) for step in (UnitStep.PURSUE, UnitStep.END_PURSUIT)]
    return tuple(one for one in asked if isinstance(one, Denied))


def board_mark(agency_id: int) -> str:
    """Return a word that stands for all that the board of dispatch shows; it changes when that does.

    Args:
        agency_id: whose board.
    """
    shifts = UnitShift.objects.filter(agency=agency_id, logged_off_at=None)
    chases = Pursuit.objects.filter(agency=agency_id).order_by("-began_at")[:50]
    tickets = TroubleTicket.objects.filter(agency=agency_id, closed_at=None)
    rows = [[*found.values_list()] for found in (shifts, chases, tickets)]
    return hashlib.sha256(f"{news_mark(agency_id)} {rows}".encode()).hexdigest()


def open_tickets(agency: Agency) -> list[TroubleTicket]:
    """Return the tickets that nobody closed, the oldest first (OPS-05).

    Args:
        agency: whose.
    """
    tickets = TroubleTicket.objects.filter(agency=agency, closed_at=None)
    return list(tickets.select_related("opened_by").order_by("opened_at"))
