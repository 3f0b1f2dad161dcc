"""`platekeeper hotlist`: which layouts are known, and what a list file holds. Nothing is stored."""

import sys
from pathlib import Path

import click
import msgspec

from platekeeper.intake.hotlists import (
    IMMIGRATION,
    HotListReader,
    Layout,
    Report,
    Rules,
    categories,
    layout_from,
    layout_names,
    named_layout,
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def hotlist() -> None:
    """Look into hot-list files."""


@hotlist.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def layouts(*, as_json: bool) -> None:
    """List the layouts of hot-list files that are known."""
    known = [named_layout(name) for name in layout_names()]
    if as_json:
        facts = [{"name": layout.name, "title": layout.title, "note": layout.note} for layout in known]
        click.echo(msgspec.json.format(msgspec.json.encode(facts)))
        return
    for layout in known:
        click.echo(f"{layout.name:<12} {layout.title}")


@hotlist.command()
@click.argument("file", type=_FILE)
@click.option(
    "--layout", "name", default="csv", show_default=True, help="One of `platekeeper hotlist layouts`."
)
@click.option("--template", type=_FILE, help="A layout of your own (TOML), instead of --layout.")
@click.option(
    "--category", type=click.Choice(list(categories())), help="Of lists whose lines do not say why."
)
@click.option(
    "--exclude",
    multiple=True,
    default=[IMMIGRATION],
    show_default=True,
    type=click.Choice(list(categories())),
    help="Categories to leave out and count; repeat for several.",
)
def show(
    file: Path, *, name: str, template: Path | None, category: str | None, exclude: tuple[str, ...]
) -> None:
    """Show what a hot-list file holds, as JSON; nothing is stored.

    A file that must not replace the list in force is refused with a sentence and exit status 1.
    """
    layout = layout_from(template.read_bytes()) if template else named_layout(name)
    rules = Rules(excluded_categories=frozenset(exclude), category=category or "")
    _print(file, layout, rules, report=_checked(file, layout, rules))


def _checked(file: Path, layout: Layout, rules: Rules) -> Report:
    """Read the file once to its end, because its last line may refuse it."""
    with file.open("rb") as stream:
        reader = HotListReader(stream, layout, file_name=file.name, rules=rules)
        for _ in reader:
            pass
    return reader.report


def _print(file: Path, layout: Layout, rules: Rules, *, report: Report) -> None:
    """Print entry by entry, so that a list of millions needs no memory."""
    out = sys.stdout.buffer
    out.write(b'{"entries":[')
    with file.open("rb") as stream:
        for number, entry in enumerate(HotListReader(stream, layout, file_name=file.name, rules=rules)):
            out.write((b",\n" if number else b"\n") + msgspec.json.encode(entry.as_json()))
    facts = {
        "declared_total": report.declared_total,
        "rejected": report.rejected,
        "excluded": report.excluded,
        "accepted": report.accepted,
        "duplicates": report.duplicates,
        "rejected_total": report.rejected_total,
        "not_taken": report.not_taken,
        "header_date": report.header_date or None,
        "layout": report.layout,
        "sha256": report.sha256,
    }
    out.write(b"\n]," + msgspec.json.encode(facts)[1:] + b"\n")
    out.flush()
