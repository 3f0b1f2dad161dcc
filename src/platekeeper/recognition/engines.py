"""Engines: a finder and a reader under one name, and the table of those that can be opened."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from platekeeper.recognition.calibration import Points, calibrated
from platekeeper.recognition.fast_alpr_engine import fast_alpr_version, open_fast_alpr
from platekeeper.recognition.frames import BgrFrame, RecognitionError, check_bgr
from platekeeper.recognition.geometry import as_quad, rectify
from platekeeper.recognition.manifest import weights_folder
from platekeeper.recognition.own_engine import has_measured_weights, open_own_parts, readable_plates
from platekeeper.recognition.plausibility import may_be_cut_off, plates_of
from platekeeper.recognition.results import PlateReading, PlateRegion, Recognition
from platekeeper.recognition.seams import PlateFinder, PlateReader
from platekeeper.recognition.services import open_service
from platekeeper.recognition.text_engine import MARGIN, open_text_parts, text_engine_version
from platekeeper.recognition.vehicle import colour_told

AT_THE_EDGE: Points = ((0.0, 0.0), (1.0, 0.5))
"""Of plates that seem to end at the frame's edge half are only partly in view, and what is left is read surely."""
SERVICE_MARGIN = (0.5, 1.0)
"""A service finds the plate in its crop once more, and wants to see some car around it."""


class UnknownEngine(RecognitionError):  # noqa: N818  # named for what is so
    """No engine has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no recognition engine {name!r}: choose one of {', '.join(ENGINES)}.")


@dataclass(frozen=True)
class Engine:
    """A finder and a reader that work together.

    Attributes:
        name: its name in the table of engines.
        version: what is stored with each read, so that a read can be traced to the models that made it.
        finder: says where plates are.
        reader: says what a plate shows.
        margin: what the reader wants to see around a plate, as parts of its width and height.
        choose: says which of the texts read in one picture are plates: some of those given, in the order to
            tell.
        at_once: finds and reads a whole frame in one step, for engines to whom that is cheaper.
        describe: tells attributes of the vehicle around a plate; None where plates alone are wanted.
    """

    name: str
    version: str
    finder: PlateFinder
    reader: PlateReader
    margin: tuple[float, float] = (0.0, 0.0)
    choose: Callable[[Sequence[Recognition]], list[Recognition]] = list
    at_once: Callable[[BgrFrame], list[Recognition]] | None = None
    describe: Callable[[BgrFrame, PlateRegion], Mapping[str, str]] | None = None

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
        if self.at_once is not None:
            return [self.described(frame, each) for each in self.choose(self.at_once(frame))]
        read = [Recognition(region, self._read(frame, region)) for region in self.finder.find_plates(frame)]
        return [self.described(frame, each) for each in self.choose(read)]

    def _read(self, frame: BgrFrame, region: PlateRegion) -> PlateReading:
        reading = self.reader.read_plate(rectify(frame, as_quad(region.corners), margin=self.margin))
        at_edge = may_be_cut_off(region, frame.shape[1], frame.shape[0])
        return calibrated(reading, AT_THE_EDGE) if at_edge else reading

    def described(self, frame: BgrFrame, found: Recognition) -> Recognition:
        """Return a plate with what else is told of its vehicle, where this engine is asked to tell it."""
        if self.describe is None:
            return found
        return replace(found, vehicle={**self.describe(frame, found.region), **found.vehicle})


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
    return _open_own(threads) if has_measured_weights(weights_folder()) else _open_rapidocr(threads)


def _open_fast_alpr(threads: int) -> Engine:
    finder, reader = open_fast_alpr(threads=threads)
    return Engine("fast-alpr", fast_alpr_version(), finder, reader, choose=readable_plates)


def _open_service(name: str, threads: int) -> Engine:  # noqa: ARG001  # the service minds its own threads
    service = open_service(name)
    return Engine(name, "service", service, service, SERVICE_MARGIN, at_once=service.recognize)


ENGINES: Mapping[str, Callable[[int], Engine]] = MappingProxyType(
    {
        # our own models once they are measured, otherwise the text engine
        "default": _open_default,
        # our own finder and reader, the text recogniser as a second opinion
        "platekeeper": _open_own,
        # the same without the second opinion: four times faster, less sure
        "platekeeper-alone": _open_own_alone,
        # general text recognition only
        "rapidocr": _open_rapidocr,
        # an extra, with weights of its own
        "fast-alpr": _open_fast_alpr,
        # services of one's own, by HTTP
        "platerecognizer": partial(_open_service, "platerecognizer"),
        "rekor": partial(_open_service, "rekor"),
    }
)


def open_engine(name: str = "default", *, threads: int | None = None, vehicle: bool = False) -> Engine:
    """Load an engine's models.

    Args:
        name: one of `ENGINES`.
        threads: how many threads one picture may use; by default one a core, at most four.
        vehicle: whether to tell the vehicle's colour too, and what else the engine tells of vehicles; off by
            default, because an agency's policy may allow plates only.

    Returns:
        The engine; loading takes about a second, so keep it.

    Raises:
        UnknownEngine: no engine has this name.
        RecognitionError: the engine's models or service are not there; the sentence says what to do.
    """
    if name not in ENGINES:
        raise UnknownEngine(name)
    engine = ENGINES[name](threads or min(4, os.cpu_count() or 1))
    return (
        replace(engine, describe=colour_told)
        if vehicle
        else replace(engine, choose=_plates_only(engine.choose))
    )


def _plates_only(
    choose: Callable[[Sequence[Recognition]], list[Recognition]],
) -> Callable[[Sequence[Recognition]], list[Recognition]]:
    """Leave out what a producer tells of vehicles."""
    return lambda read: [replace(each, vehicle={}) if each.vehicle else each for each in choose(read)]
