#!/usr/bin/env python3
"""Verify a Platekeeper evidence package on a machine that has nothing but Python (3.9 or newer).

    python3 verify.py PACKAGE [--key public.key]

PACKAGE is the folder or the zip. The package is a BagIt bag (RFC 8493); what makes it more is its seal: an
entry of the agency's ledger that holds the digests of the bag's tag manifests, with the proof that a signed
checkpoint counts it. So every byte is covered: payload by manifests, these by tag manifests, these by the
seal, the seal by the ledger's key.

A verifier that came with the package can be forged with it. WHERE IT MATTERS, TAKE THIS FILE AND THE KEY
FROM WHERE THE AGENCY PUBLISHES THEM; they are the same files.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import io
import json
import os
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

sys.dont_write_bytecode = True  # a package is not changed by being verified

try:
    from platekeeper.ledger import verify as ledger
except ImportError:
    import ledger_verify as ledger  # type: ignore[import-not-found,no-redef]  # beside this file in a package

ALGORITHMS = ("sha256", "sha512")
MANIFESTS = tuple(f"manifest-{name}.txt" for name in ALGORITHMS)
TAG_MANIFESTS = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)
SEAL = "seal.ndjson"
KEY = "ledger-key.txt"
STAMP = "manifest-sha256.tsr"
PROOFS = "data/ledger/entries.ndjson"
SEALED_EVENT = "evidence.sealed"
UNLISTED = frozenset({*TAG_MANIFESTS, SEAL})  # what covers everything else cannot cover itself
_BLOCK_BYTES = 1024 * 1024
_LONGEST_LIST_BYTES = 64 * 1024 * 1024

CHECKS = ("container", "seal", "tag manifests", "tag files", "payload", "ledger proofs")
CONTAINER, SEALED, LISTS, TAGS, PAYLOAD, LEDGER = range(6)


class Fault(Exception):  # noqa: N818  # what was found, not what went wrong with us
    """The first thing that does not hold, and the file that it is about."""

    def __init__(self, check: int, file: str, sentence: str) -> None:
        super().__init__(sentence)
        self.check = check
        self.file = file


class Verdict(NamedTuple):
    """What was found.

    Attributes:
        holds: whether everything does.
        sentence: for people.
        check: which check failed; empty where none did.
        file: the file that it is about.
        package: the package's number, as sealed.
        files: how many files were compared.
    """

    holds: bool
    sentence: str
    check: str = ""
    file: str = ""
    package: str = ""
    files: int = 0


# -- Containers: a folder, or a zip that can be written in one way only ----------------------------------------

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_UTF8 = 0x0800
_DATE = 0x0021  # 1 January 1980: when a file was written to the archive says nothing
_MODE = 0o100644 << 16
LARGEST_ZIP_BYTES = 0xFFFFFFFF - 0x1000000
MOST_FILES = 0xFFFF


class Member(NamedTuple):
    """One file of a zip: its name, CRC-32, size and place, all in bytes; it is stored as it is."""

    name: bytes
    crc: int
    size: int
    offset: int

    def local(self) -> bytes:
        """Return the header before its content."""
        fields = (b"PK\x03\x04", 20, _UTF8, 0, 0, _DATE, self.crc, self.size, self.size, len(self.name), 0)
        return _LOCAL.pack(*fields) + self.name

    def central(self) -> bytes:
        """Return its line in the archive's directory."""
        fields = (
            b"PK\x01\x02", 0x0314, 20, _UTF8, 0, 0, _DATE, self.crc, self.size, self.size, len(self.name),
            0, 0, 0, 0, _MODE, self.offset,
        )  # fmt: skip
        return _CENTRAL.pack(*fields) + self.name


def end_of(count: int, size_bytes: int, offset: int) -> bytes:
    """Return the end of a zip: how many members its directory has, the directory's size and place."""
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size_bytes, offset, 0)


class Package(Protocol):
    """A container with files in it."""

    def names(self) -> list[str]:
        """Return the names of all files, with slashes.

        Raises:
            Fault: the container itself was changed.
        """

    def opened(self, name: str) -> BinaryIO:
        """Return a file's content."""


class Folder:
    """A package as a folder, as on a medium."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """Return the names of all files; a link or anything else that is no file is a fault."""
        found: list[str] = []
        for above, folders, files in os.walk(self._path):
            for name in (*folders, *files):
                path = Path(above, name)
                inside = path.relative_to(self._path).as_posix()
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    raise Fault(
                        CONTAINER, inside, f"{inside} is no file but a link or a device: it was added."
                    )
            found += [Path(above, name).relative_to(self._path).as_posix() for name in files]
        return found

    def opened(self, name: str) -> BinaryIO:
        """Return a file's content."""
        return (self._path / name).open("rb")


class Zip:
    """A package as one file: members stored one behind the other, then the directory, nothing between."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._members: dict[str, Member] = {}

    def names(self) -> list[str]:
        """Return the names of all files; a byte that does not stand where the one way puts it is a fault."""
        self._members = {}
        size = self._file.seek(0, os.SEEK_END)
        end = self._at(max(0, size - _END.size), _END.size)
        if len(end) < _END.size or end[:4] != b"PK\x05\x06":
            raise _broken("its end is missing: it was cut off, or something was put after it")
        _, _, _, count, _, directory_size, directory_at, _ = _END.unpack(end)
        if (
            end != end_of(count, directory_size, directory_at)
            or directory_at + directory_size + len(end) != size
        ):
            raise _broken("its last line was changed")
        directory = self._at(directory_at, directory_size)
        position = place = 0
        for _ in range(count):
            place, position = self._take(directory, place, position)
        if place != len(directory) or position != directory_at:
            raise _broken("its directory does not list all that is in it")
        return list(self._members)

    def _take(self, directory: bytes, place: int, position: int) -> tuple[int, int]:
        line = directory[place : place + _CENTRAL.size]
        if len(line) < _CENTRAL.size:
            raise _broken("its directory was changed")
        fields = _CENTRAL.unpack(line)
        name = directory[place + _CENTRAL.size :][: fields[10]]
        member = Member(name, fields[7], fields[8], position)
        shown = name.decode("utf-8", "replace")
        if not shown.isprintable():
            raise _broken("its directory was changed")
        if directory[place : place + _CENTRAL.size + len(name)] != member.central():
            raise Fault(CONTAINER, shown, f"The archive's directory was changed where it lists {shown!a}.")
        local = member.local()
        if self._at(position, len(local)) != local:
            raise Fault(CONTAINER, shown, f"The archive was changed in the header of {shown!a}.")
        if shown in self._members:
            raise Fault(CONTAINER, shown, f"{shown} is in the archive twice: one of them was added.")
        self._members[shown] = member
        return place + _CENTRAL.size + len(name), position + len(local) + member.size

    def _at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def opened(self, name: str) -> BinaryIO:
        """Return a file's content."""
        member = self._members[name]
        return io.BufferedReader(_Part(self._file, member.offset + len(member.local()), member.size))


class _Part(io.RawIOBase):
    """Some bytes of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._position, self._end = file, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # any writable buffer
        self._file.seek(self._position)
        content = self._file.read(min(len(buffer), self._end - self._position))
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _broken(what: str) -> Fault:
    return Fault(CONTAINER, "the archive itself", f"The archive is not whole, {what}.")


# -- Lists and digests -----------------------------------------------------------------------------------------


def list_of(package: Package, name: str, check: int) -> dict[str, str]:
    """Return a manifest: file name -> digest in hexadecimal digits."""
    length = hashlib.new(name.rpartition("-")[2][:6]).digest_size * 2
    listed: dict[str, str] = {}
    for line in whole(package, name, check).decode("utf-8", "replace").splitlines():
        digest, _, file = line.partition("  ")
        if len(digest) != length or not file or file in listed:
            raise Fault(check, name, f"{name} is not written as a manifest is: it was changed or damaged.")
        listed[file] = digest
    return listed


def whole(package: Package, name: str, check: int) -> bytes:
    """Return a file that must be there and is not large."""
    try:
        with package.opened(name) as file:
            return file.read(_LONGEST_LIST_BYTES)
    except (OSError, KeyError):
        raise Fault(check, name, f"{name} is missing.") from None


def digests_of(file: BinaryIO) -> tuple[str, str]:
    """Return SHA-256 and SHA-512 of a file, read once."""
    hashes = [hashlib.new(name) for name in ALGORITHMS]
    for block in iter(functools.partial(file.read, _BLOCK_BYTES), b""):
        for one in hashes:
            one.update(block)
    return hashes[0].hexdigest(), hashes[1].hexdigest()


# -- The verification ------------------------------------------------------------------------------------------


class Verification:
    """One run over one package.

    What must hold, in this order:

    0. the container is a folder of plain files, or a zip written in the one way;
    1. the seal is an entry of the ledger, under a checkpoint signed with the key;
    2. both tag manifests have the digests that were sealed;
    3. every tag file has the digests of both tag manifests; none is missing, none was added;
    4. every payload file has the digests of both manifests; none is missing, none was added;
    5. each ledger entry in the package is in the ledger, under the same key.
    """

    def __init__(
        self, package: Package, keys: Sequence[ledger.PublicKey], *, signature_holds: Callable[..., bool]
    ) -> None:
        self._package = package
        self._given = keys
        self._holds = functools.lru_cache(maxsize=64)(signature_holds)  # one checkpoint covers many entries
        self._compared = 0
        self._entries = 0

    def verdict(self) -> Verdict:
        """Run it; bad input is a verdict, never an exception."""
        try:
            # 0 container
            names = set(self._package.names())
            # 1 seal
            sealed, key = self._sealed()
            # 2 tag manifests
            self._check_tag_manifests(sealed)
            # 3 tag files
            tags = {name for name in names if not name.startswith("data/")} - UNLISTED
            self._check_files(tags, TAG_MANIFESTS, TAGS)
            # 4 payload
            self._check_files({name for name in names if name.startswith("data/")}, MANIFESTS, PAYLOAD)
            # 5 ledger proofs
            self._check_proofs(key)
        except Fault as fault:
            return Verdict(False, str(fault), CHECKS[fault.check], fault.file)
        return Verdict(True, self._success(sealed, key), package=sealed["package"], files=self._compared)

    def _sealed(self) -> tuple[dict[str, str], ledger.PublicKey]:
        lines = whole(self._package, SEAL, SEALED).splitlines(keepends=True)
        details: Any = {}
        if len(lines) == 3:
            record = ledger.record_of(lines[1])
            try:
                details = json.loads(record["details"])
            except (KeyError, TypeError, ValueError, RecursionError):
                details = {}
            if record.get("event") != SEALED_EVENT:
                details = {}
        if type(details) is not dict or not {"package", *TAG_MANIFESTS} <= set(details):
            raise Fault(SEALED, SEAL, f"{SEAL} is not a seal: it was changed or damaged.")
        key = self._key(details)
        verdict = ledger.verify_proof(lines, self._given or [key], signature_holds=self._holds)
        if not verdict.holds:
            raise Fault(SEALED, SEAL, f"{SEAL} does not hold: {verdict.sentence}")
        return {name: str(value) for name, value in details.items()}, key

    def _key(self, sealed: dict[str, str]) -> ledger.PublicKey:
        text = whole(self._package, KEY, TAGS)
        name = TAG_MANIFESTS[0]
        is_list_sealed = hashlib.sha256(whole(self._package, name, LISTS)).hexdigest() == sealed[name]
        if (
            is_list_sealed
            and list_of(self._package, name, LISTS).get(KEY) != hashlib.sha256(text).hexdigest()
        ):
            raise Fault(TAGS, KEY, f"{KEY} was changed.")
        try:
            return ledger.PublicKey.parsed(text.decode("utf-8", "replace"))
        except ledger.Fault:
            raise Fault(TAGS, KEY, f"{KEY} does not hold a ledger's public key: it was changed.") from None

    def _check_tag_manifests(self, sealed: dict[str, str]) -> None:
        for name, algorithm in zip(TAG_MANIFESTS, ALGORITHMS):  # noqa: B905  # newer than Python 3.9
            if hashlib.new(algorithm, whole(self._package, name, LISTS)).hexdigest() != sealed[name]:
                raise Fault(LISTS, name, f"{name} is not the one that was sealed: it was changed.")

    def _check_files(self, present: set[str], lists: Sequence[str], check: int) -> None:
        first, second = (list_of(self._package, name, check) for name in lists)
        for name in sorted(set(first) ^ set(second)):
            raise Fault(check, name, f"{name} is not in both {lists[0]} and {lists[1]}.")
        for name in sorted(set(first) - present):
            raise Fault(check, name, f"{name} is missing.")
        for name in sorted(present - set(first)):
            raise Fault(check, name, f"{name} was added after the package was sealed.")
        for name in first:
            with self._package.opened(name) as file:
                if digests_of(file) != (first[name], second[name]):
                    raise Fault(check, name, f"{name} was changed.")
            self._compared += 1

    def _check_proofs(self, key: ledger.PublicKey) -> None:
        try:
            with self._package.opened(PROOFS) as file:
                lines = list(file)
        except (OSError, KeyError):
            raise Fault(LEDGER, PROOFS, f"{PROOFS} is missing.") from None
        for start in range(0, len(lines), 3):
            verdict = ledger.verify_proof(
                lines[start : start + 3], self._given or [key], signature_holds=self._holds
            )
            if not verdict.holds:
                raise Fault(LEDGER, PROOFS, f"{PROOFS}, line {start + 1}: {verdict.sentence}")
            self._entries += 1

    def _success(self, sealed: dict[str, str], key: ledger.PublicKey) -> str:
        trusted = (
            "the key that you gave"
            if self._given
            else f"the key {key.fingerprint[:16]}... that came with it: compare it with what the agency publishes"
        )
        return (
            f"Evidence package {sealed['package']} is complete and unchanged: {self._compared} files, "
            f"{self._entries} ledger entries and the seal hold, signed with {trusted}."
        )


def verify(
    package: Package,
    keys: Sequence[ledger.PublicKey] = (),
    *,
    signature_holds: Callable[..., bool] = ledger.ed25519_holds,
) -> Verdict:
    """Check a package.

    Args:
        package: the container.
        keys: the keys that the agency publishes; without them the package's own is used, and the sentence says so.
        signature_holds: how an Ed25519 signature is checked.
    """
    return Verification(package, keys, signature_holds=signature_holds).verdict()


def verify_path(
    path: Path,
    keys: Sequence[ledger.PublicKey] = (),
    *,
    signature_holds: Callable[..., bool] = ledger.ed25519_holds,
) -> Verdict:
    """Check a package on disk, folder or zip, as `verify` does."""
    try:
        if path.is_dir():
            return verify(Folder(path), keys, signature_holds=signature_holds)
        with path.open("rb") as file:
            return verify(Zip(file), keys, signature_holds=signature_holds)
    except OSError as error:
        return Verdict(False, f"Nothing was verified, for a file cannot be read: {error}.")


def files_of(package: Package) -> Iterator[tuple[str, BinaryIO]]:
    """Yield each file of a container."""
    for name in package.names():
        with package.opened(name) as file:
            yield name, file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verifier: print what was found, return 0 where everything holds and 1 where it does not."""
    parser = argparse.ArgumentParser(description="Verify a Platekeeper evidence package.")
    parser.add_argument(
        "package", type=Path, nargs="?", default=Path(__file__).resolve().parent, help="the folder or zip"
    )
    parser.add_argument("--key", type=Path, action="append", default=[], help="a public key of the ledger")
    options = parser.parse_args(arguments)
    try:
        keys = [key for path in options.key for key in ledger.PublicKey.all_parsed(path.read_text("utf-8"))]
        verdict = verify_path(options.package, keys)
    except ledger.Fault as fault:
        verdict = Verdict(False, str(fault))
    except (OSError, UnicodeDecodeError) as error:
        verdict = Verdict(False, f"Nothing was verified, for a file cannot be read: {error}.")
    sys.stdout.write(f"{verdict.sentence}\n")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
