"""Which plates surely stand on no list in force, told from memory; the database decides about the few that may.

A list of a million takes 8 MB here: the look-alike key of each entry as a 64-bit number, sorted. A version of a list
never changes, so what is kept of one is right for as long as the database names it as the one in force, which every
batch asks in its own transaction (HOT-04): no entry is ever late. While a long version is read in, the database
looks its plates up itself. A number that two plates share costs a look, never a match.
"""

import contextlib
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from django.db import connections
from numpy.typing import NDArray

from platekeeper import plates
from platekeeper.office.statements import prepared

INGEST = "ingest"
MOST_AT_ONCE = 20_000
"""A longer version is read in by a thread beside the work; the batch that needs it first does not wait for it."""

_WIDTH = plates.LONGEST_PLATE
_FOLDED = np.array([ord(plates.fold(chr(code))) for code in range(128)] + [0] * 128, dtype=np.uint8)
_FOLDED[ord(" ")] = 0
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that different second halves stay different
_SPARSE = 3  # of 8 marks and more, one is set for a number

_IN_FORCE = """
SELECT v.id, v.accepted, l.is_own, v.sha256
  FROM hot_list l JOIN hot_list_version v ON v.id = l.current_id WHERE l.agency_id = %s
"""
_AT_ONCE, _LAST = 250_000, 2**31 - 1
# a message a row would cost more than the row: so many keys travel as one text, each as wide as the others
_KEYS = """
SELECT convert_to(string_agg(rpad(fold, 16), ''), 'UTF8') FROM hot_list_entry
 WHERE agency_id = %s AND version_id = %s AND number > %s AND number <= %s
"""
_PARTIAL = """
SELECT match_key FROM hot_list_entry WHERE agency_id = %s AND version_id = %s AND plate ~ '[?*]'
"""

Numbers: TypeAlias = NDArray[np.uint64]


def numbers_of(texts: Sequence[str]) -> Numbers:
    """Return the look-alike keys of plates as numbers.

    Args:
        texts: plates in normal form, or keys of theirs, each of at most 16 characters.

    Returns:
        Shape (n,); equal keys have equal numbers.
    """
    return _numbers(np.array(texts, dtype=f"S{_WIDTH}").view(np.uint8))


def _numbers(characters: NDArray[np.uint8]) -> Numbers:
    halves = _FOLDED.take(characters).view(np.uint64).reshape(-1, 2)
    numbers: Numbers = halves[:, 0] + halves[:, 1] * _SPREAD
    return numbers


class Sieve:
    """What is kept of one version."""

    def __init__(self, numbers: Numbers, partial: Iterable[str] = ()) -> None:
        """Keep the keys.

        Args:
            numbers: of its entries, as `numbers_of` gives them.
            partial: match keys of plates known in part, with `?` and `*`; only an agency's own list has them.
        """
        self._sorted = np.sort(numbers)
        self._shift = np.uint64(64 - len(numbers).bit_length() - _SPARSE)
        self._marks = np.zeros(1 << (64 - int(self._shift)), dtype=np.bool)
        self._marks[self._places(numbers)] = True
        forms = [key.replace("?", ".").replace("*", ".*") for key in partial]
        self._partial = re.compile(f"^(?:{'|'.join(forms)})$", re.MULTILINE) if forms else None

    def caught(self, texts: Sequence[str], numbers: Numbers) -> set[int]:
        """Return the places of the plates that may stand in the version; the others surely do not.

        Args:
            texts: plates in normal form.
            numbers: theirs, by `numbers_of`.
        """
        marked = np.flatnonzero(self._marks.take(self._places(numbers)))
        if not len(marked):
            return self._in_part(texts)
        wanted = numbers[marked]
        same = self._sorted.take(self._sorted.searchsorted(wanted), mode="clip") == wanted
        return self._in_part(texts).union(marked[same].tolist())

    def _places(self, numbers: Numbers) -> NDArray[np.intp]:
        """Return where each number is marked: one look into memory, where the sorted numbers take twenty."""
        return ((numbers * _SPREAD) >> self._shift).astype(np.intp)

    def _in_part(self, texts: Sequence[str]) -> set[int]:
        if self._partial is None:
            return set()
        lines = plates.match_key("\n".join(texts))
        return {lines.count("\n", 0, found.start()) for found in self._partial.finditer(lines)}

    @property
    def size_bytes(self) -> int:
        """How much memory its keys take."""
        return self._sorted.nbytes + self._marks.nbytes


class Version(NamedTuple):
    """A version in force: its number and the facts of its row, so that a restored database deceives nobody."""

    id: int
    accepted: int
    is_own: bool
    sha256: bytes


@dataclass(frozen=True)
class Sifted:
    """A batch against the lists in force.

    Attributes:
        caught: places of the plates that may stand on a list that was looked through here.
        unread: numbers of the versions that were not; the database must be asked.
    """

    caught: set[int]
    unread: list[int]


class Sieves:
    """The sieves of this process: one for each version in force, None for one that is not read in."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: dict[int, dict[Version, Sieve | None]] = {}
        self._lock = threading.Lock()

    def sift(self, agency_id: int, texts: Sequence[str]) -> Sifted:
        """Look plates up in the lists that are in force for the caller's transaction on `ingest`.

        Args:
            agency_id: whose lists.
            texts: plates in normal form.
        """
        with prepared(INGEST) as cursor:
            cursor.execute(_IN_FORCE, [agency_id], prepare=True, binary=True)
            versions = [Version._make(row) for row in cursor.fetchall()]
        kept = self._of(agency_id, versions)
        numbers = numbers_of(texts)
        sieves = [sieve for sieve in map(kept.get, versions) if sieve is not None]
        caught = {place for sieve in sieves for place in sieve.caught(texts, numbers)}
        return Sifted(caught, [version.id for version in versions if kept.get(version) is None])

    def size_bytes(self, agency_id: int) -> int:
        """Return how much memory an agency's lists take.

        Args:
            agency_id: whose.
        """
        return sum(sieve.size_bytes for sieve in self._kept.get(agency_id, {}).values() if sieve is not None)

    def _of(self, agency_id: int, versions: Sequence[Version]) -> dict[Version, Sieve | None]:
        kept = self._kept.get(agency_id)
        if kept is None or kept.keys() != set(versions):
            for version in self._new(agency_id, versions):
                if version.accepted <= MOST_AT_ONCE:
                    self._read(agency_id, version)
                else:
                    threading.Thread(target=self._read_beside, args=(agency_id, version), daemon=True).start()
        return self._kept[agency_id]

    def _new(self, agency_id: int, versions: Sequence[Version]) -> list[Version]:
        """Let go what is in force no more; return what is new, which nobody else reads in then."""
        with self._lock:
            before = self._kept.get(agency_id, {})
            self._kept[agency_id] = {version: before.get(version) for version in versions}
        return [version for version in versions if version not in before]

    def _read_beside(self, agency_id: int, version: Version) -> None:
        try:
            self._read(agency_id, version)
        finally:
            connections[INGEST].close()

    def _read(self, agency_id: int, version: Version) -> None:
        with contextlib.ExitStack() as undo:
            undo.callback(self._forget, agency_id, version)  # so that the next batch tries again
            sieve = sieve_of(agency_id, version)
            undo.pop_all()
        with self._lock:
            kept = self._kept[agency_id]
            if version in kept:
                self._kept[agency_id] = kept | {version: sieve}

    def _forget(self, agency_id: int, version: Version) -> None:
        with self._lock:
            self._kept[agency_id] = {
                one: sieve for one, sieve in self._kept[agency_id].items() if one != version
            }


def sieve_of(agency_id: int, version: Version) -> Sieve | None:
    """Read a version's keys over `ingest`.

    Args:
        agency_id: whose.
        version: which.

    Returns:
        Its sieve; None if not every entry is there to be seen, or a key is written in other characters than ours.
    """
    given = [agency_id, version.id]
    blocks = [numbers_of([])]
    with prepared(INGEST) as cursor:
        for before in range(0, max(version.accepted, 1), _AT_ONCE):
            upto = before + _AT_ONCE if before + _AT_ONCE < version.accepted else _LAST
            cursor.execute(_KEYS, [*given, before, upto], binary=True)
            (block,) = cursor.fetchone() or (None,)
            if len(block or b"") % _WIDTH:
                return None
            blocks.append(_numbers(np.frombuffer(block or b"", np.uint8)))
        partial = cursor.execute(_PARTIAL, given, binary=False).fetchall() if version.is_own else []
    if sum(map(len, blocks)) != version.accepted:
        return None
    return Sieve(np.concatenate(blocks), [key for (key,) in partial])


SIEVES = Sieves()
