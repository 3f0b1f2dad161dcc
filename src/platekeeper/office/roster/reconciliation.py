"""The roster of active employees, as the personnel office drops it, against the people here (USR-11).

A file of comma-separated values with a heading: `username` or `employee_number`, and, if it likes, `full_name` and
`title`. Who is here and not on it left; the plan is shown before anything happens. Vendors are no employees.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.roster.operations import RosterError, separate
from platekeeper.policy import Role

_KEYS = ("username", "employee_number")
_MOST_LINES = 50_000
_LARGEST_BYTES = 2 * 2**20


@dataclass(frozen=True)
class Employee:
    """One line of the roster.

    Attributes:
        line: its number, the heading being 1.
        username: what they log in as; empty where the roster does not know.
        employee_number: as personnel numbers them; empty where it does not say.
        full_name: their name, if it says.
        title: job title, if it says.
    """

    line: int
    username: str
    employee_number: str
    full_name: str
    title: str


@dataclass(frozen=True)
class Plan:
    """What a roster means for the people here.

    Attributes:
        leavers: people who are not on it.
        retitled: people whose title differs, with the roster's.
        unknown: lines that nobody here answers to.
        matched: how many people are on it.
    """

    leavers: tuple[Person, ...]
    retitled: tuple[tuple[Person, str], ...]
    unknown: tuple[Employee, ...]
    matched: int

    @property
    def is_large(self) -> bool:
        """Whether so many would leave that somebody should look twice: more than three, and a tenth."""
        return len(self.leavers) > 3 and len(self.leavers) * 10 > self.matched + len(self.leavers)


def read_roster(data: bytes) -> list[Employee]:
    """Read a roster.

    Args:
        data: the file, UTF-8.

    Returns:
        Its lines.

    Raises:
        RosterError: it is too large, empty, not UTF-8, has no heading, or names somebody twice.
    """
    if len(data) > _LARGEST_BYTES:
        raise RosterError("The roster is larger than 2 MiB: send the active employees only.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"The roster is not UTF-8 from byte {error.start} on: save it as UTF-8.") from error
    if "\0" in text:
        raise RosterError("The roster holds bytes that are no text: export it as comma-separated values.")
    rows = csv.DictReader(io.StringIO(text), restkey="", restval="")
    heading = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not set(_KEYS) & set(heading):
        raise RosterError("The roster's first line must name a column username or employee_number.")
    rows.fieldnames = heading
    try:
        employees = [_employee(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise RosterError(f"Line {rows.line_num} of the roster cannot be read: {error}.") from error
    return _checked([one for one in employees if one.username or one.employee_number])


def _employee(line: int, row: dict[str, str]) -> Employee:
    def cell(name: str) -> str:
        return str(row.get(name) or "").strip()

    return Employee(line, cell("username").lower(), cell("employee_number"), cell("full_name"), cell("title"))


def _checked(employees: list[Employee]) -> list[Employee]:
    if not employees:
        raise RosterError("The roster names nobody: an empty file deactivates nobody.")
    if len(employees) > _MOST_LINES:
        raise RosterError(f"The roster has more than {_MOST_LINES} lines: send the active employees only.")
    for key in _KEYS:
        seen: dict[str, int] = {}
        for one in employees:
            value = getattr(one, key)
            if value and value in seen:
                raise RosterError(f"Lines {seen[value]} and {one.line} of the roster name the same {key}.")
            seen[value] = one.line
    return employees


def plan_for(agency: Agency, employees: Iterable[Employee], *, as_of: datetime | None = None) -> Plan:
    """Return what a roster means for an agency, changing nothing.

    Args:
        agency: the agency.
        employees: the roster.
        as_of: when it was made; whoever was added since is not missing from it.
    """
    listed = list(employees)
    usernames = {one.username: one for one in listed if one.username}
    numbers = {one.employee_number: one for one in listed if one.employee_number}
    leavers, retitled, known, matched = [], [], set(), 0
    for person in Person.objects.filter(agency=agency, separated_at__isnull=True).select_related("agency"):
        one = usernames.get(person.username) or numbers.get(person.employee_number or "-")
        if one is not None:
            matched += 1
            known.add(one.line)
            if one.title and one.title != person.title:
                retitled.append((person, one.title))
        elif Role.VENDOR not in person.roles and (as_of is None or person.added_at < as_of):
            leavers.append(person)
    unknown = tuple(one for one in listed if one.line not in known)
    return Plan(tuple(leavers), tuple(retitled), unknown, matched)


def apply_plan(actor: Person | None, agency: Agency, person_ids: Iterable[int], *, now: datetime) -> int:
    """Separate the people whom somebody confirmed as leavers.

    Args:
        actor: an administrator, who never separates themselves; None for the drop of a trusted roster.
        agency: whose people.
        person_ids: their numbers; those of others, or gone already, are passed over.
        now: the present time.

    Returns:
        How many were separated.

    Raises:
        RosterError: the database refuses.

    Records:
        `account.separated` for each.
    """
    people = Person.objects.filter(agency=agency, pk__in=list(person_ids), separated_at__isnull=True)
    count = 0
    for person in people.exclude(pk=actor.pk) if actor else people:
        separate(actor, person, now=now)
        count += 1
    return count
