"""What recognition answers: frozen values that keep every character's probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PlateRegion:
    """Where a plate is.

    Attributes:
        corners: four points in pixels, clockwise from the top left in the plate's reading direction.
        confidence: how sure the finder is that this is a plate, in [0, 1].
    """

    corners: Corners
    confidence: float

    @property
    def box(self) -> Box:
        """The upright box around the corners: x1, y1, x2, y2 in pixels."""
        xs, ys = zip(*self.corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True)
class Character:
    """One character of a reading.

    Attributes:
        text: the character read, one of 0-9 and A-Z.
        confidence: its probability, in [0, 1].
        probabilities: the probability of every character that could stand here, in falling order.
    """

    text: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class Candidate:
    """One text that the plate may bear, and how probable it is, in [0, 1]."""

    text: str
    confidence: float


@dataclass(frozen=True)
class PlateReading:
    """What a plate shows.

    Attributes:
        text: the best text, characters 0-9 and A-Z; empty when nothing can be read.
        confidence: the probability that this text is right, in [0, 1].
        characters: one entry a character of `text`.
        candidates: the likely texts in falling order, the best one first.
        raw: what the engine read before any cleaning, with its spaces and marks.
        region: ISO 3166-2 code of the issuing state (or alpha-2 country) where it can be told.
    """

    text: str
    confidence: float
    characters: tuple[Character, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    raw: str = ""
    region: str | None = None


NOTHING_READ = PlateReading(text="", confidence=0.0)


@dataclass(frozen=True)
class Recognition:
    """One plate in one frame: where it is and what it shows.

    Attributes:
        region: where the plate is.
        reading: what it shows.
        vehicle: attributes of the vehicle by name, such as colour; empty when not looked for.
    """

    region: PlateRegion
    reading: PlateReading
    vehicle: Mapping[str, str] = field(default_factory=dict)
