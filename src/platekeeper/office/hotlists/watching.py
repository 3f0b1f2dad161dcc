"""A folder where a list's files arrive: whole ones are taken, once, and put away (HOT-03).

Files that are empty or still growing, and those whose name says that they are partial, stay until they are whole.
What was taken moves to `done/`, what was refused to `refused/` with the reason beside it; nothing is deleted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from platekeeper.intake.hotlists import HotListRefused
from platekeeper.office.hotlists.versions import HotListError

PARTIAL = frozenset({".part", ".partial", ".filepart", ".tmp", ".crdownload"})
_Look = tuple[int, int]  # size in bytes, time of change in nanoseconds


@dataclass(frozen=True)
class Handled:
    """A file that was put away.

    Attributes:
        file: where it lies now.
        refusal: why it was refused; empty if it was taken.
    """

    file: Path
    refusal: str


@dataclass
class WatchedFolder:
    """A folder, and what it held at the last look.

    Attributes:
        folder: where files arrive.
        seen: size and time of change of each file at the last look.
    """

    folder: Path
    seen: dict[Path, _Look] = field(default_factory=dict)

    def look(self) -> list[Path]:
        """Return the files that are as they were at the last look, the oldest first.

        Raises:
            HotListError: the folder is not there.
        """
        try:
            found = {path: look for path in self.folder.iterdir() if (look := _look_at(path)) is not None}
        except OSError as error:
            raise HotListError(
                f"The folder {self.folder} cannot be watched ({error.strerror}): make it, or name another."
            ) from error
        settled = [path for path, look in found.items() if self.seen.get(path) == look and look[0]]
        self.seen = found
        return sorted(settled, key=lambda path: (found[path][1], path.name))

    def handle(self, load: Callable[[Path], object], now: datetime) -> Iterator[Handled]:
        """Load every settled file and put it away.

        Args:
            load: brings one file into force, or raises HotListRefused or HotListError with the reason.
            now: the present time, for names that are taken already.
        """
        for path in self.look():
            try:
                load(path)
                refusal = ""
            except (HotListRefused, HotListError) as refused:
                refusal = str(refused)
            yield Handled(self._put_away(path, "refused" if refusal else "done", refusal, now), refusal)

    def _put_away(self, path: Path, place: str, reason: str, now: datetime) -> Path:
        shelf = self.folder / place
        shelf.mkdir(exist_ok=True)
        target = shelf / path.name
        number = 1
        while target.exists() or _note_beside(target).exists():
            target = shelf / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}-{number}{path.suffix}"
            number += 1
        if reason:
            _note_beside(target).write_text(f"{reason}\n", "utf-8")
        return path.rename(target)


def _note_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.txt")


def _look_at(path: Path) -> _Look | None:
    """Return a file's size and time; None where it is no file of ours to take."""
    if path.name.startswith(".") or path.suffix.lower() in PARTIAL or path.is_symlink() or not path.is_file():
        return None
    try:
        facts = path.stat()
    except FileNotFoundError:  # whoever brings it has just renamed it
        return None
    return facts.st_size, facts.st_mtime_ns
