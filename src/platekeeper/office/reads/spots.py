"""The spots where standing cameras take reads: derived from reads, as the index of plates is, and never forgotten.

A read is filed under its spot only after the spot was committed, so a place that asks for the spots inside misses none.
A camera that says another position each time gets no more spots, and goes by grid cells like one on a car. What is
remembered of a camera counts for one writing of its row: a database that was put back from a backup is asked anew.
"""

from collections.abc import Sequence
from typing import TypeAlias

from django.db import connections

from platekeeper.office.reads.arrival import Arrival
from platekeeper.office.statements import prepared

_INGEST = "ingest"
_NOTE = "SELECT note_spot(%s, %s, %s, %s)"
_Camera: TypeAlias = tuple[int, str]
_Spot: TypeAlias = tuple[_Camera, float | None, float | None]
_spots: dict[_Spot, int] = {}
_wandering: set[_Camera] = set()


def prepare_spots(agency_id: int, arrivals: Sequence[Arrival]) -> None:
    """Make sure that the spots of standing cameras are known; committed by itself, before the batch.

    Args:
        agency_id: whose the reads are.
        arrivals: the reads to come.
    """
    for spot in {_spot(arrival) for arrival in arrivals if arrival.stands} - _spots.keys():
        camera, lat, lon = spot
        if lat is None or lon is None or camera in _wandering:
            continue
        assert not connections[_INGEST].in_atomic_block, (
            "a spot that could be rolled back would hide its reads"
        )
        with prepared(_INGEST) as cursor:
            (number,) = cursor.execute(_NOTE, [agency_id, camera[0], lat, lon]).fetchone() or (None,)
        if number is None:
            _wandering.add(camera)
        else:
            _spots[spot] = number


def spot_number(arrival: Arrival) -> int | None:
    """Return the number of the spot at which a read was taken, or None where its camera has none there.

    Args:
        arrival: the read.
    """
    return _spots.get(_spot(arrival)) if arrival.stands else None


def _spot(arrival: Arrival) -> _Spot:
    return (arrival.camera_id, arrival.camera_row), arrival.lat, arrival.lon
