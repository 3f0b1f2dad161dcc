"""A vehicle's clock: moved by what arrives, told of before its limit, reported after it; late data is taken."""

from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege, RaiseException

from platekeeper.office.devices.models import Camera, TransferStep
from platekeeper.office.devices.transfers import (
    TransferError,
    lateness,
    state_transfer,
    vehicles_of,
    watch_transfers,
)
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..people import a_person, an_agency
from ..streets import a_camera, a_read, take

pytestmark = pytest.mark.usefixtures("database")


def a_vehicle(agency, *, days_ago: float) -> Camera:
    """Have a camera on a car, registered some days ago."""
    camera = a_camera(agency)
    Camera.objects.using("owner").filter(pk=camera.pk).update(
        kind=Camera.Kind.VEHICLE, public_view_at=timezone.now() - timedelta(days=days_ago)
    )
    camera.refresh_from_db()
    return camera


def steps_of(camera) -> list[str]:
    return [one.step for one in TransferStep.objects.filter(camera=camera).order_by("number")]


def told_of(agency) -> set[str]:
    return set(
        Notice.objects.filter(agency=agency, kind__startswith="transfer").values_list("kind", flat=True)
    )


class TestClock:
    def test_counts_from_the_last_transfer(self):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=29)
        now = timezone.now()

        take(agency, a_read(camera, "8CLK001", captured_at=now - timedelta(days=2)), now=now)

        (vehicle,) = vehicles_of(agency, now)
        assert (vehicle.counted_from, vehicle.due_at) == (now, now + timedelta(days=30))
        assert vehicle.alert_at == now + timedelta(days=25)

    def test_does_not_run_for_a_camera_on_a_pole(self):
        agency = an_agency("redondo-beach")
        camera = a_camera(agency)

        take(agency, a_read(camera, "8CLK002"), now=timezone.now())

        assert vehicles_of(agency, timezone.now()) == []

    def test_knows_no_limit_where_the_policy_sets_none(self):
        agency = an_agency("milpitas")
        a_vehicle(agency, days_ago=400)

        watch_transfers(timezone.now())

        (vehicle,) = vehicles_of(agency, timezone.now())
        assert (vehicle.due_at, vehicle.is_overdue, told_of(agency)) == (None, False, set())


class TestWatch:
    def test_is_silent_before_day_25(self):
        agency = an_agency("redondo-beach")
        a_vehicle(agency, days_ago=24.9)

        watch_transfers(timezone.now())

        assert told_of(agency) == set()

    def test_tells_the_administrators_from_day_25(self):
        agency = an_agency("redondo-beach")
        a_person(agency, Role.ADMINISTRATOR)
        camera = a_vehicle(agency, days_ago=25.1)

        watch_transfers(timezone.now())

        assert (told_of(agency), steps_of(camera)) == ({"transfer-near"}, [])

    def test_reports_a_breach_once_for_each_period(self, owner):
        agency = an_agency("redondo-beach")
        a_person(agency, Role.ADMINISTRATOR)
        camera = a_vehicle(agency, days_ago=30.1)

        watch_transfers(timezone.now())
        watch_transfers(timezone.now())

        assert ("transfer-breached" in told_of(agency), steps_of(camera)) == (True, ["BREACH"])
        entries = owner.execute(
            "SELECT count(*) FROM ledger_entry WHERE agency = %s AND event = 'transfer.breached'",
            [agency.slug],
        )
        assert entries.fetchone() == (1,)

    def test_takes_late_data_and_marks_it(self):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=40)
        now = timezone.now()
        captured = now - timedelta(days=35)

        receipt = take(agency, a_read(camera, "8LTE001", captured_at=captured), now=now)

        assert receipt.receipt.stored == 1
        assert steps_of(camera) == ["LATE"]
        refusal = lateness(camera, captured, now)
        assert (refusal.clause, refusal.obligation) == ("RB 432.5", "COL-02")
        assert lateness(camera, now - timedelta(days=30), now) is None

    def test_notes_a_queue_that_was_stuck_though_the_vehicle_sent_every_day(self):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=90)
        now = timezone.now()
        take(agency, a_read(camera, "8STK001", captured_at=now), now=now)
        assert steps_of(camera) == ["LATE"]  # the first transfer, 90 days after its registration

        take(agency, a_read(camera, "8STK002", captured_at=now - timedelta(days=31)), now=now)

        assert steps_of(camera) == ["LATE"]  # one a day


class TestStatement:
    def test_starts_the_period_again(self):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=31)

        state_transfer(person=a_person(agency, Role.ADMINISTRATOR), camera=camera, reason="In the workshop")

        (vehicle,) = vehicles_of(agency, timezone.now())
        assert (vehicle.is_overdue, steps_of(camera)) == (False, ["STATED"])

    def test_is_refused_without_a_reason(self):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=31)

        with pytest.raises(TransferError, match="Say why"):
            state_transfer(person=a_person(agency, Role.ADMINISTRATOR), camera=camera, reason=" ")

    @pytest.mark.parametrize("role", [Role.DETECTIVE, Role.SUPERVISOR])
    def test_is_refused_to_others(self, role):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=31)

        with pytest.raises(TransferError, match="COL-02"):
            state_transfer(person=a_person(agency, role), camera=camera, reason="In the workshop")

    def test_is_refused_to_another_agency(self):
        camera = a_vehicle(an_agency("redondo-beach"), days_ago=31)
        stranger = a_person(an_agency("redondo-beach"), Role.ADMINISTRATOR)

        with pytest.raises(TransferError, match="COL-02"):
            state_transfer(person=stranger, camera=camera, reason="In the workshop")


class TestDatabase:
    def test_notes_no_breach_before_its_time(self, connect):
        camera = a_vehicle(an_agency("redondo-beach"), days_ago=3)

        noted = (
            connect("custodian")
            .execute("SELECT note_transfer_breach(%s, now(), now() + interval '1 hour')", [camera.pk])
            .fetchone()
        )

        assert noted == (False,)

    def test_lets_nobody_move_a_clock_or_change_a_step(self, owner, web):
        agency = an_agency("redondo-beach")
        camera = a_vehicle(agency, days_ago=40)
        take(agency, a_read(camera, "8CLK009"), now=timezone.now())

        with pytest.raises(InsufficientPrivilege):
            web.execute("UPDATE transfer_clock SET last_at = now()")
        with pytest.raises((RaiseException, InsufficientPrivilege)):
            owner.execute("DELETE FROM transfer_step WHERE camera_id = %s", [camera.pk])
