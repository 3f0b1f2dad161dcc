"""`platekeeper ledger`: what was recorded, given to others so that they can check it.

`verify EXPORT` needs no installation. The rest asks the office for its ledger, which is as `Book` describes it.
"""

import contextlib
import importlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import click
import rich.progress
from rich.console import Console

from platekeeper.ledger.book import Book, export_book, prove_entry, prove_since, sign_book, verify_book
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.publication import publish
from platekeeper.ledger.verify import Fault, Note, PublicKey, lines_of
from platekeeper.ledger.verify import verify as verify_lines


def opened_book() -> contextlib.AbstractContextManager[Book]:
    """Open this installation's ledger; the office is loaded only by the subcommands that need it."""
    office = importlib.import_module("platekeeper.office.config.book")
    return cast("contextlib.AbstractContextManager[Book]", office.installed_book())


@click.group()
def ledger() -> None:
    """Verify, export, sign and prove the record of everything anybody did."""


@ledger.command()
@click.argument("export", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A public key file of the ledger, from where the agency publishes it.")  # fmt: skip
@click.option("--checkpoint", "held", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A checkpoint that you kept from another time; the ledger must agree with it.")  # fmt: skip
@click.option("--all-signed", is_flag=True, help="Exit status 3 where the last entries are not signed yet.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
def verify(
    export: Path | None, keys: tuple[Path, ...], held: tuple[Path, ...], *, all_signed: bool, as_json: bool
) -> None:
    """Say whether EXPORT (or a proof, or else this installation's ledger) is complete and unchanged.

    Exit status 1 where it is not; the sentence names the first bad entry. Entries that no checkpoint counts yet are
    named too; they follow from what stands before them, but nobody vouches for them.
    """
    notes = [_note(path) for path in held]
    if export is None:
        with opened_book() as book:
            verdict = verify_book(book, notes)
    elif keys:
        with _opened(export) as file:
            found = [key for path in keys for key in _public_keys(path)]
            verdict = verify_lines(lines_of(file), found, notes, signature_holds=signature_holds)
    else:
        raise click.UsageError("An export is checked with a key that you trust: name its file with --key.")
    click.echo(json.dumps(verdict._asdict()) if as_json else verdict.sentence)
    sys.exit(verdict.status(all_signed=all_signed))


@ledger.command()
@click.option(
    "--output", "-o", type=click.File("wb"), default="-", help="The file to write; standard output if none."
)
@click.option("--agency", help="Show this agency's entries and withhold the others' (their hashes stay).")
@click.option("--details/--no-details", default=True, help="With or without what the entries are about.")
def export(output: BinaryIO, agency: str | None, *, details: bool) -> None:
    """Write the whole ledger as a file that `platekeeper ledger verify` or verify.py checks anywhere."""
    with opened_book() as book:
        output.writelines(export_book(book, agency=agency, details=details))


@ledger.command()
@click.option("--publish", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="A folder that others copy: the checkpoint and the public key are written there.")  # fmt: skip
def checkpoint(folder: Path | None) -> None:
    """Verify the entries since the last checkpoint, sign what the ledger is now, and print the signed note."""
    with opened_book() as book:
        made = sign_book(book, now=datetime.now(UTC))
        if folder is not None:
            publish(folder, made.note, book.signing_key().public)
    click.echo(made.note.text, nl=False)


@ledger.command()
@click.option("--by", required=True, help="Who does it; the ledger keeps the name.")
def rotate(by: str) -> None:
    """Hand the ledger over to a new key: yearly, or at once where somebody may have seen the old one.

    The old key signs the entry that announces the new one and is destroyed; its public part goes on verifying.
    """
    office = importlib.import_module("platekeeper.office.config.book")
    click.echo(cast("PublicKey", office.rotated(by)).line)


@ledger.command()
@click.argument("sequence", type=click.IntRange(1))
@click.option(
    "--output", "-o", type=click.File("wb"), default="-", help="The file to write; standard output if none."
)
@click.option("--withheld", is_flag=True, help="Show the entry's hash only.")
@click.option(
    "--since", is_flag=True, help="Prove instead that nothing up to entry SEQUENCE was changed since."
)
def prove(sequence: int, output: BinaryIO, *, withheld: bool, since: bool) -> None:
    """Prove to others that entry SEQUENCE is in the ledger, without showing them the rest."""
    with opened_book() as book:
        proof = prove_since(book, sequence) if since else prove_entry(book, sequence, withheld=withheld)
    output.writelines(proof)


def _public_keys(path: Path) -> list[PublicKey]:
    try:
        return PublicKey.all_parsed(path.read_text("utf-8"))
    except (Fault, UnicodeDecodeError):
        raise LedgerError(
            f"{path} does not hold a ledger's public key: get it from the agency again."
        ) from None


def _note(path: Path) -> Note:
    try:
        return Note.parsed(path.read_text("utf-8"))
    except (Fault, UnicodeDecodeError):
        raise LedgerError(
            f"{path} does not hold a signed checkpoint: get it from where it is published."
        ) from None


def _opened(path: Path) -> contextlib.AbstractContextManager[BinaryIO]:
    console = Console(stderr=True)
    return rich.progress.open(
        path, "rb", description="Verifying", console=console, transient=True, disable=not console.is_terminal
    )
