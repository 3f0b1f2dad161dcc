"""Cutting a line into its fields, in the way a shape says; made once a file, called a million times."""

import csv
import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from platekeeper.intake.hotlists.entry import FIELDS
from platekeeper.intake.hotlists.errors import HotListRefused
from platekeeper.intake.hotlists.layout import Layout, Shape

Cut = Callable[[str], Sequence[str] | None]
"""A line -> its fields in the order of `FIELDS`, empty where the shape has none; None if it is not of the shape."""

_DELIMITERS = ",;\t|"


def cutter(layout: Layout, column_names: str | None = None) -> Cut:
    """Make the function that cuts lines of a layout.

    Args:
        layout: its shapes are tried in order.
        column_names: the first line, where the layout says that it names the columns.

    Raises:
        HotListRefused: no column has a name by which the plate is known.
    """
    cuts = [_cut(shape, column_names) for shape in layout.shapes]
    if len(cuts) == 1:
        return cuts[0]
    return lambda line: next((fields for cut in cuts if (fields := cut(line)) is not None), None)


def unnamed_columns(layout: Layout, column_names: str) -> tuple[str, ...]:
    """Return the columns that a file has and its layout does not take."""
    shape = layout.shapes[0]
    known = {_plain(name) for names in shape.names.values() for name in names}
    columns = _split(column_names, _delimiter(shape, column_names))
    return tuple(name.strip() for name in columns if _plain(name) not in known)


def _cut(shape: Shape, column_names: str | None) -> Cut:
    if shape.pattern:
        return _by_pattern(re.compile(shape.pattern))
    when = re.compile(shape.when).match
    if not shape.delimiter:
        return _by_width(shape, when)
    delimiter = _delimiter(shape, column_names or "")
    fields = shape.fields if column_names is None else _numbered(shape, _split(column_names, delimiter))
    return _by_column(shape, fields, delimiter, when)


def _by_pattern(pattern: re.Pattern[str]) -> Cut:
    groups = [pattern.groupindex.get(field) for field in FIELDS]

    def cut(line: str) -> list[str] | None:
        found = pattern.fullmatch(line)
        return found and [(found[group] or "").strip() if group else "" for group in groups]

    return cut


def _by_width(shape: Shape, when: Callable[[str], re.Match[str] | None]) -> Cut:
    taken = list(shape.spans)
    pick = _all_of([slice(*shape.spans[field]) for field in taken])
    in_order = itemgetter(*[taken.index(field) if field in taken else -1 for field in FIELDS])

    def cut(line: str) -> Sequence[str] | None:
        if not when(line):
            return None
        fields = list(map(str.strip, pick(line)))
        fields.append("")  # stands for every field that the line does not have
        ordered: tuple[str, ...] = in_order(fields)
        return ordered

    return cut


def _all_of(spans: Sequence[slice]) -> Callable[[str], Sequence[str]]:
    """Return an itemgetter that answers with a sequence for a single span too."""
    return itemgetter(*spans, slice(0, 0))


def _by_column(
    shape: Shape, fields: dict[str, int], delimiter: str, when: Callable[[str], re.Match[str] | None]
) -> Cut:
    least, most = shape.columns
    places = [fields.get(field, -1) for field in FIELDS]
    pick = itemgetter(*places)
    wanted = max(places) + 2  # one more than is taken: the last is empty and stands for every missing column
    joined = {FIELDS.index(field): slice(*span) for field, span in shape.spans.items()}

    def cut(line: str) -> list[str] | None:
        columns = _split(line, delimiter)
        if not least <= len(columns) <= most or not when(line):
            return None
        columns += [""] * max(1, wanted - len(columns))
        picked = list(map(str.strip, pick(columns)))
        for place, span in joined.items():
            picked[place] = delimiter.join(columns[span]).strip()
        return picked

    return cut


def _split(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _delimiter(shape: Shape, column_names: str) -> str:
    if shape.delimiter != "auto":
        return shape.delimiter
    return max(_DELIMITERS, key=column_names.count)


def _numbered(shape: Shape, columns: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(columns):
        places.setdefault(_plain(name), place)
    fields = dict(shape.fields)
    for field, names in shape.names.items():
        found = next((places[_plain(name)] for name in names if _plain(name) in places), None)
        if found is not None:
            fields[field] = found
    if "plate" not in fields:
        raise HotListRefused(
            "The first line names no column for the plate: save a template that says which column it is, "
            "or choose the layout that the file has."
        )
    return fields


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
