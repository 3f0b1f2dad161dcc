"""A read between the intake and its table."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A read that is ready to be stored: its camera is known, its plate has a text, the policy allows its elements.

    Attributes:
        id: given by its source.
        camera_id: which of the agency's cameras.
        read_at: when it was taken.
        plate: normal form.
        plate_raw: as the producer wrote it.
        region: ISO 3166-2, or None.
        confidence: 0..1, or None where the producer gave none.
        lat: degrees north, or None.
        lon: degrees east, or None.
        passage_id: the passage that it belongs to.
        revision: which observation of the passage.
        producer: who sent it.
        detail: the message as it is stored, JSON.
        pictures: role, media type and bytes of each.
        stands: whether its camera stays where it is.
        camera_row: which writing of the camera's row was looked at.
    """

    id: UUID
    camera_id: int
    read_at: datetime
    plate: str
    plate_raw: str
    region: str | None
    confidence: float | None
    lat: float | None
    lon: float | None
    passage_id: UUID
    revision: int
    producer: str
    detail: bytes
    pictures: tuple[tuple[str, str, bytes], ...] = ()
    stands: bool = False
    camera_row: str = ""

    @property
    def month(self) -> date:
        """The first day of the month (UTC) that it was taken in."""
        moment = self.read_at.astimezone(UTC)
        return date(moment.year, moment.month, 1)
