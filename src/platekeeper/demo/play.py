"""Playing the scene: pictures are really read, and what was read takes the way that every read takes."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from platekeeper import wire
from platekeeper.demo.stage import Stage
from platekeeper.errors import PlatekeeperError
from platekeeper.office.alerts.intake import take_batch
from platekeeper.office.devices.models import Camera
from platekeeper.recognition import Engine, open_engine
from platekeeper.recognition.messages import read_message
from platekeeper.recognition.sightings import sightings_in
from platekeeper.recognition.sources import UnreadableFile, is_stream, listed

PRODUCER = "demonstration"
_GAP = timedelta(seconds=7)


class DemoError(PlatekeeperError):
    """The demonstration cannot go on."""


@dataclass
class Outcome:
    """What happened.

    Attributes:
        pictures: pictures that were read.
        unread: pictures that could not be, with the sentence that says why.
        plates: plates found in them.
        stored: reads that were new.
        known: reads that were here before.
        hits: matches with lists in force.
        alerts: alerts raised.
        seen: a picture of each plate that was read now, JPEG.
    """

    pictures: int = 0
    unread: list[str] = field(default_factory=list)
    plates: int = 0
    stored: int = 0
    known: int = 0
    hits: int = 0
    alerts: int = 0
    seen: dict[str, bytes] = field(default_factory=dict)


def rendered_pictures() -> Path:
    """Return the folder of the scenes that this project rendered."""
    return Path(str(resources.files("platekeeper.demo").joinpath("pictures")))


def play(
    stages: list[Stage], pictures: Path, diary: Path, now: datetime, progress: Callable[[int, int], None]
) -> Outcome:
    """Read every picture, as if a camera had just taken it, and let the office take the reads.

    The time of each picture is kept in a diary, so that playing again finds every read known.

    Args:
        stages: the agencies.
        pictures: a folder of pictures; streets in the names of the rendered ones choose the camera.
        diary: where the times are kept.
        now: the present time.
        progress: told of each picture done, and of how many there are.

    Raises:
        UnreadableFile: the folder has no pictures.
        DemoError: pictures can only come from files here.
    """
    if is_stream(str(pictures)):
        raise DemoError("The demonstration reads pictures from a folder: name one with --pictures.")
    files = [Path(name) for name in listed(str(pictures))]
    times = _Diary(diary, now)
    fresh = [file for file in files if times.is_new(file)]
    engine = open_engine("default") if fresh else None
    outcome = Outcome(pictures=len(files) - len(fresh))
    outcome.known = times.reads_of([file for file in files if file not in set(fresh)])
    outcome.plates = outcome.known
    for number, file in enumerate(fresh, 1):
        assert engine is not None
        stage, camera = _camera(stages, file, number)
        taken = _take(engine, stage, camera, file, times.time_of(file), now, outcome)
        if taken is not None:
            times.note(file, taken)
        progress(number, len(fresh))
    return outcome


def _take(
    engine: Engine,
    stage: Stage,
    camera: Camera,
    file: Path,
    captured_at: datetime,
    now: datetime,
    outcome: Outcome,
) -> int | None:
    messages = []
    for seen in sightings_in(str(file), engine):
        if isinstance(seen, UnreadableFile):
            outcome.unread.append(str(seen))
            return None
        frame = seen.frame
        moment = captured_at + timedelta(seconds=frame.time_s or 0)
        messages.append(
            read_message(
                frame.pixels, seen.found, engine=wire.Engine(engine.name, engine.version), camera=camera.ref,
                captured_at=moment, event=f"{_digest(file)}:{frame.frame or 0}:{seen.place}",
                original=file if frame.frame is None else None, flags=("demonstration",),
            )
        )  # fmt: skip
    outcome.pictures += 1
    outcome.plates += len(messages)
    outcome.seen |= {one.plate.norm: one.images[0].data or b"" for one in messages}  # the plate's comes first
    for batch in _batches(messages):
        receipt = take_batch(agency=stage.agency, producer=PRODUCER, reads=batch, now=now).receipt
        outcome.stored += receipt.stored
        outcome.known += receipt.known
        outcome.hits += receipt.hits
        outcome.alerts += receipt.alerts
    return len(messages)


def _batches(messages: list[wire.Read]) -> Iterator[list[wire.Read]]:
    for start in range(0, len(messages), 100):
        yield messages[start : start + 100]


def _camera(stages: list[Stage], file: Path, number: int) -> tuple[Stage, Camera]:
    """Return whose picture it is: a rendered one names its street, others go round."""
    street = file.stem.partition("-")[2]
    for stage in stages:
        if street in stage.camera_of:
            return stage, stage.camera_of[street]
    stage = stages[number % len(stages)]
    cameras = list(dict.fromkeys(stage.camera_of.values()))
    return stage, cameras[number // len(stages) % len(cameras)]


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class _Diary:
    """When each picture was "taken" and how many reads it gave, by its digest; written after each picture."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._now = now
        self._known: dict[str, dict[str, object]] = (
            json.loads(path.read_text("utf-8")) if path.exists() else {}
        )
        self._digests: dict[Path, str] = {}

    def is_new(self, file: Path) -> bool:
        return "reads" not in self._known.get(self._key(file), {})

    def time_of(self, file: Path) -> datetime:
        """Return a picture's time, the same after an interruption: it is written down before its reads are stored."""
        entry = self._known.setdefault(self._key(file), {})
        if "taken_at" not in entry:
            entry["taken_at"] = (self._now - _GAP * (len(self._known) % 60)).isoformat()
            self._write()
        return datetime.fromisoformat(str(entry["taken_at"]))

    def note(self, file: Path, reads: int) -> None:
        self._known[self._key(file)]["reads"] = reads
        self._write()

    def reads_of(self, files: list[Path]) -> int:
        return sum(int(str(self._known[self._key(file)]["reads"])) for file in files)

    def _key(self, file: Path) -> str:
        if file not in self._digests:
            self._digests[file] = _digest(file) if file.is_file() else str(file)
        return self._digests[file]

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self._known, indent=1), "utf-8")
        draft.replace(self._path)
