"""The engine `rapidocr`: the general text models in the rapidocr wheel, run here by onnxruntime alone.

Only the wheel's model files are used, not its code: so nothing is logged, nothing is fetched, threads are
ours to limit, and the recogniser's columns give every character's probabilities.
"""

from collections.abc import Sequence
from copy import copy
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from platekeeper.recognition.ctc import ALPHABET, CLASSES, LogProbs, reading_of
from platekeeper.recognition.frames import BgrFrame, RecognitionError, check_bgr
from platekeeper.recognition.geometry import as_corners, plate_within, rectify
from platekeeper.recognition.narrowing import class_names, narrowed
from platekeeper.recognition.results import PlateReading, PlateRegion
from platekeeper.recognition.sessions import open_session
from platekeeper.recognition.text_lines import TextLine, around, lines_from_map, plates_among

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"

LINE_HEIGHT_PX = 48
MIN_LINE_WIDTH_PX = 320
MAX_LINE_WIDTH_PX = 640
PLATE_LINE_PX = (168, 24)
"""A line of a plate is brought down to this width, and padded by this: it bears nine characters at most, no sentence.
Read so, as many are right as at full width, in two thirds of the time."""
LOOK_PX = (320, 256)
"""How wide the nearer look at a plate is, and at one whose crop is more than twice as wide as high."""
MARGIN = (0.25, 0.5)
"""Around a text line, as parts of its width and height: room for the second look to find its own edges."""
SERIAL_HEIGHT = (0.1, 0.92)
"""Between these parts of a plate's height the serial stands, on plates of all makes."""


class ModelsMissing(RecognitionError):  # noqa: N818  # named for what is so
    """The rapidocr wheel or its models are not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The text model {name} is not installed: install the package `rapidocr` (3.10 or newer,"
            " below 4), whose wheel holds it."
        )


def _model(name: str) -> Path:
    spec = find_spec("rapidocr")
    path = Path(spec.origin).parent / "models" / name if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelsMissing(name)
    return path


class TextDetector:
    """Finds lines of text; looks at pictures at a bounded size, so that time and memory are bounded."""

    def __init__(self, *, threads: int) -> None:
        self._session = open_session(_model(DETECTOR), threads=threads)
        self._input = self._session.get_inputs()[0].name

    def lines(self, frame: BgrFrame, *, side_px: int) -> list[TextLine]:
        """Find lines of text.

        Args:
            frame: BGR uint8; not changed.
            side_px: the longer side is brought down to this before looking.

        Returns:
            The lines, in the frame's pixels.
        """
        height, width = frame.shape[:2]
        scale = min(1.0, side_px / max(height, width))
        high, wide = (max(32, round(side * scale / 32) * 32) for side in (height, width))
        seen = cv2.resize(
            frame, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        )
        tensor = (seen.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1)[None]
        text_map = self._session.run(None, {self._input: tensor})[0][0, 0]
        back = np.array([width / wide, height / high], dtype=np.float32)
        return [TextLine(line.corners * back, line.confidence) for line in lines_from_map(text_map)]


class TextFinder:
    """Finds lines of text; which of them are plates is decided once they are read (`plausibility`)."""

    def __init__(self, detector: TextDetector, *, side_px: int = 960, at_most: int = 12) -> None:
        self._detector = detector
        self._side_px = side_px
        self._at_most = at_most

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find lines of text that may be plates, the tallest first (`PlateFinder`)."""
        check_bgr(frame)
        groups = plates_among(self._detector.lines(frame, side_px=self._side_px))
        bodies = sorted((around(group) for group in groups), key=lambda line: -line.height)
        wide = [body for body in bodies if body.width > body.height]
        return [PlateRegion(as_corners(body.corners), body.confidence) for body in wide[: self._at_most]]


class TextReader:
    """Reads the text in the middle of a crop, after a second, nearer look at where its lines are.

    A crop made around a line of text is read as it is and again by its own lines; one made around a whole
    plate, which may bear more than its serial, by its own lines alone; of a "serial" what lies between top and
    bottom of the plate is read as one line, without looking for lines, which is twice as fast.
    """

    def __init__(
        self,
        detector: TextDetector,
        *,
        threads: int,
        crop_is: Literal["line", "plate", "serial"] = "line",
    ) -> None:
        self._crop_is = crop_is
        self._detector = detector
        model = _model(RECOGNISER).read_bytes()
        names = class_names(model)
        table = plate_classes(names)
        used = np.flatnonzero(table.any(axis=1))  # most of its classes are other scripts
        self._classes = table[used]
        # what stands on a plate bears no other script, and that one was seen tells a line of text from a plate
        told = range(len(names)) if crop_is == "line" else used.tolist()
        self._names = [names[at] for at in told]
        self._used = np.searchsorted(told, used)
        self._session = open_session(narrowed(model, told, of=len(names)), threads=threads)
        self._input = self._session.get_inputs()[0].name

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the plate in the middle of a crop that has `MARGIN` around it (`PlateReader`)."""
        check_bgr(crop)
        whole = [TextLine(plate_within(crop, MARGIN), 1.0)]
        if self._crop_is == "serial":
            looks = [self._columns([_serial_of(whole[0])], crop)]
        elif self._crop_is == "plate":
            looks = [self._columns(self._rows_in(crop) or whole, crop)]
        else:
            looks = [self._columns(whole, crop)]
            if self._worth_a_nearer_look(looks[0]) and (nearer := self._rows_in(crop)):
                looks.append(self._columns(nearer, crop))
        probabilities = [plate_log_probs(look[:, self._used], self._classes) for look in looks]
        return reading_of(probabilities, raw=_raw_text(looks[-1], self._names))

    def _worth_a_nearer_look(self, columns: NDArray[np.float32]) -> bool:
        """Say whether it may be a plate: most texts in a street are none, and looking costs."""
        text = _raw_text(columns, self._names)
        return 2 <= sum(char.isalnum() for char in text) <= 10 and any(char.isdigit() for char in text)

    def _rows_in(self, crop: BgrFrame) -> list[TextLine]:
        """Look again, nearer: the lines of the plate that the crop is about, in reading order."""
        height, width = crop.shape[:2]
        look_px = LOOK_PX[width > 2 * height]
        scale = look_px / width
        near = (
            cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else crop
        )
        back = width / near.shape[1]
        lines = self._detector.lines(np.asarray(near, dtype=np.uint8), side_px=look_px)
        groups = plates_among([TextLine(line.corners * np.float32(back), line.confidence) for line in lines])
        middle = (width / 2, height / 2)
        about = [group for group in groups if cv2.pointPolygonTest(around(group).corners, middle, False) >= 0]
        return max(about, key=lambda group: around(group).height, default=[])

    def _columns(self, lines: Sequence[TextLine], crop: BgrFrame) -> NDArray[np.float32]:
        """Run the recogniser over lines and put their columns behind each other."""
        return np.concatenate([self._line_columns(crop, line) for line in lines])

    def _line_columns(self, crop: BgrFrame, line: TextLine) -> NDArray[np.float32]:
        width = round(line.width / line.height * LINE_HEIGHT_PX)
        most, pad = (MAX_LINE_WIDTH_PX, 0) if self._crop_is == "line" else PLATE_LINE_PX
        width = min(max(width, LINE_HEIGHT_PX // 2), most)
        upright = rectify(crop, line.corners, size=(width, LINE_HEIGHT_PX))
        # trained on lines padded with mid grey: short lines without it lose their last character
        padded = -(-(width + pad) // 8) * 8 if pad else max(width, MIN_LINE_WIDTH_PX)
        tensor = np.zeros((1, 3, LINE_HEIGHT_PX, padded), dtype=np.float32)
        tensor[0, :, :, :width] = (upright.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1)
        columns: NDArray[np.float32] = self._session.run(None, {self._input: tensor})[0][0]
        return columns


def _serial_of(plate: TextLine) -> TextLine:
    """Return the part of a plate that bears the serial, as one line."""
    left, right = plate.corners[3] - plate.corners[0], plate.corners[2] - plate.corners[1]
    top, bottom = SERIAL_HEIGHT
    corners = [
        *(plate.corners[0] + left * top, plate.corners[1] + right * top),
        *(plate.corners[1] + right * bottom, plate.corners[0] + left * bottom),
    ]
    return TextLine(np.array(corners, dtype=np.float32), plate.confidence)


def plate_classes(names: Sequence[str]) -> NDArray[np.float32]:
    """Say which of a general recogniser's classes count as which character of a plate.

    Args:
        names: the recogniser's classes in order, the blank first.

    Returns:
        Shape (len(names), CLASSES), one 1 a row at most: letters of either case count as the capital, spaces
        and marks as blank, all other scripts as nothing.
    """
    table = np.zeros((len(names), CLASSES), dtype=np.float32)
    for row, name in enumerate(names):
        capital = name.upper()
        if row == 0 or (len(name) == 1 and not name.isalnum()):
            table[row, 0] = 1
        elif len(capital) == 1 and capital in ALPHABET:
            table[row, 1 + ALPHABET.index(capital)] = 1
    return table


def plate_log_probs(columns: NDArray[np.float32], classes: NDArray[np.float32]) -> LogProbs:
    """Bring a general recogniser's columns down to the characters of a plate.

    Args:
        columns: probabilities, shape (columns, classes).
        classes: what each of these classes counts as, rows of `plate_classes`.

    Returns:
        Log-probabilities, shape (columns, CLASSES), each row summing to 1 as probabilities.
    """
    # not `@`: what is behind it wakes a thread a core for so little and lets them spin, which costs more than reading
    shares = np.clip(np.einsum("tn,nc->tc", columns, classes), 1e-9, None)
    normal: LogProbs = np.log(shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return normal


def _raw_text(columns: NDArray[np.float32], names: Sequence[str]) -> str:
    best = columns.argmax(axis=1)
    fresh = np.concatenate([[True], best[1:] != best[:-1]]) & (best != 0)
    return "".join(names[i] for i in best[fresh]).strip()


def open_second_readers(*, threads: int) -> tuple[TextReader, TextReader]:
    """Load the reader alone, to read crops of whole plates: a fast one, and one that looks for the lines first.

    Raises:
        ModelsMissing: the wheel `rapidocr` is not installed, or without its models.
    """
    careful = TextReader(TextDetector(threads=threads), threads=threads, crop_is="plate")
    fast = copy(careful)
    fast._crop_is = "serial"
    return fast, careful


def open_text_parts(*, threads: int) -> tuple[TextFinder, TextReader]:
    """Load the finder and the reader of this engine; they share one detector.

    Raises:
        ModelsMissing: the wheel `rapidocr` is not installed, or without its models.
    """
    detector = TextDetector(threads=threads)
    return TextFinder(detector), TextReader(detector, threads=threads)


def text_engine_version() -> str:
    """Return what stands for this engine's version in a stored read: its two models."""
    return f"{Path(DETECTOR).stem}+{Path(RECOGNISER).stem}, onnxruntime {onnxruntime.__version__}"
