"""Entries as lines of PostgreSQL's COPY: a million of them pass here, so each is one string and made once."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from platekeeper import plates
from platekeeper.intake.hotlists import Entry, categories
from platekeeper.office.hotlists.keeping import stored_category

STORED = ("plate", "match_key", "fold", "region", "category", "record", "vehicle", "case_agent", "case_number",
          "synopsis", "expires_at")  # fmt: skip
"""The columns of a row, in its order."""

STORED_AS = {code: stored_category(code) for code in categories()}
"""Category of a list -> the code under which it is stored."""

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NEVER = "\\N"


@dataclass(frozen=True, slots=True)
class ListedVehicle:
    """One entry as it will be matched.

    Attributes:
        plate: as the list spells it; `?` and `*` where it is known in part (PUR-04).
        category: why it is of interest.
        region: ISO 3166-2 of the plate, empty where the list does not say.
        record: by what its source tells it from another entry of the same plate (HOT-10).
        vehicle: year, make, model, colour in words.
        case_agent: who submitted it (HOT-07).
        case_number: the case (HOT-07).
        synopsis: what it is about, in a sentence (HOT-07).
        expires_at: when it ends by itself.
    """

    plate: str
    category: str
    region: str = ""
    record: str = ""
    vehicle: str = ""
    case_agent: str = ""
    case_number: str = ""
    synopsis: str = ""
    expires_at: datetime | None = None


def row_of_vehicle(entry: ListedVehicle) -> str:
    """Return an entry's row; empty if it has no plate that can be stored."""
    plate = plate_or_pattern(entry.plate)
    if not plate:
        return ""
    ends = entry.expires_at.isoformat() if entry.expires_at else _NEVER
    return (
        f"{plate}\t{plates.match_key(plate)}\t{plates.fold(plate)}\t{entry.region}\t{entry.category}"
        f"\t{_text(entry.record, 40)}\t{_text(entry.vehicle, 120)}\t{_text(entry.case_agent, 120)}"
        f"\t{_text(entry.case_number, 60)}\t{_text(entry.synopsis, 400)}\t{ends}"
    )


def plate_or_pattern(text: str) -> str:
    """Return a plate's normal form, `?` and `*` kept; empty if it is none that can be stored.

    Args:
        text: as typed.
    """
    if not {"?", "*"} & set(text):
        written = plates.normalize(text)
        return written if len(written) <= plates.LONGEST_PLATE else ""
    try:
        written = plates.PlatePattern.parse(text).text
    except plates.PlatesError:
        return ""
    return written if 0 < len(written) <= plates.LONGEST_PLATE else ""


def row_of_entry(entry: Entry) -> str:
    """Return the row of a file's entry; its plate is in normal form and fits, the reader saw to it."""
    plate = entry.plate
    ends = _end_of(entry.expires) if entry.expires_raw else _NEVER
    vehicle = _vehicle(entry.year, entry.color, entry.make, entry.model, entry.style)
    return (
        f"{plate}\t{plates.match_key(plate)}\t{plates.fold(plate)}\t{entry.region}\t{STORED_AS[entry.category]}"
        f"\t{_text(entry.record_id or entry.date_raw, 40)}\t{vehicle}\t{_text(entry.case_agent, 120)}"
        f"\t{_text(entry.case_number, 60)}\t{_text(entry.notes or _origin(entry), 400)}\t{ends}"
    )


def _origin(entry: Entry) -> str:
    """Return by what a dispatcher finds the entry at its source, where the list has no words of its own."""
    record = f"record {entry.record_id} " if entry.record_id else ""
    agency = entry.agency or entry.ori
    return f"{record}{f'of {agency} ' if agency else ''}{_dated(entry.date_raw, entry.date)}".rstrip()


@lru_cache(maxsize=65_536)
def _vehicle(year: str, color: str, make: str, model: str, style: str) -> str:
    """Return a vehicle in words; lists repeat the same ones, and words are slow to find."""
    entry = Entry("", "OTHER", "ncic", False, "", year=year, color=color, make=make, model=model, style=style)
    return _text(entry.vehicle, 120)


@lru_cache(maxsize=4096)
def _dated(date_raw: str, day: date | None) -> str:  # noqa: ARG001  # the list's own spelling is the key
    return f"dated {day}" if day else ""


@lru_cache(maxsize=4096)
def _end_of(last_day: date) -> str:
    """Return the moment after the last day on which an entry counts."""
    return timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min)).isoformat()


def _text(words: str, longest: int) -> str:
    if not words:
        return ""
    if words.isprintable() and "\\" not in words:
        return words[:longest]
    return words[:longest].translate(_ESCAPED)
