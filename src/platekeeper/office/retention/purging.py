"""The steps of a purge, each a transaction of its own on the custodian's connection (RET-02).

They may be killed between any two, or inside one: whatever is done again does nothing twice. What may go is decided by
the database; the files of pictures are removed here, after the key that opens them is gone.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from platekeeper.office.accounts.models import Agency
from platekeeper.office.reads.storage import vault
from platekeeper.office.reads.vault import VaultError
from platekeeper.office.retention.schedules import CUSTODIAN, CutOffs

log = logging.getLogger("platekeeper.retention")
_ENTRIES_AT_ONCE = 50_000
_READS_AT_ONCE = 20_000
_PLATES_AT_ONCE = 1_000
_RECORDS_AT_ONCE = 10_000


def asked(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """Return what the database answers the custodian.

    Args:
        statement: one SELECT.
        arguments: its parameters.
    """
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())


def forget_replaced_lists(now: datetime) -> None:  # noqa: ARG001  # a job's signature
    """Forget the entries of hot-list versions that others replaced; their digests, counts and times stay.

    Args:
        now: the present time; which versions it concerns is the database's to say.

    Source:
        HOT-04, C-10
    """
    while asked("SELECT forget_replaced_entries(%s)", _ENTRIES_AT_ONCE) == [(True,)]:
        pass


@dataclass(frozen=True)
class MonthPlan:
    """What is due of an agency's reads in one month.

    Attributes:
        month: its first day.
        due: reads that go.
        held: reads that are due but held.
        spared: reads on a hot list, which the policy spares.
        kept: reads that are not due yet.
        holds: how many reads each hold keeps, by its id.
    """

    month: date
    due: int
    held: int
    spared: int
    kept: int
    holds: dict[str, int]


@dataclass(frozen=True)
class Plan:
    """What a purge would do.

    Attributes:
        cut_offs: what is due.
        months: months with anything due, oldest first.
        quarantined: reads in quarantine that are due.
        quarantined_held: reads in quarantine that are due but held.
        quarantine_holds: how many of those each hold keeps, by its id.
        records: access records that are due.
        keys: image keys that are due and serve nothing any more.
    """

    cut_offs: CutOffs
    months: tuple[MonthPlan, ...]
    quarantined: int
    quarantined_held: int
    quarantine_holds: dict[str, int]
    records: int
    keys: int

    @property
    def due(self) -> int:
        """Reads that go."""
        return sum(month.due for month in self.months)

    @property
    def held(self) -> int:
        """Reads that are due but held."""
        return sum(month.held for month in self.months)

    @property
    def holds(self) -> dict[str, int]:
        """How many reads each hold keeps, those in quarantine among them."""
        kept: Counter[str] = Counter(self.quarantine_holds)
        for month in self.months:
            kept.update(month.holds)
        return dict(kept)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.due or self.quarantined or self.records or self.keys)


def planned(agency: Agency, of: CutOffs) -> Plan:
    """Count what is due; nothing is changed.

    Args:
        agency: whose data.
        of: what counts as due.
    """
    rows = asked("SELECT month, due, held, spared, kept, holds FROM purge_plan(%s, %s)", agency.pk, of.reads)
    months = tuple(
        MonthPlan(month, due, held, spared, kept, _decoded(holds))
        for month, due, held, spared, kept, holds in rows
    )
    due, held, holds = asked("SELECT due, held, holds FROM quarantine_plan(%s, %s)", agency.pk, of.reads)[0]
    records = asked("SELECT due_records(%s, %s)", agency.pk, of.records)[0][0]
    keys = asked("SELECT idle_keys(%s, %s)", agency.pk, of.reads)[0][0]
    return Plan(of, months, due, held, _decoded(holds), records, keys)


def _decoded(value: Any) -> dict[str, Any]:
    # Django leaves jsonb of raw cursors as text
    return dict(msgspec.json.decode(value)) if isinstance(value, str) else dict(value)


@dataclass
class Gone:
    """Which plates lost reads singly, by agency, and whether whole months were emptied."""

    plates: dict[int, set[str]] = field(default_factory=dict)
    emptied: bool = False


def months_before(moment: datetime) -> list[date]:
    """Return the months in which there may be anything before a moment, also where nothing is due any more.

    Args:
        moment: the moment.
    """
    return [row[0] for row in asked("SELECT month FROM purge_months(%s)", moment)]


def purge_month(month: date) -> Gone:
    """Destroy what is due in a month for every agency with an open run, and what was derived from it.

    Args:
        month: its first day.
    """
    gone = Gone()
    more = True
    while more:
        (emptied, more, plates) = asked(
            "SELECT emptied, more, plates FROM purge_reads(%s, %s)", month, _READS_AT_ONCE
        )[0]
        gone.emptied |= emptied
        for agency, texts in _decoded(plates).items():
            gone.plates.setdefault(int(agency), set()).update(texts)
    asked("SELECT purge_traces(%s)", month)
    return gone


def tidy_plates(agency: Agency, through: date, among: Iterable[str] | None) -> None:
    """Remove plates of which no read is left from the index of plates.

    Args:
        agency: whose.
        through: only plates last seen in this month or before.
        among: the plates that lost reads; None for all.
    """
    if among is None:
        after: str | None = ""
        while after is not None:
            after = asked(
                "SELECT tidy_plates(%s, NULL, %s, %s, %s)", agency.pk, through, after, _PLATES_AT_ONCE
            )[0][0]
        return
    texts = sorted(among)
    for start in range(0, len(texts), _PLATES_AT_ONCE):
        some = texts[start : start + _PLATES_AT_ONCE]
        asked("SELECT tidy_plates(%s, %s::text[], %s, '', %s)", agency.pk, some, through, _PLATES_AT_ONCE + 1)


def remove_pictures(agency: Agency) -> None:
    """Remove the files of single pictures whose rows are gone.

    Args:
        agency: whose.
    """
    for key_name, digest in asked("SELECT key_name, sha256 FROM pictures_to_remove(%s)", agency.pk):
        vault().discard(bytes(digest), agency_id=agency.pk, key_name=key_name)
    asked("SELECT pictures_removed(%s)", agency.pk)


def destroy_keys(agency: Agency) -> list[str]:
    """Destroy every image key whose slice of time is due, held pictures having moved to a key of their own.

    Args:
        agency: whose.

    Returns:
        Names of keys that had to stay, because a held picture's file is missing or damaged.
    """
    staying: list[str] = []
    # asked anew after each: what moves into a key that an interrupted purge had made is no reason to destroy that one
    while full := _due_keys(agency, but=staying, are_empty=False):
        name, wrapped = full[0]
        if not _move_held(agency, name, wrapped):
            staying.append(name)
    going = [name for name, _ in _due_keys(agency, but=staying, are_empty=True)]
    if going:
        asked("SELECT destroy_keys(%s, %s::text[])", agency.pk, going)
    sweep_files(agency)
    return staying


def sweep_files(agency: Agency) -> None:
    """Remove every file whose key is destroyed: an interrupted purge may have left some.

    Args:
        agency: whose.
    """
    lying = vault().key_names(agency.pk)  # looked at first: a key is made before any file that it seals
    known = {name for (name,) in asked("SELECT name FROM known_keys(%s)", agency.pk)}
    for name in lying:
        if name not in known:
            vault().discard_all(agency.pk, name)


def _due_keys(agency: Agency, *, but: Sequence[str], are_empty: bool) -> list[tuple[str, bytes]]:
    return [
        (name, bytes(wrapped))
        for name, _, wrapped, pictures in asked("SELECT * FROM due_keys(%s)", agency.pk)
        if name not in but and (pictures == 0) is are_empty
    ]


def _move_held(agency: Agency, name: str, wrapped: bytes) -> bool:
    base, _, generation = name.partition("+")
    new = f"{base}+{int(generation or 0) + 1}"
    made = vault().new_key(agency.pk, new)
    kept = bytes(asked("SELECT add_held_key(%s, %s, %s, %s)", agency.pk, name, new, made)[0][0])
    vault().sweep(
        agency.pk, new
    )  # a purge killed here may have left half a file; nobody else writes under a held key
    for read_at, read_id, role, digest in asked(
        "SELECT read_at, read_id, role, sha256 FROM held_pictures(%s, %s)", agency.pk, name
    ):
        try:
            content = vault().open(bytes(digest), agency_id=agency.pk, key_name=name, wrapped=wrapped)
        except VaultError:
            log.error("A held picture under key %s does not open: the key stays.", name)  # noqa: TRY400
            return False
        vault().seal(content, agency_id=agency.pk, key_name=new, wrapped=kept)
        asked("SELECT move_picture(%s, %s, %s, %s, %s, %s)", agency.pk, read_at, read_id, role, name, new)
    return True


def purge_the_rest(agency: Agency) -> None:
    """Destroy what is due of quarantined reads and access records.

    Args:
        agency: whose.
    """
    asked("SELECT purge_quarantine(%s)", agency.pk)
    while asked("SELECT purge_records(%s, %s)", agency.pk, _RECORDS_AT_ONCE)[0][0]:
        pass


def drop_empty(months: Sequence[date]) -> None:
    """Remove partitions in which nothing is left; one that others are using waits for the next purge.

    Args:
        months: first days of months.
    """
    for month in months:
        asked("SELECT drop_empty_month(%s)", month)


def opened(agency: Agency, of: CutOffs, by: str) -> UUID:
    """Open a run; the database refuses it before its time.

    Args:
        agency: whose data.
        of: what is due.
        by: who started it.

    Records:
        `purge.started`.
    """
    return UUID(str(asked("SELECT open_purge(%s, %s, %s, %s)", agency.pk, of.reads, of.records, by)[0][0]))


def database_clock() -> datetime:
    """Return the database's own time, by which it decides what is due."""
    now: datetime = asked("SELECT clock_timestamp()")[0][0]
    return now
