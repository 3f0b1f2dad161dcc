"""What a database was made of, kept in the database and compared before anything runs in it.

A migration is executed once. Where its text was changed afterwards, or a newer version made more, the functions that
this version calls are not those that are there: that is said in one sentence, not by the first page that fails.
A file that a later migration executes again may change together with it.
"""

import hashlib
import inspect
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psycopg
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from platekeeper.errors import PlatekeeperError
from platekeeper.office.sql_files import SqlFile

_OURS = "platekeeper."
_REMEDY = "use the one that last ran on it, or name a new folder in PLATEKEEPER_DATA."
_TABLE = "CREATE TABLE IF NOT EXISTS made_of (name text PRIMARY KEY, sha256 text NOT NULL)"
_NOTE = """
INSERT INTO made_of (name, sha256) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256 WHERE made_of.sha256 <> EXCLUDED.sha256
"""


class SchemaError(PlatekeeperError):
    """This version and the database do not go together."""


@dataclass(frozen=True)
class Part:
    """A migration of ours: the digests of its own text and of the files that it executes.

    Attributes:
        name: such as `search.0003_lanes`.
        sha256: of its module's text.
        files: name of a file -> digest.
    """

    name: str
    sha256: str
    files: dict[str, str]


def parts() -> list[Part]:
    """Return the migrations of this version, third parties' left out: their packages keep them."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [_part(label, migration) for label, migration in sorted(known.items()) if _is_ours(migration)]


def _is_ours(migration: Migration) -> bool:
    return type(migration).__module__.startswith(_OURS)


def _part(label: tuple[str, str], migration: Migration) -> Part:
    files = [operation for operation in migration.operations if isinstance(operation, SqlFile)]
    module = inspect.getmodule(type(migration))
    assert module is not None
    return Part(
        ".".join(label),
        _digest(inspect.getsource(module)),
        {operation.file: _digest(operation.text) for operation in files},
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_other_schema(connection: psycopg.Connection, known: Iterable[Part]) -> None:
    """See that a database is empty, or was made of what this version is made of or of its beginning.

    Args:
        connection: as `owner`.
        known: the migrations of this version.

    Raises:
        SchemaError: it was made by a newer version, or of other texts of the same migrations.
    """
    made_of, known = _made_of(connection), list(known)
    applied = {part.name for part in known} & made_of.keys()
    strange = sorted(name for name in made_of.keys() - applied if not name.endswith(".sql"))
    if strange:
        raise SchemaError(
            f"This database knows {strange[0]}, which this version of Platekeeper does not: {_REMEDY}"
        )
    changed = sorted(_changed(made_of, known, applied))
    if changed:
        raise SchemaError(
            f"This database was made with another text of {changed[0]} than this version of Platekeeper has, "
            f"so it cannot be brought up to date: {_REMEDY}"
        )


def refuse_unmade(connection: psycopg.Connection) -> None:
    """See that a database holds anything of ours; the ledger of any version may be read.

    Args:
        connection: as `owner`.

    Raises:
        SchemaError: it is empty.
    """
    made = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    if made is None or not made[0]:
        raise SchemaError(
            "This database holds nothing yet: run `platekeeper migrate`, or name the right folder in PLATEKEEPER_DATA."
        )


def _made_of(connection: psycopg.Connection) -> dict[str, str]:
    """Return what is kept; where a database has tables and keeps nothing, it is of before anything was kept."""
    has_tables = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    keeps = connection.execute("SELECT to_regclass('public.made_of') IS NOT NULL").fetchone()
    assert has_tables is not None
    assert keeps is not None
    if keeps[0]:
        return dict(connection.execute("SELECT name, sha256 FROM made_of").fetchall())
    if has_tables[0]:
        raise SchemaError(
            f"This database was made by an early state of Platekeeper 0.1.0 and cannot be brought up to date: {_REMEDY}"
        )
    connection.execute(_TABLE)  # before the first migration, so that one that was interrupted goes on
    return {}


def _changed(made_of: dict[str, str], known: Iterable[Part], applied: Collection[str]) -> set[str]:
    done = [part for part in known if part.name in applied]
    to_come = {file for part in known if part.name not in applied for file in part.files}
    now = {part.name: part.sha256 for part in done} | {
        file: digest for part in done for file, digest in part.files.items() if file not in to_come
    }
    return {name for name, digest in now.items() if made_of.get(name) != digest}


def note_schema(connection: psycopg.Connection, known: Iterable[Part]) -> None:
    """Keep what a database is made of, now that all migrations are executed.

    Args:
        connection: as `owner`.
        known: the migrations of this version.
    """
    rows = [(part.name, part.sha256) for part in known]
    rows += [(file, digest) for part in known for file, digest in part.files.items()]
    with connection.cursor() as cursor:
        cursor.executemany(_NOTE, rows)
