"""Three weeks before the demonstration began: ordinary traffic, and in it one vehicle whose ways can be followed.

Each day is drawn from the agency and the day alone: drawn again, its reads are the same ones, and known. Nothing of it
is live, so nothing of it alerts. The story of an agency (cast.toml): on some evenings its vehicle passes three cameras
one after another, another vehicle keeps a few seconds behind it, and both end where something happens; by day it passes
one camera alone.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from platekeeper import wire
from platekeeper.demo.stage import Stage
from platekeeper.office.alerts.intake import take_batch
from platekeeper.office.devices.models import Camera

PRODUCER = "demonstration-history"
DAYS = 21
COMMUTERS, PASSING = 25, 50
EVENINGS = frozenset({1, 3, 5})  # of a week counted from a Sunday: Monday, Wednesday, Friday
_NOT_LIVE = timedelta(minutes=15)
_BATCH = 500
_COLOURS = ("white", "black", "silver", "grey", "blue", "red")
_MAKES = ("toyota", "honda", "ford", "nissan", "tesla", "hyundai")


@dataclass(frozen=True)
class _Passage:
    """A vehicle before a camera."""

    at: datetime
    camera: int
    plate: str
    region: str
    color: str
    make: str


def play_history(stages: list[Stage], diary: Path, now: datetime, pictures: Mapping[str, bytes]) -> int:
    """Let each agency's cameras have seen three weeks; what was played before is not played again.

    Args:
        stages: the agencies.
        diary: where the days that are done are kept.
        now: the present time.
        pictures: of plates that the stories' vehicles bear, JPEG, by plate; a plate without one has no picture.

    Returns:
        How many reads are new.
    """
    done: dict[str, list[str]] = json.loads(diary.read_text("utf-8")) if diary.exists() else {}
    stored = 0
    for stage in stages:
        told = done.setdefault(stage.agency.slug, [])
        today = timezone.localdate(now)
        for day in (today - timedelta(days=back) for back in range(DAYS, -1, -1)):
            if day.isoformat() not in told:
                stored += _play_day(stage, day, now, pictures)
            if day < today:
                told.append(day.isoformat())
        done[stage.agency.slug] = told[-DAYS:]
    diary.write_text(json.dumps(done), "utf-8")
    return stored


def _play_day(stage: Stage, day: date, now: datetime, pictures: Mapping[str, bytes]) -> int:
    cameras = _standing(stage)
    passages = sorted(drawn_day(stage.agency.slug, stage.story, len(cameras), day), key=lambda one: one.at)
    reads = [
        _read(one, cameras[one.camera], pictures.get(one.plate))
        for one in passages
        if one.at < now - _NOT_LIVE
    ]
    stored = 0
    for start in range(0, len(reads), _BATCH):
        batch = reads[start : start + _BATCH]
        stored += take_batch(agency=stage.agency, producer=PRODUCER, reads=batch, now=now).receipt.stored
    return stored


def _standing(stage: Stage) -> list[Camera]:
    return [one for one in stage.cameras if one.kind == Camera.Kind.FIXED]


def drawn_day(slug: str, story: Mapping[str, str], cameras: int, day: date) -> Iterator[_Passage]:
    """Draw what passes an agency's cameras on one day.

    Args:
        slug: the agency's.
        story: its vehicle, companion and so on, as in cast.toml.
        cameras: how many cameras it has, at least three.
        day: the day.
    """
    draw = random.Random(f"{slug}:{day.isoformat()}")  # noqa: S311  # a picture of traffic, no secret
    yield from _commuters(slug, cameras, day, draw)
    yield from _passing(cameras, day, draw)
    yield from _story(story, day, draw)


def _commuters(slug: str, cameras: int, day: date, draw: random.Random) -> Iterator[_Passage]:
    for number in range(COMMUTERS):
        habit = random.Random(f"{slug}:{number}")  # noqa: S311  # the same one each day
        vehicle = _vehicle(habit)
        first, leaves, returns = habit.randrange(cameras), habit.uniform(6, 9.5), habit.uniform(15.5, 19)
        if day.weekday() > 4 and draw.random() < 0.7:
            continue
        way = [first, (first + 1) % cameras, (first + 2) % cameras]
        for hour, route in ((leaves, way), (returns, way[::-1])):
            starts = hour + draw.gauss(0, 0.15)
            for place, camera in enumerate(route):
                if draw.random() < 0.7:
                    yield _Passage(_at(day, starts + place * 0.07 + draw.uniform(0, 0.02)), camera, *vehicle)


def _passing(cameras: int, day: date, draw: random.Random) -> Iterator[_Passage]:
    for _ in range(PASSING):
        yield _Passage(_at(day, draw.triangular(5, 24, 17)), draw.randrange(cameras), *_vehicle(draw))


def _story(story: Mapping[str, str], day: date, draw: random.Random) -> Iterator[_Passage]:
    color, make = story["vehicle"].lower().split(" ", 1)
    lead = (story["plate"], story["region"], color, make)
    other = (story["companion"], "US-CA", "silver", "toyota")
    if draw.random() < 0.5:
        yield _Passage(_at(day, 12.4 + draw.uniform(0, 0.6)), 0, *lead)
    if day.isoweekday() % 7 not in EVENINGS:
        return
    starts = 21 + draw.uniform(0, 0.7)
    for place in range(3):
        seen = starts + place * 0.08 + draw.uniform(0, 0.02)
        yield _Passage(_at(day, seen), place, *lead)
        yield _Passage(_at(day, seen + draw.uniform(9, 40) / 3600), place, *other)


def _vehicle(draw: random.Random) -> tuple[str, str, str, str]:
    letters = "".join(draw.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(3))
    plate = f"{draw.randrange(5, 10)}{letters}{draw.randrange(1000):03d}"
    return plate, "US-CA", draw.choice(_COLOURS), draw.choice(_MAKES)


def _at(day: date, hour: float) -> datetime:
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(hours=hour)


def _read(one: _Passage, camera: Camera, picture: bytes | None) -> wire.Read:
    sure = random.Random(f"{one.plate}:{one.at.isoformat()}").uniform(0.9, 0.998)  # noqa: S311  # no secret
    given: dict[str, Any] = {"images": (wire.Image(role="plate", data=picture),)} if picture else {}
    return wire.Read(
        plate=wire.Plate(raw=one.plate, norm=one.plate, region=one.region, conf=round(sure, 3)),
        captured_at=one.at,
        camera=wire.Camera(ref_raw=camera.ref),
        source_event_id=f"{one.at.isoformat()}:{one.plate}",
        vehicle=wire.Vehicle(color=(wire.Attribute(one.color),), make=(wire.Attribute(one.make),)),
        flags=("demonstration",),
        **given,
    )
