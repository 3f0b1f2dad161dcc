"""Layouts of list files: data (`layouts/*.toml`, saved templates of agencies), never code.

A layout says which lines are header and footer, which forms a line may have, and which columns are taken.
Whatever it does not name is not taken: personal columns have no way in.
"""

import re
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from platekeeper.intake.hotlists.categories import IMMIGRATION, OTHER, categories, category_in_words
from platekeeper.intake.hotlists.codes import Vocabulary
from platekeeper.intake.hotlists.entry import FIELDS
from platekeeper.intake.hotlists.errors import LayoutError

Place = Annotated[int, Meta(ge=0, le=500)]
Span = tuple[Place, Place]


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One form that a data line may have.

    Attributes:
        when: what such a line looks like, from its start; other lines are not of this form.
        pattern: the whole line, its named groups are the fields; instead of `spans`.
        spans: field -> [from, to) characters of a fixed-width line, or columns of a delimited one taken together.
        fields: field -> column of a delimited line, from 0.
        names: field -> names that its column may have in the first line, where that line names the columns.
        delimiter: what separates columns, "auto" for what the first line uses; empty for fixed width.
        columns: least and most number of columns.
    """

    when: str = ""
    pattern: str = ""
    spans: dict[str, Span] = {}
    fields: dict[str, Place] = {}
    names: dict[str, tuple[str, ...]] = {}
    delimiter: str = ""
    columns: tuple[int, int] = (1, 500)


class Frame(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A header or a footer; a file without it is incomplete or of another layout.

    Attributes:
        pattern: what it looks like; a group `total` counts the data lines, a group `date` says when it was
            made.
        says: its form for people, for complaints.
    """

    pattern: str
    says: str


class CategoryRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a layout tells why a vehicle is listed.

    Attributes:
        by_file_name: start of the file's name -> code, where lines say nothing.
        constant: code of every line.
        letter: place of the letter in the category field that is its code; NCIC's letters unless `table`
            differs.
        table: the list's own codes, upper case -> ours.
        table_is_complete: whether codes outside the table are unknown.
        words: whether the field is read as words; what words do not tell is `OTHER`.
        nic_field: a field that begins with NCIC's letter; it tells where words do not, and its N always
            counts.
    """

    by_file_name: dict[str, str] = {}
    constant: str = ""
    letter: int | None = None
    table: dict[str, str] = {}
    table_is_complete: bool = False
    words: bool = False
    nic_field: str = ""

    def told_by(self, category: str) -> str:
        """Return what of the category field tells the category: its letter, where the layout has letters."""
        if self.letter is None or (self.words and " " in category):
            return category.upper()
        return category[self.letter : self.letter + 1].upper()

    def code_of(self, told: str, nic_letter: str = "") -> str | None:
        """Return the code of a line's category.

        Args:
            told: as `told_by` gives it.
            nic_letter: first letter of the field named by `nic_field`, or empty.

        Returns:
            None if the list uses a code that is not known: nobody can say whether it may be kept.
        """
        if nic_letter == IMMIGRATION:
            return IMMIGRATION
        if told in self.table or self.table_is_complete:
            return self.table.get(told)
        if told in categories():
            return told
        if self.letter is not None and " " not in told:
            return None
        found = category_in_words(told) if self.words else self.constant or OTHER
        return nic_letter if found == OTHER and nic_letter in categories() else found


class Actions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an incremental file's action column says, upper case."""

    add: tuple[str, ...] = ("A", "ADD", "ADDED", "I", "INSERT", "NEW", "+")
    remove: tuple[str, ...] = ("D", "DEL", "DELETE", "R", "REMOVE", "REMOVED", "C", "CANCEL", "CLEAR", "-")


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A layout of list files.

    Attributes:
        name: how commands and settings call it.
        title: whose list it is.
        shapes: the forms of a data line, tried in order.
        mode: whether a file replaces the list or changes it.
        states: whose two letters states have.
        encoding: of the file.
        column_names: whether the first line names the columns.
        lone_header: whether a first line that is no data, or has no digit, is a header of unknown form.
        header: first line; `footer` the last.
        ignored: lines that are neither data nor wrong, from their start.
        never_taken: personal columns that the source sends and nobody may keep, for the documentation.
        note: what else people should know.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$")]
    title: str
    shapes: Annotated[tuple[Shape, ...], Meta(min_length=1)]
    mode: Literal["full", "incremental"] = "full"
    states: Vocabulary = "ncic"
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    column_names: bool = False
    lone_header: bool = False
    header: Frame | None = None
    footer: Frame | None = None
    ignored: str = ""
    category: CategoryRule = CategoryRule()
    actions: Actions = Actions()
    never_taken: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Check what the types cannot."""
        re.compile(self.ignored)
        for frame, group in ((self.header, "date"), (self.footer, "total")):
            if frame is not None and group not in re.compile(frame.pattern).groupindex:
                raise ValueError(f"the pattern {frame.pattern} needs a group called {group}")
        for shape in self.shapes:
            names = {*re.compile(shape.pattern).groupindex, *shape.spans, *shape.fields, *shape.names}
            re.compile(shape.when)
            if unknown := names - set(FIELDS):
                raise ValueError(
                    f"no field is called {', '.join(sorted(unknown))}; there are {', '.join(FIELDS)}"
                )
            if "plate" not in names:
                raise ValueError("a shape takes no plate")
        rule = self.category
        codes = {
            *rule.by_file_name.values(),
            *rule.table.values(),
            *([rule.constant] if rule.constant else []),
        }
        if unknown := codes - set(categories()):
            raise ValueError(
                f"no category is called {', '.join(sorted(unknown))}; there are {', '.join(categories())}"
            )
        if rule.nic_field and rule.nic_field not in FIELDS:
            raise ValueError(f"no field is called {rule.nic_field}")


def layout_names() -> tuple[str, ...]:
    """Return the names of all layouts that come with Platekeeper."""
    folder = resources.files(__package__) / "layouts"
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    )


@cache
def named_layout(name: str) -> Layout:
    """Return a layout by its name.

    Raises:
        LayoutError: there is none of that name.
    """
    if name not in layout_names():
        raise LayoutError(f"There is no layout {name!r}: choose one of {', '.join(layout_names())}.")
    return layout_from((resources.files(__package__) / "layouts" / f"{name}.toml").read_bytes())


def layout_from(toml: bytes) -> Layout:
    """Read a layout or a saved template.

    Args:
        toml: in the form of `layouts/*.toml`.

    Raises:
        LayoutError: not TOML, or not a layout; says which entry.
    """
    try:
        return msgspec.toml.decode(toml, type=Layout)
    except (msgspec.DecodeError, UnicodeDecodeError, re.error) as error:
        raise LayoutError(f"The layout cannot be used: {error}; correct the file.") from error
