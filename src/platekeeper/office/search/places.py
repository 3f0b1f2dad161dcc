"""Places as a person draws them: a circle, an outline, a street with its width; pure geometry on a plane.

A city is small enough to be flat: metres east and north of the place's own middle. What the database needs to find
reads inside is `as_lane`, what the access record keeps is `as_record`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any, ClassVar, TypeAlias

from platekeeper.errors import PlatekeeperError
from platekeeper.office.reads.places import METERS_PER_DEGREE, PER_DEGREE, cell_at

Point: TypeAlias = tuple[float, float]
MOST_POINTS = 60
MOST_CELLS = 1000
WIDEST_M = 30_000


class PlaceError(PlatekeeperError):
    """A place that cannot be searched; the sentence says how to draw it."""


@dataclass(frozen=True)
class _Plane:
    """A flat piece of ground around an origin."""

    lat: float
    lon: float

    @property
    def east_m(self) -> float:
        """Metres of a degree east here."""
        return METERS_PER_DEGREE * math.cos(math.radians(self.lat))

    def at(self, lat: float, lon: float) -> Point:
        """Return metres east and north of the origin."""
        return (lon - self.lon) * self.east_m, (lat - self.lat) * METERS_PER_DEGREE


@dataclass(frozen=True)
class Place:
    """What all places have in common; `points` are pairs of degrees north and east, `kind` is the database's name."""

    kind: ClassVar[str] = ""

    @property
    def points(self) -> tuple[Point, ...]:
        """The points that it is drawn by."""
        raise NotImplementedError

    @property
    def reach_m(self) -> float:
        """How far from those points it reaches, in metres."""
        raise NotImplementedError

    def distance_m(self, lat: float, lon: float) -> float:
        """Return how far a place is from this one's outline or line; 0 inside an outline.

        Args:
            lat: degrees north.
            lon: degrees east.
        """
        raise NotImplementedError

    def covers(self, lat: float, lon: float) -> bool:
        """Tell whether a place lies within.

        Args:
            lat: degrees north.
            lon: degrees east.
        """
        return self.distance_m(lat, lon) <= self.reach_m

    @cached_property
    def plane(self) -> _Plane:
        """The plane around its middle."""
        south, west, north, east = _bounds(self.points)
        return _Plane((south + north) / 2, (west + east) / 2)

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """South, west, north and east, in degrees."""
        south, west, north, east = _bounds(self.points)
        up = self.reach_m / METERS_PER_DEGREE
        aside = self.reach_m / max(self.plane.east_m, 1.0)
        return south - up, west - aside, north + up, east + aside

    def touches(self, other: "Place") -> bool:
        """Tell whether two places may have ground in common; when in doubt, they do.

        Args:
            other: the other place.
        """
        south, west, north, east = self.box
        low, left, high, right = other.box
        if south > high or low > north or west > right or left > east:
            return False
        return _near(self, other)

    def cells(self) -> list[int] | None:
        """Return the grid cells that it touches, some of its neighbours besides; None where they are too many."""
        south, west, north, east = self.box
        rows = range(math.floor((south + 90) * PER_DEGREE), math.floor((north + 90) * PER_DEGREE) + 1)
        columns = range(math.floor((west + 180) * PER_DEGREE), math.floor((east + 180) * PER_DEGREE) + 1)
        if len(rows) * len(columns) > 4 * MOST_CELLS:
            return None
        half = math.hypot(METERS_PER_DEGREE, self.plane.east_m) / PER_DEGREE / 2
        cells = [
            cell_at(row, column)
            for row in rows
            for column in columns
            if self.distance_m((row + 0.5) / PER_DEGREE - 90, (column + 0.5) / PER_DEGREE - 180)
            <= self.reach_m + half
        ]
        return cells if len(cells) <= MOST_CELLS else None

    def as_lane(self) -> dict[str, Any]:
        """Return what `search_reads` in the database needs to find what lies within."""
        drawn = ",".join(f"({x:.3f},{y:.3f})" for x, y in (self.plane.at(*point) for point in self.points))
        cells = self.cells()
        return {
            "shape": self.kind,
            "box": list(self.box),
            "origin_lat": self.plane.lat,
            "origin_lon": self.plane.lon,
            "east_m": self.plane.east_m,
            "north_m": METERS_PER_DEGREE,
            "reach_m": self.reach_m,
            **(
                {}
                if self.kind == "circle"
                else {"outline": f"[{drawn}]" if self.kind == "street" else f"({drawn})"}
            ),
            **({} if cells is None else {"cells": cells}),
        }

    def as_record(self) -> dict[str, Any]:
        """Return it as the access record keeps it (SRC-01)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Circle(Place):
    """A place on the map and what is around it.

    Attributes:
        lat: degrees north.
        lon: degrees east.
        radius_m: metres.
    """

    lat: float
    lon: float
    radius_m: float

    kind: ClassVar[str] = "circle"

    @property
    def points(self) -> tuple[Point, ...]:
        """Its middle."""
        return ((self.lat, self.lon),)

    @property
    def reach_m(self) -> float:
        """Its radius."""
        return self.radius_m

    def distance_m(self, lat: float, lon: float) -> float:
        """Return the distance from its middle, in metres."""
        return math.hypot(*self.plane.at(lat, lon))

    def as_record(self) -> dict[str, Any]:
        """Return middle and radius."""
        return {"circle": [self.lat, self.lon, self.radius_m]}


@dataclass(frozen=True)
class Polygon(Place):
    """An area with an outline.

    Attributes:
        outline: at least three points; the last is joined with the first.
    """

    outline: tuple[Point, ...]

    kind: ClassVar[str] = "polygon"

    @property
    def points(self) -> tuple[Point, ...]:
        """Its corners."""
        return self.outline

    @property
    def reach_m(self) -> float:
        """Nothing beyond the outline."""
        return 0.0

    def distance_m(self, lat: float, lon: float) -> float:
        """Return 0 inside, else the distance from the outline in metres."""
        here, corners = self.plane.at(lat, lon), [self.plane.at(*corner) for corner in self.outline]
        if _inside(here, corners):
            return 0.0
        return min(_from_segment(here, *side) for side in pairwise([*corners, corners[0]]))

    def as_record(self) -> dict[str, Any]:
        """Return the corners."""
        return {"polygon": [list(corner) for corner in self.outline]}


@dataclass(frozen=True)
class Street(Place):
    """A line along a street, and what lies beside it.

    Attributes:
        line: at least two points.
        width_m: how far to each side, in metres.
    """

    line: tuple[Point, ...]
    width_m: float

    kind: ClassVar[str] = "street"

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of the line."""
        return self.line

    @property
    def reach_m(self) -> float:
        """The width to each side."""
        return self.width_m

    def distance_m(self, lat: float, lon: float) -> float:
        """Return the distance from the line in metres."""
        here, line = self.plane.at(lat, lon), [self.plane.at(*point) for point in self.line]
        return min(_from_segment(here, *piece) for piece in pairwise(line))

    def as_record(self) -> dict[str, Any]:
        """Return line and width."""
        return {"street": [list(point) for point in self.line], "width_m": self.width_m}


def polygon(points: Sequence[Point]) -> Polygon:
    """Return an area, if it is one.

    Args:
        points: its corners, degrees north and east.

    Raises:
        PlaceError: too few or too many corners, too large, or the outline crosses itself.
    """
    corners = list(_checked(points))
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:  # a triangle is the smallest area
        raise PlaceError("An area needs at least three corners: click them on the map, or type one a line.")
    flat = [Polygon(tuple(corners)).plane.at(*corner) for corner in corners]
    sides = list(pairwise([*flat, flat[0]]))
    for (one, side), (other, another) in combinations(enumerate(sides), 2):
        neighbours = other - one == 1 or (one == 0 and other == len(sides) - 1)
        if not neighbours and _cross(*side, *another):
            raise PlaceError("The outline crosses itself: draw the corners in their order around the area.")
    return Polygon(tuple(corners))


def street(points: Sequence[Point], width_m: float) -> Street:
    """Return a stretch of street, if it is one.

    Args:
        points: the line, degrees north and east.
        width_m: metres to each side.

    Raises:
        PlaceError: fewer than two points, too many, or too long.
    """
    line = _checked(points)
    if len(line) < 2:  # a line has two ends
        raise PlaceError("A street needs at least two points: click along it on the map, or type one a line.")
    return Street(line, width_m)


def points_in(text: str) -> tuple[Point, ...]:
    """Read points as a person types them or the map writes them: latitude and longitude, one point a line.

    Args:
        text: such as "33.8366, -118.3873" in each line.

    Raises:
        PlaceError: a line that holds no point.
    """
    points = []
    for line in filter(None, map(str.strip, text.replace(";", "\n").splitlines())):
        parts = line.replace(",", " ").split()
        try:
            lat, lon = map(float, parts)
        except ValueError as error:
            raise PlaceError(
                f'"{line[:40]}" is not a point: write latitude and longitude, such as 33.8366, -118.3873.'
            ) from error
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise PlaceError(f"{line[:40]} is not on earth: latitude comes first, then longitude.")
        points.append((lat, lon))
    return tuple(points)


def place_of(record: dict[str, Any]) -> Place | None:
    """Return the place that an access record names, or None.

    Args:
        record: what `as_record` gave.
    """
    if "circle" in record:
        return Circle(*record["circle"])
    if "polygon" in record:
        return Polygon(tuple((lat, lon) for lat, lon in record["polygon"]))
    if "street" in record:
        return Street(tuple((lat, lon) for lat, lon in record["street"]), record["width_m"])
    return None


def _checked(points: Sequence[Point]) -> tuple[Point, ...]:
    once = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    if len(once) > MOST_POINTS:
        raise PlaceError(f"A drawing has at most {MOST_POINTS} points: leave some out.")
    if once:
        south, west, north, east = _bounds(once)
        plane = _Plane((south + north) / 2, (west + east) / 2)
        if max((north - south) * METERS_PER_DEGREE, (east - west) * plane.east_m) > WIDEST_M:
            raise PlaceError(f"The place is wider than {WIDEST_M // 1000} km: draw a smaller one.")
    return tuple(once)


def _bounds(points: Sequence[Point]) -> tuple[float, float, float, float]:
    lats, lons = [point[0] for point in points], [point[1] for point in points]
    return min(lats), min(lons), max(lats), max(lons)


def _near(one: Place, other: Place) -> bool:
    """Tell whether outlines come within reach of each other: any of one's points or sides near the other's."""
    plane, reach = one.plane, one.reach_m + other.reach_m
    first = [plane.at(*point) for point in one.points]
    second = [plane.at(*point) for point in other.points]
    if any(one.covers(*point) for point in other.points) or any(other.covers(*point) for point in one.points):
        return True
    return any(
        _cross(*side, *another) or _apart(side, another) <= reach
        for side in _sides(first, one.kind)
        for another in _sides(second, other.kind)
    )


def _sides(points: list[Point], kind: str) -> list[tuple[Point, Point]]:
    if len(points) == 1:
        return [(points[0], points[0])]
    return list(pairwise([*points, points[0]] if kind == "polygon" else points))


def _apart(side: tuple[Point, Point], other: tuple[Point, Point]) -> float:
    return min(
        *(_from_segment(end, *other) for end in side),
        *(_from_segment(end, *side) for end in other),
    )


def _from_segment(here: Point, start: Point, end: Point) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    part = 0.0
    if length:
        part = ((here[0] - start[0]) * along[0] + (here[1] - start[1]) * along[1]) / length
    part = min(max(part, 0.0), 1.0)
    return math.hypot(here[0] - start[0] - part * along[0], here[1] - start[1] - part * along[1])


def _inside(here: Point, corners: Sequence[Point]) -> bool:
    within = False
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        if (y1 > here[1]) != (y2 > here[1]) and here[0] < (x2 - x1) * (here[1] - y1) / (y2 - y1) + x1:
            within = not within
    return within


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether two segments have a point in common."""

    def turn(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    def between(p: Point, q: Point, r: Point) -> bool:
        return min(p[0], q[0]) <= r[0] <= max(p[0], q[0]) and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])

    one, two, three, four = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if one * two < 0 and three * four < 0:
        return True
    touching = ((one, a, b, c), (two, a, b, d), (three, c, d, a), (four, c, d, b))
    return any(value == 0 and between(p, q, r) for value, p, q, r in touching)
