"""`platekeeper hotlist`: what list files hold, and bringing them into force, one by one or from a watched folder."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from rich.console import Console

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

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Agency
    from platekeeper.office.hotlists.loading import Loaded
    from platekeeper.office.hotlists.queries import ListStatus

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BETWEEN_LOOKS_S = 2.0
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _of_a_layout(command: _Command) -> _Command:
    """Add the options that say how a file is written."""
    for option in (
        click.option(
            "--category", type=click.Choice(list(categories())), help="Of lists whose lines do not say why."
        ),
        click.option("--template", type=_FILE, help="A layout of your own (TOML), instead of --layout."),
        click.option(
            "--layout", "layout_name", default="csv", show_default=True,
            help="One of `platekeeper hotlist layouts`.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def hotlist() -> None:
    """Look into hot-list files, bring them into force, see which are."""


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
@_of_a_layout
@click.option(
    "--exclude",
    multiple=True,
    default=[IMMIGRATION],
    show_default=True,
    type=click.Choice(list(categories())),
    help="Categories to leave out and count; repeat for several.",
)
def show(
    file: Path, *, layout_name: str, template: Path | None, category: str | None, exclude: tuple[str, ...]
) -> None:
    """Show what a hot-list file holds, as JSON; nothing is stored.

    A file that must not replace the list in force is refused with a sentence and exit status 1.
    """
    layout = _layout(layout_name, template)
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


@hotlist.command()
@click.argument("agency")
@click.argument("name", metavar="LIST")
@click.option("--source", required=True, help="Where it comes from, such as California DOJ.")
@click.option("--authority", required=True, help="By which authority the agency has it.")
@click.option(
    "--purpose", help="The authorised purpose that its alerts serve; that of the policy's alerts by default."
)
@click.option("--by", required=True, help="The administrator who decides that it runs (HOT-01).")
@click.option("--entitlement", default="", help="What entitles the agency to NCIC's restricted files.")
@click.option(
    "--max-age-hours", type=click.IntRange(1, 32_767), default=24, show_default=True, help="Older is stale."
)
@click.option(
    "--drop-share", type=click.FloatRange(0, 1), default=0.5, show_default=True,
    help="A file that loses more of its entries waits for a person.",
)  # fmt: skip
@click.option("--lookalikes/--exact", default=True, help="Whether look-alike plates are reported, too.")
def add(
    agency: str,
    name: str,
    *,
    purpose: str | None,
    by: str,
    source: str,
    authority: str,
    **settings: str | float,
) -> None:
    """Add LIST to AGENCY and decide that it runs; its files come afterwards."""
    with _office():
        owner = _agency(agency)
        from platekeeper import policy  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.hotlists.operations import add_list  # noqa: PLC0415
        from platekeeper.office.hotlists.queries import manager_of  # noqa: PLC0415

        add_list(
            agency=owner, name=name, actor=manager_of(owner, by).username, now=datetime.now(UTC), source=source,
            authority=authority, settings=settings,
            purpose=purpose or policy.load_profile(owner.profile).alerts.purpose.value,
        )  # fmt: skip
        click.echo(f'"{name}" runs for {agency}; load its first file with `platekeeper hotlist load`.')


@hotlist.command()
@click.argument("agency")
@click.argument("name", metavar="LIST")
@click.argument("file", type=_FILE)
@_of_a_layout
@click.option("--by", required=True, help="Who brings it: an administrator of the agency's lists.")
@click.option(
    "--accept-drop", is_flag=True,
    help="You asked the source, and it is right that the file is so much smaller, or older.",
)  # fmt: skip
def load(
    agency: str, name: str, file: Path, *, layout_name: str, template: Path | None, category: str | None, by: str,
    accept_drop: bool,
) -> None:  # fmt: skip
    """Bring FILE into force as LIST of AGENCY, whole, or refuse it and leave the old version in force."""
    layout = _layout(layout_name, template)
    with _office():
        owner = _agency(agency)
        from platekeeper.office.hotlists.loading import load_file  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.hotlists.queries import list_of, manager_of  # noqa: PLC0415

        actor = manager_of(owner, by).username
        with Console(stderr=True).status("Checking the file and bringing it into force"):
            loaded = load_file(
                hot_list=list_of(owner, name), path=file, layout=layout, actor=actor, now=datetime.now(UTC),
                accept_drop=accept_drop, category=category or "",
            )  # fmt: skip
        click.echo(_told(loaded))


@hotlist.command()
@click.argument("agency")
@click.argument("name", metavar="LIST")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_of_a_layout
@click.option("--once", is_flag=True, help="Take what is there, and end.")
@click.option(
    "--every", "every_s", type=click.FloatRange(0.1), default=_BETWEEN_LOOKS_S, show_default=True,
    help="Seconds between looks; a file that did not change in between is whole.",
)  # fmt: skip
def watch(
    agency: str, name: str, folder: Path, *, layout_name: str, template: Path | None, category: str | None,
    once: bool, every_s: float,
) -> None:  # fmt: skip
    """Bring the files that arrive in FOLDER into force as LIST of AGENCY, until ctrl-C.

    Files that were taken move to done/, refused ones to refused/ with the reason beside them.
    """
    layout = _layout(layout_name, template)
    refused = 0
    with _office():
        owner = _agency(agency)
        from platekeeper.office.hotlists.loading import load_file  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.hotlists.queries import list_of  # noqa: PLC0415
        from platekeeper.office.hotlists.watching import WatchedFolder  # noqa: PLC0415

        list_of(owner, name)

        def take(path: Path) -> None:
            loaded = load_file(
                hot_list=list_of(owner, name), path=path, layout=layout, actor="platekeeper", now=datetime.now(UTC),
                category=category or "",
            )  # fmt: skip
            click.echo(f"{path.name}: {_told(loaded)}")

        watched = WatchedFolder(folder)
        watched.look()
        while True:
            time.sleep(every_s)
            for handled in watched.handle(take, datetime.now(UTC)):
                if handled.refusal:
                    refused += 1
                    click.echo(f"{handled.file.name}: {handled.refusal}", err=True)
            if once:
                break
    if refused:
        sys.exit(1)


@hotlist.command()
@click.argument("agency")
@click.argument("name", metavar="LIST")
@click.argument("url")
@click.option("--layout", "layout_name", required=True, help="One of `platekeeper hotlist layouts`.")
@click.option("--category", default="", help="Of lists whose lines do not say why.")
@click.option(
    "--every-hours",
    type=click.FloatRange(0.02, 24),
    default=12.0,
    show_default=True,
    help="At least daily (HOT-03).",
)
@click.option("--by", required=True, help="Who decides it: an administrator of the agency's lists.")
@click.option("--token-file", type=_FILE, help="HTTPS: sent as a bearer token.")
@click.option("--key-file", type=_FILE, help="SFTP: the private key.")
@click.option("--known-hosts-file", type=_FILE, help="SFTP: the server's key, as in known_hosts.")
def source(
    agency: str, name: str, url: str, *, layout_name: str, category: str, every_hours: float, by: str,
    **files: Path | None,
) -> None:  # fmt: skip
    """Have the worker fetch LIST of AGENCY from URL: by HTTPS, by SFTP (sftp://user@host/file), or a folder (file:///...)."""
    with _office():
        owner = _agency(agency)
        from platekeeper.office.hotlists.queries import list_of, manager_of  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.hotlists.sources import set_source  # noqa: PLC0415

        secrets = {key.removesuffix("_file"): file for key, file in files.items() if file is not None}
        set_source(
            hot_list=list_of(owner, name), url=url, layout=layout_name, category=category,
            every=timedelta(hours=every_hours), secrets=secrets, actor=manager_of(owner, by).username,
        )  # fmt: skip
        click.echo(
            f'"{name}" of {agency} is fetched from {url}; `platekeeper worker` does it, and `serve` has one.'
        )


@hotlist.command()
@click.argument("agency", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(agency: str | None, *, as_json: bool) -> None:
    """Show the lists of AGENCY, or of all: version in force, entries, what was left out, age, stale or not.

    Exit status 3 where a list is stale.
    """
    with _office():
        owner = _agency(agency) if agency else None
        from platekeeper.office.hotlists.queries import list_statuses  # noqa: PLC0415  # Django must be set up first

        statuses = list(list_statuses(owner, datetime.now(UTC)))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(statuses)))
    elif not statuses:
        click.echo("There is no list yet: `platekeeper hotlist add` makes one.")
    for one in () if as_json else statuses:
        click.echo("\n".join(_shown(one)))
    if any(one.stale for one in statuses):
        sys.exit(3)


def _shown(one: "ListStatus") -> Iterator[str]:
    yield f"{one.agency}: {one.name}" + (f" ({one.layout})" if one.layout else "")
    if one.version is not None:
        yield f"  version {one.version}, {one.entries:,} entries, {one.rejected:,} lines faulty"
    for code, number in sorted(one.excluded.items()):
        reason = categories()[code].name if code in categories() else code
        yield f"  left out by policy: {number:,} {code} ({reason})"
    if one.not_taken:
        yield f"  columns never taken: {len(one.not_taken)} ({', '.join(one.not_taken)})"
    if one.refused_at is not None:
        yield f"  REFUSED {one.refused_at:%Y-%m-%d %H:%M} UTC: {one.refusal}"
    if one.age is not None:
        yield f"  made by its source {_in_words(one.age)} ago"
    yield f"  STALE: {one.stale}" if one.stale else "  not stale"


def _in_words(age: timedelta) -> str:
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"


def _told(loaded: "Loaded") -> str:
    if loaded.report is None:
        return f"This file is in force already, as version {loaded.version.pk}; nothing was changed."
    excluded = sum(loaded.report.excluded.values())
    return (
        f"Version {loaded.version.pk} is in force: {loaded.version.accepted:,} entries; {excluded:,} lines left out by "
        f"policy, {loaded.report.rejected_total:,} faulty, {loaded.report.duplicates:,} repeated, "
        f"{len(loaded.report.not_taken)} columns never taken."
    )


def _layout(name: str, template: Path | None) -> Layout:
    return layout_from(template.read_bytes()) if template else named_layout(name)


@contextlib.contextmanager
def _office() -> Iterator[None]:
    """Open this installation's database."""
    from platekeeper.office.config.database import Database  # noqa: PLC0415  # `layouts` and `show` need none
    from platekeeper.office.config.migrate import migrate  # noqa: PLC0415

    database = Database.located()
    with database.used():
        migrate(database)
        yield


def _agency(slug: str) -> "Agency":
    from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415  # Django must be set up first

    return agency_of(slug)
