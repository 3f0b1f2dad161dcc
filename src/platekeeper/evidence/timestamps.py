"""Time stamps of an outside authority over a package's manifest (RFC 3161).

The agency names its authority; none is built in, and without one packages have no stamp. The stamp is kept as the
authority's whole answer, which `openssl ts -verify` reads too.
"""

import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from platekeeper.evidence.bag import EvidenceError

_LARGEST_ANSWER_BYTES = 1024 * 1024
_WAIT_SECONDS = 15


class StampError(EvidenceError):
    """A time stamp cannot be had, or does not hold."""


@dataclass(frozen=True)
class RemoteAuthority:
    """An authority that stamps over HTTP (RFC 3161, 3.4).

    Attributes:
        url: where it listens.
        roots: the certificates that its chain must end in.
    """

    url: str
    roots: Sequence[x509.Certificate]

    def stamp(self, message: bytes) -> bytes:
        """Return a time stamp over the SHA-256 of a message, verified before it is kept.

        Args:
            message: what is stamped; its digest alone leaves this server.

        Raises:
            StampError: the authority cannot be reached, refuses, or its answer does not hold.

        Source:
            RFC 3161, 2.4
        """
        asked = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
        if not self.url.startswith(("https://", "http://")):
            raise StampError("The time-stamp authority's address is no URL: correct PLATEKEEPER_TIMESTAMPS.")
        request = urllib.request.Request(  # noqa: S310  # the scheme was looked at
            self.url, data=asked.as_bytes(), headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_WAIT_SECONDS) as answer:  # noqa: S310  # idem
                content = answer.read(_LARGEST_ANSWER_BYTES)
        except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
            raise StampError(
                "The time-stamp authority does not answer: try again, or unset PLATEKEEPER_TIMESTAMPS "
                "to build packages without a stamp."
            ) from error
        response = _answer_of(content)
        builder = VerifierBuilder.from_request(asked)
        _check(builder, self.roots, response, message)
        return response.as_bytes()


def certificates_in(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file.

    Args:
        pem: its content.

    Raises:
        StampError: there is none.
    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise StampError(
            "The file holds no certificate: give the authority's root certificate as PEM."
        ) from None


def stamped_at(stamp: bytes, message: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """Return when a message was stamped, if its stamp holds.

    Args:
        stamp: the authority's answer, as it was kept.
        message: what was stamped.
        roots: the certificates that the authority's chain must end in.

    Raises:
        StampError: the stamp does not hold.
    """
    response = _answer_of(stamp)
    _check(VerifierBuilder(), roots, response, message)
    return response.tst_info.gen_time


def _answer_of(content: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(content)
    except ValueError:
        raise StampError("This is no answer of a time-stamp authority: ask its operator.") from None


def _check(
    builder: VerifierBuilder,
    roots: Sequence[x509.Certificate],
    response: TimeStampResponse,
    message: bytes,
) -> None:
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(response, message)
    except (VerificationError, ValueError) as error:
        raise StampError(f"The time stamp does not hold ({error}): ask the authority's operator.") from None
