"""A picture beside a read: named by its digest, with or without its bytes."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from platekeeper.wire.fields import Count, MediaType, Moment, Pixels, Sha256

_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}
Role = Literal["context", "plate", "vehicle", "overview", "evidence"]


class Image(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture.

    Attributes:
        role: what it shows.
        sha256: of its bytes, lower-case hexadecimal; made from `data` where the sender leaves it out.
        media_type: as the first bytes tell, whatever the sender says, where `data` is there.
        w: width in pixels.
        h: height in pixels.
        size_bytes: length; made from `data` where it is there.
        origin: how the producer gave it.
        fetched_at: when it was fetched, for `url` and `path`.
        data: the bytes, base64 in JSON; None if they travel another way.
    """

    role: Role = "context"
    sha256: Sha256 = ""
    media_type: MediaType = "application/octet-stream"
    w: Pixels | None = None
    h: Pixels | None = None
    size_bytes: Count = 0
    origin: Literal["embedded", "part", "url", "path"] = "embedded"
    fetched_at: Moment | None = None
    data: Annotated[bytes, Meta(min_length=1, max_length=16 * 2**20)] | None = None

    def __post_init__(self) -> None:
        """Check the digest against the bytes, and let the bytes say what they are."""
        if self.data is None:
            if not self.sha256:
                raise ValueError("an image needs its data or its sha256")
            return
        digest = hashlib.sha256(self.data).hexdigest()
        if self.sha256 not in ("", digest):
            raise ValueError("sha256 is not that of the data: the picture was damaged on its way")
        media_type = sniffed(self.data)
        if media_type is None:
            raise ValueError("the data is no JPEG, PNG, WebP, GIF, BMP or TIFF picture")
        msgspec.structs.force_setattr(self, "sha256", digest)
        msgspec.structs.force_setattr(self, "media_type", media_type)
        msgspec.structs.force_setattr(self, "size_bytes", len(self.data))


def sniffed(data: bytes) -> str | None:
    """Return the media type that a picture's first bytes tell; None if it is no picture that is taken."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for start, media_type in _SIGNATURES.items() if data.startswith(start)), None)
