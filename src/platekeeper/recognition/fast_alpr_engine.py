"""The engine `fast-alpr` (an extra): its detector and reader behind our seams.

Its weights come from a folder of one's own, or, where none is named, from its authors' server into its
cache: only who chooses this engine by name can cause that.
"""

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from platekeeper.recognition.characters import plain, reading_of_candidates
from platekeeper.recognition.frames import BgrFrame, RecognitionError, check_bgr
from platekeeper.recognition.results import Candidate, Character, PlateReading, PlateRegion

FOLDER_VARIABLE = "PLATEKEEPER_FAST_ALPR"
DETECTOR_FILE, READER_FILE, READER_CONFIG = "detector.onnx", "reader.onnx", "reader.yaml"
DETECTOR_MODEL = "yolo-v9-t-416-license-plate-end2end"
READER_MODEL = "cct-xs-v2-global-model"


class FastAlprUnavailable(RecognitionError):  # noqa: N818  # named for what is so
    """The fast-alpr extra or its weights are not there."""

    def __init__(self, lack: str, remedy: str) -> None:
        super().__init__(f"The recognition engine 'fast-alpr' cannot start, {lack}: {remedy}.")


class Detector(Protocol):
    """What is used of fast-alpr's detectors."""

    def predict(self, frame: BgrFrame) -> Sequence[Any]:
        """Return objects with `confidence` and `bounding_box` (x1, y1, x2, y2)."""
        ...


class Ocr(Protocol):
    """What is used of fast-alpr's readers."""

    def predict(self, crop: BgrFrame) -> Any:  # noqa: ANN401  # a class of the extra
        """Return an object with `text`, `confidence` (one number or one a character) and `region`, or None."""
        ...


class FastFinder:
    """Finds plates with fast-alpr's detector (`PlateFinder`); it tells boxes, so the corners are theirs."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame, the surest first (`PlateFinder`)."""
        check_bgr(frame)
        regions = []
        for each in self._detector.predict(frame.copy()):
            box = each.bounding_box
            x1, y1, x2, y2 = float(box.x1), float(box.y1), float(box.x2), float(box.y2)
            regions.append(PlateRegion(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), float(each.confidence)))
        return sorted(regions, key=lambda region: -region.confidence)


class FastReader:
    """Reads plates with fast-alpr's reader (`PlateReader`)."""

    def __init__(self, ocr: Ocr) -> None:
        self._ocr = ocr

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read one plate (`PlateReader`); its confidence is the product of its characters'."""
        check_bgr(crop)
        told = self._ocr.predict(crop.copy())
        text = plain(told.text) if told is not None else ""
        if not text:
            return PlateReading("", 0.0)
        said = told.confidence if isinstance(told.confidence, list) else [told.confidence]
        sure = [min(1.0, max(0.0, float(share))) for share in said]
        whole = 1.0
        for share in sure:
            whole *= share
        reading = reading_of_candidates([Candidate(text, whole)], raw=told.text)
        if len(sure) < len(text):
            return reading
        # one number a place, padding at the end left out
        characters = tuple(
            Character(c, round(p, 6), {c: round(p, 6)}) for c, p in zip(text, sure, strict=False)
        )
        return PlateReading(text, reading.confidence, characters, reading.candidates, told.text)


def open_fast_alpr(*, threads: int) -> tuple[FastFinder, FastReader]:
    """Load fast-alpr's models.

    Args:
        threads: how many threads one picture may use.

    Raises:
        FastAlprUnavailable: the extra is not installed, or its weights can neither be found nor fetched.
    """
    if find_spec("fast_alpr") is None:
        raise FastAlprUnavailable("it is not installed", 'say `pip install "fast-alpr[onnx]"`')
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    folder = os.environ.get(FOLDER_VARIABLE)
    # a damaged file: of the configuration, then of a model
    damaged = (import_module("yaml").YAMLError, TypeError, InvalidProtobuf, InvalidGraph, Fail)
    try:
        loaded = _from_folder(Path(folder), options) if folder else _from_cache(options)
    except damaged as problem:
        raise FastAlprUnavailable(
            f"a file of its weights is damaged or of another kind ({type(problem).__name__})",
            f"copy {DETECTOR_FILE}, {READER_FILE} and {READER_CONFIG} again from their source",
        ) from None
    except (OSError, RuntimeError, ValueError) as problem:
        raise FastAlprUnavailable(
            f"its weights can neither be found nor fetched ({type(problem).__name__})",
            f"put {DETECTOR_FILE}, {READER_FILE} and {READER_CONFIG} into a folder and set {FOLDER_VARIABLE} to it",
        ) from None
    return FastFinder(loaded[0]), FastReader(loaded[1])


def _from_folder(folder: Path, options: onnxruntime.SessionOptions) -> tuple[Detector, Ocr]:
    yolo = import_module("open_image_models.detection.core.yolo_v9.inference")
    detector = yolo.YoloV9Detector(
        folder / DETECTOR_FILE,
        ("License Plate",),
        conf_thresh=0.4,
        providers=["CPUExecutionProvider"],
        sess_options=options,
    )
    ocr = import_module("fast_alpr").default_ocr.DefaultOCR(
        providers=["CPUExecutionProvider"],
        sess_options=options,
        model_path=folder / READER_FILE,
        config_path=folder / READER_CONFIG,
    )
    return detector, ocr


def _from_cache(options: onnxruntime.SessionOptions) -> tuple[Detector, Ocr]:
    fast_alpr = import_module("fast_alpr")
    given = {"providers": ["CPUExecutionProvider"], "sess_options": options}
    detector = fast_alpr.default_detector.DefaultDetector(model_name=DETECTOR_MODEL, conf_thresh=0.4, **given)
    return detector, fast_alpr.default_ocr.DefaultOCR(hub_ocr_model=READER_MODEL, **given)


def fast_alpr_version() -> str:
    """Return what stands for this engine's version in a stored read."""
    return f"{version('fast-alpr')} {DETECTOR_MODEL}+{READER_MODEL}"
