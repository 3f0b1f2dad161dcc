"""Cameras, what passes them, and the lists that it is compared with: every call makes new ones."""

import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from platekeeper import policy, wire
from platekeeper.office.accounts.models import Agency
from platekeeper.office.alerts.intake import BatchReceipt, take_batch
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.operations import add_camera
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.operations import ListedVehicle, put_in_force

from .people import NOW, OWNER

PRODUCER = "car-12"
LAT, LON = 33.8366, -118.3873


def a_camera(agency: Agency, **changes: Any) -> Camera:
    given = {
        "ref": f"camera-{secrets.token_hex(4)}", "name": "PCH at Torrance Blvd", "lat": LAT, "lon": LON,
        "attested_by": "Priya Nair", "now": NOW,
    }  # fmt: skip
    return add_camera(agency=agency, **{**given, **changes})


def an_unattested_camera(agency: Agency, **changes: Any) -> Camera:
    return Camera.objects.using(OWNER).create(
        agency=agency, ref=f"camera-{secrets.token_hex(4)}", name="New one", **changes
    )


def a_jpeg(size: int = 200) -> bytes:
    """Return bytes that begin as a JPEG does and are like no others."""
    return b"\xff\xd8\xff\xe0" + os.urandom(size)


def a_picture(role: str = "plate") -> wire.Image:
    return wire.Image(role=role, data=a_jpeg())  # type: ignore[arg-type]


def a_read(
    camera: Camera, plate: "str | wire.Plate" = "8ABC123", *, region: str | None = None, **changes: Any
) -> wire.Read:
    given = {
        "plate": plate if isinstance(plate, wire.Plate) else wire.Plate(raw=plate, region=region, conf=0.97),
        "captured_at": NOW,
        "camera": wire.Camera(ref_raw=camera.ref),
        "source_event_id": secrets.token_hex(8),
    }
    return wire.Read(**{**given, **changes})


def take(agency: Agency, *reads: wire.Read, now: datetime = NOW) -> BatchReceipt:
    return take_batch(agency=agency, producer=PRODUCER, reads=reads, now=now)


def identified(read: wire.Read) -> wire.Read:
    return wire.identified(read, producer=PRODUCER)


def a_list(agency: Agency, *plates: str, lookalikes: bool = True) -> HotList:
    return a_list_of(agency, [listed(plate) for plate in plates], lookalikes=lookalikes)


def a_list_of(agency: Agency, entries: Sequence[ListedVehicle], *, lookalikes: bool = True) -> HotList:
    hot_list = an_empty_list(agency, lookalikes=lookalikes)
    put(hot_list, entries)
    return hot_list


def an_empty_list(agency: Agency, *, lookalikes: bool = True) -> HotList:
    return HotList.objects.using(OWNER).create(
        agency=agency, name=f"Stolen vehicles {secrets.token_hex(4)}", source="test", lookalikes=lookalikes,
        purpose=policy.load_profile(agency.profile).alerts.purpose.value, activated_by="Priya Nair",
    )  # fmt: skip


def put(hot_list: HotList, entries: Sequence[ListedVehicle], **changes: Any) -> None:
    given = {"sha256": secrets.token_bytes(32), "listed_at": NOW, "actor": "admin.one", "now": NOW}
    put_in_force(hot_list=hot_list, entries=entries, **{**given, **changes})


def listed(plate: str, **changes: Any) -> ListedVehicle:
    return ListedVehicle(**{"plate": plate, "category": "STOLEN_VEHICLE", **changes})
