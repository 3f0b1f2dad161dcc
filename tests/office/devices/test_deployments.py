"""Where and why a camera runs: what nobody attested, ordered or named is not taken in."""

from datetime import timedelta

import pytest

from platekeeper.office.devices.deployments import deploy_camera, may_capture
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.operations import DeviceError
from platekeeper.policy import Allowed, Role

from ..people import NOW, a_person, an_agency
from ..streets import a_camera, a_read, an_unattested_camera, take


def deployed(camera, by, occasion="special-effort", **more):
    return deploy_camera(camera=camera, by=by, occasion=occasion, now=NOW, **more)


class TestDeployCamera:
    def test_refuses_a_special_effort_that_no_administrator_orders(self):
        agency = an_agency()

        with pytest.raises(DeviceError, match="not ordered by the administrator"):
            deployed(a_camera(agency), a_person(agency, Role.PATROL_OFFICER))

    def test_refuses_an_order_of_another_agency(self):
        with pytest.raises(DeviceError, match="is not of"):
            deployed(a_camera(an_agency()), a_person(an_agency(), Role.ADMINISTRATOR))

    def test_enters_what_the_administrator_orders_in_the_ledger(self, owner):
        agency = an_agency()
        administrator = a_person(agency, Role.ADMINISTRATOR)

        deployed(a_camera(agency), administrator)

        (event,) = owner.execute(
            "SELECT event FROM ledger_entry WHERE actor = %s", [administrator.username]
        ).fetchall()
        assert event == ("camera.deployed",)

    @pytest.mark.parametrize("hours", [-1, 0])
    def test_refuses_a_court_order_that_has_ended(self, hours):
        agency = an_agency()
        given = {"order_number": "SW-1", "order_ends_at": NOW + timedelta(hours=hours)}

        with pytest.raises(DeviceError, match="public view"):
            deployed(an_unattested_camera(agency), a_person(agency, Role.ADMINISTRATOR), **given)

    def test_takes_a_court_order_in_place_of_public_view(self):
        agency = an_agency()
        given = {"order_number": "SW-1", "order_ends_at": NOW + timedelta(hours=1)}

        camera = deployed(an_unattested_camera(agency), a_person(agency, Role.ADMINISTRATOR), **given)

        assert take(agency, a_read(camera)).quarantined == ()


class TestIntake:
    def test_sets_reads_aside_whose_camera_runs_on_no_stated_occasion(self):
        agency = an_agency()
        camera = a_camera(agency)
        Camera.objects.using("owner").filter(pk=camera.pk).update(occasion="")

        (waiting,) = take(agency, a_read(camera)).quarantined

        assert "occasion" in waiting.reason

    def test_asks_nobody_for_suspicion(self):
        camera = a_camera(an_agency())

        assert isinstance(may_capture(camera, NOW), Allowed)
        assert not [field.name for field in Camera._meta.fields if "suspicion" in field.name]
