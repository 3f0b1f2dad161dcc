"""Which look-alike matches deserve an officer's look; most do not (formats 4, storage facts 3).

A list of a million has a look-alike of one read in a hundred. Two things tell the few from the many: whether the listed
text can be a plate of the state that the list names, and whether the reader thinks its characters possible at all. Who
says neither is believed. An exact match is never doubted here.
"""

from collections.abc import Mapping
from typing import Any

from platekeeper import plates

LEAST_LIKELY = 0.01
"""The least probability that the reader must give each listed character that it did not read."""


def is_worth_a_look(*, plate: str, detail: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Tell whether a read may be the look-alike that a list names.

    Args:
        plate: the read's text in normal form.
        detail: the read's message as it is stored.
        entry: the entry: plate, region, ...
    """
    listed = entry["plate"]
    if not plates.may_be_serial(listed, entry.get("region") or ""):
        return False
    characters = (detail.get("plate") or {}).get("characters") or ()
    if len(characters) != len(listed) or len(plate) != len(listed):
        return True
    return all(
        max(place.get(there, 0.0), place.get("O", 0.0) if there == "0" else 0.0) >= LEAST_LIKELY
        for place, read, there in zip(characters, plate, listed, strict=True)
        if plates.match_key(read) != plates.match_key(there)
    )
