"""The lines of a file, as it streams by: bounded, hashed, and refused if it is no text.

Memory holds one block and one line, however large the file is.
"""

import codecs
import hashlib
import io
import os
from collections.abc import Iterator
from typing import BinaryIO

from platekeeper.intake.hotlists.errors import HotListRefused

LARGEST_FILE_BYTES = 2**30
LONGEST_LINE = 2**16
_BLOCK_BYTES = 2**20
_NOT_TEXT = {
    b"PK\x03\x04": "is a ZIP archive: unpack it first",
    b"\x1f\x8b": "is compressed with gzip: unpack it first",
    b"%PDF": "is a PDF document: get it as text from its source",
    b"\xff\xfe": "is written in UTF-16: export it as UTF-8 or plain ASCII",
    b"\xfe\xff": "is written in UTF-16: export it as UTF-8 or plain ASCII",
    b"\xd0\xcf\x11\xe0": "is an old Office document: export it as CSV",
}


class Lines:
    """The lines of a binary stream, without their ends; iterate once.

    Attributes:
        count: lines given out so far.
        size_bytes: bytes read so far.
        unended: whether the last line given out had no line end.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.count = 0
        self.size_bytes = 0
        self.unended = False
        self._stream = stream
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Digest of the bytes read so far; of the file, once the lines are all given out."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[str]:
        """Yield the lines.

        Raises:
            HotListRefused: not text, another encoding, endless lines, or larger than 1 GiB.
        """
        rest = ""
        for text in self._texts():
            *lines, rest = (rest + text).split("\n")
            if len(rest) > LONGEST_LINE:
                raise HotListRefused(
                    "The file has a line without end: it is no list, or was damaged; fetch it again."
                )
            for line in lines:
                self.count += 1
                yield line
        if rest.strip("\x1a"):  # DOS tools end files with this mark
            self.count += 1
            self.unended = True
            yield rest

    def _texts(self) -> Iterator[str]:
        self._check_size(_announced_bytes(self._stream))
        newlines = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder(self._encoding)(), translate=True
        )
        try:
            while block := self._stream.read(_BLOCK_BYTES):
                self._check(block)
                yield newlines.decode(block)
            yield newlines.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line = self.count + error.object[: error.start].count(b"\n") + 1
            raise HotListRefused(
                f"The file is not {self._encoding.removesuffix('-sig').upper()} (near line {line}): "
                "export it as UTF-8 or plain ASCII."
            ) from error

    def _check(self, block: bytes) -> None:
        if not self.size_bytes:
            for start, complaint in _NOT_TEXT.items():
                if block.startswith(start):
                    raise HotListRefused(f"The file {complaint}.")
        self.size_bytes += len(block)
        self._check_size(self.size_bytes)
        if b"\0" in block:
            raise HotListRefused("The file is not text, it holds zero bytes: fetch it again as text.")
        self._digest.update(block)

    @staticmethod
    def _check_size(size_bytes: int) -> None:
        if size_bytes > LARGEST_FILE_BYTES:
            raise HotListRefused(
                f"The file is larger than {LARGEST_FILE_BYTES >> 30} GiB, larger than any list known: check what it is."
            )


def _announced_bytes(stream: BinaryIO) -> int:
    """Return the size of a file on disk, so that a huge one is refused at once; 0 where a stream has none."""
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:
        return 0
