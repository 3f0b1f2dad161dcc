"""A read as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.transfers import lateness
from platekeeper.office.reads.models import Read


@dataclass(frozen=True)
class Alternative:
    """One character that a place may hold.

    Attributes:
        char: the character.
        probability: how likely it is, 0..1.
    """

    char: str
    probability: float


@dataclass(frozen=True)
class ShownRead:
    """A read with its details unfolded.

    Attributes:
        read: the read.
        roles: which pictures there are.
        candidates: other readings, best first.
        characters: for each place the characters that it may hold, most likely first.
        provenance: label and value of where it comes from.
        vehicle: what the camera saw of the vehicle, in words.
        pictures: none: each is opened by itself, with a record of its own.
    """

    read: Read
    roles: Sequence[str]
    candidates: Sequence[dict[str, Any]]
    characters: Sequence[Sequence[Alternative]]
    provenance: Sequence[tuple[str, str]]
    vehicle: str
    pictures: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The read's id."""
        return self.read.id

    @property
    def plate(self) -> str:
        """Its text."""
        return self.read.plate

    @property
    def region(self) -> str | None:
        """Its state."""
        return self.read.region

    @property
    def confidence(self) -> float | None:
        """How sure its reader was."""
        return self.read.confidence

    @property
    def read_at(self) -> datetime:
        """When it was taken."""
        return self.read.read_at

    @property
    def camera(self) -> Camera:
        """Which camera took it."""
        return self.read.camera

    @property
    def plate_raw(self) -> str:
        """As its producer wrote it."""
        return self.read.plate_raw

    @property
    def received_at(self) -> datetime:
        """When it reached this server."""
        return self.read.received_at


def shown_read(read: Read, roles: Sequence[str]) -> ShownRead:
    """Unfold what a read's message said.

    Args:
        read: the read.
        roles: which pictures there are.
    """
    detail = read.detail
    plate = detail.get("plate") or {}
    candidates = [{"text": one["text"], "confidence": one.get("conf")} for one in plate.get("candidates", ())]
    characters = [
        [Alternative(char, chance) for char, chance in sorted(place.items(), key=lambda item: -item[1])]
        for place in plate.get("characters", ())
    ]
    seen = detail.get("vehicle") or {}
    words = [values[0]["value"] for name in ("color", "make", "model", "body") if (values := seen.get(name))]
    return ShownRead(
        read=read,
        roles=roles,
        candidates=[one for one in candidates if one["text"] != read.plate],
        characters=characters,
        provenance=_provenance(read, detail),
        vehicle=" ".join(words),
    )


def _provenance(read: Read, detail: dict[str, Any]) -> list[tuple[str, str]]:
    engine = detail.get("engine") or {}
    facts = [
        ("Event number", detail.get("event_number", "")),
        ("Sent by", read.producer),
        ("Engine", f"{engine.get('name', '')} {engine.get('version', '')}".strip()),
        ("Time as sent", detail.get("captured_raw") or ""),
        ("Left out by policy", ", ".join(detail.get("dropped_keys", ()))),
        ("Handed over late", _lateness(read)),
        ("Notes", ", ".join(detail.get("flags", ()))),
    ]
    return [(label, value) for label, value in facts if value]


def _lateness(read: Read) -> str:
    """Return which clause a read from a vehicle came too late for (COL-02), or nothing."""
    late = lateness(read.camera, read.read_at, read.received_at)
    return f"{(read.received_at - read.read_at).days} days after capture ({late.clause})" if late else ""
