"""`platekeeper backup` and `platekeeper restore`."""

from pathlib import Path

import click

from platekeeper.office.config.backup import BackupError, make_backup
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
from platekeeper.office.config.restore import backups_in, checked
from platekeeper.office.config.restore import restore as restore_backup
from platekeeper.office.evidence.backup_keys import KeysFile, Lock

_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_KEYS = click.option("--keys", required=True, type=click.Path(dir_okay=False, path_type=Path),
                     help="The keys file: small, kept elsewhere, on one known medium.")  # fmt: skip
_PASSPHRASE = click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                           help="A file with the passphrase; asked for where neither is given.")  # fmt: skip
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@_FOLDER
@_KEYS
@_PASSPHRASE
@click.option("--recipient", type=_EXISTING, help="A public key (X25519, PEM) that locks the keys instead.")
def backup(folder: Path, keys: Path, passphrase_file: Path | None, recipient: Path | None) -> None:
    """Back up the database and the pictures into FOLDER, which may hold earlier backups."""
    lock = _lock(passphrase_file, recipient, confirm=True)
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        made = make_backup(database, folder, keys, lock, say=_said)
    click.echo(
        f"{made.folder} is whole: {made.slices} agency-days of reads, {made.pictures} pictures ({made.copied} new). "
        f"Its keys are in {keys}: keep that apart from it, and no copy that nobody knows of."
    )


@click.command()
@_FOLDER
@_KEYS
@_PASSPHRASE
@click.option("--private-key", type=_EXISTING, help="The recipient's private key (X25519, PEM).")
@click.option("--backup", "name", help="Which backup of FOLDER; the latest if none.")
def restore(
    folder: Path, keys: Path, passphrase_file: Path | None, private_key: Path | None, name: str | None
) -> None:
    """Restore a backup of FOLDER into the empty folder that PLATEKEEPER_DATA names.

    What was destroyed since stays destroyed, and what is due by now is destroyed before anybody can log in.
    """
    known = backups_in(folder)
    chosen = folder / name if name else next(reversed(known), None)
    if chosen is None:
        raise BackupError(f"{folder} holds no whole backup: name the folder that `platekeeper backup` wrote.")
    opened = KeysFile.read(keys, _lock(passphrase_file, private_key, confirm=False))
    found = checked(chosen, opened.secrets["master.key"])
    done = restore_backup(Database.located(), found, opened, say=_said)
    click.echo(
        f"Restored {done.backup}: {done.slices} files of reads, {done.pictures} pictures. "
        f"{done.passed_over} were passed over, because what they hold was destroyed since."
    )
    if done.missing:
        click.echo(f"{done.missing} pictures are not in the backup, or were destroyed.", err=True)
    if done.purged:
        click.echo(f"Due by now and destroyed: reads of {', '.join(done.purged)}.", err=True)
    click.echo(
        "The ledger says that it was restored and goes on from the backup; publish that, for others hold later "
        "checkpoints. Write the keys anew: run `platekeeper backup` now.", err=True,
    )  # fmt: skip


def _lock(passphrase_file: Path | None, key: Path | None, *, confirm: bool) -> Lock:
    if key is not None:
        return Lock.by_key(key.read_bytes())
    if passphrase_file is not None:
        return Lock.by_passphrase(passphrase_file.read_text("utf-8").rstrip("\r\n"))
    text: str = click.prompt(
        "Passphrase of the keys file", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return Lock.by_passphrase(text)


def _said(sentence: str) -> None:
    click.echo(sentence, err=True)
