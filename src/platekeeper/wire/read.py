"""The neutral read: one plate, seen once, whoever's camera saw it.

Only the plate, the time and the camera are required; null means that the producer did not say, and is never
filled with a guess. Boxes are `x1, y1, x2, y2` in pixels, confidences lie in [0, 1], times are UTC.

Source: formats 6.2, 6.3
"""

import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from platekeeper.plates import LONGEST_PLATE, fold, is_normal, normalize
from platekeeper.wire.fields import (
    YEARS,
    Coordinate,
    Country,
    Degrees,
    Latitude,
    Longitude,
    LongText,
    MediaType,
    MetresPerSecond,
    Moment,
    Name,
    Number,
    OneCharacter,
    Pixels,
    PlateText,
    Probability,
    Region,
    Seconds,
    Sha256,
    ShortText,
    in_utc,
)
from platekeeper.wire.image import Image

# What JSON brings holds no circle: the collector of garbage need not look at any part of a read (gc=False).
SCHEMA = 1
Message = TypeVar("Message", bound=Struct)
Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
Point = tuple[Coordinate, Coordinate]


class Producer(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who made the read and by which way it came; `principal` is whom the receiver authenticated."""

    vendor: Name = ""
    product: Name = ""
    adapter: Name = ""
    adapter_version: ShortText = ""
    transport: ShortText = ""
    principal: Name = ""


class Candidate(Struct, frozen=True, omit_defaults=True, gc=False):
    """Another text that the reader thinks possible."""

    text: PlateText
    conf: Probability | None = None
    pattern_match: bool | None = None


class Plate(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The text of a plate as it was read.

    Attributes:
        raw: what the reader read, NFC, with its spaces and marks; never changed.
        display: how people should see it; `raw` where the producer does not say.
        norm: normal form of the best reading; that of `raw` unless the producer has a better one.
        fold: look-alike key of `norm`, always made here, never shown.
        country: ISO 3166-1 alpha-2.
        region: ISO 3166-2.
        region_raw: region in the producer's words, and so `type_raw`, `color_raw`.
        conf: confidence of the text; null if the producer gives none.
        conf_raw: as sent, on `conf_scale` (100, 999, 10000, ...).
        char_conf: one confidence a character of `norm`.
        characters: for each character of `norm` what it may be: character -> probability.
        det_conf: confidence that it is a plate at all.
        candidates: other possible texts, best first.
        pattern: whether the text fits a format of its region.
    """

    raw: PlateText
    display: ShortText = ""
    norm: Annotated[str, Meta(max_length=LONGEST_PLATE)] = ""
    fold: ShortText = ""
    country: Country | None = None
    region: Region | None = None
    region_raw: ShortText | None = None
    type_raw: ShortText | None = None
    color_raw: ShortText | None = None
    conf: Probability | None = None
    conf_raw: ShortText | None = None
    conf_scale: Number | None = None
    region_conf: Probability | None = None
    country_conf: Probability | None = None
    char_conf: Annotated[tuple[Probability, ...], Meta(max_length=LONGEST_PLATE)] | None = None
    characters: Annotated[tuple[dict[OneCharacter, Probability], ...], Meta(max_length=LONGEST_PLATE)] = ()
    det_conf: Probability | None = None
    candidates: Annotated[tuple[Candidate, ...], Meta(max_length=50)] = ()
    pattern: bool | None = None

    def __post_init__(self) -> None:
        """Derive the forms that the producer leaves out; the key is ours alone."""
        if not self.raw.isascii():
            msgspec.structs.force_setattr(self, "raw", unicodedata.normalize("NFC", self.raw))
        if not self.norm:
            msgspec.structs.force_setattr(self, "norm", normalize(self.raw))
            if not self.norm:
                raise ValueError("plate has no letter or digit that could be read: no plate, no read")
            if len(self.norm) > LONGEST_PLATE:
                raise ValueError(f"plate has more than {LONGEST_PLATE} letters and digits")
        elif not is_normal(self.norm):
            raise ValueError("plate.norm must be A-Z and 0-9 only: leave it out and it is made of raw")
        msgspec.structs.force_setattr(self, "fold", fold(self.norm))
        if not self.display:
            msgspec.structs.force_setattr(self, "display", self.raw)


class Geometry(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where in the picture: boxes and polygons in pixels, and what the producer sent before conversion."""

    image_w: Pixels | None = None
    image_h: Pixels | None = None
    plate_polygon: Annotated[tuple[Point, ...], Meta(min_length=3, max_length=32)] | None = None
    plate_box: Box | None = None
    vehicle_box: Box | None = None
    raw: LongText | None = None
    raw_unit: Literal["px", "permille", "grid8192", "norm2", "unknown"] = "px"

    def __post_init__(self) -> None:
        """Refuse boxes that are inside out."""
        for name, box in (("plate_box", self.plate_box), ("vehicle_box", self.vehicle_box)):
            if box is not None and (box[0] > box[2] or box[1] > box[3]):
                raise ValueError(f"{name} must be x1, y1, x2, y2 with x1 <= x2 and y1 <= y2")


class Camera(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which camera: `id` is ours, `ref_raw` the producer's name for it; one of them is enough."""

    id: Name = ""
    ref_raw: Name = ""
    channel: ShortText | None = None
    lane_raw: ShortText | None = None
    roi_raw: ShortText | None = None

    def __post_init__(self) -> None:
        """Refuse a camera without any name."""
        if not (self.id or self.ref_raw):
            raise ValueError("camera needs an id or a ref_raw")


class Position(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where the camera was; a stale fix is left out, not repeated."""

    lat: Latitude
    lon: Longitude
    source: Literal["payload", "gps", "site"] = "payload"
    fix_quality: ShortText | None = None
    fix_age_s: Seconds | None = None
    hdop: Annotated[float, Meta(ge=0, le=1000)] | None = None


class Unit(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The car that carried the camera."""

    vehicle_unit: ShortText | None = None
    speed_mps: MetresPerSecond | None = None
    course_deg: Degrees | None = None


class Motion(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the seen vehicle moved, as far as the producer tells."""

    relative: Literal["toward", "away", "in", "out", "unknown"] = "unknown"
    raw: ShortText | None = None
    bearing_deg: Degrees | None = None
    image_angle_deg: Degrees | None = None
    speed_mps: MetresPerSecond | None = None
    speed_raw: ShortText | None = None
    speed_unit: ShortText | None = None
    parked: bool | None = None


class Attribute(Struct, frozen=True, omit_defaults=True, gc=False):
    """One possible value of a vehicle's attribute; `vocabulary` names whose words they are."""

    value: ShortText
    conf: Probability | None = None
    vocabulary: ShortText | None = None


Attributes = Annotated[tuple[Attribute, ...], Meta(max_length=20)]


class Vehicle(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the vehicle looks like, best value first; nothing about who is in it (PUR-16)."""

    make: Attributes = ()
    model: Attributes = ()
    color: Attributes = ()
    body: Attributes = ()
    type: Attributes = ()
    year: Attributes = ()
    orientation: Attributes = ()
    plate_missing: Attributes = ()


class ProducerHit(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A match that the producer claims; kept as its claim, never an alert of ours."""

    list: Name
    mode: ShortText | None = None
    matched: ShortText | None = None
    version: ShortText | None = None
    raw: LongText | None = None


class Engine(Struct, frozen=True, omit_defaults=True, gc=False):
    """What read the plate."""

    name: ShortText
    version: ShortText = ""
    ms: Annotated[float, Meta(ge=0, le=1e9)] | None = None


if TYPE_CHECKING:  # nobody but the decoder ever sees the texts
    PlateOrText: TypeAlias = Plate
    CameraOrName: TypeAlias = Camera
else:
    PlateOrText, CameraOrName = Plate | PlateText, Camera | Name


class Read(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One plate, seen once; never changed after it was made.

    Attributes:
        plate: the text; in JSON also a bare string, taken as `raw`.
        captured_at: when the camera saw it, UTC.
        camera: which camera; in JSON also a bare string, taken as `ref_raw`.
        schema: version of the message.
        id: the read's identity; left out by simple senders, then `identified` makes it, the same at every
            retry.
        event_number: the public number made from `id`.
        passage_id: reads of one vehicle passing once share it; the read's own id where nobody says.
        revision: 1 for the first word on a passage, higher for later ones; `supersedes` names the one before.
        source_event_id: the producer's number; makes retries recognisable.
        body_sha256: digest of the producer's message, `body_ref` where it is kept after redaction.
        dropped_keys: names of fields that were left out before storage.
        extras: fields without a place of their own, as far as they are allowed.
        captured_raw: the time as the producer wrote it; `captured_basis` how it became UTC.
        received_at: when the receiver had it.
        late: told long after it was seen; never a live alert.
        flags: what the adapter noticed: `no_zone`, `clock_skew`, `empty_image`, `unit_guessed`, ...
    """

    plate: PlateOrText
    captured_at: Moment
    camera: CameraOrName
    schema: Annotated[int, Meta(ge=1)] = msgspec.field(
        default_factory=lambda: SCHEMA
    )  # so it is always written
    id: UUID | None = None
    event_number: ShortText = ""
    passage_id: UUID | None = None
    revision: Annotated[int, Meta(ge=1, le=10_000)] = 1
    revision_kind: Literal["single", "new", "update", "final", "preview"] = "single"
    supersedes: UUID | None = None
    producer: Producer = Producer()
    source_event_id: Name | None = None
    source_track_id: Name | None = None
    body_sha256: Sha256 | None = None
    body_media_type: MediaType | None = None
    body_ref: Name | None = None
    dropped_keys: Annotated[tuple[Name, ...], Meta(max_length=500)] = ()
    extras: Annotated[dict[ShortText, LongText | Number | bool | None], Meta(max_length=100)] = {}
    captured_end_at: Moment | None = None
    captured_raw: ShortText | None = None
    captured_basis: Literal["utc", "offset", "camera_zone", "assumed", "received"] = "utc"
    received_at: Moment | None = None
    retransmitted: bool | None = None
    late: bool = False
    geometry: Geometry | None = None
    position: Position | None = None
    reader: Unit | None = None
    motion: Motion | None = None
    vehicle: Vehicle | None = None
    images: Annotated[tuple[Image, ...], Meta(max_length=8)] = ()
    producer_hit: ProducerHit | None = None
    engine: Engine | None = None
    flags: Annotated[tuple[ShortText, ...], Meta(max_length=50)] = ()

    def __post_init__(self) -> None:
        """Write short forms out, bring times to UTC and check what only the whole can tell."""
        if isinstance(self.plate, str):
            msgspec.structs.force_setattr(self, "plate", Plate(raw=self.plate))
        if isinstance(self.camera, str):
            msgspec.structs.force_setattr(self, "camera", Camera(ref_raw=self.camera))
        if self.captured_at.tzinfo is not UTC or self.captured_at.year not in YEARS:
            self._bring_to_utc("captured_at", self.captured_at)
        if self.captured_end_at is not None:
            self._bring_to_utc("captured_end_at", self.captured_end_at)
        if self.received_at is not None:
            self._bring_to_utc("received_at", self.received_at)
        if self.captured_end_at is not None and self.captured_end_at < self.captured_at:
            raise ValueError("captured_end_at lies before captured_at")
        if self.id is not None and not is_of_moment(self.id, self.captured_at):
            raise ValueError(
                "id must be a UUID of version 7 made of captured_at: leave it out and it is made"
            )

    def _bring_to_utc(self, name: str, moment: Moment) -> None:
        utc = in_utc(moment, name)
        if utc is not moment:
            msgspec.structs.force_setattr(self, name, utc)


def altered(message: Message, **fields: object) -> Message:
    """Return a copy with other values in some fields, which are the receiver's own and are not checked.

    Args:
        message: as it was decoded.
        fields: name -> value, of the field's type.
    """
    copied: Message = message.__copy__()  # type: ignore[attr-defined]  # the stubs lack it; copy.copy costs six times
    for name, value in fields.items():
        msgspec.structs.force_setattr(copied, name, value)
    return copied


def is_of_moment(read: UUID, captured_at: Moment) -> bool:
    """Tell whether an identity is of version 7 and carries the millisecond of a moment."""
    number = read.int  # the standard class tells the version by way of strings
    is_seventh = number >> 76 & 0xF == 7 and number >> 62 & 0b11 == 0b10
    return is_seventh and number >> 80 == milliseconds(captured_at)


def milliseconds(moment: Moment) -> int:
    """Return the whole milliseconds from 1970 to an aware moment."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000
