"""Writes the second half of docs/reference/commands.md from the commands: `python -m tests.docs.commands`."""

from collections.abc import Iterator
from pathlib import Path

import click

from platekeeper.cli import platekeeper

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
MARK = "<!-- What follows is made from the commands themselves: python -m tests.docs.commands -->\n"
# each bench is a module of its own that may need more than the product; its name and sentence are enough
UNOPENED = ("bench",)


def commands(group: click.Group, name: str = "platekeeper") -> Iterator[tuple[str, click.Command]]:
    """Yield every command under a group with the words that call it, in the order of its help."""
    context = click.Context(group, info_name=name)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield f"{name} {word}", command
        if isinstance(command, click.Group) and word not in UNOPENED:
            yield from commands(command, f"{name} {word}")


def described(name: str, command: click.Command) -> str:
    """Return one command's section."""
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    words = [argument.make_metavar(click.Context(command)) for argument in arguments]
    lines = [f"## `{' '.join([name, *words])}`", "", _text(command.help)]
    if isinstance(command, click.Group):
        within = ", ".join(f"`{word}`" for word in command.list_commands(click.Context(command)))
        lines += ["", f"Subcommands: {within}."]
    if options:
        lines += ["", "| Option | Meaning |", "|---|---|", *(_row(option) for option in options)]
    return "\n".join(lines)


def rendered() -> str:
    """Return the half of the page that is made."""
    return "\n\n".join(described(name, command) for name, command in commands(platekeeper)) + "\n"


def _text(text: str | None) -> str:
    paragraphs = (text or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _row(option: click.Option) -> str:
    called = ", ".join(f"`{word}`" for word in (*option.opts, *option.secondary_opts))
    facts = [(option.help or "").rstrip(".")]
    if isinstance(option.type, click.Choice):
        facts.append("one of " + ", ".join(f"`{choice}`" for choice in option.type.choices))
    if option.required:
        facts.append("required")
    if option.multiple:
        facts.append("repeatable")
    if option.show_default and option.default not in (None, ()) and not option.is_flag:
        given = option.default if isinstance(option.default, list | tuple) else [option.default]
        facts.append("by default " + ", ".join(f"`{value}`" for value in given))
    said = "; ".join(fact for fact in facts if fact)
    return f"| {called} | {said.replace('|', '/')} |"


if __name__ == "__main__":
    kept, _, _ = FILE.read_text("utf-8").partition(MARK)
    FILE.write_text(f"{kept}{MARK}\n{rendered()}", "utf-8")
