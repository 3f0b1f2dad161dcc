"""The seam for RFC 3161 time stamps: an outside authority's word for when a checkpoint existed.

An agency that has an authority gives `make_checkpoint` one of these and `verify` a check. The client is in
`evidence.timestamps`, for this package knows no network; `openssl ts -verify` checks a stored token as well.
"""

from typing import Protocol


class TimestampAuthority(Protocol):
    """Somebody who stamps."""

    def stamp(self, message: bytes) -> bytes:
        """Return a DER time-stamp token over the SHA-256 of a message.

        Raises:
            LedgerError: the authority cannot be reached or refuses.

        Source:
            RFC 3161, 2.4
        """
