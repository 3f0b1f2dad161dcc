"""Cameras remembered from batch to batch: whatever changes of one counts from the next batch on."""

import pytest

from platekeeper.office.devices.at_work import cameras_named
from platekeeper.office.devices.models import Camera

from ..people import NOW, OWNER, an_agency
from ..streets import a_camera


class TestCamerasNamed:
    @pytest.mark.parametrize("name", ['12" lens', "back\\slash", "a,b {c}", "NULL", "Straße 1", "it's"])
    def test_finds_a_camera_whatever_its_name(self, name):
        agency = an_agency()
        camera = a_camera(agency, ref=name)

        found = cameras_named(agency.pk, {name, "nobody's"})

        assert {called: one.camera.pk for called, one in found.items()} == {name: camera.pk}

    def test_finds_none_of_another_agency(self):
        camera = a_camera(an_agency("milpitas"))

        assert cameras_named(an_agency().pk, {camera.ref}) == {}

    def test_asks_for_nothing(self):
        assert cameras_named(an_agency().pk, set()) == {}

    def test_sees_that_an_attestation_was_withdrawn_or_a_camera_moved(self):
        agency = an_agency()
        camera = a_camera(agency)
        before = cameras_named(agency.pk, {camera.ref})[camera.ref]
        assert cameras_named(agency.pk, {camera.ref})[camera.ref] is before

        Camera.objects.using(OWNER).filter(pk=camera.pk).update(
            public_view_at=None, public_view_by="", lat=1.5
        )

        after = cameras_named(agency.pk, {camera.ref})[camera.ref]
        assert (before.deployment.public_view, after.deployment.public_view) == (True, False)
        assert after.camera.lat == 1.5

    def test_knows_the_database_by_its_start_and_its_table(self, owner):
        agency = an_agency()
        camera = a_camera(agency)

        row = cameras_named(agency.pk, {camera.ref})[camera.ref].row

        started, table = owner.execute(
            "SELECT pg_postmaster_start_time()::text, 'camera'::regclass::oid::text"
        ).fetchone()
        assert started in row
        assert f" {table} " in row

    def test_sees_a_court_order(self):
        agency = an_agency()
        camera = a_camera(agency)
        cameras_named(agency.pk, {camera.ref})

        Camera.objects.using(OWNER).filter(pk=camera.pk).update(order_number="26-118", order_ends_at=NOW)

        assert cameras_named(agency.pk, {camera.ref})[camera.ref].deployment.order_ends_at == NOW
