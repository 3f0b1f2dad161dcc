"""Whatever the schedule, the holds, the clocks and the interruptions: what is held stays, what is due goes."""

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platekeeper.office.retention import operations, purging
from platekeeper.office.retention.models import Certificate, HoldScope
from platekeeper.office.retention.operations import purge
from platekeeper.office.retention.schedules import terms_of
from platekeeper.policy import Anchor, Profile, Role, purge_due_at
from platekeeper.policy.period import Period

from ..people import a_person, an_agency
from ..streets import LAT, LON, a_camera, a_read, an_unattested_camera, take
from .archives import ago, approve, approvers_of, hold_of, plates_of, seen, with_schedule

EXAMPLES = int(os.environ.get("PLATEKEEPER_PURGES", "40"))  # by hand: 500
_numbers = itertools.count()


def waiting_of(owner, agency) -> set[str]:
    rows = owner.execute(
        "SELECT body#>>'{plate,norm}' FROM quarantined_read WHERE agency_id = %s", [agency.pk]
    )
    return {plate for (plate,) in rows}


class Killed(BaseException):
    """The power went."""


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    """Let the purge die before its n-th statement."""
    left, ask = [statements], purging.asked

    def dying(statement: str, *arguments: object):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return ask(statement, *arguments)

    with patch.object(purging, "asked", dying):
        yield


class Town:
    """One agency for many examples: each gives it another schedule and more reads."""

    EXAMPLES = 40  # holds stay, and every purge looks at all of them: then another town

    def __init__(self) -> None:
        self.agency = an_agency("los-angeles")
        self.camera = a_camera(self.agency)
        self.unattested = an_unattested_camera(self.agency, lat=LAT + 1, lon=LON)
        self.approvers = approvers_of(self.agency)
        self.detective = a_person(self.agency, Role.DETECTIVE)
        self.sergeant = a_person(self.agency, Role.SUPERVISOR)
        self.areas: list[Area] = []


@pytest.fixture(scope="module")
def towns(database) -> Iterator[Town]:
    return itertools.chain.from_iterable(itertools.repeat(Town(), Town.EXAMPLES) for _ in itertools.count())


@dataclass(frozen=True)
class Passage:
    """A read that was stored or quarantined, as the model knows it.

    Attributes:
        plate: its own and nobody else's.
        read_at: when the camera says that it saw it.
        received_at: when it arrived.
        is_quarantined: the camera is not attested; it goes by its arrival.
    """

    plate: str
    read_at: datetime
    received_at: datetime
    is_quarantined: bool

    @property
    def seen_before(self) -> datetime:
        """The first moment at which it had surely been seen: a clock that ran ahead tells nothing more."""
        return min(self.read_at + MOMENT, self.received_at)

    def is_due(self, policy: Profile, now: datetime, later: timedelta = timedelta()) -> bool:
        read_at = self.received_at if self.is_quarantined else self.read_at
        return purge_due_at(policy, read_at + later, self.received_at + later) <= now

    def is_in(self, area: "Area") -> bool:
        ran_ahead = self.is_quarantined and self.read_at > self.received_at
        is_then = (ran_ahead or self.read_at < area.until) and self.seen_before > area.since
        return self.is_quarantined == area.is_unattested and is_then


@dataclass(frozen=True)
class Area:
    """What a hold of a place and time covers: one of the two cameras, for two minutes."""

    is_unattested: bool
    since: datetime
    until: datetime


MOMENT = timedelta(microseconds=1)
spans = st.sampled_from(["PT10M", "P1D", "P21D", "P30D", "P1M", "P1Y", "P2YT24H1M"]).map(Period.parse)
kept_by = st.sampled_from(["nothing", "nothing", "a plate", "an area", "a released plate"])
ways = st.sampled_from(["stored", "stored", "waits", "ahead"])
archives = st.lists(
    st.tuples(
        st.integers(1, 1000 * 24 * 60), st.integers(0, 5000), kept_by, ways
    ),
    min_size=1, max_size=5,
)  # fmt: skip


class TestAnyPurge:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        minimum=st.none() | spans, span=spans, anchor=st.sampled_from(Anchor), archive=archives,
        kills=st.lists(st.integers(0, 24), max_size=2),
    )  # fmt: skip
    def test_keeps_the_held_and_the_young_and_nothing_else(
        self, towns, owner, web, minimum, span, anchor, archive, kills
    ):
        town = next(towns)
        policy = with_schedule("los-angeles", minimum=minimum, purge=span, visible=None, anchor=anchor)
        approve(town.agency, terms_of(policy), by=town.approvers)
        now = purging.database_clock()
        stored, plates = [], set()
        for age, late, keeper, way in archive:
            passage = self.passed(town, now - timedelta(minutes=age), timedelta(minutes=late), way, now)
            stored.append(passage)
            if "plate" in keeper:
                hold_id = hold_of(town.detective, HoldScope.PLATE, plate=passage.plate)
                plates.add(passage.plate) if keeper == "a plate" else self.release(web, town, hold_id)
            elif keeper == "an area":
                self.hold_area(town, passage)
        before, waited = plates_of(owner, town.agency), waiting_of(owner, town.agency)

        with patch.object(operations, "profile_of", lambda _: policy):
            for statements in kills:
                with killed_after(statements), suppress(Killed):
                    purge([town.agency], by="test")
            purge([town.agency], by="test")

        held = {one.plate for one in stored if one.plate in plates or any(map(one.is_in, town.areas))}
        reads, waiting = plates_of(owner, town.agency), waiting_of(owner, town.agency)
        left, clock = reads | waiting, purging.database_clock()
        assert left >= held
        assert left >= {one.plate for one in stored if not one.is_due(policy, clock)}
        # what fell due while we looked may stay for the next purge
        settled = timedelta(minutes=5)
        assert not left & {one.plate for one in stored if one.is_due(policy, clock, settled)} - held
        index = owner.execute("SELECT plate FROM plate WHERE agency_id = %s", [town.agency.pk]).fetchall()
        assert {plate for (plate,) in index} == reads
        gone = {"read": len(before) - len(reads), "quarantined-read": len(waited) - len(waiting)}
        self.assert_certified(town.agency, since=now, gone=gone)
        self.assert_pictures_follow_reads(owner, town.agency)

    def passed(self, town, read_at: datetime, late: timedelta, way: str, now: datetime) -> Passage:
        """Let a camera see a plate of its own."""
        number = next(_numbers)
        plate, received_at = f"8ANY{number:03}", min(now, read_at + late)
        if way == "stored":
            seen(town.agency, town.camera, plate, read_at, arrived=received_at, pictures=number % 2 == 0)
        else:
            read_at += timedelta(days=30) if way == "ahead" else timedelta()
            taken = take(town.agency, a_read(town.unattested, plate, captured_at=read_at), now=received_at)
            assert len(taken.quarantined) == 1
        return Passage(plate, read_at, received_at, way != "stored")

    def hold_area(self, town, passage: Passage) -> None:
        """Hold the place for the minute before and after a passage."""
        around = min(passage.read_at, passage.received_at)
        area = Area(passage.is_quarantined, around - timedelta(minutes=1), around + timedelta(minutes=1))
        hold_of(
            town.detective, HoldScope.AREA, lat=LAT + area.is_unattested, lon=LON, radius_m=50.0,
            covers_from=area.since, covers_to=area.until,
        )  # fmt: skip
        town.areas.append(area)

    def release(self, web, town, hold_id) -> None:
        stated = {"disposed_at": ago(days=1).isoformat(), "authority": "Superior Court"}
        for person, step, detail in (
            (town.sergeant, "APPROVE", {}), (town.detective, "ASK_RELEASE", stated), (town.sergeant, "RELEASE", {}),
        ):  # fmt: skip
            web.execute(
                "SELECT take_hold_step(%s, %s, %s, %s)", [person.pk, hold_id, step, json.dumps(detail)]
            )

    def assert_certified(self, agency, *, since: datetime, gone: dict[str, int]) -> None:
        new = Certificate.objects.filter(agency=agency, certified_at__gte=since)
        told = [one for body in new for one in json.loads(body.body)["destroyed"]]
        assert {kind: sum(one["count"] for one in told if one["kind"] == kind) for kind in gone} == gone

    def assert_pictures_follow_reads(self, owner, agency) -> None:
        orphans = owner.execute(
            "SELECT count(*) FROM image i WHERE agency_id = %s AND NOT EXISTS (SELECT 1 FROM read r WHERE"
            " r.agency_id = i.agency_id AND r.read_at = i.read_at AND r.id = i.read_id)",
            [agency.pk],
        )
        keyless = owner.execute(
            "SELECT count(*) FROM image i WHERE agency_id = %s AND NOT EXISTS (SELECT 1 FROM image_key k WHERE"
            " k.agency_id = i.agency_id AND k.name = i.key_name)",
            [agency.pk],
        )
        assert (orphans.fetchone(), keyless.fetchone()) == ((0,), (0,))
