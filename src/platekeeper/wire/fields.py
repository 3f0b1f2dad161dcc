"""The kinds of fields that messages are made of, each with its bounds.

Texts hold no control characters and no marks that turn the reading direction: what is shown is what was sent.
"""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

# C0 and C1 controls, line separators, and the marks that reorder what a person sees. Each pattern ends with
# $(?!\n), for $ alone lets a line feed follow here, and \Z is unknown to those who read the published schema.
_VISIBLE = "^[^\\x00-\\x1f\\x7f-\\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*$(?!\\n)"

Name = Annotated[str, Meta(max_length=120, pattern=_VISIBLE)]
ShortText = Annotated[str, Meta(max_length=64, pattern=_VISIBLE)]
LongText = Annotated[str, Meta(max_length=2000, pattern=_VISIBLE)]
OneCharacter = Annotated[str, Meta(min_length=1, max_length=1, pattern=_VISIBLE)]
PlateText = Annotated[str, Meta(min_length=1, max_length=64, pattern=_VISIBLE)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$(?!\\n)")]
MediaType = Annotated[str, Meta(max_length=100, pattern="^[a-z0-9.+-]+/[a-z0-9.+-]+$(?!\\n)")]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$(?!\\n)")]
Region = Annotated[str, Meta(pattern="^[A-Z]{2}-[A-Z0-9]{1,3}$(?!\\n)")]

Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Pixels = Annotated[int, Meta(ge=1, le=100_000)]
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Degrees = Annotated[float, Meta(ge=-360, le=360)]
MetresPerSecond = Annotated[float, Meta(ge=0, le=200)]
Seconds = Annotated[float, Meta(ge=0, le=1e10)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Moment = Annotated[datetime, Meta(tz=True)]

YEARS = range(2000, 2101)
"""In which a camera can have seen something."""


def in_utc(moment: datetime, field: str) -> datetime:
    """Return a moment in UTC.

    Args:
        moment: aware.
        field: its name, for the complaint.

    Raises:
        ValueError: a year that no camera has seen (2000 to 2100 are taken).
    """
    if moment.year in YEARS:
        moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    if moment.year not in YEARS:
        raise ValueError(f"{field} lies in the year {moment.year}: set the camera's clock")
    return moment
