"""Places as grid cells: squares of 1/720 degree (about 150 m), an integer that an index can hold.

A circle that touches a corner of one has to walk through all that was read in it; so the squares are small, and what a
standing camera reads is filed under its exact spot (`spots`) instead.
"""

import math

PER_DEGREE = 720
_ROWS = 1 << 13
_COLUMN_BITS = 18
METERS_PER_DEGREE = 111_320.0


def cell_of(lat: float, lon: float) -> int:
    """Return the cell of a place.

    Args:
        lat: degrees north, -90..90.
        lon: degrees east, -180..180.
    """
    return cell_at(math.floor((lat + 90) * PER_DEGREE), math.floor((lon + 180) * PER_DEGREE))


def cell_at(row: int, column: int) -> int:
    """Return the number of a cell: 31 bits, so that rows 1,260 km apart share theirs; each read is looked at anyway.

    Args:
        row: counted from the south pole.
        column: counted eastwards from the 180th meridian.
    """
    return (row % _ROWS << _COLUMN_BITS) | column


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
