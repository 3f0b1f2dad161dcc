"""Restoring a backup into an empty data folder, so that nothing destroyed comes back (promise 5; ADR 0020).

What was destroyed after the backup has no key any more and is passed over; then the schedules are applied as of now.
Until all of it is done a mark in the data folder keeps every other command out, so nobody can log in before.
"""

import hashlib
import hmac
import json
import logging
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from platekeeper import plates
from platekeeper.office.config.backup import (
    DUMP,
    FORMAT,
    KEY_CONTEXT,
    MANIFEST,
    PICTURES,
    SLICED,
    BackupError,
    program,
    record_restore,
)
from platekeeper.office.config.data_folder import UNFINISHED
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
from platekeeper.office.config.sealed_files import pieces_of
from platekeeper.office.evidence.backup_keys import KeysFile, Slice, unsealed, written_whole
from platekeeper.office.evidence.backup_places import SLICE_KEYS

log = logging.getLogger("platekeeper.backup")
_PLATES_AT_ONCE = 1000


@dataclass(frozen=True)
class Backup:
    """A whole backup, its manifest checked.

    Attributes:
        folder: its folder.
        manifest: what it holds.
        content_key: the key of what no purge destroys.
    """

    folder: Path
    manifest: Mapping[str, Any]
    content_key: bytes

    @property
    def slices(self) -> dict[tuple[Slice, str], str]:
        """Its slices' files: slice and table -> name."""
        found = {}
        for name in self.manifest["files"]:
            if name.startswith("slices/"):
                _, agency, day, table = name.split("/")
                found[(int(agency), day), table] = name
        return found


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        backup: the backup's name.
        slices: how many files of slices came back.
        passed_over: how many did not, because their keys are destroyed.
        pictures: how many pictures came back.
        missing: how many reads' pictures are not in the backup.
        purged: agencies of which something was due and is destroyed again.
    """

    backup: str
    slices: int
    passed_over: int
    pictures: int
    missing: int
    purged: tuple[str, ...]


def backups_in(folder: Path) -> list[Path]:
    """Return the whole backups of a folder, the latest last.

    Args:
        folder: the backup folder.
    """
    return sorted(path.parent for path in folder.glob(f"[!.]*/{MANIFEST}"))


def checked(folder: Path, master_key: bytes) -> Backup:
    """Return a backup after comparing every file with its manifest, and that with its key.

    Args:
        folder: the backup's own folder.
        master_key: the installation's.

    Raises:
        BackupError: a file is missing or changed, or the manifest is.
        KeysError: it belongs to another installation.
    """
    try:
        outer = json.loads((folder / MANIFEST).read_bytes())
        manifest = json.loads(outer["manifest"])
        wrapped = bytes.fromhex(manifest["content_key"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(f"{folder} holds no whole backup: name another one with --backup.") from None
    content_key = unsealed(master_key, wrapped, KEY_CONTEXT)
    mac = hmac.new(content_key, outer["manifest"].encode(), "sha256").hexdigest()
    if not hmac.compare_digest(mac, str(outer["mac"])) or manifest.get("format") != FORMAT:
        raise BackupError(f"The manifest of {folder.name} was changed: use another backup.")
    for name, facts in manifest["files"].items():
        try:
            with (folder / name).open("rb") as file:
                is_same = hashlib.file_digest(file, "sha256").hexdigest() == facts["sha256"]
        except OSError:
            is_same = False
        if not is_same:
            raise BackupError(
                f"{name} of the backup {folder.name} is missing or was changed: use another backup."
            )
    return Backup(folder, manifest, content_key)


def restore(
    database: Database, backup: Backup, keys: KeysFile, *, say: Callable[[str], None] = log.info
) -> Restored:
    """Bring an installation back.

    Args:
        database: of an empty data folder; not running.
        backup: what is restored.
        keys: the keys that are left.
        say: told what is done.

    Returns:
        What came back.

    Raises:
        BackupError: the data folder or the database is not empty, or a part of the backup does not fit.

    Records:
        `backup.restored`, and `purge.started` and `purge.certified` for each agency of which anything is due.
    """
    _claim(database, keys)
    with database.used():
        _refuse_full(database)
        slices = {(agency, name) for agency, name, _ in keys.slices}
        say("Restoring the database ...")
        _load(database, backup, "pre-data")
        _load(database, backup, "data")
        coming = {part: name for part, name in backup.slices.items() if part[0] in slices}
        passed_over = len(backup.slices) - len(coming)
        _load_slices(database, backup, keys, coming)
        _load(database, backup, "post-data")
        say("Restoring pictures ...")
        pictures, missing = _load_pictures(database, backup, keys)
        say("Bringing the database to this version ...")
        migrate(database)
        _note_plates(database)
        say("Destroying what is due ...")
        purged = _purge()
        restored = Restored(backup.folder.name, len(coming), passed_over, pictures, missing, purged)
        record_restore(
            database, backup.folder.name,
            {"made_at": backup.manifest["made_at"], "passed_over": passed_over, "purged": list(purged)},
        )  # fmt: skip
    (database.folder.path / UNFINISHED).unlink()
    return restored


def _claim(database: Database, keys: KeysFile) -> None:
    folder = database.folder.path
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"{folder} is not empty: stop what serves it, and name an empty or new folder in PLATEKEEPER_DATA."
        )
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    folder.chmod(0o711)
    written_whole(folder / UNFINISHED, b"A restore into this folder has begun and not ended.\n")
    for name, value in keys.secrets.items():
        written_whole(folder / "secrets" / Path(name).name, value)
    written_whole(folder / SLICE_KEYS, json.dumps(keys.slices).encode())


def _refuse_full(database: Database) -> None:
    with psycopg.connect(database.address("owner")) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace LIMIT 1"
        )
        if found.fetchone():
            raise BackupError("The database in DATABASE_URL is not empty: name an empty one.")


def _load(database: Database, backup: Backup, section: str) -> None:
    arguments = ["--no-owner", "--no-privileges", "--exit-on-error", f"--section={section}"]
    name = database.parameters("owner")["dbname"]
    with program("pg_restore", database, *arguments, f"--dbname={name}", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            for piece in pieces_of(backup.folder / DUMP, backup.content_key, DUMP):
                process.stdin.write(piece)
        except BrokenPipeError:
            return  # it has all that it needs of this section, or says why not


def _load_slices(
    database: Database, backup: Backup, keys: KeysFile, coming: Mapping[tuple[Slice, str], str]
) -> None:
    opened: dict[Slice, bytes | None] = {}
    with psycopg.connect(database.address("owner")) as connection:
        for (of, table), name in coming.items():
            if table not in SLICED:
                raise BackupError(f"{name} is of a kind that this version does not know: restore with the version"
                                  " that made it.")  # fmt: skip
            key = opened.setdefault(of, keys.slice_key(of))
            assert key is not None, "only slices whose key is there are loaded"
            into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with connection.cursor() as cursor, cursor.copy(into) as copy:
                for piece in pieces_of(backup.folder / name, key, name):
                    copy.write(piece)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO image_key (agency_id, name, ends_at, made_at, wrapped)"
                " VALUES (%s, %s, %s, %s, decode(%s, 'base64'))", keys.images,
            )  # fmt: skip


def _load_pictures(database: Database, backup: Backup, keys: KeysFile) -> tuple[int, int]:
    store, source = database.folder.path / "images", backup.folder.parent / PICTURES
    living = {(agency, name) for agency, name, *_ in keys.images}
    found = missing = 0
    with (
        psycopg.connect(database.address("owner")) as connection,
        connection.cursor(name="pictures") as cursor,
    ):
        cursor.itersize = 5000
        cursor.execute("SELECT agency_id, key_name, encode(sha256, 'hex') FROM image")
        for agency, key_name, digest in cursor:
            inside = Path(str(agency), key_name, digest[:2], digest)
            if (agency, key_name) in living and (source / inside).is_file():
                (store / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / inside, store / inside)
                found += 1
            else:
                missing += 1
    if store.exists():
        store.chmod(0o700)
    return found, missing


def _note_plates(database: Database) -> None:
    """Make the index of plates anew: it is derived from reads, and those that did not come back are not in it."""
    with psycopg.connect(database.address("owner")) as connection:
        rows = connection.execute(
            "SELECT agency_id, date_trunc('month', read_at AT TIME ZONE 'UTC')::date, plate FROM read"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ).fetchall()
        by_month: dict[tuple[int, Any], list[str]] = {}
        for agency, month, plate in rows:
            by_month.setdefault((agency, month), []).append(plate)
        for (agency, month), texts in by_month.items():
            for start in range(0, len(texts), _PLATES_AT_ONCE):
                some = texts[start : start + _PLATES_AT_ONCE]
                connection.execute(
                    "SELECT note_plates(%s, %s::text[], %s::text[], %s)",
                    [agency, some, [plates.fold(text) for text in some], month],
                )


def _purge() -> tuple[str, ...]:
    """Apply every agency's schedule as of now, before anybody can log in."""
    from platekeeper.office.accounts.models import Agency  # noqa: PLC0415  # settings exist only now
    from platekeeper.office.retention.operations import purge  # noqa: PLC0415  # idem
    from platekeeper.office.retention.schedules import schedule_in_force  # noqa: PLC0415  # idem

    ready = [agency for agency in Agency.objects.using("owner") if schedule_in_force(agency) is not None]
    if not ready:
        return ()
    return tuple(sorted(certificate.agency.slug for certificate in purge(ready, by="restore")))
