"""Places as grid cells: squares of 1/180 degree (about 600 m), an integer that an index can hold.

A circle that touches a corner of one has to walk through all that was read in it; so what a standing camera reads is
filed under its exact spot (`spots`), and only what others read under cells.
"""

import math

_PER_DEGREE = 180
METERS_PER_DEGREE = 111_320.0
_MOST_CELLS = 2000


def cell_of(lat: float, lon: float) -> int:
    """Return the cell of a place.

    Args:
        lat: degrees north, -90..90.
        lon: degrees east, -180..180.
    """
    return (math.floor((lat + 90) * _PER_DEGREE) << 16) | math.floor((lon + 180) * _PER_DEGREE)


def cells_around(lat: float, lon: float, radius_m: float) -> list[int] | None:
    """Return the cells that a circle touches (some of its corners besides), or None if they are too many to list.

    Args:
        lat: degrees north.
        lon: degrees east.
        radius_m: metres, positive.
    """
    north, east = box_around(lat, radius_m)
    rows = range(
        math.floor((lat - north + 90) * _PER_DEGREE), math.floor((lat + north + 90) * _PER_DEGREE) + 1
    )
    columns = range(
        math.floor((lon - east + 180) * _PER_DEGREE), math.floor((lon + east + 180) * _PER_DEGREE) + 1
    )
    if len(rows) * len(columns) > _MOST_CELLS:
        return None
    return [(row << 16) | column for row in rows for column in columns]


def box_around(lat: float, radius_m: float) -> tuple[float, float]:
    """Return how many degrees north and east a circle reaches from its centre.

    Args:
        lat: degrees north.
        radius_m: metres.
    """
    north = radius_m / METERS_PER_DEGREE
    return north, north / max(math.cos(math.radians(lat)), 0.01)


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two places in metres (equirectangular: exact enough for a city).

    Args:
        lat: degrees north.
        lon: degrees east.
        other_lat: degrees north.
        other_lon: degrees east.
    """
    east = (other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(other_lat - lat, east) * METERS_PER_DEGREE
