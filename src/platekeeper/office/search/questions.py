"""What is looked for, as a value: what the form makes, the access record keeps, and the database is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings

from platekeeper import plates
from platekeeper.office.search.places import Place, place_of

VEHICLE_PARTS = ("color", "make", "model", "body")


@dataclass(frozen=True)
class Question:
    """What is looked for; whatever is not given does not matter.

    Attributes:
        plate: what was typed: a plate, or a part of one with ? and *.
        lookalikes: also plates that a camera might have taken for it.
        region: ISO 3166-2 code of the state that the plate is from.
        since: reads at or after this time.
        until: reads before this time.
        clock: only between these times of day, in the agency's zone; over midnight where the first is the later.
        weekdays: only on these days, 1 is Monday.
        cameras: ids of cameras.
        place: a place.
        vehicle: part of the description (see VEHICLE_PARTS) and its value.
    """

    plate: str = ""
    lookalikes: bool = False
    region: str = ""
    since: datetime | None = None
    until: datetime | None = None
    clock: tuple[time, time] | None = None
    weekdays: tuple[int, ...] = ()
    cameras: tuple[int, ...] = ()
    place: Place | None = None
    vehicle: tuple[tuple[str, str], ...] = ()

    @property
    def pattern(self) -> plates.PlatePattern | None:
        """The plate as asked, without look-alikes; None where no plate is asked for.

        Raises:
            PlatesError: it cannot be read.
        """
        return plates.PlatePattern.parse(self.plate) if self.plate else None

    def as_record(self) -> dict[str, Any]:
        """Return the elements of the question as the access record keeps them (SRC-01)."""
        given: dict[str, Any] = {
            "plate": self.plate,
            "lookalikes": self.lookalikes,
            "region": self.region,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "clock": [one.isoformat("minutes") for one in self.clock or ()],
            "weekdays": list(self.weekdays),
            "cameras": list(self.cameras),
            "vehicle": dict(self.vehicle),
            **(self.place.as_record() if self.place else {}),
        }
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Question":
        """Return the question that a record keeps: exactly that is run when it was approved (PUR-08).

        Args:
            record: what `as_record` gave.
        """
        clock = [time.fromisoformat(one) for one in record.get("clock", ())]
        return cls(
            plate=record.get("plate", ""),
            lookalikes=record.get("lookalikes", False),
            region=record.get("region", ""),
            since=_moment(record.get("since")),
            until=_moment(record.get("until")),
            clock=(clock[0], clock[1]) if clock else None,
            weekdays=tuple(record.get("weekdays", ())),
            cameras=tuple(record.get("cameras", ())),
            place=place_of(dict(record)),
            vehicle=tuple(sorted(record.get("vehicle", {}).items())),
        )

    def as_lane(self) -> dict[str, Any]:
        """Return what `search_reads` in the database is asked, but for the plates."""
        given: dict[str, Any] = {
            "region": self.region,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "weekdays": list(self.weekdays),
            "cameras": list(self.cameras),
            **(
                {"clock_from": self.clock[0].isoformat(), "clock_to": self.clock[1].isoformat()}
                if self.clock
                else {}
            ),
            **(self.place.as_lane() if self.place else {}),
        }
        if self.vehicle:
            given["vehicle"] = {part: [{"value": value.lower()}] for part, value in self.vehicle}
        return {
            "zone": settings.TIME_ZONE,
            **{name: value for name, value in given.items() if value not in (None, "", [])},
        }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
