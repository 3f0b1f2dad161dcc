#!/usr/bin/env python3
"""Verify a Platekeeper ledger on a machine that has nothing but Python.

    python3 verify.py EXPORT --key public.key [--checkpoint NOTE]...

This file is the ledger's definition: the canonical bytes of an entry, the hash chain, the Merkle tree
(RFC 6962), the checkpoints (C2SP signed notes, Ed25519), and what must hold of them. It is one long file on
purpose: the package imports it, it imports nothing but the standard library (Python 3.9 or newer), and so
what an auditor reads and runs elsewhere is what the tests have checked.

What an entry means is not decided here, and what was never written cannot be missed.
THE KEY AND ANY CHECKPOINT YOU HOLD MUST COME FROM WHERE THE AGENCY PUBLISHES THEM, not from whoever gave you
the export.
"""

from __future__ import annotations

import argparse
import base64
import functools
import hashlib
import itertools
import json
import re
import sys
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

EXPORT_FORMAT = "platekeeper-ledger-1"
INCLUSION_FORMAT = "platekeeper-inclusion-1"
CONSISTENCY_FORMAT = "platekeeper-consistency-1"
HEADER_KEYS = ("format", "origin", "key", "after", "last")
PROOF_KEYS = ("format", "path")
CHECKPOINT_LAYOUTS = (("checkpoint",), ("checkpoint", "timestamp"))
KEY_EVENT = b"ledger-key.announced"
LONGEST_LINE_BYTES = 16 * 1024 * 1024
ZERO_HASH = bytes(32)

CHECKS = ("canonical bytes", "leaf hashes", "links", "root", "signature", "time", "range", "consistency")
CANONICAL, LEAF, LINK, ROOT, SIGNATURE, TIME, RANGE, CONSISTENCY = range(8)

SignatureCheck = Callable[[bytes, bytes, bytes], bool]  # public key, message, signature
TimestampCheck = Callable[[bytes, bytes], bool]  # message, RFC 3161 token

_sha256 = hashlib.sha256
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_ESCAPED = bytes(range(32)) + b'"\\'  # what a text of JSON does not hold as it is

# How each value is written, and so how an entry's line is: JSON, but in one way only.
_SEQUENCE = r"[1-9][0-9]{0,18}"
_TIME = r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_DIGEST = r"[0-9a-f]{64}"
_TEXT = r'[^"\\\x00-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*)*'
_entry_line = re.compile(
    rf'{{"sequence":({_SEQUENCE}),"entry_at":"({_TIME})","agency":"((?:{_SLUG})?)",'
    rf'"event":"({_SLUG}\.{_SLUG})","actor":"({_TEXT})","subject":"({_TEXT})","details_digest":"({_DIGEST})"'
    rf'(?:,"salt":"([0-9a-f]{{32}})","details":"|(?=,"leaf_hash":"))'.encode()
).match
_withheld_line = re.compile(rf'{{"sequence":({_SEQUENCE})(?=,"leaf_hash":"({_DIGEST})")'.encode()).match
is_time = re.compile(_TIME).fullmatch
is_agency = re.compile(rf"(?:{_SLUG})?").fullmatch
is_event = re.compile(rf"{_SLUG}\.{_SLUG}").fullmatch
is_origin = re.compile(r"[!-*,-~]{1,200}").fullmatch  # printable ASCII without plus (C2SP key names)
_is_digest = re.compile(_DIGEST).fullmatch
_is_count = re.compile(r"0|[1-9][0-9]{0,18}").fullmatch


class Fault(Exception):  # noqa: N818  # what was found, not what went wrong with us
    """The first thing that does not hold: a sentence for an auditor, the number of the check, the entry."""

    def __init__(self, check: int, sentence: str, entry: int | None = None) -> None:
        super().__init__(sentence[:1].upper() + sentence[1:])
        self.check = check
        self.entry = entry


# -- Entries -------------------------------------------------------------------------------------------------


def canonical_bytes(fields: Iterable[bytes]) -> bytes:
    """Return the one byte string that stands for an entry.

    Args:
        fields: seven texts in UTF-8: sequence (decimal, from 1), time (UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`),
            agency (slug, or empty for what concerns the whole installation), event (`object.past-tense`),
            actor, subject, digest of the details (64 lower-case hexadecimal digits).

    Returns:
        Each text after its length in bytes (4 bytes, big-endian); the tag stands first.
    """
    parts = [b"\x00\x00\x00\x13platekeeper-entry-1"]
    for field in fields:
        parts += (len(field).to_bytes(4, "big"), field)
    return b"".join(parts)


def leaf_hash(canonical: bytes) -> bytes:
    """Return the leaf hash of an entry's canonical bytes (RFC 6962, 2.1)."""
    return _sha256(b"\x00" + canonical).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node of the tree (RFC 6962, 2.1)."""
    return _sha256(b"\x01" + left + right).digest()


def chain_hash(previous: bytes, leaf: bytes) -> bytes:
    """Return the hash that links an entry to everything before it; before the first stand 32 zero bytes."""
    return _sha256(b"\x02" + previous + leaf).digest()


def details_digest(salt: bytes, details: bytes) -> bytes:
    """Return the digest that an entry keeps of its details, which may be erased without it."""
    return _sha256(salt + details).digest()


def minutes(time: str) -> str:
    """Return a ledger time as a sentence shows it."""
    return time[:16].replace("T", " ") + " UTC"


class Head:
    """Where a ledger stands after its first `size` entries; it only ever moves forward.

    The edge holds the roots of the complete subtrees, largest first, one for each 1 in the binary size: all
    that is needed to go on, so a million entries take as much memory as one.
    """

    def __init__(
        self, size: int = 0, chain: bytes = ZERO_HASH, edge: Sequence[bytes] = (), last_at: str = ""
    ) -> None:
        if size < 0 or len(edge) != bin(size).count("1"):  # noqa: FURB161  # bit_count is newer than Python 3.9
            raise ValueError(f"an edge of {len(edge)} hashes does not belong to a tree of {size}")
        self.size = size
        self.chain = chain
        self.edge = list(edge)
        self.last_at = last_at

    def add(self, leaf: bytes, chain: bytes | None = None) -> None:
        """Take the next entry's leaf hash, and its chain hash where that is at hand."""
        self.chain = chain or chain_hash(self.chain, leaf)
        size = self.size
        while size & 1:
            leaf = node_hash(self.edge.pop(), leaf)
            size >>= 1
        self.edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the Merkle tree hash of all entries so far (RFC 6962, 2.1)."""
        if not self.edge:
            return _sha256(b"").digest()
        return functools.reduce(lambda right, left: node_hash(left, right), reversed(self.edge))


# -- Ed25519 (RFC 8032, 5.1): verification only, so nothing is secret and nothing needs constant time --------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _sum(p: _Point, q: _Point) -> _Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


@functools.lru_cache(maxsize=8)
def _point(data: bytes) -> _Point | None:
    """Return the point that 32 bytes stand for (RFC 8032, 5.1.3), or None where they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return x, y, 1, x * y % _P


_NEUTRAL: _Point = (0, 1, 1, 0)
_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _NEUTRAL


@functools.lru_cache(maxsize=8)
def _multiples(p: _Point) -> list[list[_Point]]:
    """Return 0 to 15 times a point, of that 16 times, and so on: a ledger's key signs thousands of checkpoints."""
    rows = []
    for _ in range(64):
        row = [_NEUTRAL]
        for _ in range(15):
            row.append(_sum(row[-1], p))
        rows.append(row)
        p = _sum(row[-1], p)
    return rows


def _times(p: _Point, number: int) -> _Point:
    digits = (int(digit, 16) for digit in reversed(f"{number:064x}"))
    return functools.reduce(_sum, (row[digit] for row, digit in zip(_multiples(p), digits)))  # noqa: B905  # 64 each


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature over a message was made with the key of this public key.

    Args:
        public: 32 bytes.
        message: what was signed.
        signature: 64 bytes.

    Source:
        RFC 8032, 5.1.7, the equation without the cofactor
    """
    key = _point(public)
    s = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    r = _sum(_times(_BASE, s), _times((_P - key[0], key[1], 1, _P - key[3]), k))
    z = pow(r[2], -1, _P)
    x, y = r[0] * z % _P, r[1] * z % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# -- Keys and checkpoints: C2SP signed notes -----------------------------------------------------------------


def _bytes_of(text: str, length: int) -> bytes:
    """Return what base64 stands for; there is one way to write it, and any other is refused."""
    data = base64.b64decode(text, validate=True)
    if len(data) != length or base64_of(data) != text:
        raise ValueError("not the base64 of that many bytes")
    return data


def base64_of(data: bytes) -> str:
    """Return the base64 of some bytes."""
    return base64.b64encode(data).decode()


class PublicKey(NamedTuple):
    """A ledger's public key: whose ledger (the origin) and 32 bytes of Ed25519."""

    origin: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """Return the 4 bytes that name the key beside a signature."""
        return _sha256(self.origin.encode() + b"\n\x01" + self.raw).digest()[:4]

    @property
    def line(self) -> str:
        """Return the key as its file holds it: origin, key id and base64, joined by plus signs."""
        blob = base64_of(b"\x01" + self.raw)
        return f"{self.origin}+{self.key_id.hex()}+{blob}"

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the key's line, for people to compare."""
        return _sha256(self.line.encode()).hexdigest()

    @classmethod
    def parsed(cls, text: str) -> PublicKey:
        """Return the key that a key file holds.

        Raises:
            Fault: the text is not such a key, or was damaged.
        """
        line = text.strip()
        origin, _, rest = line.partition("+")
        try:
            key = cls(origin, _bytes_of(rest[9:], 33)[1:])
        except ValueError:
            key = cls("", b"")
        if not is_origin(origin) or key.line != line:
            raise Fault(
                SIGNATURE, "The file does not hold a ledger's public key: get it from the agency again."
            )
        return key

    @classmethod
    def all_parsed(cls, text: str) -> list[PublicKey]:
        """Return the keys that a key file holds, one a line: more than one where they were handed over.

        Raises:
            Fault: a line is not such a key, or was damaged, or there is none.
        """
        return [cls.parsed(line) for line in text.strip().split("\n")]

    def signed(self, message: bytes, blob: bytes, holds: SignatureCheck) -> bool:
        """Tell whether a blob is this key's id and signature over a message."""
        return blob[:4] == self.key_id and holds(self.raw, message, blob[4:])


class Checkpoint(NamedTuple):
    """A ledger's state, as its key signs it."""

    origin: str
    size: int
    root: bytes
    chain: bytes
    made_at: str

    @property
    def body(self) -> str:
        """Return the text that is signed: five lines."""
        hashes = (base64_of(self.root), base64_of(self.chain))
        return "\n".join((self.origin, str(self.size), *hashes, self.made_at, ""))

    @classmethod
    def parsed(cls, body: str) -> Checkpoint:
        """Return the checkpoint that a body states.

        Raises:
            Fault: it is not written as `body` writes it.
        """
        try:
            origin, size, root, chain, made_at, end = body.split("\n")
            if is_origin(origin) and _is_count(size) and is_time(made_at) and not end:
                return cls(origin, int(size), _bytes_of(root, 32), _bytes_of(chain, 32), made_at)
        except ValueError:
            pass
        raise _unreadable_checkpoint()

    def named(self, whose: str = "the checkpoint") -> str:
        """Return how a sentence names it."""
        return f"{whose} of {self.size} entries made at {minutes(self.made_at)}"


class Note(NamedTuple):
    """A signed checkpoint as it is published: beneath its body, key ids with signatures (68 bytes each)."""

    checkpoint: Checkpoint
    signatures: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """Return the note's text."""
        lines = (f"— {self.checkpoint.origin} {base64_of(blob)}\n" for blob in self.signatures)
        return f"{self.checkpoint.body}\n{''.join(lines)}"

    @classmethod
    def parsed(cls, text: str) -> Note:
        """Return the checkpoint and signatures of a note.

        Raises:
            Fault: the text is not a note of this kind.
        """
        body, _, tail = text.partition("\n\n")
        checkpoint = Checkpoint.parsed(body + "\n")
        try:
            note = cls(checkpoint, tuple(_bytes_of(line[-92:], 68) for line in tail.splitlines()))
        except ValueError:
            raise _unreadable_checkpoint() from None
        if note.text != text:
            raise _unreadable_checkpoint()
        return note

    def line(self, token: bytes = b"") -> bytes:
        """Return the note as a line of an export, with its time-stamp token if it has one."""
        return line_of({"checkpoint": self.text, **({"timestamp": base64_of(token)} if token else {})})

    def is_signed_by(self, key: PublicKey, holds: SignatureCheck) -> bool:
        """Tell whether one of the signatures is the key's, and the ledger too."""
        message = self.checkpoint.body.encode()
        return self.checkpoint.origin == key.origin and any(
            key.signed(message, blob, holds) for blob in self.signatures
        )


def _unreadable_checkpoint() -> Fault:
    return Fault(
        SIGNATURE, "A checkpoint is not written as a signed checkpoint is: it was changed or damaged."
    )


def announcement(new: PublicKey) -> bytes:
    """Return what the old key signs to hand over to a new one."""
    return f"platekeeper-key-1\n{new.line}\n".encode()


def announced_key(subject: str, current: PublicKey, holds: SignatureCheck) -> PublicKey | None:
    """Return the key that an entry's subject announces, if the current key signed the announcement."""
    line, _, signature = subject.partition(" ")
    try:
        new, blob = PublicKey.parsed(line), _bytes_of(signature, 68)
    except (Fault, ValueError):
        return None
    return new if new.origin == current.origin and current.signed(announcement(new), blob, holds) else None


# -- Lines of an export --------------------------------------------------------------------------------------


def line_of(record: dict[str, Any]) -> bytes:
    """Return the one way to write a record: compact JSON, UTF-8, keys in their order, a line feed."""
    return _dump(record).encode() + b"\n"


def record_of(line: bytes) -> dict[str, Any]:
    """Return the record that a line holds; nothing where it is not written in the one way."""
    try:
        record = json.loads(line)
        return record if type(record) is dict and line_of(record) == line else {}
    except (ValueError, RecursionError):
        return {}


def note_of(line: bytes) -> tuple[Note, bytes]:
    """Return the note in a checkpoint's line, and its time-stamp token or nothing.

    Raises:
        Fault: the line is not a checkpoint's.
    """
    record = record_of(line)
    if tuple(record) not in CHECKPOINT_LAYOUTS or any(type(value) is not str for value in record.values()):
        raise _unreadable_checkpoint()
    try:
        token = base64.b64decode(record.get("timestamp", ""), validate=True)
    except ValueError:
        raise _unreadable_checkpoint() from None
    return Note.parsed(record["checkpoint"]), token


def take_entry(head: Head, line: bytes) -> list[bytes] | None:
    """Check the next entry and move the head past it.

    Args:
        head: the ledger before the entry; it stays there if the entry does not hold.
        line: the entry as an export writes it: whole, with its details, or withheld (hashes only).

    Returns:
        The seven fields of `canonical_bytes`, or None where they are withheld.

    Raises:
        Fault: the first of the checks 0, 1, 6, 2 and 5 that does not hold.
    """
    expected = head.size + 1
    # 0 canonical bytes, 1 leaf hashes
    sequence, leaf, fields, end = _read_entry(line, expected)
    # 6 range: no gaps
    if sequence > expected:
        gap = _entries(expected, sequence - 1)
        raise Fault(RANGE, f"{gap} missing: {_entry(sequence, fields)} stands in that place.", expected)
    if sequence < expected:
        sentence = (
            f"{_entry(sequence, fields)} stands where entry {expected} should: it was inserted or moved."
        )
        raise Fault(RANGE, sentence, expected)
    # 2 links
    chain = chain_hash(head.chain, leaf)
    if line[end:] != b',"chain_hash":"%b"}\n' % hexlify(chain):
        name = _entry(sequence, fields)
        which = f"it or entry {sequence - 1}" if sequence > 1 else "it"
        sentence = (
            f"{name} does not follow from what stands before it: {which} was changed after it was written."
        )
        raise Fault(LINK, sentence, expected)
    # 5 time
    if fields:
        entry_at = fields[1].decode()
        if entry_at < head.last_at:
            before = f"what stands before it, which is of {minutes(head.last_at)}"
            raise Fault(TIME, f"{_entry(sequence, fields)} is dated before {before}.", expected)
        head.last_at = entry_at
    head.add(leaf, chain)
    return fields


def _read_entry(line: bytes, expected: int | None) -> tuple[int, bytes, list[bytes] | None, int]:
    """Return an entry's sequence, leaf hash and fields, and where in its line the leaf hash ends."""
    match = _entry_line(line) or _withheld_line(line)
    if match is None or not line.endswith(b'"}\n') or not _is_text(line):
        raise _unreadable_entry(expected)
    if match.re.groups == 2:
        return int(match[1]), bytes.fromhex(match[2].decode()), None, match.end() + 79
    *fields, salt = match.groups()
    details, start = b"", match.end()
    try:
        fields[4:6] = _unescaped(fields[4]), _unescaped(fields[5])
        if salt:
            start = line.index(b'","leaf_hash":"', start) + 1
            details = _unescaped(line[match.end() : start - 1])
    except ValueError:
        raise _unreadable_entry(expected) from None
    end = start + 79  # of `,"leaf_hash":"<64 digits>"`
    leaf = leaf_hash(canonical_bytes(fields))
    if line[start:end] != b',"leaf_hash":"%b"' % hexlify(leaf):
        name = _entry(expected or int(fields[0]), fields)
        sentence = f"{name} was changed after it was written: its contents do not match its leaf hash."
        raise Fault(LEAF, sentence, expected)
    if salt and hexlify(details_digest(unhexlify(salt), details)) != fields[6]:
        name = _entry(expected or int(fields[0]), fields)
        sentence = (
            f"The details of {name} were altered after they were written: they do not match their digest."
        )
        raise Fault(LEAF, sentence, expected)
    return int(fields[0]), leaf, fields, end


def _unreadable_entry(expected: int | None) -> Fault:
    name = _entry(expected) if expected else "the entry"
    sentence = f"What stands where {name} should is not written as an entry is: it was changed or damaged."
    return Fault(CANONICAL, sentence, expected)


def _is_text(line: bytes) -> bool:
    try:
        return line.isascii() or bool(line.decode())
    except UnicodeDecodeError:
        return False


def _unescaped(value: bytes) -> bytes:
    """Return what stands between two quotation marks of JSON.

    Raises:
        ValueError: it is not written in the one way.
    """
    plain = value.replace(b'\\"', b'"')
    if len(value) - len(value.translate(None, _ESCAPED)) == 2 * (len(value) - len(plain)):
        return plain  # nothing but quotation marks is escaped, as in details that are JSON themselves
    text: str = json.loads(b'"%b"' % value)
    if _dump(text).encode() != b'"%b"' % value:
        raise ValueError("another way to write the same text")
    return text.encode()


def _entry(sequence: int, fields: Sequence[bytes] | None = None) -> str:
    return f"entry {sequence} of {minutes(fields[1].decode())}" if fields else f"entry {sequence}"


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


# -- An export -----------------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What a verification found.

    `sentence` says it; `check` and `entry` are None where everything holds. `first` to `last` are the entries
    that were looked at, `signed` is the last that a checkpoint covers, `timestamps` counts unchecked tokens.
    """

    holds: bool
    sentence: str
    check: str | None = None
    entry: int | None = None
    origin: str = ""
    first: int = 0
    last: int = 0
    signed: int = 0
    withheld: int = 0
    checkpoints: int = 0
    timestamps: int = 0

    def status(self, *, all_signed: bool = False) -> int:
        """Return a command's exit status: 1 for a fault; 3 where all must be signed and the last entries are not."""
        if not self.holds:
            return 1
        return 3 if all_signed and self.signed < self.last else 0


def header(key: PublicKey, head: Head, last: int) -> dict[str, Any]:
    """Return an export's first record.

    Args:
        key: the key that signs from there on; only its fingerprint is written, or it could vouch for itself.
        head: the ledger before the first entry of the export.
        last: the last entry of the export.
    """
    after = {"size": head.size, "chain_hash": head.chain.hex(), "edge": [node.hex() for node in head.edge]}
    values = (EXPORT_FORMAT, key.origin, key.fingerprint, after, last)
    return dict(zip(HEADER_KEYS, values))  # noqa: B905  # strict is newer than Python 3.9


class Verification:
    """Checks an export line by line, in memory that does not grow with it."""

    def __init__(
        self,
        keys: Sequence[PublicKey],
        held: Iterable[Note] = (),
        *,
        signature_holds: SignatureCheck = ed25519_holds,
        timestamp_holds: TimestampCheck | None = None,
    ) -> None:
        self._keys = keys
        self._held = sorted(held, key=lambda note: note.checkpoint.size, reverse=True)
        self._signature_holds = signature_holds
        self._timestamp_holds = timestamp_holds
        self.key = keys[0]
        self.head = Head()
        self.first = 1
        self.declared_last = 0
        self.signed = Checkpoint(self.key.origin, 0, b"", b"", "")  # the last checkpoint that held
        self.withheld = self.checkpoints = self.timestamps = 0

    def verdict(self, lines: Iterable[bytes]) -> Verdict:
        """Check a whole export and say what was found; bad input never raises.

        Args:
            lines: the export's lines with their line feeds.
        """
        lines = iter(lines)
        try:
            self._take_header(record_of(next(lines, b"")))
            for line in lines:
                self._take_line(line, lines)
            self._finish()
        except Fault as fault:
            return self._report(str(fault), fault)
        return self._report(self._success())

    def _report(self, sentence: str, fault: Fault | None = None) -> Verdict:
        return Verdict(
            holds=fault is None,
            sentence=sentence,
            check=CHECKS[fault.check] if fault else None,
            entry=fault.entry if fault else None,
            origin=self.key.origin,
            first=self.first,
            last=self.head.size,
            signed=self.signed.size,
            withheld=self.withheld,
            checkpoints=self.checkpoints,
            timestamps=self.timestamps,
        )

    def _take_header(self, record: dict[str, Any]) -> None:
        if tuple(record) != HEADER_KEYS or record["format"] != EXPORT_FORMAT:
            raise Fault(
                CANONICAL, "The first line is not a ledger export's: this is another file, or damaged."
            )
        self.key = self._key_named(record["key"])
        last = record["last"]
        try:
            after = record["after"]
            edge = [bytes.fromhex(text) for text in after["edge"]]
            self.head = Head(after["size"], bytes.fromhex(after["chain_hash"]), edge)
            exact = line_of(record) == line_of(header(self.key, self.head, last)) and last >= self.head.size
        except (KeyError, TypeError, ValueError):
            exact = False
        if not exact or type(last) is not int:
            raise Fault(
                CANONICAL, "The first line does not say which entries follow: it was changed or damaged."
            )
        self.first, self.declared_last = self.head.size + 1, last
        self._take_held()

    def _key_named(self, fingerprint: object) -> PublicKey:
        for key in self._keys:
            if key.fingerprint == fingerprint:
                return key
        raise Fault(
            SIGNATURE,
            f"The key you gave ({self._keys[0].fingerprint[:16]}...) is not the key of this export "
            f"({str(fingerprint)[:16]!a}...): compare both with what the agency publishes.",
        )

    def _take_line(self, line: bytes, rest: Iterator[bytes]) -> None:
        if line.startswith(b'{"checkpoint":'):
            self._take_checkpoint(line, rest)
            return
        try:
            fields = take_entry(self.head, line)
        except Fault as fault:
            if fault.check == RANGE and self._comes_later(rest):
                expected = self.head.size + 1
                sentence = (
                    f"Entry {expected} stands further down than its place: lines were moved or inserted."
                )
                raise Fault(RANGE, sentence, expected) from None
            raise
        if fields is None:
            self.withheld += 1
        elif fields[3] == KEY_EVENT:
            self.key = announced_key(fields[5].decode(), self.key, self._signature_holds) or self.key
        if self._held:
            self._take_held()

    def _comes_later(self, rest: Iterator[bytes]) -> bool:
        start = b'{"sequence":%d,' % (self.head.size + 1)
        return any(line.startswith(start) for line in rest)

    def _take_held(self) -> None:
        while self._held and self._held[-1].checkpoint.size <= self.head.size:
            note = self._held.pop()
            if note.checkpoint.size < self.head.size:
                sentence = (
                    f"{note.checkpoint.named('your checkpoint')} is older than this export, which begins "
                    f"with entry {self.first}: ask for an export of the whole ledger."
                )
                raise Fault(CONSISTENCY, sentence)
            self._check_signature(note, "your checkpoint")
            # 7 consistency with what the auditor holds
            self._check_root(note.checkpoint, CONSISTENCY, "your checkpoint")
            self.signed = note.checkpoint

    def _take_checkpoint(self, line: bytes, rest: Iterator[bytes]) -> None:
        note, token = note_of(line)
        checkpoint, size = note.checkpoint, self.head.size
        # 4 signature
        self._check_signature(note, "the checkpoint")
        # 6 range
        if checkpoint.size > size:
            if self._comes_later(rest):
                sentence = (
                    f"{checkpoint.named()} stands after entry {size}: it was moved, or swapped with another."
                )
            else:
                sentence = f"{_entries(size + 1, checkpoint.size)} missing: {checkpoint.named()} counts more."
            raise Fault(RANGE, sentence, size + 1)
        if checkpoint.size < size:
            sentence = (
                f"{checkpoint.named()} stands after entry {size}: it was moved, or entries were inserted."
            )
            raise Fault(RANGE, sentence, checkpoint.size + 1)
        # 3 root; and so 7 consistency, for all checkpoints are compared with one tree that only grows
        self._check_root(checkpoint, ROOT, "the checkpoint")
        # 5 time
        if checkpoint.made_at < max(self.head.last_at, self.signed.made_at):
            raise Fault(TIME, f"{checkpoint.named()} is dated before what it covers.")
        if token:
            self._check_timestamp(note, token)
        self.signed = checkpoint
        self.checkpoints += 1

    def _check_signature(self, note: Note, whose: str) -> None:
        if not note.is_signed_by(self.key, self._signature_holds):
            raise Fault(
                SIGNATURE,
                f"{note.checkpoint.named(whose)} is not signed with the key of this ledger "
                f"({self.key.fingerprint[:16]}...): it was changed, or swapped for one of another key.",
            )

    def _check_root(self, checkpoint: Checkpoint, check: int, whose: str) -> None:
        if (checkpoint.root, checkpoint.chain) == (self.head.root(), self.head.chain):
            return
        first, last, name = self.signed.size + 1, checkpoint.size, checkpoint.named(whose)
        if first > last:
            raise Fault(check, f"{name} contradicts the one before it: two ledgers were signed.")
        which = f"Entry {first} is" if first == last else f"Among entries {first} to {last} at least one is"
        sentence = (
            f"{which} not the one that was signed, and the hashes were made anew: {name} has another root."
        )
        raise Fault(check, sentence, first)

    def _check_timestamp(self, note: Note, token: bytes) -> None:
        if self._timestamp_holds is None:
            self.timestamps += 1
        elif not self._timestamp_holds(note.text.encode(), token):
            raise Fault(TIME, f"The time stamp of {note.checkpoint.named()} belongs to another.")

    def _finish(self) -> None:
        last = self.head.size
        if last < self.declared_last:
            gap = _entries(last + 1, self.declared_last)
            raise Fault(RANGE, f"{gap} missing: the file was truncated after entry {last}.", last + 1)
        if last > self.declared_last:
            sentence = f"The export is to end with entry {self.declared_last}, but more were put after it."
            raise Fault(RANGE, sentence, self.declared_last + 1)
        if self._held:
            name = self._held[-1].checkpoint.named("your checkpoint")
            sentence = f"{name} counts more than this export, which ends with entry {last}: it was truncated."
            raise Fault(CONSISTENCY, sentence, last + 1)
        if not self.signed.root:
            raise Fault(
                SIGNATURE,
                "No signed checkpoint is among these entries: nothing shows whose they are; have one made first.",
            )

    def _success(self) -> str:
        last, signed = self.head.size, self.signed
        # only what a checkpoint counts is vouched for: the rest could be whoever's who handed over the file
        which = f"entries {self.first} to {signed.size} are complete, in order and unchanged"
        parts = [
            f"The ledger {self.key.origin} holds: {which if signed.size >= self.first else 'it begins as was signed'}",
            f"{signed.named()} is signed with its key ({self.key.fingerprint[:16]}...)",
        ]
        if self.withheld:
            parts.append(f"the contents of {self.withheld} entries are withheld")
        if self.timestamps:
            parts.append(f"{self.timestamps} time stamps were not checked here")
        sentence = "; ".join(parts) + "."
        if last > signed.size:
            rest = _entries(signed.size + 1, last).capitalize()
            sentence += f" {rest} chained but not signed yet: nobody vouches for what no checkpoint counts."
        return sentence


# -- Proofs --------------------------------------------------------------------------------------------------

Span = tuple[int, int]  # the leaves start <= index < end, a subtree of the tree


def halves(span: Span) -> tuple[Span, Span]:
    """Return the two subtrees of a tree: left the largest power of two smaller than it (RFC 6962, 2.1)."""
    middle = span[0] + (1 << (span[1] - span[0] - 1).bit_length() - 1)
    return (span[0], middle), (middle, span[1])


def inclusion_spans(index: int, span: Span) -> list[Span]:
    """Return the subtrees whose hashes prove that a leaf is in a tree, from the leaf upwards.

    Args:
        index: the leaf, from 0.
        span: the tree, (0, size).

    Source:
        RFC 6962, 2.1.1
    """
    if span[1] - span[0] == 1:
        return []
    left, right = halves(span)
    return (
        [*inclusion_spans(index, left), right] if index < left[1] else [*inclusion_spans(index, right), left]
    )


def consistency_spans(old: int, span: Span) -> list[Span]:
    """Return the subtrees whose hashes prove that a tree continues the tree of its first `old` leaves.

    Args:
        old: the older tree's size, from 1.
        span: the newer tree, (0, size).

    Source:
        RFC 6962, 2.1.2
    """
    if old == span[1]:
        return [span] if span[0] else []
    left, right = halves(span)
    return (
        [*consistency_spans(old, left), right] if old <= left[1] else [*consistency_spans(old, right), left]
    )


def _root_of(span: Span, known: dict[Span, bytes]) -> bytes:
    if span in known:
        return known[span]
    left, right = halves(span)
    return node_hash(_root_of(left, known), _root_of(right, known))


def verify_proof(
    lines: Sequence[bytes], keys: Sequence[PublicKey], *, signature_holds: SignatureCheck = ed25519_holds
) -> Verdict:
    """Check a proof that an entry is in the ledger, or that one checkpoint continues another.

    Args:
        lines: the proof's three lines: what it is, with its path; the entry or the older checkpoint; the
            checkpoint that is proved to cover it.
        keys: the ledger's keys; each checkpoint must be signed with one of them.
        signature_holds: how an Ed25519 signature is checked.
    """
    try:
        proof = _proof_of(lines)
        newer = _signed(lines[2], keys, signature_holds)
        if proof["format"] == INCLUSION_FORMAT:
            sentence = _check_inclusion(proof["path"], lines[1], newer)
        else:
            sentence = _check_consistency(proof["path"], _signed(lines[1], keys, signature_holds), newer)
    except Fault as fault:
        return Verdict(False, str(fault), CHECKS[fault.check], fault.entry)
    return Verdict(True, sentence, origin=newer.origin, last=newer.size, signed=newer.size)


def _proof_of(lines: Sequence[bytes]) -> dict[str, Any]:
    proof = record_of(lines[0])
    if len(lines) != 3 or tuple(proof) != PROOF_KEYS:
        raise Fault(CANONICAL, "This is not a proof as a ledger gives it: it was changed or damaged.")
    return proof


def _signed(line: bytes, keys: Sequence[PublicKey], holds: SignatureCheck) -> Checkpoint:
    note, _ = note_of(line)
    if not any(note.is_signed_by(key, holds) for key in keys):
        raise Fault(SIGNATURE, f"{note.checkpoint.named()} is not signed with a key that you gave.")
    return note.checkpoint


def _path(path: object, spans: list[Span]) -> dict[Span, bytes]:
    if type(path) is not list or not all(type(text) is str and _is_digest(text) for text in path):
        path = []
    if len(path) != len(spans):
        raise Fault(CONSISTENCY, "The proof does not have the hashes it needs: it was changed or damaged.")
    return {span: bytes.fromhex(text) for span, text in zip(spans, path)}  # noqa: B905  # equally long


def _check_inclusion(path: object, line: bytes, checkpoint: Checkpoint) -> str:
    sequence, leaf, _, end = _read_entry(line, None)
    if line[end:] != b"}\n":
        raise Fault(
            CANONICAL, "The entry in the proof is not written as it should be: it was changed or damaged."
        )
    if sequence > checkpoint.size:
        raise Fault(RANGE, f"{checkpoint.named()} does not reach entry {sequence}.", sequence)
    tree = (0, checkpoint.size)
    known = _path(path, inclusion_spans(sequence - 1, tree))
    known[sequence - 1, sequence] = leaf
    if _root_of(tree, known) != checkpoint.root:
        sentence = f"Entry {sequence} is not the one that {checkpoint.named()} signs."
        raise Fault(ROOT, sentence, sequence)
    return f"Entry {sequence} is in the ledger {checkpoint.origin}: {checkpoint.named()} covers it."


def _check_consistency(path: object, older: Checkpoint, newer: Checkpoint) -> str:
    names = newer.named(), older.named("that")
    if not 0 < older.size <= newer.size or older.origin != newer.origin:
        raise Fault(RANGE, f"{names[0]} does not come after {names[1]} of the same ledger.")
    tree = (0, newer.size)
    known = _path(path, consistency_spans(older.size, tree))
    if older.size & (older.size - 1) == 0 or older.size == newer.size:
        known[0, older.size] = older.root  # the older tree is itself a subtree of the newer
    if (_root_of((0, older.size), known), _root_of(tree, known)) != (older.root, newer.root):
        raise Fault(CONSISTENCY, f"{names[0]} does not continue {names[1]}: entries were changed.")
    return f"T{names[0][1:]} continues {names[1]}: no entry of {older.origin} was changed between them."


# -- The command ---------------------------------------------------------------------------------------------


def verify(
    lines: Iterable[bytes],
    keys: Sequence[PublicKey],
    held: Iterable[Note] = (),
    *,
    signature_holds: SignatureCheck = ed25519_holds,
    timestamp_holds: TimestampCheck | None = None,
) -> Verdict:
    """Check an export or a proof, whichever the lines are.

    Args:
        lines: the file's lines with their line feeds.
        keys: the keys that the agency publishes, at least one; an export needs the one its first line names.
        held: checkpoints that the caller got elsewhere, at another time; the export must agree with them.
        signature_holds: how an Ed25519 signature is checked.
        timestamp_holds: how an RFC 3161 token over a checkpoint note is checked; without it they are counted.

    Returns:
        What was found, in a sentence; bad input is a verdict, never an exception.
    """
    lines = iter(lines)
    first = next(lines, b"")
    if record_of(first).get("format") in (INCLUSION_FORMAT, CONSISTENCY_FORMAT):
        return verify_proof([first, *itertools.islice(lines, 3)], keys, signature_holds=signature_holds)
    run = Verification(keys, held, signature_holds=signature_holds, timestamp_holds=timestamp_holds)
    return run.verdict(itertools.chain((first,), lines))


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Return a file's lines; one that is longer than any record is cut, and so refused."""
    return iter(functools.partial(file.readline, LONGEST_LINE_BYTES), b"")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verifier: print what was found, return 0 where everything holds and 1 where it does not.

    Entries behind the last checkpoint are the common case, for it is made by the hour: they are named, and the status
    stays 0 unless `--all-signed` asks for 3.
    """
    parser = argparse.ArgumentParser(
        description="Verify an export of a Platekeeper ledger, or a proof from one."
    )
    parser.add_argument("file", type=Path, help="the export or proof")
    parser.add_argument(
        "--key", type=Path, action="append", required=True, help="a public key file of the ledger"
    )
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a checkpoint that you hold"
    )
    parser.add_argument(
        "--all-signed", action="store_true", help="exit status 3 where the last entries are not signed yet"
    )
    options = parser.parse_args(arguments)
    try:
        keys = [key for path in options.key for key in PublicKey.all_parsed(path.read_text("utf-8"))]
        held = [Note.parsed(path.read_text("utf-8")) for path in options.checkpoint]
        with options.file.open("rb") as file:
            verdict = verify(lines_of(file), keys, held)
    except Fault as fault:
        verdict = Verdict(False, str(fault))
    except (OSError, UnicodeDecodeError) as error:
        verdict = Verdict(False, f"Nothing was verified, for a file cannot be read: {error}.")
    sys.stdout.write(f"{verdict.sentence}\n")
    return verdict.status(all_signed=options.all_signed)


if __name__ == "__main__":
    sys.exit(main())
