"""Whatever the schedule, the holds, the clocks and the interruptions: what is held stays, what is due goes."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platekeeper.office.retention import operations, purging
from platekeeper.office.retention.models import Certificate, HoldScope
from platekeeper.office.retention.operations import purge
from platekeeper.office.retention.schedules import terms_of
from platekeeper.policy import Anchor, Role, purge_due_at
from platekeeper.policy.period import Period

from ..people import a_person, an_agency
from ..streets import a_camera
from .archives import approve, approvers_of, hold_of, plates_of, seen, with_schedule

_numbers = itertools.count()


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


@pytest.fixture(scope="module")
def town(database):
    """One agency for all examples: each gives it another schedule and more reads."""
    agency = an_agency("los-angeles")
    return SimpleNamespace(
        agency=agency, camera=a_camera(agency), approvers=approvers_of(agency),
        detective=a_person(agency, Role.DETECTIVE),
    )  # fmt: skip


spans = st.sampled_from(["PT10M", "P1D", "P21D", "P30D", "P1M", "P1Y", "P2YT24H1M"]).map(Period.parse)
archives = st.lists(
    st.tuples(st.integers(1, 1000 * 24 * 60), st.integers(0, 5000), st.booleans()), min_size=1, max_size=5
)


class TestAnyPurge:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        minimum=st.none() | spans, span=spans, anchor=st.sampled_from(Anchor), archive=archives,
        kills=st.lists(st.integers(0, 24), max_size=2),
    )  # fmt: skip
    def test_keeps_the_held_and_the_young_and_nothing_else(
        self, town, owner, minimum, span, anchor, archive, kills
    ):
        policy = with_schedule("los-angeles", minimum=minimum, purge=span, visible=None, anchor=anchor)
        approve(town.agency, terms_of(policy), by=town.approvers)
        now = purging.database_clock()
        stored = []
        for age_minutes, late_minutes, held in archive:
            read_at = now - timedelta(minutes=age_minutes)
            received_at = min(now, read_at + timedelta(minutes=late_minutes))
            number = next(_numbers)
            plate = f"8ANY{number:03}"
            seen(town.agency, town.camera, plate, read_at, arrived=received_at, pictures=number % 2 == 0)
            stored.append((plate, read_at, received_at, held))
            if held:
                hold_of(town.detective, HoldScope.PLATE, plate=plate)
        before = plates_of(owner, town.agency)

        with patch.object(operations, "profile_of", lambda _: policy):
            for statements in kills:
                with killed_after(statements), suppress(Killed):
                    purge([town.agency], by="test")
            purge([town.agency], by="test")

        def due(read_at: datetime, received_at: datetime, later: timedelta = timedelta()) -> bool:
            return purge_due_at(policy, read_at + later, received_at + later) <= purging.database_clock()

        left = plates_of(owner, town.agency)
        assert left >= {plate for plate, _, _, held in stored if held}
        assert left >= {plate for plate, at, received, _ in stored if not due(at, received)}
        # what fell due while we looked may stay for the next purge
        settled = timedelta(minutes=5)
        assert not left & {p for p, at, received, held in stored if not held and due(at, received, settled)}
        index = owner.execute("SELECT plate FROM plate WHERE agency_id = %s", [town.agency.pk]).fetchall()
        assert {plate for (plate,) in index} == left
        self.assert_certified(town.agency, since=now, gone=len(before) - len(left))
        self.assert_pictures_follow_reads(owner, town.agency)

    def assert_certified(self, agency, *, since: datetime, gone: int) -> None:
        new = Certificate.objects.filter(agency=agency, certified_at__gte=since)
        told = [one for body in new for one in json.loads(body.body)["destroyed"] if one["kind"] == "read"]
        assert sum(one["count"] for one in told) == gone

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
