"""Units log on and off, pursuits are reported and approved, tickets filed; each with its entry in the ledger (OPS)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.feed import announce
from platekeeper.office.dispatch.models import Pursuit, TroubleTicket, UnitShift
from platekeeper.office.dispatch.queries import TROUBLE_FORMS, open_shift, unit_file
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Duty, Function, Role, decide_function
from platekeeper.policy.patrol import UnitFile, UnitStep, decide_unit_step

_BOARD = "/dispatch/board/"


class DispatchError(PlatekeeperError):
    """Something that a unit or a dispatcher cannot do now."""


def log_on(*, person: Person, unit: str, now: datetime) -> UnitShift:
    """Put a unit with a reader on the road, and tell dispatch.

    Args:
        person: the officer.
        unit: call sign.
        now: the present time.

    Raises:
        DispatchError: no call sign, or the officer is out with another unit.

    Records:
        `unit.logged-on`.

    Source:
        OPS-01
    """
    call_sign = unit.replace("\0", "").strip().upper()[:20]
    if not call_sign:
        raise DispatchError("Enter the call sign of your unit.")
    _permitted(person, Function.RECEIVE_ALERTS, now)
    try:
        with transaction.atomic(using=WEB):
            shift = UnitShift.objects.create(
                agency=person.agency, person=person, unit=call_sign, logged_on_at=now, dispatch_told_at=now
            )
            tell(
                agency=person.agency, to=Role.DISPATCHER, kind="unit-logged-on", link=_BOARD, now=now,
                subject=f"Unit {call_sign} is on the road with a plate reader (OPS-01)", key=f"unit:{shift.pk}",
            )  # fmt: skip
            _record(person, "unit.logged-on", shift.pk, {"unit": call_sign})
    except IntegrityError as error:
        raise DispatchError("You are logged on with a unit already: log off first.") from error
    return shift


def log_off(*, person: Person, now: datetime) -> UnitShift:
    """Take a unit off the road.

    Args:
        person: the officer.
        now: the present time.

    Raises:
        DispatchError: the officer is not logged on, or in a pursuit.

    Records:
        `unit.logged-off`.
    """
    shift = _own_shift(person)
    if shift.pursuits.filter(ended_at=None).exists():
        raise DispatchError("Your pursuit has not ended yet: end it first.")
    with transaction.atomic(using=WEB):
        UnitShift.objects.filter(pk=shift.pk, logged_off_at=None).update(logged_off_at=now)
        _record(person, "unit.logged-off", shift.pk, {"unit": shift.unit})
    return shift


def report_pursuit(*, person: Person, part: str, now: datetime) -> Pursuit:
    """Report that one's unit is in a pursuit; supervisors are told at once, for their approval.

    Args:
        person: the officer.
        part: what the unit does, a `Pursuit.Part`.
        now: the present time.

    Raises:
        DispatchError: not logged on, no such part, or one is under way.

    Records:
        `pursuit.began`.

    Source:
        OPS-02
    """
    shift = _own_shift(person)
    if part not in Pursuit.Part.values:
        raise DispatchError("Say what your unit does: it started, continues or assists in the pursuit.")
    if shift.pursuits.filter(ended_at=None).exists():
        raise DispatchError("Your unit is in a pursuit already.")
    with transaction.atomic(using=WEB):
        pursuit = Pursuit.objects.create(agency=person.agency, shift=shift, part=part, began_at=now)
        tell(
            agency=person.agency, to=Role.SUPERVISOR, kind="pursuit", link=_BOARD, now=now, key=f"pursuit:{pursuit.pk}",
            subject=f"Unit {shift.unit} with a plate reader is in a pursuit: approve it or end it (OPS-02)",
        )  # fmt: skip
        _record(person, "pursuit.began", pursuit.pk, {"unit": shift.unit, "part": part})
    return pursuit


def answer_pursuit(*, pursuit: Pursuit, person: Person, is_approved: bool, now: datetime) -> Pursuit:
    """Approve that a unit with a reader is in a pursuit, or order it out.

    Args:
        pursuit: the pursuit.
        person: a supervisor, never the officer.
        is_approved: whether it may go on.
        now: the present time.

    Raises:
        DispatchError: no supervisor, the officer, or it was answered before.

    Records:
        `pursuit.approved` or `pursuit.refused`, with how many seconds it took.

    Source:
        OPS-02
    """
    _of_agency(pursuit.agency_id, person)
    if not {Role.SUPERVISOR, Role.COMMANDER} & set(person.roles):
        raise DispatchError("Only a supervisor approves a pursuit: ask one (OPS-02).")
    if pursuit.shift.person_id == person.pk:
        raise DispatchError("Nobody approves their own pursuit: ask another supervisor (OPS-02).")
    with transaction.atomic(using=WEB):
        given = {"answered_by": person, "answered_at": now, "is_approved": is_approved}
        if not Pursuit.objects.filter(pk=pursuit.pk, answered_at=None).update(**given):
            raise DispatchError("Another supervisor has answered already.")
        seconds = int((now - pursuit.began_at).total_seconds())
        event = "pursuit.approved" if is_approved else "pursuit.refused"
        _record(person, event, pursuit.pk, {"unit": pursuit.shift.unit, "seconds": seconds})
        word = "approved" if is_approved else "NOT approved: leave it"
        tell(
            agency=pursuit.agency, to=pursuit.shift.person, kind="pursuit", link="/dispatch/unit/", now=now,
            subject=f"Your pursuit is {word} (OPS-02)", key=f"pursuit-answer:{pursuit.pk}",
        )  # fmt: skip
    return pursuit


def ask_handover(*, person: Person, now: datetime) -> Pursuit:
    """Note that a marked unit without a reader was asked to take over.

    Args:
        person: the officer.
        now: the present time.

    Raises:
        DispatchError: no pursuit is under way.

    Records:
        `pursuit.handover-asked`.

    Source:
        OPS-03
    """
    pursuit = _own_pursuit(person)
    with transaction.atomic(using=WEB):
        Pursuit.objects.filter(pk=pursuit.pk, handover_asked_at=None).update(handover_asked_at=now)
        _record(person, "pursuit.handover-asked", pursuit.pk, {"unit": pursuit.shift.unit})
    return pursuit


def end_pursuit(*, person: Person, handed_over_to: str, excuse: str, now: datetime) -> Pursuit:
    """End one's part in a pursuit.

    Args:
        person: the officer.
        handed_over_to: call sign of the marked unit that took over; empty where none did.
        excuse: why none was asked; empty where one was.
        now: the present time.

    Raises:
        DispatchError: none is under way, or the policy misses the request for a marked unit.

    Records:
        `pursuit.ended`.

    Source:
        OPS-03
    """
    pursuit = _own_pursuit(person)
    pursuit.handed_over_to = handed_over_to.replace("\0", "").strip().upper()[:20]
    pursuit.handover_excuse = excuse.replace("\0", "").strip()[:200]
    decision = decide_unit_step(profile_of(pursuit.agency), unit_file(pursuit), UnitStep.END_PURSUIT)
    if isinstance(decision, Denied):
        raise DispatchError(str(decision))
    pursuit.ended_at = now
    pursuit.handed_over_at = now if pursuit.handed_over_to else None
    with transaction.atomic(using=WEB):
        pursuit.save(update_fields=["handed_over_to", "handed_over_at", "handover_excuse", "ended_at"])
        details = {"unit": pursuit.shift.unit, "handed_over_to": pursuit.handed_over_to}
        _record(person, "pursuit.ended", pursuit.pk, details)
    return pursuit


def file_ticket(*, person: Person, unit: str, part: str, description: str, now: datetime) -> TroubleTicket:
    """File a ticket for a system that does not work; the office for equipment is told.

    Args:
        person: the officer.
        unit: call sign or camera.
        part: what does not work, a `TroubleTicket.Part`.
        description: in a sentence.
        now: the present time.

    Raises:
        DispatchError: something is missing.

    Records:
        `trouble-ticket.opened`.

    Source:
        OPS-04
    """
    profile = profile_of(person.agency)
    said = " ".join(description.replace("\0", "").split())[:400]
    decision = decide_unit_step(
        profile, UnitFile(officer=person.username, ticket=said), UnitStep.REPORT_TROUBLE
    )
    if isinstance(decision, Denied):
        raise DispatchError(str(decision))
    if part not in TroubleTicket.Part.values or not unit.strip():
        raise DispatchError("Say which unit or camera it is, and which part of it.")
    with transaction.atomic(using=WEB):
        ticket = TroubleTicket.objects.create(
            agency=person.agency, unit=unit.replace("\0", "").strip().upper()[:20], part=part, description=said,
            form=TROUBLE_FORMS.get(profile.code, ""), opened_by=person, opened_at=now,
        )  # fmt: skip
        tell(
            agency=person.agency, to=Duty.EQUIPMENT.value, kind="trouble-ticket", link="/dispatch/tickets/", now=now,
            subject=f"Ticket {ticket.pk}: {ticket.get_part_display().lower()} of {ticket.unit} does not work (OPS-04)",
            key=f"ticket:{ticket.pk}",
        )  # fmt: skip
        _record(person, "trouble-ticket.opened", ticket.pk, {"unit": ticket.unit, "part": part})
    return ticket


def close_ticket(*, ticket: TroubleTicket, person: Person, outcome: str, now: datetime) -> TroubleTicket:
    """Close a ticket; whoever opened it is told.

    Args:
        ticket: the ticket.
        person: somebody who manages devices or maintains the system.
        outcome: what was done.
        now: the present time.

    Raises:
        DispatchError: not theirs to close, closed before, or no outcome.

    Records:
        `trouble-ticket.closed`.

    Source:
        OPS-05
    """
    _of_agency(ticket.agency_id, person)
    _permitted(person, Function.MANAGE_DEVICES, now)
    said = " ".join(outcome.replace("\0", "").split())[:400]
    if not said:
        raise DispatchError("Say what was done.")
    with transaction.atomic(using=WEB):
        given = {"closed_by": person, "closed_at": now, "outcome": said}
        if not TroubleTicket.objects.filter(pk=ticket.pk, closed_at=None).update(**given):
            raise DispatchError("This ticket is closed already.")
        tell(
            agency=ticket.agency, to=ticket.opened_by, kind="trouble-ticket", link="/dispatch/tickets/", now=now,
            subject=f"Your ticket {ticket.pk} is closed", key=f"ticket-closed:{ticket.pk}",
        )  # fmt: skip
        _record(person, "trouble-ticket.closed", ticket.pk, {"unit": ticket.unit, "outcome": said})
    return ticket


def _own_shift(person: Person) -> UnitShift:
    shift = open_shift(person)
    if shift is None:
        raise DispatchError("You are not logged on with a unit: log on first.")
    return shift


def _own_pursuit(person: Person) -> Pursuit:
    own = Pursuit.objects.filter(shift__person=person, ended_at=None)
    pursuit: Pursuit | None = own.select_related("agency", "shift__person", "answered_by").first()
    if pursuit is None:
        raise DispatchError("Your unit is in no pursuit: report one first.")
    return pursuit


def _of_agency(agency_id: int, person: Person) -> None:
    if agency_id != person.agency_id:
        raise DispatchError("That is another agency's: ask its people.")


def _permitted(person: Person, function: Function, now: datetime) -> None:
    decision = decide_function(profile_of(person.agency), facts_of(person), function, now)
    if isinstance(decision, Denied):
        raise DispatchError(str(decision))


def _record(person: Person, event: str, key: int, details: dict[str, Any]) -> None:
    record_event(
        agency=person.agency.slug, event=event, actor=person.username, subject=str(key), details=details
    )
    announce(person.agency_id, "dispatch", str(key), WEB)
