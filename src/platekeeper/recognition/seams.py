"""The two seams of recognition, one method each: where the plates are, and what one plate shows."""

from typing import Protocol

from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.results import PlateReading, PlateRegion


class PlateFinder(Protocol):
    """Anything that finds plates in a picture."""

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame.

        Args:
            frame: the picture, shape (height, width, 3), uint8, BGR; it is not changed.

        Returns:
            The plates, the likeliest first; empty when there is none.

        Raises:
            ValueError: the array is no BGR frame.
        """
        ...


class PlateReader(Protocol):
    """Anything that reads the text of one plate."""

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read one plate.

        Args:
            crop: the plate made upright, with the margin that this reader asks for around it, shape
                (height, width, 3), uint8, BGR; it is not changed.

        Returns:
            The reading; its text is empty when nothing can be read.

        Raises:
            ValueError: the array is no BGR frame.
        """
        ...
