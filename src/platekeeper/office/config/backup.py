"""Backups: one state of the database, the pictures, and no key that opens what a purge destroys (ADR 0020).

A backup folder holds `pictures`, which all backups share and which the vault sealed, and a folder a backup. That one
gets its name when all of it is on disk; so whatever has the name is whole, and what a killed backup leaves behind is a
draft that the next one removes.
"""

import contextlib
import fcntl
import functools
import hashlib
import hmac
import json
import logging
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from platekeeper.errors import PlatekeeperError
from platekeeper.office.config.database import Database
from platekeeper.office.config.postgres_house import wheel_home
from platekeeper.office.config.sealed_files import seal_file
from platekeeper.office.evidence.backup_keys import KeysFile, Lock, Slice, SliceKeys, sealed, written_whole
from platekeeper.office.evidence.backup_places import SLICE_KEYS, held_keys, note_place

log = logging.getLogger("platekeeper.backup")
FORMAT = "platekeeper-backup-1"
MANIFEST, DUMP, PICTURES = "manifest.json", "database.dump", "pictures"
KEPT = "+kept"
KEY_CONTEXT = b"platekeeper-backup-key-1"
_DRAFT = ".draft-"
_SEAL_OVERHEAD_BYTES = 28  # nonce and tag, before and behind each picture
_DAY = timedelta(days=1)

# what holds plates of reads, sealed by agency and day: table -> the column whose day it is
SLICED = {"read": "read_at", "image": "read_at", "hit": "read_at", "quarantined_read": "received_at"}
# never in a backup: keys that a purge destroys, and what is made anew from reads
LEFT_OUT = ("image_key", "plate", "purged_picture", "django_session", "person_session")

Said = Callable[[str], None]


class BackupError(PlatekeeperError):
    """A backup cannot be made or used."""


@dataclass(frozen=True)
class Made:
    """A backup that was made.

    Attributes:
        folder: its folder.
        slices: how many agency-days.
        pictures: how many pictures it needs.
        copied: how many of them were new in the backup folder.
    """

    folder: Path
    slices: int
    pictures: int
    copied: int


def make_backup(
    database: Database, folder: Path, keys_file: Path, lock: Lock, *, say: Said = log.info
) -> Made:
    """Back up the installation.

    Args:
        database: the running database.
        folder: where backups go; made if it is missing.
        keys_file: where the keys go: not there.
        lock: who can open the keys file.
        say: told what is done.

    Returns:
        What was made.

    Raises:
        BackupError: the two would lie together, another backup runs, a picture is missing, or a tool failed.
        KeysError: nothing would lock the keys, or they cannot be written.

    Records:
        `backup.made`, with the digest of its manifest.
    """
    folder, keys_file = folder.absolute(), keys_file.absolute()
    if keys_file.is_relative_to(folder):
        raise BackupError(
            "The keys file would lie in the backup that it opens: keep it elsewhere, on another disk or medium."
        )
    lock.fresh()  # refuse at once what would write keys in clear
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder), held_keys(database.folder.path, waits=True):
        for left in folder.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        note_place(database.folder.path, keys_file)
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
        draft = folder / f"{_DRAFT}{stamp}"
        draft.mkdir(mode=0o700)
        try:
            made = _written(database, folder, draft, keys_file, lock, say)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        whole = folder / stamp
        draft.rename(whole)  # from here on it is a backup, and before it was none
        _synchronise(folder)
        digest = hashlib.sha256((whole / MANIFEST).read_bytes()).hexdigest()
        _record(
            database,
            "backup.made",
            stamp,
            {"manifest": digest, "slices": made.slices, "pictures": made.pictures},
        )
        return Made(whole, made.slices, made.pictures, made.copied)


def _written(database: Database, folder: Path, draft: Path, keys_file: Path, lock: Lock, say: Said) -> Made:
    master, content_key = database.folder.secret("master.key"), secrets.token_bytes(32)
    keys = SliceKeys(database.folder.path / SLICE_KEYS, master)
    with psycopg.connect(database.address("owner")) as connection:
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        say("Copying the database ...")
        _dump(database, connection, snapshot, draft / DUMP, content_key)
        slices = sorted(_slices(connection))
        for of in slices:
            keys.key_of(of)
        keys.save()  # before anything is sealed with them
        say(f"Copying {len(slices)} agency-days of reads ...")
        for of in slices:
            _copy_slice(connection, of, draft, keys.key_of(of))
        images = _image_keys(connection)
        say("Copying pictures ...")
        needed, copied = _copy_pictures(connection, database.folder.path / "images", folder / PICTURES)
        schema = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    KeysFile(_secrets(database), tuple(images), tuple(keys.rows())).write(keys_file, lock)
    manifest = {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(),
        "content_key": sealed(master, content_key, KEY_CONTEXT).hex(),
        "schema": [".".join(row) for row in schema],
        "pictures": needed,
        "files": {name: _facts(draft / name) for name in _names(draft)},
    }
    _synchronise_all(draft)
    body = json.dumps(manifest, indent=0)
    mac = hmac.new(content_key, body.encode(), "sha256").hexdigest()
    written_whole(draft / MANIFEST, json.dumps({"manifest": body, "mac": mac}).encode())
    _discard_destroyed(folder / PICTURES, {(agency, name) for agency, name, *_ in images})
    return Made(draft, len(slices), needed, copied)


def _dump(database: Database, connection: psycopg.Connection, snapshot: str, path: Path, key: bytes) -> None:
    partitions = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent IN ('public.read'::regclass, 'public.image'::regclass)"
    ).fetchall()
    tables = [*SLICED, *LEFT_OUT, *(name for (name,) in partitions)]
    arguments = ["--format=custom", "--compress=6", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    arguments += [f"--exclude-table-data=public.{name}" for name in tables]
    with program("pg_dump", database, *arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        seal_file(path, key, DUMP, iter(functools.partial(process.stdout.read, 1024 * 1024), b""))


@contextlib.contextmanager
def program(
    name: str, database: Database, *arguments: str, **given: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of PostgreSQL's programs on our database as `owner`.

    Args:
        name: such as pg_dump.
        database: the database; its password is handed over where no other process sees it.
        arguments: of the program.
        given: of the process.

    Raises:
        BackupError: it failed; the sentence has its last words.
    """
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    parameters = database.parameters("owner")
    environment = {names[key]: value for key, value in parameters.items() if key in names}
    more = {f"PG{key.upper()}": value for key, value in parameters.items() if key.startswith("ssl")}
    process = subprocess.Popen(  # noqa: S603  # the wheel's own program, no shell
        [str(wheel_home() / "bin" / name), *arguments],
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **environment, **more},
        stderr=subprocess.PIPE,
        **given,
    )
    try:
        yield process
    except BaseException:
        process.kill()
        process.communicate()
        raise
    _, said = process.communicate()
    if process.returncode:
        words = (said or b"").decode("utf-8", "replace").strip().splitlines()
        raise BackupError(
            f"{name} failed ({words[-1] if words else 'it said nothing'}): mend that, then start again."
        )


def _slices(connection: psycopg.Connection) -> Iterator[Slice]:
    for table, column in SLICED.items():
        if table in {"image", "hit"}:
            continue  # of reads, whose days are known by then
        days = sql.SQL("SELECT DISTINCT agency_id, ({} AT TIME ZONE 'UTC')::date FROM {}").format(
            sql.Identifier(column), sql.Identifier(table)
        )
        for agency, day in connection.execute(days).fetchall():
            yield agency, f"{day:%Y-%m-%d}"
            yield agency, f"{day:%Y-%m-%d}{KEPT}"


def _copy_slice(connection: psycopg.Connection, of: Slice, draft: Path, key: bytes) -> None:
    agency, name = of
    since = datetime.combine(date.fromisoformat(name[:10]), datetime.min.time(), UTC)
    for table, column in SLICED.items():
        query = sql.SQL(
            "COPY (SELECT * FROM {} t WHERE agency_id = {} AND {} >= {} AND {} < {} AND {}) TO STDOUT"
        ).format(
            sql.Identifier(table), agency, sql.Identifier(column), since, sql.Identifier(column), since + _DAY,
            _kept_or_not(table, is_kept=name.endswith(KEPT)).format(agency, since, since + _DAY),
        )  # fmt: skip
        label = f"slices/{agency}/{name}/{table}"
        with connection.cursor() as cursor, cursor.copy(query) as rows:
            first = rows.read()
            if first:
                seal_file(draft / label, key, label, _behind(bytes(first), rows))


# what a purge may spare, asked once for the whole day: table -> its column or columns, and the function
_KEPT = {
    "read": ("(t.read_at, t.id)", "SELECT k.read_at, k.id FROM kept_reads({}, {}, {}) k"),
    "image": ("(t.read_at, t.read_id)", "SELECT k.read_at, k.id FROM kept_reads({}, {}, {}) k"),
    "hit": ("(t.read_at, t.read_id)", "SELECT k.read_at, k.id FROM kept_reads({}, {}, {}) k"),
    "quarantined_read": ("t.id", "SELECT k.id FROM held_quarantine({}, {}, {}) k"),
}


def _kept_or_not(table: str, *, is_kept: bool) -> sql.SQL:
    """Return the condition that parts what a purge may spare from what it does not."""
    columns, kept = _KEPT[table]
    return sql.SQL(f"{columns} {'IN' if is_kept else 'NOT IN'} ({kept})")  # names of this module only


def _behind(first: bytes, rows: Any) -> Iterator[bytes]:
    yield first
    yield from (bytes(block) for block in rows)


def _image_keys(connection: psycopg.Connection) -> list[tuple[int, str, str, str, str]]:
    rows = connection.execute(
        "SELECT agency_id, name, ends_at::text, made_at::text, encode(wrapped, 'base64') FROM image_key"
    ).fetchall()
    return [(row[0], row[1], row[2], row[3], row[4].replace("\n", "")) for row in rows]


def _copy_pictures(connection: psycopg.Connection, store: Path, target: Path) -> tuple[int, int]:
    """Copy the pictures that are not there yet; every one of the snapshot must be."""
    needed = copied = 0
    with connection.cursor(name="backup_pictures") as cursor:
        cursor.itersize = 5000
        cursor.execute("SELECT agency_id, key_name, encode(sha256, 'hex'), size_bytes FROM image")
        for agency, key_name, digest, size_bytes in cursor:
            inside = Path(str(agency), key_name, digest[:2], digest)
            needed += 1
            size = size_bytes + _SEAL_OVERHEAD_BYTES
            if (target / inside).is_file() and (target / inside).stat().st_size == size:
                continue
            if not (store / inside).is_file():
                log.warning(
                    "A picture's file is missing in the data folder, so it is not in the backup either."
                )
                continue
            _copy_whole(store / inside, target / inside)
            copied += 1
    return needed, copied


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}")
    try:
        shutil.copyfile(source, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise BackupError(
            f"A picture could not be copied ({error.strerror}): free space, then start again."
        ) from error


def _discard_destroyed(pictures: Path, living: set[Slice]) -> None:
    """Remove pictures whose key is destroyed: nobody can open them any more."""
    for agency in pictures.iterdir() if pictures.is_dir() else ():
        for key in agency.iterdir():
            if (int(agency.name), key.name) not in living:
                shutil.rmtree(key)


def _secrets(database: Database) -> Mapping[str, bytes]:
    folder = database.folder.path / "secrets"
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix != ".password" and not path.name.startswith((".", "backup."))
    }


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _synchronise_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _synchronise(path)


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                "Another backup into this folder is running: wait until it has ended."
            ) from None
        yield


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _record(database: Database, event: str, subject: str, details: Mapping[str, Any]) -> None:
    with psycopg.connect(database.address("owner"), autocommit=True) as connection:
        connection.execute(
            "SELECT record_event('', %s, 'platekeeper', %s, %s::jsonb)", [event, subject, json.dumps(details)]
        )


def record_restore(database: Database, stamp: str, details: Mapping[str, Any]) -> None:
    """Say in the ledger that everything here comes from a backup.

    Args:
        database: the running database.
        stamp: the backup's name.
        details: what was and was not restored.

    Records:
        `backup.restored`.
    """
    _record(database, "backup.restored", stamp, details)
