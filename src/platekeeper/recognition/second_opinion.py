"""Two independent readers on one crop: where they agree they are hardly ever wrong."""

from dataclasses import dataclass

from platekeeper.recognition.calibration import Points, calibrated
from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.fusion import fuse
from platekeeper.recognition.geometry import trimmed
from platekeeper.recognition.plausibility import is_caption
from platekeeper.recognition.results import NOTHING_READ, PlateReading
from platekeeper.recognition.seams import PlateReader

Margin = tuple[float, float]


@dataclass(frozen=True)
class SecondOpinion:
    """A reader that asks two others (`PlateReader`).

    Attributes:
        first: the reader whose word counts more.
        second: an independent one, of other training and other make.
        first_margin: what the first wants around the plate, parts of its width and height.
        second_margin: what the second wants; both at least as much as the first's.
        agreeing: calibration of readings on which both agree.
        disagreeing: calibration of all others.
        first_weight: how much the first's word counts beside the second's 1.
    """

    first: PlateReader
    second: PlateReader
    first_margin: Margin
    second_margin: Margin
    agreeing: Points
    disagreeing: Points
    first_weight: float = 2.0

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the plate in the middle of a crop that has `second_margin` around it (`PlateReader`)."""
        check_bgr(crop)
        first = self.first.read_plate(trimmed(crop, margin=self.second_margin, to=self.first_margin))
        second = self.second.read_plate(crop)
        # it sees the marks that ours cannot express: what has a clock's is no plate, however sure ours is
        if is_caption(second.raw):
            return NOTHING_READ
        fused = fuse([first, second], weights=[self.first_weight, 1.0])
        agree = bool(first.text) and first.text == second.text
        return calibrated(fused, self.agreeing if agree else self.disagreeing)
