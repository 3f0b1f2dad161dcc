"""Writing a package: a BagIt bag (RFC 8493), in a folder or a zip, each byte once and in order.

The well-known library builds bags in place, from files that lie on disk in clear. Here pictures leave the vault one by
one and are never written down on the server, so the few rules of the format are kept here.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from platekeeper.errors import PlatekeeperError
from platekeeper.evidence.verify import (
    ALGORITHMS,
    LARGEST_ZIP_BYTES,
    MANIFESTS,
    MOST_FILES,
    SEAL,
    STAMP,
    TAG_MANIFESTS,
    Member,
    end_of,
)

Seal = Callable[[Mapping[str, str]], bytes]
Stamp = Callable[[bytes], bytes]


class EvidenceError(PlatekeeperError):
    """An evidence package cannot be made, or not like this."""


class Writer(Protocol):
    """A container that is being written."""

    def file(self, name: str, content: bytes) -> Iterator[bytes]:
        """Write a file; yield what goes out for it."""

    def end(self) -> Iterator[bytes]:
        """Finish the container; yield what goes out for it."""


class ZipWriter:
    """A zip that streams: members stored, nothing between them, the directory behind (`verify.Zip`)."""

    def __init__(self) -> None:
        """Begin an empty archive."""
        self._members: list[Member] = []
        self._size_bytes = 0

    def file(self, name: str, content: bytes) -> Iterator[bytes]:
        """Yield a member.

        Args:
            name: with slashes.
            content: its bytes.

        Raises:
            EvidenceError: the archive would grow beyond what every reader of zips can open.
        """
        member = Member(name.encode(), zlib.crc32(content), len(content), self._size_bytes)
        header = member.local()
        self._size_bytes += len(header) + len(content)
        if self._size_bytes > LARGEST_ZIP_BYTES or len(self._members) >= MOST_FILES:
            raise EvidenceError("The package would be larger than 4 GB: choose fewer reads for each package.")
        self._members.append(member)
        yield header
        yield content

    def end(self) -> Iterator[bytes]:
        """Yield the directory and the end."""
        directory = b"".join(member.central() for member in self._members)
        yield directory
        yield end_of(len(self._members), len(directory), self._size_bytes)


class FolderWriter:
    """A folder on disk or on a medium."""

    def __init__(self, path: Path) -> None:
        """Begin.

        Args:
            path: the package's folder, which does not exist yet.
        """
        self._path = path

    def file(self, name: str, content: bytes) -> Iterator[bytes]:
        """Write a file.

        Args:
            name: with slashes.
            content: its bytes.
        """
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        yield b""

    def end(self) -> Iterator[bytes]:
        """Do nothing: a folder has no end."""
        yield b""


class Bag:
    """A bag that is being filled."""

    def __init__(self, writer: Writer) -> None:
        """Begin an empty bag.

        Args:
            writer: where it goes.
        """
        self._writer = writer
        self._payload: dict[str, tuple[str, ...]] = {}
        self._tags: dict[str, tuple[str, ...]] = {}
        self._payload_bytes = 0

    def payload(self, name: str, content: bytes) -> Iterator[bytes]:
        """Put evidence in.

        Args:
            name: beneath `data/`.
            content: its bytes.

        Yields:
            What goes out.
        """
        self._payload[f"data/{name}"] = _digests(content)
        self._payload_bytes += len(content)
        yield from self._writer.file(f"data/{name}", content)

    def tag(self, name: str, content: bytes) -> Iterator[bytes]:
        """Put in what explains or verifies the evidence.

        Args:
            name: beside `data/`.
            content: its bytes.

        Yields:
            What goes out.
        """
        self._tags[name] = _digests(content)
        yield from self._writer.file(name, content)

    def closed(self, info: Mapping[str, str], seal: Seal, stamp: Stamp | None = None) -> Iterator[bytes]:
        """Write the lists, have them stamped and sealed, and end the bag.

        Args:
            info: labels and values of `bag-info.txt`, each in one line.
            seal: given the digests of the tag manifests, by their names, returns the seal.
            stamp: given a manifest, returns an RFC 3161 time stamp over it.

        Yields:
            What goes out. NOTHING OF THE PACKAGE COUNTS BEFORE THE LAST BYTE.
        """
        described = {**info, "Payload-Oxum": f"{self._payload_bytes}.{len(self._payload)}"}
        yield from self.tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        yield from self.tag("bag-info.txt", "".join(map(_info_line, described.items())).encode())
        for number, name in enumerate(MANIFESTS):
            manifest = _manifest(self._payload, number)
            yield from self.tag(name, manifest)
            if stamp is not None and number == 0:
                yield from self.tag(STAMP, stamp(manifest))
        lists = {name: _manifest(self._tags, number) for number, name in enumerate(TAG_MANIFESTS)}
        for name, content in lists.items():
            yield from self._writer.file(name, content)
        digests = {
            name: hashlib.new(algorithm, lists[name]).hexdigest()
            for name, algorithm in zip(TAG_MANIFESTS, ALGORITHMS, strict=True)
        }
        yield from self._writer.file(SEAL, seal(digests))
        yield from self._writer.end()


def _digests(content: bytes) -> tuple[str, ...]:
    return tuple(hashlib.new(name, content).hexdigest() for name in ALGORITHMS)


def _manifest(files: Mapping[str, tuple[str, ...]], number: int) -> bytes:
    return "".join(f"{digests[number]}  {name}\n" for name, digests in files.items()).encode()


def _info_line(item: tuple[str, str]) -> str:
    label, value = item
    return f"{label}: {' '.join(value.split())}\n"
