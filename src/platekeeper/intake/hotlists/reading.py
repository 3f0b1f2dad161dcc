"""Reading a list file: stream in, entries out, and a report that says whether they may be used.

What must hold, in the order in which it is checked:
1. the file is text of its encoding, not too large, and not empty;
2. it begins as its layout says, where its layout says how;
3. each line has a form of the layout, a plate, and a known category; single bad lines are reported and left
out; 4. categories that the policy keeps out are counted, and never leave this module;
5. it ends as its layout says, and its own total is the number of its lines;
6. bad lines are few; many mean another layout or a damaged file.

CALLERS MUST use entries only after the iteration ended: a file is refused as a whole, by its last line if
need be.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO

from platekeeper import plates
from platekeeper.intake.hotlists.categories import IMMIGRATION, OTHER
from platekeeper.intake.hotlists.codes import in_letters
from platekeeper.intake.hotlists.cutting import Cut, cutter, unnamed_columns
from platekeeper.intake.hotlists.entry import FIELDS, Entry, date_of
from platekeeper.intake.hotlists.errors import HotListRefused
from platekeeper.intake.hotlists.layout import Frame, Layout
from platekeeper.intake.hotlists.lines import Lines

MOST_REPORTED = 1000
OUT_OF_STATE = "out-of-state"
JUNK_PLATES = frozenset({"0", "00", "000", "0000", "190"})
"""Placeholders seen in real lists (formats 2.1)."""

_STATE, _CATEGORY, _EXPIRES, _ACTION = (
    FIELDS.index(name) for name in ("state", "category", "expires", "action")
)


@dataclass(frozen=True)
class Rules:
    """What an agency takes from a list.

    Attributes:
        excluded_categories: codes that are left out and counted; immigration by default (HOT-02, PUR-10).
        states: letters of the states that are taken; None for all. Entries without a state are always taken.
        junk_plates: texts that lists write where there is no plate.
        category: code of every entry, for lists whose lines do not say why.
    """

    excluded_categories: frozenset[str] = frozenset({IMMIGRATION})
    states: frozenset[str] | None = None
    junk_plates: frozenset[str] = JUNK_PLATES
    category: str = ""


@dataclass(frozen=True)
class Rejected:
    """A line that is left out: its number from 1, and why; never its text."""

    line: int
    reason: str


@dataclass
class Report:
    """What became of a file; complete when the iteration has ended.

    Attributes:
        layout: name of the layout.
        sha256: digest of the file.
        header_date: when its source says it was made, in its own words; empty if it does not.
        declared_total: the number of lines that its footer claims.
        lines: data lines that it has.
        accepted: entries given out.
        duplicates: lines that repeat an earlier one word for word, given out once.
        rejected: the first 1000 lines left out for a fault.
        rejected_total: how many there are.
        excluded: lines left out by rule, by category or `out-of-state`.
        not_taken: columns that the file has and the layout does not take.
    """

    layout: str
    sha256: str = ""
    header_date: str = ""
    declared_total: int | None = None
    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejected_total: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    not_taken: tuple[str, ...] = ()


class HotListReader:
    """A list file as an iterable of entries; iterate once, then ask `report`."""

    def __init__(
        self, stream: BinaryIO, layout: Layout, *, file_name: str = "", rules: Rules | None = None
    ) -> None:
        """Begin; nothing is read yet.

        Args:
            stream: the file, binary; read as it comes, never twice.
            layout: see `named_layout` and `layout_from`.
            file_name: its name, which tells the category in some layouts.
            rules: what the agency takes; by default everything but immigration.
        """
        self.report = Report(layout.name)
        self._layout = layout
        self._incremental = layout.mode == "incremental"
        self._rules = rules or Rules()
        self._lines = Lines(stream, layout.encoding)
        stem = PurePath(file_name).name.lower()
        named = (code for start, code in layout.category.by_file_name.items() if stem.startswith(start))
        self._meant = self._rules.category or next(named, "")
        self._code_of = lru_cache(maxsize=4096)(layout.category.code_of)
        nic_field = layout.category.nic_field
        self._nic = FIELDS.index(nic_field) if nic_field else None

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries that may be kept.

        Raises:
            HotListRefused: the file must not be used; the sentence says why.
        """
        seen: set[int] = set()
        entry: Entry | str | None = None
        cut, lines = self._begin(self._data_lines())
        for line in lines:
            self.report.lines += 1
            entry = self._entry(line, cut)
            if isinstance(entry, str):
                self._reject(entry)
            elif entry is not None:
                this = hash(line)
                if this in seen and not self._incremental:  # there, a repeat may undo an undoing
                    self.report.duplicates += 1
                    continue
                seen.add(this)
                self.report.accepted += 1
                yield entry
        self.report.sha256 = self._lines.sha256
        self._check_whole(last_is_bad=isinstance(entry, str))

    def _data_lines(self) -> Iterator[str]:
        ignored = re.compile(self._layout.ignored).match if self._layout.ignored else None
        footer = self._layout.footer
        is_footer = re.compile(footer.pattern).fullmatch if footer else None
        footer_found, header = False, self._layout.header
        for line in self._lines:
            if not line or line.isspace():
                continue
            if footer_found:
                raise HotListRefused(
                    "The file goes on after its footer: it is damaged, or two files in one; fetch it again."
                )
            if header is not None:
                self._take_header(header, line)
                header = None
            elif is_footer is not None and (found := is_footer(line)) is not None:
                self.report.declared_total = int(found["total"])
                footer_found = True
            elif ignored is None or not ignored(line):
                yield line
        if footer is not None and not footer_found and self._lines.count:
            raise HotListRefused(
                f'The file does not end with "{footer.says}": it was transferred only in part, '
                f"or it is no {self._layout.name} list; fetch it again."
            )

    def _take_header(self, header: Frame, line: str) -> None:
        found = re.fullmatch(header.pattern, line)
        if found is None:
            raise HotListRefused(
                f'The file does not begin with "{header.says}": it is no {self._layout.name} list, '
                "or its beginning is missing; fetch it again or choose its layout."
            )
        self.report.header_date = found["date"].strip()

    def _begin(self, lines: Iterator[str]) -> tuple[Cut, Iterator[str]]:
        """Use up a first line that is no data; return how to cut the others."""
        first = next(lines, None)
        if first is None:
            return cutter(self._layout), lines
        if self._layout.column_names:
            self.report.not_taken = unnamed_columns(self._layout, first)
            return cutter(self._layout, first), lines
        cut = cutter(self._layout)
        is_data = cut(first) is not None and any(character.isdigit() for character in first)
        return cut, lines if self._layout.lone_header and not is_data else chain([first], lines)

    def _entry(self, line: str, cut: Cut) -> Entry | str | None:
        """Return the entry of a line, or why it has none, or None where a rule leaves it out."""
        fields = cut(line)
        if fields is None:
            return f"it has no form that a line of {self._layout.name} has"
        plate = plates.normalize(fields[0])
        category = self._category(fields)
        if category is None:
            return "its category is not known, so nobody can say whether it may be kept"
        if fault := self._fault(plate, fields):
            return fault
        if self._is_left_out(fields, category):
            return None
        removes = self._incremental and fields[_ACTION].upper() in self._layout.actions.remove
        return Entry(plate, category, self._layout.states, removes, *fields)

    def _fault(self, plate: str, fields: Sequence[str]) -> str:
        if not plate or plate in self._rules.junk_plates:
            return "it has no plate, or a placeholder for one"
        if len(plate) > plates.LONGEST_PLATE:
            return f"its plate has more than {plates.LONGEST_PLATE} characters"
        if fields[_EXPIRES] and date_of(fields[_EXPIRES]) is None:
            return "its day of expiry cannot be read, so it would never end"
        actions = self._layout.actions
        if self._incremental and fields[_ACTION].upper() not in actions.add + actions.remove:
            return "its action is neither to add nor to remove"
        return ""

    def _category(self, fields: Sequence[str]) -> str | None:
        nic_letter = fields[self._nic][:1] if self._nic is not None else ""
        code = self._code_of(self._layout.category.told_by(fields[_CATEGORY]), nic_letter)
        return self._meant if self._meant and code == OTHER else code

    def _is_left_out(self, fields: Sequence[str], category: str) -> bool:
        rules = self._rules
        if category in rules.excluded_categories:
            self.report.excluded[category] += 1
            return True
        state = fields[_STATE]
        if rules.states is not None and state and in_letters(state) not in rules.states:
            self.report.excluded[OUT_OF_STATE] += 1
            return True
        return False

    def _reject(self, reason: str) -> None:
        self.report.rejected_total += 1
        if len(self.report.rejected) < MOST_REPORTED:
            self.report.rejected.append(Rejected(self._lines.count, reason))

    def _check_whole(self, *, last_is_bad: bool) -> None:
        report = self.report
        if not self._lines.count:
            raise HotListRefused("The file is empty: fetch it again; the list in force stays.")
        if last_is_bad and self._lines.unended:
            raise HotListRefused(
                "The file ends in the middle of a line: it was transferred only in part; fetch it again."
            )
        if report.declared_total is not None and report.declared_total != report.lines:
            raise HotListRefused(
                f"The footer claims {report.declared_total} lines, the file has {report.lines}: "
                "it was transferred only in part, or changed on its way; fetch it again."
            )
        if report.rejected_total > most_rejected(report.lines):
            raise HotListRefused(
                f"{report.rejected_total} of {report.lines} lines cannot be used (line {report.rejected[0].line}: "
                f"{report.rejected[0].reason}): it is no {self._layout.name} list or was damaged; "
                "choose its layout or fetch it again."
            )
        if not report.lines and report.declared_total is None:
            raise HotListRefused("The file has no entry: fetch it again; the list in force stays.")


def most_rejected(lines: int) -> int:
    """Return how many bad lines a file may have: a tenth, or half of a short one, at least none."""
    return max(lines // 10, min(lines // 2, 10))
