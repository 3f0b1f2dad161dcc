"""Reads with pictures and a hit, and the package that holds them: every call makes new ones."""

import io
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from PIL import Image

from platekeeper import policy, wire
from platekeeper.evidence.bag import FolderWriter, Writer, ZipWriter
from platekeeper.office.access.operations import in_house
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.evidence.operations import Export, open_export, package_of
from platekeeper.policy import Function, Role

from ..people import a_person, an_agency, an_inquiry
from ..streets import a_camera, a_list, a_read, identified, take

PLATE = "8ABC123"


@lru_cache(maxsize=8)
def a_drawn_jpeg(width: int = 320, height: int = 180, colour: str = "navy") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


def an_exporter(agency: Agency, **changes: Any) -> Person:
    profile = policy.load_profile(agency.profile)
    roles = (Role.DETECTIVE, Role.SUPERVISOR, Role.ANALYST)
    role = next(
        one for one in roles if one in profile.roles and Function.EXPORT in profile.roles[one].functions
    )
    return a_person(agency, role, **changes)


def seen(agency: Agency, *plates: str, pictures: bool = True) -> list[UUID]:
    """Have a camera see plates, each with two pictures of its own; return the reads' ids."""
    camera, now = a_camera(agency), timezone.now()
    reads = []
    for number, plate in enumerate(plates):
        images = (
            wire.Image(role="plate", data=a_drawn_jpeg(120, 40, "white") + b"%d" % number),
            wire.Image(role="context", data=a_drawn_jpeg() + b"%d" % number),
        )
        taken = a_read(
            camera, captured_at=now - timedelta(seconds=number + 5), images=images if pictures else ()
        )
        reads.append(msgspec.structs.replace(taken, plate=a_plate(plate)))
    take(agency, *reads, now=now)
    return [identified(read).id for read in reads]


def a_plate(text: str) -> wire.Plate:
    characters = tuple({char: 0.97, "Q": 0.02} for char in text)
    return wire.Plate(raw=text, region="US-CA", conf=0.97, characters=characters)


def an_export(
    *plates: str, agency: Agency | None = None, listed: bool = True, pictures: bool = True, **changes: Any
) -> Export:
    agency = agency or an_agency()
    if listed:
        a_list(agency, PLATE)
    read_ids = tuple(seen(agency, *(plates or (PLATE, "7XYZ999")), pictures=pictures))
    return opened(agency, an_exporter(agency), read_ids, **changes)


def opened(agency: Agency, person: Person, read_ids: tuple[UUID, ...], **changes: Any) -> Export:
    given = {"on_behalf_of": in_house(person), "read_ids": read_ids, **changes}
    return open_export(
        person=person, agency=agency, inquiry=an_inquiry(agency, Function.EXPORT, **given), now=timezone.now()
    )


def a_zip(export: Export | None = None) -> bytes:
    return b"".join(package_of(export or an_export(), ZipWriter(), timezone.now()))


def a_folder(path: Path, export: Export | None = None) -> Path:
    written(export or an_export(), FolderWriter(path))
    return path


def written(export: Export, writer: Writer) -> int:
    return sum(map(len, package_of(export, writer, timezone.now())))
