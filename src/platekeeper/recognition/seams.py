"""The two seams of recognition, one method each: where the plates are, and what one plate shows."""

from typing import Protocol

from platekeeper.recognition.frames import BgrFrame, RecognitionError
from platekeeper.recognition.results import PlateReading, PlateRegion


class EngineFailed(RecognitionError):  # noqa: N818  # named for what is so
    """An engine failed at one picture, as one that asks a service may; it may read the next.

    Attributes:
        reason: what failed, part of a sentence that names the picture.
        remedy: what to do.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason[:1].upper()}{reason[1:]}: {remedy}.")
        self.reason = reason
        self.remedy = remedy


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
            EngineFailed: the engine could not look at this picture.
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
            EngineFailed: the engine could not look at this picture.
        """
        ...
