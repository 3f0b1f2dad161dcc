"""The engine `platekeeper`: our own finder and reader, and the text recogniser as a second opinion.

Which models, with which settings, the folder of weights says (`manifest`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnxruntime

from platekeeper.recognition import text_engine
from platekeeper.recognition.finder import OnnxFinder
from platekeeper.recognition.glance import GlancingFinder
from platekeeper.recognition.manifest import (
    FINDER,
    READER,
    REFINER,
    Manifest,
    Settings,
    WeightsUnusable,
    load_model,
    read_manifest,
    read_settings,
)
from platekeeper.recognition.printed import is_printed
from platekeeper.recognition.ranking import RankingReader
from platekeeper.recognition.reader import MARGIN, OnnxReader
from platekeeper.recognition.refiner import RefiningFinder
from platekeeper.recognition.results import Recognition
from platekeeper.recognition.seams import PlateFinder, PlateReader
from platekeeper.recognition.second_opinion import SecondOpinion
from platekeeper.recognition.sessions import open_session

SHORTEST, LONGEST = 2, 9
"""Plates of one character exist, but what is read as one is nearly always none; what is longer is a caption."""
SHORT, LEAST_OF_SHORT = 3, 0.6
"""So few characters are read on wheels and lamps; a plate that bears no more is believed when it is read surely."""
LEAST_CONFIDENCE = 0.02
"""Below it a reading says nothing, and what the finder saw is most likely no plate."""


@dataclass(frozen=True)
class OwnParts:
    """What the engine is made of: finder, reader, the margin that the reader wants, the weights' version."""

    finder: PlateFinder
    reader: PlateReader
    margin: tuple[float, float]
    version: str


def has_measured_weights(folder: Path) -> bool:
    """Say whether a folder has all models and how good they are: weights nobody measured are not for use."""
    manifest = read_manifest(folder)
    has_all = all(manifest.model(file) is not None for file in (FINDER, REFINER, READER))
    return has_all and read_settings(folder).measured == manifest.version


def open_own_parts(folder: Path, *, threads: int, second: bool, settings: Settings | None = None) -> OwnParts:
    """Load the models of a folder of weights.

    Args:
        folder: where the manifest and the models are.
        threads: how many threads one picture may use.
        second: whether to ask the text recogniser for a second opinion.
        settings: how to use them; by default as the folder says, if it speaks of these very models.

    Returns:
        The parts.

    Raises:
        WeightsUnusable: the manifest or a model is missing or altered.
        ModelsMissing: the second reader's models are not installed.
    """
    manifest = read_manifest(folder)
    settings = settings or _settings_of(folder, manifest)
    rough = OnnxFinder(
        _open_model(folder, manifest, FINDER, threads=threads),
        sides_px=settings.finder.sides_px,
        threshold=settings.finder.threshold,
        merge_iou=settings.finder.merge_iou,
    )
    refining = _open_model(folder, manifest, REFINER, threads=threads)
    exact = RefiningFinder(rough, refining, times=settings.finder.refined)
    reading = _open_model(folder, manifest, READER, threads=threads)
    finder = GlancingFinder(exact, reading, least=settings.finder.glance)
    reader = OnnxReader(
        reading,
        margins=settings.reader.margins,
        temperature=settings.reader.temperature,
        regions=manifest.regions,
        region_confidence=settings.reader.region_confidence,
        sure=settings.reader.sure,
    )
    if not second:
        alone = RankingReader(reader, settings.reader.confidence)
        return OwnParts(finder, alone, MARGIN, manifest.version)
    fast, careful = text_engine.open_second_readers(threads=threads)
    pair = SecondOpinion(
        first=reader,
        second=fast,
        nearer=careful,
        first_margin=MARGIN,
        second_margin=text_engine.MARGIN,
        agreeing=settings.reader.agreeing,
        disagreeing=settings.reader.disagreeing,
    )
    version = f"{manifest.version}+{Path(text_engine.RECOGNISER).stem}"
    return OwnParts(finder, pair, text_engine.MARGIN, version)


def _settings_of(folder: Path, manifest: Manifest) -> Settings:
    settings = read_settings(folder)
    return settings if settings.measured == manifest.version else Settings()


def _open_model(folder: Path, manifest: Manifest, file: str, *, threads: int) -> onnxruntime.InferenceSession:
    model = manifest.model(file)
    if model is None:
        raise WeightsUnusable(
            f"{folder} has no {file}", "train it with `python -m training`, or choose the engine rapidocr"
        )
    return open_session(load_model(folder, model), threads=threads)


def readable_plates(recognitions: Sequence[Recognition]) -> list[Recognition]:
    """Keep what bears a text, the surest finding first."""
    return [
        each
        for each in recognitions
        if SHORTEST <= len(each.reading.text) <= LONGEST
        and not is_printed(each.reading.text)
        and each.reading.confidence
        >= (LEAST_OF_SHORT if len(each.reading.text) <= SHORT else LEAST_CONFIDENCE)
    ]
