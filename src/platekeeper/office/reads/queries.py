"""Reads and pictures, for whoever has a grant."""

import base64
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.reads.models import Image, Read
from platekeeper.office.reads.storage import vault
from platekeeper.office.reads.vault import VaultError
from platekeeper.wire import captured_between

log = logging.getLogger("platekeeper.reads")


@dataclass(frozen=True)
class Picture:
    """An opened picture.

    Attributes:
        media_type: such as image/jpeg.
        content: its bytes.
    """

    media_type: str
    content: bytes

    @property
    def data_uri(self) -> str:
        """The picture inside a page, so that seeing it is part of the page's own access record."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


def read_by_id(grant: AccessGrant, read_id: UUID) -> Read | None:
    """Return one read, or None where there is none that the grant opens.

    Args:
        grant: an open access.
        read_id: the read; its time is in its id, so that one partition is enough to look in.
    """
    with grant.used():
        return Read.objects.select_related("camera").filter(**_when(read_id), id=read_id).first()


def picture(grant: AccessGrant, read_id: UUID, role: str) -> Picture | None:
    """Return a picture of a read, or None where there is none that the grant opens.

    Args:
        grant: an open access.
        read_id: the read.
        role: plate or context.

    Raises:
        VaultError: the picture's file is missing or was changed.
    """
    with grant.used():
        image = Image.objects.filter(**_when(read_id), read_id=read_id, role=role).first()
    return None if image is None else opened(image)


def plate_pictures(grant: AccessGrant, reads: Iterable[tuple[UUID, datetime]]) -> dict[UUID, Picture]:
    """Return the plate pictures of several reads, by read; one that cannot be opened is left out and logged.

    Args:
        grant: an open access.
        reads: ids and times of the reads.
    """
    wanted = list(reads)
    if not wanted:
        return {}
    ids = {read_id for read_id, _ in wanted}
    with grant.used():
        # by their times alone: two lists would be tried in every combination, in every month
        images = list(Image.objects.filter(read_at__in=[read_at for _, read_at in wanted], role="plate"))
    pictures = {}
    for image in images:
        if image.read_id not in ids:
            continue
        try:
            pictures[image.read_id] = opened(image)
        except VaultError as error:  # what lies beside it is shown nevertheless
            log.error("A picture of read %s: %s", image.read_id, error)  # noqa: TRY400  # a sentence, no traceback
    return pictures


def roles_of(grant: AccessGrant, reads: Iterable[tuple[UUID, datetime]]) -> dict[UUID, frozenset[str]]:
    """Return which pictures there are of several reads.

    Args:
        grant: an open access.
        reads: ids and times of the reads.
    """
    wanted = list(reads)
    ids = {read_id for read_id, _ in wanted}
    with grant.used():
        times = [read_at for _, read_at in wanted]
        rows = Image.objects.filter(read_at__in=times).values_list("read_id", "role")
        roles: dict[UUID, set[str]] = defaultdict(set)
        for read_id, role in rows:
            if read_id in ids:
                roles[read_id].add(role)
    return {read_id: frozenset(found) for read_id, found in roles.items()}


def opened(image: Image) -> Picture:
    """Return a picture that the gate has shown, with its bytes.

    Args:
        image: its row.

    Raises:
        VaultError: the picture's file is missing or was changed.
    """
    content = vault().open(
        bytes(image.sha256), agency_id=image.agency_id, key_name=image.key_name, wrapped=bytes(image.wrapped)
    )
    return Picture(image.media_type, content)


def _when(read_id: UUID) -> dict[str, object]:
    try:
        start, end = captured_between(read_id)
    except OverflowError:
        return {"read_at__in": []}  # an id whose time lies beyond the calendar is no read's
    return {"read_at__gte": start, "read_at__lt": end}
