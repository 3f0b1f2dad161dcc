"""The engine `platekeeper`: our own finder and reader, and the text recogniser as a second opinion.

Which models, with which settings, the manifest of the weights says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platekeeper.recognition import text_engine
from platekeeper.recognition.finder import OnnxFinder
from platekeeper.recognition.manifest import FinderWeights, ReaderWeights, load_model, read_manifest
from platekeeper.recognition.reader import MARGIN, OnnxReader
from platekeeper.recognition.results import Recognition
from platekeeper.recognition.seams import PlateFinder, PlateReader
from platekeeper.recognition.second_opinion import SecondOpinion
from platekeeper.recognition.sessions import open_session

SHORTEST = 2
"""A plate of one character exists, but what is read as one is nearly always none."""
LEAST_CONFIDENCE = 0.02
"""Below it a reading says nothing, and what the finder saw is most likely no plate."""


@dataclass(frozen=True)
class OwnParts:
    """What the engine is made of: finder, reader, the margin that the reader wants, the weights' version."""

    finder: PlateFinder
    reader: PlateReader
    margin: tuple[float, float]
    version: str


def has_weights(folder: Path) -> bool:
    """Say whether a folder has both models."""
    manifest = read_manifest(folder)
    return manifest.finder is not None and manifest.reader is not None


def open_own_parts(folder: Path, *, threads: int, second: bool) -> OwnParts | None:
    """Load the models of a folder of weights.

    Args:
        folder: where the manifest and the models are.
        threads: how many threads one picture may use.
        second: whether to ask the text recogniser for a second opinion.

    Returns:
        The parts; None while the manifest names no finder or no reader.

    Raises:
        WeightsUnusable: the manifest or a model is missing or altered.
        ModelsMissing: the second reader's models are not installed.
    """
    manifest = read_manifest(folder)
    if manifest.finder is None or manifest.reader is None:
        return None
    finder = _open_finder(folder, manifest.finder, threads=threads)
    reader = _open_reader(folder, manifest.reader, threads=threads, alone=not second)
    version = f"weights {manifest.version}"
    if not second:
        return OwnParts(finder, reader, MARGIN, version)
    pair = SecondOpinion(
        first=reader,
        second=text_engine.open_second_reader(threads=threads),
        first_margin=MARGIN,
        second_margin=text_engine.MARGIN,
        agreeing=manifest.reader.agreeing,
        disagreeing=manifest.reader.disagreeing,
    )
    return OwnParts(finder, pair, text_engine.MARGIN, f"{version} with {text_engine.RECOGNISER}")


def _open_finder(folder: Path, settings: FinderWeights, *, threads: int) -> OnnxFinder:
    return OnnxFinder(
        open_session(load_model(folder, settings), threads=threads),
        side_px=settings.side_px,
        threshold=settings.threshold,
        merge_iou=settings.merge_iou,
    )


def _open_reader(folder: Path, settings: ReaderWeights, *, threads: int, alone: bool) -> OnnxReader:
    plain = ((0.0, 0.0), (1.0, 1.0))
    return OnnxReader(
        open_session(load_model(folder, settings), threads=threads),
        margins=settings.margins,
        temperature=settings.temperature,
        regions=settings.regions,
        region_confidence=settings.region_confidence,
        # with a second opinion, what both say together is calibrated, not this
        confidence=settings.confidence if alone else plain,
    )


def readable_plates(recognitions: Sequence[Recognition]) -> list[Recognition]:
    """Keep what bears a text, the surest finding first."""
    return [
        each
        for each in recognitions
        if len(each.reading.text) >= SHORTEST and each.reading.confidence >= LEAST_CONFIDENCE
    ]
