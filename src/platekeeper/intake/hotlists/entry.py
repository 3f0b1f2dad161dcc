"""One line of a hot list: its own words, and what they mean.

Stored fields are the list's spelling with outer spaces removed; properties interpret them. Nothing about a
person has a place here, so nothing about a person can leave a parser (formats 1.2 finding 5, 6.3).
"""

import datetime
import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from platekeeper import plates
from platekeeper.intake.hotlists import codes
from platekeeper.intake.hotlists.categories import categories

FIELDS = (
    *("plate", "state", "category", "county", "date", "expires", "record_id", "ori", "agency", "case_number"),
    *(
        "case_agent",
        "plate_year",
        "plate_type",
        "vin",
        "year",
        "make",
        "model",
        "style",
        "color",
        "notes",
        "action",
    ),
)
"""What a layout may take from a line, in the order of `Entry`'s own fields."""

_DATES = (
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[T ].*)?"),
    re.compile(r"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{4})(?: .*)?"),
)


class Entry(Struct, frozen=True, gc=False):
    """A vehicle of interest.

    Attributes:
        plate: normal form of the list's own spelling; a 0 may stand for the letter O, and stays.
        category: code of `categories.toml`.
        vocabulary: whose state letters these are.
        plate_raw: as written; and so every field after it.
        notes_raw: synopsis or description.
        action_raw: in an incremental file, whether to add or to remove.
    """

    plate: str
    category: str
    vocabulary: codes.Vocabulary
    removes: bool
    plate_raw: str
    state_raw: str = ""
    category_raw: str = ""
    county: str = ""
    date_raw: str = ""
    expires_raw: str = ""
    record_id: str = ""
    ori: str = ""
    agency: str = ""
    case_number: str = ""
    case_agent: str = ""
    plate_year: str = ""
    plate_type: str = ""
    vin: str = ""
    year: str = ""
    make: str = ""
    model: str = ""
    style: str = ""
    color: str = ""
    notes: str = ""
    action_raw: str = ""

    @property
    def match_key(self) -> str:
        """The plate with O as 0, for matching only; never shown (HOT-04)."""
        return plates.match_key(self.plate)

    @property
    def fold(self) -> str:
        """The plate's look-alike key, for matching only; never shown."""
        return plates.fold(self.plate)

    @property
    def state(self) -> str:
        """The issuing state's letters, the digit 0 read as O; empty if the list does not say."""
        return codes.in_letters(self.state_raw)

    @property
    def region(self) -> str:
        """The issuing state as ISO 3166-2; empty if unknown."""
        return codes.region(self.state, self.vocabulary)

    @property
    def date(self) -> datetime.date | None:
        """When it happened or was entered, as the list means it."""
        return date_of(self.date_raw)

    @property
    def expires(self) -> datetime.date | None:
        """The last day on which the entry counts."""
        return date_of(self.expires_raw)

    @property
    def category_name(self) -> str:
        """The category in words."""
        return categories()[self.category].name

    @property
    def vehicle(self) -> str:
        """Year, colour, make, model and style in words, as far as they are known: `2009 gray Dodge CHA four-door`."""
        parts = (
            self.year if self.year.strip("0") else "",
            codes.color_words(self.color),
            codes.words("make", self.make),
            self.model,
            codes.words("style", self.style),
        )
        return " ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """Return the entry for people and scripts: what it says, in plain values, without the matching keys."""
        listed = {
            "plate": self.plate,
            "state": self.state or None,
            "county": self.county or None,
            "date": self.date.isoformat() if self.date else None,
            "category": self.category,
            "category_name": self.category_name,
            "region": self.region or None,
            "expires": self.expires.isoformat() if self.expires else None,
            "vehicle": self.vehicle or None,
        }
        if self.removes:
            listed["action"] = "remove"
        return listed | {name: value for name in _SHOWN_IF_SAID if (value := getattr(self, name))}


_SHOWN_IF_SAID = (
    *(
        "plate_raw",
        "state_raw",
        "category_raw",
        "date_raw",
        "record_id",
        "ori",
        "agency",
        "case_number",
        "case_agent",
    ),
    *("plate_year", "plate_type", "vin", "year", "make", "model", "style", "color", "notes"),
)


@lru_cache(maxsize=65_536)
def date_of(text: str) -> datetime.date | None:
    """Read a date as lists write it: 20180627, 06/27/2018, 2018-06-27.

    Returns:
        None if it is no date of the calendar; lists write 00000000 for unknown.
    """
    found = next((match for form in _DATES if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    try:
        return datetime.date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
