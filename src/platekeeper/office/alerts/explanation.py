"""Why a read and an entry match, and where they contradict each other; stored with the hit, shown with the alert.

Nothing is decided here: the matcher says that they match, the policy what a contradiction costs (ALR-03, ALR-07).
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from platekeeper import plates
from platekeeper.policy.vocabulary import VisualPart

# words of lists and of cameras -> class of vehicle; a class is only named where the words leave no doubt
_CLASSES = {
    "motorcycle": {"motorcycle", "motorbike", "mc", "scooter", "moped"},
    "car": {"car", "sedan", "coupe", "hatchback", "wagon", "convertible", "suv", "2d", "4d", "crossover"},
    "truck": {"truck", "pickup", "tk", "pk", "semi", "tractor"},
    "van": {"van", "minivan", "vn"},
    "bus": {"bus", "bu", "coach"},
    "trailer": {"trailer", "tl", "semitrailer"},
}
_WORD = re.compile(r"[a-z0-9]+")
_SURE = 0.6


def explained(
    *, plate: str, region: str | None, detail: Mapping[str, Any], entry: Mapping[str, Any]
) -> dict[str, Any]:
    """Explain a match.

    Args:
        plate: the read's text in normal form.
        region: the read's state, ISO 3166-2; None where unknown.
        detail: the read's message as it is stored.
        entry: the entry as the hit keeps it: plate, region, vehicle, ...

    Returns:
        `differences`: position from 0, read, listed, and how likely the listed character is there (None where the
        producer does not say); `likelihood` that the reading is the listed plate, 0..1, or None; `contradictions`:
        parts of `VisualPart` that the reader saw otherwise than the list says.

    Source:
        ALR-03, ALR-07
    """
    characters = (detail.get("plate") or {}).get("characters") or ()
    if {"?", "*"} & set(entry["plate"]):  # nothing to lay side by side: the rest of the plate was not known
        contradictions = sorted(_contradictions(region, detail.get("vehicle") or {}, entry))
        return {"differences": [], "likelihood": None, "contradictions": contradictions}
    return {
        "differences": [
            {"position": d.position, "read": d.read, "listed": d.entry, "likely": _at(characters, d)}
            for d in plates.differences(plate, entry["plate"])
        ],
        "likelihood": _likelihood(characters, entry["plate"]),
        "contradictions": sorted(_contradictions(region, detail.get("vehicle") or {}, entry)),
    }


def _at(characters: Any, difference: plates.Difference) -> float | None:
    known = difference.entry and difference.read and difference.position < len(characters)
    return round(float(characters[difference.position].get(difference.entry, 0.0)), 4) if known else None


def _likelihood(characters: Any, listed: str) -> float | None:
    if len(characters) != len(listed):
        return None
    return round(math.exp(plates.likelihood(characters, listed)), 4)


def _contradictions(region: str | None, seen: Mapping[str, Any], entry: Mapping[str, Any]) -> set[VisualPart]:
    found = set()
    if region and entry.get("region") and region != entry["region"]:
        found.add(VisualPart.STATE)
    listed_class, seen_class = class_of(entry.get("vehicle") or ""), _seen_class(seen)
    if listed_class and seen_class and listed_class != seen_class:
        found.add(VisualPart.VEHICLE)
    return found


def class_of(words: str) -> str:
    """Return the class of vehicle that a description names, or "" where it names none or several.

    Args:
        words: such as "2003 Harley motorcycle, black".
    """
    said = set(_WORD.findall(words.lower()))
    classes = [name for name, synonyms in _CLASSES.items() if said & synonyms]
    return classes[0] if len(classes) == 1 else ""


def _seen_class(seen: Mapping[str, Any]) -> str:
    sure = [
        str(values[0]["value"])
        for name in ("type", "body")
        if (values := seen.get(name)) and (values[0].get("conf") is None or values[0]["conf"] >= _SURE)
    ]
    return class_of(" ".join(sure))
