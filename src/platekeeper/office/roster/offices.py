"""The offices that the policy names: who held each, who runs the day-to-day work, and orders of deployment."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Agency, Designation, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.operations import RosterError, call, encoded
from platekeeper.policy import Duty


@dataclass
class Office:
    """One office of the policy.

    Attributes:
        title: as the policy names it.
        duties: what it answers for.
        clauses: where the policy says so.
        holder: who holds it now; None while it is empty.
        members: whom the holder assigned, now.
        history: holders and members whose time is over or has not begun.
    """

    title: str
    duties: list[Duty] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    holder: Designation | None = None
    members: list[Designation] = field(default_factory=list)
    history: list[Designation] = field(default_factory=list)


def offices_of(agency: Agency, today: date) -> list[Office]:
    """Return the offices that a policy names, each with its people (GOV-01, C-1).

    Args:
        agency: the agency.
        today: the day that counts.
    """
    found: dict[str, Office] = {}
    for duty, setting in profile_of(agency).duties.items():
        office = found.setdefault(setting.value, Office(setting.value))
        office.duties.append(duty)
        office.clauses.extend(clause for clause in setting.clauses if clause not in office.clauses)
    seen: set[tuple[object, ...]] = set()
    for one in Designation.objects.filter(agency=agency).order_by("-held_from", "pk"):
        of = next((office for office in found.values() if one.duty in office.duties), None)
        # an office of several duties has a row a duty; they are shown as one
        key = (of and of.title, one.holder, one.held_from, one.held_to, one.delegated_by)
        if of is None or key in seen:
            continue
        seen.add(key)
        _place(of, one, today)
    return list(found.values())


def _place(office: Office, one: Designation, today: date) -> None:
    current = one.held_from <= today and (one.held_to is None or today < one.held_to)
    if current and one.delegated_by:
        office.members.append(one)
    elif current and office.holder is None:
        office.holder = one
    else:
        office.history.append(one)


def name_holder(
    actor: Person, *, title: str, holder: str, held_from: date, order_number: str = "", today: date
) -> None:
    """Name who holds an office from a day on; whoever held it until then ends on that day.

    Args:
        actor: an administrator.
        title: the office.
        holder: name.
        held_from: the first day.
        order_number: of the appointment in writing.
        today: the day that counts.

    Raises:
        RosterError: there is no such office, or somebody holds it in that time.

    Records:
        `designation.made`

    Source:
        GOV-01, C-1
    """
    office = _office(actor.agency, title, today)
    given = {"title": title, "holder": holder.strip(), "held_from": held_from.isoformat(),
             "order_number": order_number}  # fmt: skip
    call("designate", actor.pk, [duty.value for duty in office.duties], encoded(given))


def assign_member(
    actor: Person, *, title: str, member: str, held_from: date, held_to: date | None, today: date
) -> None:
    """Assign a member to run an office's day-to-day work, for its holder.

    Args:
        actor: an administrator.
        title: the office.
        member: name.
        held_from: the first day.
        held_to: the day from which it no longer holds; None while open.
        today: the day that counts.

    Raises:
        RosterError: there is no such office, or nobody holds it.

    Records:
        `designation.delegated`

    Source:
        GOV-02
    """
    office = _office(actor.agency, title, today)
    if office.holder is None:
        raise RosterError("Nobody holds this office who could assign: name its holder first (GOV-01).")
    given = {"title": title, "holder": member.strip(), "held_from": held_from.isoformat(),
             "held_to": held_to.isoformat() if held_to else None, "delegated_by": office.holder.holder}  # fmt: skip
    call("designate", actor.pk, [duty.value for duty in office.duties], encoded(given))


def end_designation(actor: Person, designation: Designation, *, day: date) -> None:
    """End a designation on a day, for every duty of the office; it stays in the history.

    Args:
        actor: an administrator.
        designation: one of the office's rows.
        day: the first day on which it no longer holds.

    Raises:
        RosterError: there is none to end on that day.

    Records:
        `designation.ended` for each duty.
    """
    same = Designation.objects.filter(
        agency=actor.agency,
        title=designation.title,
        holder=designation.holder,
        held_from=designation.held_from,
        delegated_by=designation.delegated_by,
    )
    with transaction.atomic(using=WEB):
        for one in same:
            call("end_designation", actor.pk, one.pk, day)


def order_deployment(
    actor: Person, *, effort: str, place: str, valid_from: datetime, valid_to: datetime
) -> None:
    """Keep an order to use cameras for a particular effort (USR-14).

    Args:
        actor: an administrator.
        effort: what for.
        place: where.
        valid_from: the beginning.
        valid_to: the end, exclusive.

    Raises:
        RosterError: it ends before it begins, or effort or place is missing.

    Records:
        `deployment.ordered`
    """
    if not effort.strip() or not place.strip():
        raise RosterError("An order names the effort and the place.")
    given = {"effort": effort.strip(), "place": place.strip(), "valid_from": valid_from.isoformat(),
             "valid_to": valid_to.isoformat()}  # fmt: skip
    call("order_deployment", actor.pk, encoded(given))


def _office(agency: Agency, title: str, today: date) -> Office:
    found = next((office for office in offices_of(agency, today) if office.title == title), None)
    if found is None:
        raise RosterError("The policy names no such office: choose one of its list.")
    return found
