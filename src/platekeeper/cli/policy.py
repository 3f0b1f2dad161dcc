"""`platekeeper policy`: what the policies say, how two differ, and whether one may be published."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from platekeeper.policy.check import Problem, Severity, check_profile
from platekeeper.policy.differences import differences, side_by_side
from platekeeper.policy.library import PolicyError, load_profile, profile_text, profiles
from platekeeper.policy.profile import Profile
from platekeeper.policy.statements import Chapter, Statement, chapters
from platekeeper.policy.vocabulary import Strength

_LONGEST_BYTES = 1_000_000


class UnreadableFile(PolicyError):  # noqa: N818  # reads as what happened
    """A file that should hold a profile cannot be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} cannot be read as a profile ({why}): name a TOML file of at most 1 MB in UTF-8."
        )


@click.group("policy", context_settings={"help_option_names": ["-h", "--help"]})
def policy() -> None:
    """Show, compare and check the agencies' policies."""


@policy.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def list_policies(as_json: bool) -> None:
    """List the agencies whose policies are at hand."""
    loaded = [load_profile(slug) for slug in profiles()]
    if as_json:
        _print_json([_header(profile) for profile in loaded])
        return
    table = Table("Agency", "Name", "Policy", "Floor", "Version", box=None, pad_edge=False)
    for profile in loaded:
        table.add_row(profile.slug, profile.name, profile.policy_title, profile.floor.slug, profile.version)
    _console().print(table)


@policy.command("show")
@click.argument("agency")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(agency: str, as_json: bool) -> None:
    """Print every rule of an AGENCY's policy in plain words, with its clause."""
    profile = load_profile(agency)
    told = chapters(profile)
    if as_json:
        _print_json({**_header(profile), "chapters": [_chapter(chapter) for chapter in told]})
        return
    console = _console()
    console.print(
        Text(profile.name, style="bold"), Text(f"Policy {profile.policy_title}, version {profile.version}")
    )
    for chapter in told:
        console.print()
        console.print(Text(chapter.title, style="bold underline"))
        for statement in chapter.statements:
            console.print(_line(statement))


@policy.command("diff")
@click.argument("first")
@click.argument("second")
@click.option("--all", "whole", is_flag=True, help="Also what both say alike.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def diff(first: str, second: str, whole: bool, as_json: bool) -> None:
    """Put the policies of two agencies side by side."""
    ours, theirs = load_profile(first), load_profile(second)
    rows = side_by_side(ours, theirs) if whole else differences(ours, theirs)
    if as_json:
        _print_json(
            [{"path": row.path, ours.slug: _side(row.before), theirs.slug: _side(row.after)} for row in rows]
        )
        return
    table = Table("Rule", ours.name, theirs.name, show_lines=True)
    for row in rows:
        table.add_row(row.path, _cell(row.before), _cell(row.after))
    _console().print(table)


@policy.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def check(file: Path | None, as_json: bool) -> None:
    """Check FILE, or else every policy at hand; exit status 1 where one must not be published."""
    texts = {str(file): _read(file)} if file else {slug: profile_text(slug) for slug in profiles()}
    found = [(name, problem) for name, text in texts.items() for problem in check_profile(text)]
    if as_json:
        _print_json([_problem(name, problem) for name, problem in found])
    else:
        for name, problem in found:
            click.echo(f"{name}: {problem.severity}: {problem}")
        refused = len({name for name, problem in found if problem.severity is Severity.ERROR})
        click.echo(f"{len(texts) - refused} of {len(texts)} may be published.")
    if any(problem.severity is Severity.ERROR for _, problem in found):
        sys.exit(1)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_BYTES + 1)
        if len(content) > _LONGEST_BYTES:
            raise UnreadableFile(path, "too large")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UnreadableFile(path, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, f"not UTF-8 at byte {error.start}") from error


def _console() -> Console:
    # a pipe has no width: lines are left whole there, for whoever reads them
    return Console(
        highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160
    )


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _header(profile: Profile) -> dict[str, str]:
    return {
        "agency": profile.slug,
        "name": profile.name,
        "policy": profile.policy_title,
        "floor": profile.floor.slug,
        "version": profile.version,
    }


def _chapter(chapter: Chapter) -> dict[str, object]:
    return {"title": chapter.title, "rules": [_rule(statement) for statement in chapter.statements]}


def _rule(statement: Statement) -> dict[str, object]:
    return {
        "path": statement.path,
        "rule": statement.text,
        "clauses": list(statement.clauses),
        "strength": statement.strength.value,
        "decision": statement.decision,
        "note": statement.note,
    }


def _problem(name: str, problem: Problem) -> dict[str, object]:
    return {
        "profile": name,
        "severity": problem.severity.value,
        "line": problem.line,
        "path": problem.path,
        "clause": problem.clause,
        "sentence": problem.sentence,
        "remedy": problem.remedy,
    }


def _line(statement: Statement) -> Text:
    text = Text(f"  {statement.text} ")
    text.append(f"({_standing(statement)})", style="cyan")
    if statement.note:
        text.append(f" {statement.note}", style="dim")
    return text


def _standing(statement: Statement) -> str:
    said = {Strength.SHOULD: "should, ", Strength.MAY: "may, ", Strength.SILENT: "policy silent, "}
    decided = f"; decides {statement.decision}" if statement.decision else ""
    return said.get(statement.strength, "") + ", ".join(statement.clauses) + decided


def _side(statement: Statement | None) -> dict[str, object] | None:
    return None if statement is None else _rule(statement)


def _cell(statement: Statement | None) -> Text:
    if statement is None:
        return Text("-", style="dim")
    text = Text(f"{statement.text}\n")
    text.append(_standing(statement), style="cyan")
    return text
