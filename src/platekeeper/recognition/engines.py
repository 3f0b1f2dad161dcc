"""Engines: a finder and a reader under one name, and the table of those that can be opened."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from platekeeper.recognition.frames import BgrFrame, RecognitionError, check_bgr
from platekeeper.recognition.geometry import as_quad, rectify
from platekeeper.recognition.manifest import weights_folder
from platekeeper.recognition.own_engine import has_weights, open_own_parts, readable_plates
from platekeeper.recognition.plausibility import plates_of
from platekeeper.recognition.results import Recognition
from platekeeper.recognition.seams import PlateFinder, PlateReader
from platekeeper.recognition.text_engine import MARGIN, open_text_parts, text_engine_version


class UnknownEngine(RecognitionError):  # noqa: N818  # named for what is so
    """No engine has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no recognition engine {name!r}: choose one of {', '.join(ENGINES)}.")


class EngineUnavailable(RecognitionError):  # noqa: N818  # named for what is so
    """An engine is known, but something that it needs is not there."""

    def __init__(self, name: str, lack: str, remedy: str) -> None:
        super().__init__(f"The recognition engine {name!r} cannot start, {lack}: {remedy}.")


@dataclass(frozen=True)
class Engine:
    """A finder and a reader that work together.

    Attributes:
        name: its name in the table of engines.
        version: what is stored with each read, so that a read can be traced to the models that made it.
        finder: says where plates are.
        reader: says what a plate shows.
        margin: what the reader wants to see around a plate, as parts of its width and height.
        choose: decides which of the texts read in one picture are plates, and in which order they are given.
    """

    name: str
    version: str
    finder: PlateFinder
    reader: PlateReader
    margin: tuple[float, float] = (0.0, 0.0)
    choose: Callable[[Sequence[Recognition]], list[Recognition]] = list

    def recognize(self, frame: BgrFrame) -> list[Recognition]:
        """Find and read all plates of a frame.

        Args:
            frame: the picture, shape (height, width, 3), uint8, BGR; it is not changed.

        Returns:
            The plates, the likeliest first; empty when there is none.

        Raises:
            ValueError: the array is no BGR frame.
        """
        check_bgr(frame)
        regions = self.finder.find_plates(frame)
        crops = (rectify(frame, as_quad(region.corners), margin=self.margin) for region in regions)
        readings = [self.reader.read_plate(crop) for crop in crops]
        return self.choose([Recognition(*pair) for pair in zip(regions, readings, strict=True)])


def _open_rapidocr(threads: int) -> Engine:
    finder, reader = open_text_parts(threads=threads)
    return Engine(
        name="rapidocr",
        version=text_engine_version(),
        finder=finder,
        reader=reader,
        margin=MARGIN,
        choose=plates_of,
    )


def _open_own(threads: int, *, name: str = "platekeeper", second: bool = True) -> Engine:
    parts = open_own_parts(weights_folder(), threads=threads, second=second)
    return Engine(
        name=name,
        version=parts.version,
        finder=parts.finder,
        reader=parts.reader,
        margin=parts.margin,
        choose=readable_plates,
    )


def _open_own_alone(threads: int) -> Engine:
    return _open_own(threads, name="platekeeper-alone", second=False)


def _open_default(threads: int) -> Engine:
    return _open_own(threads) if has_weights(weights_folder()) else _open_rapidocr(threads)


ENGINES: Mapping[str, Callable[[int], Engine]] = MappingProxyType(
    {
        # our own models where they are installed, otherwise the text engine
        "default": _open_default,
        # our own finder and reader, the text recogniser as a second opinion
        "platekeeper": _open_own,
        # the same without the second opinion: four times faster, less sure
        "platekeeper-alone": _open_own_alone,
        # general text recognition only
        "rapidocr": _open_rapidocr,
    }
)


def open_engine(name: str = "default", *, threads: int | None = None) -> Engine:
    """Load an engine's models.

    Args:
        name: one of `ENGINES`.
        threads: how many threads one picture may use; by default one a core, at most four.

    Returns:
        The engine; loading takes about a second, so keep it.

    Raises:
        UnknownEngine: no engine has this name.
        RecognitionError: the engine's models or service are not there; the sentence says what to do.
    """
    if name not in ENGINES:
        raise UnknownEngine(name)
    return ENGINES[name](threads or min(4, os.cpu_count() or 1))
