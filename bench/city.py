"""An invented city, for benches: the same streets, cars and misreadings for the same numbers.

Cars come back as they do (log-normal, about 17 reads a car and year), mostly to the cameras near their home, by the
hours of traffic; 5 % of the readings are wrong, most of them by a look-alike character (storage facts, section 0).
The installation stands in a folder of its own, a throw-away one unless it is named.
"""

import contextlib
import io
import json
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

if TYPE_CHECKING:
    from psycopg import Connection

    from platekeeper.office.accounts.models import Agency, Person
    from platekeeper.office.config.database import Database
    from platekeeper.office.reads.arrival import Arrival

READS_A_CAR = 17
MISREAD = 0.05
CENTRE = (33.8366, -118.3873)
_LOOKALIKES = {"O": "0", "0": "O", "I": "1", "1": "I", "Z": "2", "2": "Z", "S": "5", "5": "S", "B": "8", "8": "B",
               "G": "6", "6": "G", "D": "0", "Q": "0"}  # fmt: skip
_HOURS = np.array([1, 1, 1, 1, 2, 4, 8, 10, 9, 7, 6, 6, 7, 7, 8, 9, 10, 10, 8, 6, 5, 4, 3, 2], dtype=float)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPAN = 9 * 26**3 * 1000  # plates of California's series, 1AAA000 to 9ZZZ999
_CHUNK = 20_000


@dataclass(frozen=True)
class Sighting:
    """One read, before it is anybody's."""

    read_at: datetime
    id: UUID
    camera: int
    plate: str
    confidence: float


class City:
    """Cars, cameras and who passes where."""

    def __init__(self, *, cars: int, cameras: int = 200, seed: int = 432) -> None:
        """Draw the city.

        Args:
            cars: how many different cars live there.
            cameras: how many cameras, on a grid of streets 400 m apart.
            seed: the same seed draws the same city.
        """
        self._random = np.random.default_rng(seed)
        weights = self._random.lognormal(0, 1.2, cars)
        self._shares = np.cumsum(weights / weights.sum())
        self._homes = self._random.integers(0, cameras, cars)
        self.plates = [plate_of(int(number)) for number in (np.arange(cars) * 7_919_077 + seed) % SPAN]
        across = int(np.ceil(np.sqrt(cameras)))
        self.places = [
            (
                CENTRE[0] + (at // across - across / 2) * 0.0036,
                CENTRE[1] + (at % across - across / 2) * 0.0043,
            )
            for at in range(cameras)
        ]

    def sightings(self, count: int, start: datetime, end: datetime) -> Iterator[Sighting]:
        """Yield reads between two moments, in order of time."""
        days = max(1, (end - start).days)
        draw = self._random
        day = draw.integers(0, days, count)
        hour = draw.choice(24, count, p=_HOURS / _HOURS.sum())
        seconds = day * 86_400 + hour * 3600 + draw.random(count) * 3600
        seconds = np.sort(seconds) * ((end - start).total_seconds() / (days * 86_400))
        cars = np.minimum(np.searchsorted(self._shares, draw.random(count)), len(self.plates) - 1)
        near = (self._homes[cars] + np.round(draw.normal(0, 2, count)).astype(int)) % len(self.places)
        cameras = np.where(draw.random(count) < 0.7, near, draw.integers(0, len(self.places), count))
        wrong = draw.random(count) < MISREAD
        sure = np.clip(1 - draw.exponential(0.06, count), 0.3, 1)
        tails = draw.bytes(10 * count)
        for n in range(count):
            plate = self.plates[cars[n]]
            if wrong[n]:
                plate = _misread(plate, tails[10 * n], tails[10 * n + 1])
            read_at = start + timedelta(seconds=float(seconds[n]))
            tail = tails[10 * n : 10 * n + 10]
            yield Sighting(read_at, _id(read_at, tail), int(cameras[n]), plate, round(float(sure[n]), 3))


def plate_of(number: int) -> str:
    """Return a plate of the series by its number, from 0 to `SPAN`."""
    number, digits = divmod(number, 1000)
    number, third = divmod(number, 26)
    number, second = divmod(number, 26)
    first_digit, first = divmod(number, 26)
    return f"{first_digit + 1}{_LETTERS[first]}{_LETTERS[second]}{_LETTERS[third]}{digits:03d}"


def _misread(plate: str, place: int, what: int) -> str:
    at = place % len(plate)
    alike = [n for n, character in enumerate(plate) if character in _LOOKALIKES]
    if alike and what < 180:
        at = alike[place % len(alike)]
        return plate[:at] + _LOOKALIKES[plate[at]] + plate[at + 1 :]
    return plate[:at] + "ACEFHJKLMNPRTUVWXY3479"[what % 22] + plate[at + 1 :]


def _id(read_at: datetime, tail: bytes) -> UUID:
    # UUID version 7, as wire.identity makes them; this Python's constructor does not know that version
    number = int.from_bytes(int(read_at.timestamp() * 1000).to_bytes(6) + tail)
    number = number & ~(0xF << 76) | (7 << 76)
    return UUID(int=number & ~(0b11 << 62) | (0b10 << 62))


@dataclass(frozen=True)
class Precinct:
    """An agency that the city belongs to: its cameras in the city's order, somebody who may search."""

    agency: "Agency"
    person: "Person"
    cameras: tuple[int, ...]
    city: City

    def detail(self, sighting: Sighting) -> dict[str, Any]:
        """Return what a read of an ordinary camera keeps beside its columns."""
        return {
            "plate": {"raw": sighting.plate, "display": sighting.plate, "norm": sighting.plate, "region": "US-CA",
                      "conf": sighting.confidence,
                      "candidates": [{"text": sighting.plate, "conf": sighting.confidence}]},
            "vehicle": {"color": [{"value": "silver", "conf": 0.8}], "make": [{"value": "toyota", "conf": 0.7}]},
            "captured_at": sighting.read_at.isoformat(), "camera": {"ref_raw": f"camera-{sighting.camera}"},
            "schema": 1, "id": str(sighting.id),
        }  # fmt: skip

    def arrival(self, sighting: Sighting) -> "Arrival":
        """Return a read as the intake hands it on."""
        from platekeeper.office.reads.arrival import Arrival

        lat, lon = self.city.places[sighting.camera]
        return Arrival(
            id=sighting.id, camera_id=self.cameras[sighting.camera], read_at=sighting.read_at,
            plate=sighting.plate, plate_raw=sighting.plate, region="US-CA", confidence=sighting.confidence,
            lat=lat, lon=lon, passage_id=sighting.id, revision=1, producer="bench",
            detail=json.dumps(self.detail(sighting)).encode(), stands=True,
        )  # fmt: skip

    def message(self, sighting: Sighting) -> dict[str, Any]:
        """Return a read as an ordinary camera posts it."""
        return {
            "plate": {"raw": sighting.plate, "region": "US-CA", "conf": sighting.confidence,
                      "candidates": [{"text": sighting.plate, "conf": sighting.confidence}]},
            "vehicle": {"color": [{"value": "silver", "conf": 0.8}], "make": [{"value": "toyota", "conf": 0.7}]},
            "captured_at": sighting.read_at.isoformat(), "source_event_id": str(sighting.id),
            "camera": {"ref_raw": f"camera-{sighting.camera}"},
        }  # fmt: skip


@contextlib.contextmanager
def installation(folder: Path | None = None) -> Iterator["Database"]:
    """Have a running, migrated installation: in a folder that stays if one is named, else in one that does not."""
    path = folder or Path(tempfile.mkdtemp(prefix="platekeeper-bench-"))
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o711)
    os.environ["PLATEKEEPER_DATA"] = str(path / "data")
    os.environ.pop("DATABASE_URL", None)
    from platekeeper.office.config.database import Database
    from platekeeper.office.config.migrate import migrate

    database = Database.located()
    database.folder.prepare()
    house = (path / "data" / "postgres").resolve()
    try:
        with database.used():
            migrate(database)
            yield database
            _disconnect()
    finally:
        if folder is None:
            if not house.is_relative_to(path):
                shutil.rmtree(house.parent, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)


def _disconnect() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        pool = getattr(connection, "close_pool", None)
        if pool is not None:
            pool()


def agency_of(folder: str, slug: str) -> "Agency":
    """Set a process of its own up, and return the agency that it works for."""
    os.environ["PLATEKEEPER_DATA"] = folder
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
    django.setup()
    from platekeeper.office.accounts.models import Agency

    return Agency.objects.using("ingest").get(slug=slug)


def precinct(city: City, now: datetime, *, slug: str = "bench", role: str = "detective") -> Precinct:
    """Make an agency under Redondo Beach's policy, its cameras, and somebody who may search, or receive alerts."""
    from platekeeper import policy
    from platekeeper.office.accounts.models import Person, TrainingCompletion
    from platekeeper.office.accounts.operations import add_agency, add_person
    from platekeeper.office.devices.operations import add_camera

    agency = add_agency(slug=slug, name="Bench Police", profile="redondo-beach")
    cameras = [
        add_camera(agency=agency, ref=f"camera-{at}", name=f"Camera {at}", lat=lat, lon=lon,
                   attested_by="bench", now=now).pk
        for at, (lat, lon) in enumerate(city.places)
    ]  # fmt: skip
    profile = policy.load_profile(agency.profile)
    as_role = policy.Role(role)
    person = add_person(
        username=f"{slug}.{role}", full_name="Robin Bench", agency=agency, title=profile.roles[as_role].title,
        roles=[as_role.value], now=now - timedelta(days=30),
    )  # fmt: skip
    Person.objects.using("owner").filter(pk=person.pk).update(
        must_choose_password=False, assignment="Investigations", acknowledged=list(profile.training.documents.value),
        authorized_by="supervisor", authorized_at=now - timedelta(days=20), authorization_document="Form 12",
        granted_by="bureau", granted_at=now - timedelta(days=19), last_used_at=now,
    )  # fmt: skip
    for course in policy.required_courses(profile, frozenset({as_role})):
        TrainingCompletion.objects.using("owner").get_or_create(
            person=person, course=course.code,
            defaults={
                "completed_at": now - timedelta(days=7), "completed_by": "trainer",
                "signed_as": (sorted(course.trained_by) or [policy.Role.TRAINER])[0].value,
                "topics": list(course.topics), "certified_by": course.certified_by,
            },
        )  # fmt: skip
    person = Person.objects.select_related("agency").get(pk=person.pk)  # as a page has it, over `web`
    return Precinct(agency, person, tuple(cameras), city)


def spots(connection: "Connection", here: Precinct, *, riding: int = 0) -> list[int | None]:
    """Note the spots of the city's cameras; return their numbers, None for every so-manieth, which rides on a car."""
    numbers: list[int | None] = []
    for n, (camera, place) in enumerate(zip(here.cameras, here.city.places, strict=True)):
        given = [here.agency.pk, camera, *place]
        rides = riding and n % riding == 0
        row = None if rides else connection.execute("SELECT note_spot(%s, %s, %s, %s)", given).fetchone()
        numbers.append(row[0] if row else None)
    return numbers


def fill(database: "Database", here: Precinct, sightings: Iterator[Sighting]) -> int:
    """Load reads as the owner, past the intake, and derive the index of plates as it would stand."""
    import psycopg

    columns = (
        "agency_id, read_at, id, received_at, camera_id, plate, plate_raw, region, confidence, lat, lon, cell,"
        " passage_id, revision, producer, detail"
    )
    months: set[str] = set()
    loaded = 0
    with psycopg.connect(database.address("owner")) as connection:
        cells = spots(connection, here)
        while True:
            text = io.StringIO()
            taken = 0
            for s in sightings:
                lat, lon = here.city.places[s.camera]
                at = s.read_at.isoformat()
                months.add(at[:7])
                text.write(
                    f"{here.agency.pk}\t{at}\t{s.id}\t{at}\t{here.cameras[s.camera]}\t{s.plate}\t"
                    f"{s.plate}\tUS-CA\t"
                    f"{s.confidence}\t{lat}\t{lon}\t{cells[s.camera]}\t{s.id}\t1\tbench\t"
                    f"{json.dumps(here.detail(s))}\n"
                )
                taken += 1
                if taken == _CHUNK:
                    break
            if not taken:
                break
            for month in sorted(months):
                connection.execute("SELECT ensure_month(%s)", [f"{month}-01"])
            with connection.cursor().copy(f"COPY read ({columns}) FROM STDIN") as copy:
                copy.write(text.getvalue())
            connection.commit()
            loaded += taken
        connection.execute(
            "INSERT INTO plate SELECT agency_id, plate, translate(plate, 'ODQIZSBG', '00012586'),"
            " date_trunc('month', min(read_at))::date, date_trunc('month', max(read_at))::date"
            " FROM read WHERE agency_id = %s GROUP BY agency_id, plate ORDER BY plate ON CONFLICT DO NOTHING",
            [here.agency.pk],
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE read, plate")
    return loaded


def this_moment() -> datetime:
    """Return the present time; the database has a clock of its own, so a bench cannot live in another year."""
    return datetime.now(UTC)


def machine() -> str:
    """Say in a line what this was measured on, and how busy it was."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
        one, five, _ = os.getloadavg()
        return (
            f"{name}, {os.cpu_count()} cores, load {one:.1f} (1 min) {five:.1f} (5 min);"
            f" Python {platform.python_version()}, embedded PostgreSQL"
        )
    return platform.platform()


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Return median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds) or [float("nan")]
    return statistics.median(ordered) * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000


def inquiry(plate: str) -> Any:
    """Return a search that Redondo Beach's policy allows."""
    from platekeeper import policy
    from platekeeper.office.access.inquiries import Inquiry

    profile = policy.load_profile("redondo-beach")
    return Inquiry(
        function=policy.Function.SEARCH, purpose=profile.purposes.authorized[0].code, query={"plate": plate},
        case_number=profile.access.case_number_example.value, source="192.0.2.7",
        reason="Burglary at a pharmacy, silver sedan seen leaving",
    )  # fmt: skip
