"""Recognition: pixels to plate readings, behind two seams of one method each.

`PlateFinder` says where plates are, `PlateReader` says what one plate shows; an `Engine` is both with a name
and a version (`open_engine`). Every result is frozen and keeps each character's probabilities, because
matching, alerts and search rank by them. What lives elsewhere: what a plate may look like by state
(`plates`), what may be stored (`policy`, `office`). Nothing here reads the network, the clock or a database,
save the adapters that say so.
"""

from platekeeper.recognition.engines import ENGINES, Engine, open_engine
from platekeeper.recognition.frames import BgrFrame, GrayFrame, RecognitionError
from platekeeper.recognition.results import Candidate, Character, PlateReading, PlateRegion, Recognition
from platekeeper.recognition.seams import PlateFinder, PlateReader

__all__ = [
    "ENGINES",
    "BgrFrame",
    "Candidate",
    "Character",
    "Engine",
    "GrayFrame",
    "PlateFinder",
    "PlateReader",
    "PlateReading",
    "PlateRegion",
    "Recognition",
    "RecognitionError",
    "open_engine",
]
