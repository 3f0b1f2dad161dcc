"""Reads on their way: single, in batches, and one a line.

A batch is taken whole (`decode_batch`) or sifted (`sift_batch`), so that one bad read does not hold back a
spool.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from platekeeper.wire.errors import UNDECODABLE, WireError
from platekeeper.wire.fields import ShortText
from platekeeper.wire.read import SCHEMA, Read

MOST_READS = 1000
LARGEST_BODY_BYTES = 64 * 2**20


class ReadBatch(Struct, frozen=True, kw_only=True):
    """Up to 1000 reads of one unit.

    Attributes:
        reads: in the order of capture, if the sender can.
        unit: the sending unit's name for itself; whom the receiver authenticated decides.
        schema: version of the message.
    """

    reads: Annotated[tuple[Read, ...], Meta(max_length=MOST_READS)]
    unit: ShortText = ""
    schema: Annotated[int, Meta(ge=1)] = SCHEMA


class _Envelope(Struct, frozen=True, kw_only=True):
    reads: Annotated[tuple[Raw, ...], Meta(max_length=MOST_READS)]
    unit: ShortText = ""
    schema: Annotated[int, Meta(ge=1)] = SCHEMA


@dataclass(frozen=True)
class Refused:
    """A read of a batch that cannot be taken: its place from 0, and why in a sentence."""

    index: int
    reason: str


@dataclass(frozen=True)
class Sifted:
    """A batch with its good reads, each with its place, and its bad ones."""

    unit: str
    reads: tuple[tuple[int, Read], ...]
    refused: tuple[Refused, ...]


_read = msgspec.json.Decoder(Read)
_batch = msgspec.json.Decoder(ReadBatch)
_envelope = msgspec.json.Decoder(_Envelope)
_anything = msgspec.json.Decoder()


def encode(message: Struct) -> bytes:
    """Return a message as JSON in UTF-8, without line breaks; fields at their defaults are left out."""
    return msgspec.json.encode(message)


def encode_lines(reads: Iterable[Read]) -> Iterator[bytes]:
    """Return reads as NDJSON, one a line."""
    return (encode(read) + b"\n" for read in reads)


def decode_read(body: bytes, *, what: str = "read") -> Read:
    """Read one message.

    Args:
        body: JSON in UTF-8; the plate and the camera may be bare strings.
        what: what to call it in a complaint.

    Raises:
        WireError: not JSON, or a field outside its bounds.
    """
    try:
        return _decoded_read(body)
    except UNDECODABLE as error:
        raise WireError.of(error, what=what) from error


def decode_batch(body: bytes) -> ReadBatch:
    """Read a batch, all or nothing.

    Args:
        body: JSON in UTF-8, at most 64 MiB.

    Raises:
        WireError: too large, not JSON, more than 1000 reads, or a field outside its bounds.
    """
    _check_size(body)
    try:
        return _decoded_batch(body)
    except UNDECODABLE as error:
        raise WireError.of(error, what="batch") from error


def sift_batch(body: bytes) -> Sifted:
    """Read a batch, the good reads apart from the bad.

    Args:
        body: JSON in UTF-8, at most 64 MiB.

    Raises:
        WireError: the batch as a whole is too large, not JSON, or has more than 1000 reads.
    """
    _check_size(body)
    try:
        whole = _decoded_batch(body)  # nearly every batch is good, and one look at it is half the work
    except UNDECODABLE:
        return _one_by_one(body)
    return Sifted(whole.unit, tuple(enumerate(whole.reads)), ())


def _one_by_one(body: bytes) -> Sifted:
    try:
        envelope = _envelope.decode(body)
    except UNDECODABLE as error:
        raise WireError.of(error, what="batch") from error
    reads, refused = [], []
    for index, raw in enumerate(envelope.reads):
        try:
            reads.append((index, _decoded_read(raw)))
        except UNDECODABLE as error:
            refused.append(Refused(index, str(WireError.of(error, what=f"read {index}"))))
    return Sifted(envelope.unit, tuple(reads), tuple(refused))


def decode_lines(lines: Iterable[bytes]) -> Iterator[Read]:
    """Read NDJSON: one read a line, empty lines left out.

    Args:
        lines: a binary file, for instance; it is read as it comes.

    Raises:
        WireError: a line cannot be taken; its number is named.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield decode_read(line, what=f"line {number}")


def _check_size(body: bytes) -> None:
    if len(body) > LARGEST_BODY_BYTES:
        raise WireError(
            f"The batch is larger than {LARGEST_BODY_BYTES >> 20} MiB: send fewer reads at a time."
        )


def _decoded_batch(body: bytes) -> ReadBatch:
    try:
        return _batch.decode(body)
    except msgspec.ValidationError:
        return msgspec.convert(_expanded_batch(_anything.decode(body)), ReadBatch)


def _decoded_read(body: bytes | Raw) -> Read:
    try:
        return _read.decode(body)
    except msgspec.ValidationError:
        return msgspec.convert(_expanded(_anything.decode(body)), Read)


def _expanded_batch(batch: Any) -> Any:  # noqa: ANN401  # whatever JSON brings
    if isinstance(batch, dict) and isinstance(batch.get("reads"), list):
        return batch | {"reads": [_expanded(read) for read in batch["reads"]]}
    return batch


def _expanded(read: Any) -> Any:  # noqa: ANN401  # whatever JSON brings
    """Write the short forms out, so that a complaint names the field in full; what is right was taken before."""
    if not isinstance(read, dict):
        return read
    short = {"plate": "raw", "camera": "ref_raw"}
    written = {key: {name: read[key]} for key, name in short.items() if isinstance(read.get(key), str)}
    return read | written
