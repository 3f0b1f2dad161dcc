"""The database: its roles, their addresses, and the first set-up.

Five roles may log in, each with a password of its own, and each process gets only those it needs:
`owner` runs migrations, `ingest` may add reads but not see them, `web` has nothing but the gate,
`custodian` purges, `auditor` sees the ledger. `gate` owns what the gate is made of and cannot log in.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from platekeeper.errors import PlatekeeperError
from platekeeper.office.config.data_folder import DataFolder
from platekeeper.office.config.postgres import EmbeddedPostgres
from platekeeper.office.config.safeguards import (
    Missing,
    hide_statements,
    missing_safeguards,
    refuse_large_objects,
)

LOGIN_ROLES = ("owner", "ingest", "web", "custodian", "auditor")
NAME = "platekeeper"
_MARK = (
    "platekeeper"  # how the comment begins by which we know our roles again on a server that others use too
)
_OLDEST = 150000
_SET_UP = 7_452_001  # the advisory lock of whoever sets roles up


class DatabaseError(PlatekeeperError):
    """The database cannot be reached or is not one that Platekeeper can use."""


@dataclass(frozen=True)
class Database:
    """The database of one installation: embedded, or the one that DATABASE_URL names."""

    folder: DataFolder
    url: str | None = None

    @classmethod
    def located(cls) -> "Database":
        """Return the database of this process's environment (PLATEKEEPER_DATA, DATABASE_URL)."""
        return cls(DataFolder.located(), os.environ.get("DATABASE_URL") or None)

    @property
    def embedded(self) -> EmbeddedPostgres | None:
        """The embedded server, or None where DATABASE_URL names another."""
        return None if self.url else EmbeddedPostgres(self.folder.path)

    def parameters(self, role: str) -> dict[str, str]:
        """Return libpq's connection parameters for a role.

        Args:
            role: one of LOGIN_ROLES.
        """
        if self.url:
            named = {
                key: str(value) for key, value in conninfo_to_dict(self.url).items() if value is not None
            }
            return (
                named if role == "owner" else {**named, "user": role, "password": self.folder.password(role)}
            )
        embedded = self.embedded
        assert embedded is not None
        try:
            port = str(embedded.port)
        except FileNotFoundError:
            port = "5432"  # not made yet: nothing can connect before `enter`
        return {
            "host": "127.0.0.1",
            "port": port,
            "dbname": NAME,
            "user": role,
            "password": self.folder.password(role),
        }

    def address(self, role: str) -> str:
        """Return the connection address of a role as a URL.

        Args:
            role: one of LOGIN_ROLES.
        """
        given = self.parameters(role)
        host, port = given.get("host", "127.0.0.1"), given.get("port", "5432")
        known = {"host", "port", "user", "password", "dbname"}
        more = urlencode({name: value for name, value in given.items() if name not in known})
        credentials = f"{quote(given['user'])}:{quote(given.get('password', ''))}"
        return f"postgresql://{credentials}@{host}:{port}/{given['dbname']}{'?' if more else ''}{more}"

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Have the database at hand for the length of the block: started where it is ours, reached where it is not.

        Raises:
            DatabaseError: the server cannot be reached, or is too old.
        """
        with self.embedded.used() if self.embedded else contextlib.nullcontext():
            self.prepare()
            yield

    def prepare(self) -> None:
        """Make the roles and the database where they are missing; harmless to repeat.

        Raises:
            DatabaseError: the server cannot be reached, is older than 15, or may not make roles.
        """
        if self.url:
            _parameters_of(self.url)
        address = self.embedded.superuser_address() if self.embedded else self.url
        assert address is not None
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
                # commands that start together would change the same roles at once; the lock ends with the session
                connection.execute("SELECT pg_advisory_lock(%s)", [_SET_UP])
                if connection.info.server_version < _OLDEST:
                    raise DatabaseError(
                        "DATABASE_URL names a PostgreSQL older than 15: upgrade it or name another."
                    )
                with connection.transaction():  # whoever logs in meanwhile finds all of a role's settings
                    _make_roles(connection, self.folder, with_owner=self.embedded is not None)
                if self.embedded:
                    _make_database(connection)
                ours = self.embedded.superuser_address(NAME) if self.embedded else address
                with psycopg.connect(ours, autocommit=True) as inside:
                    _close_schema(inside)
        except psycopg.OperationalError as error:
            raise DatabaseError(
                f"The database does not answer ({str(error).strip().splitlines()[0]}): "
                "check DATABASE_URL, or unset it to use the embedded PostgreSQL."
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                "The role in DATABASE_URL may not set up Platekeeper: it needs CREATEROLE and must own the database."
            ) from error

    def missing_safeguards(self) -> list[Missing]:
        """Return what the server lacks that only its superuser can give; the embedded one lacks nothing."""
        address = self.embedded.superuser_address(NAME) if self.embedded else self.url
        assert address is not None
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
            return missing_safeguards(connection, [role for role in LOGIN_ROLES if role != "owner"])


def _parameters_of(url: str) -> dict[str, str]:
    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as error:
        raise DatabaseError(
            "DATABASE_URL is no address of a PostgreSQL: write it as postgresql://owner:password@host:5432/platekeeper."
        ) from error


def _make_roles(connection: psycopg.Connection, folder: DataFolder, *, with_owner: bool) -> None:
    known: dict[str, str] = dict(
        connection.execute(
            "SELECT rolname, coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_roles WHERE rolname = ANY(%s)",
            [[*LOGIN_ROLES, "gate"]],
        ).fetchall()
    )
    mark = f"{_MARK} {hashlib.sha256(folder.secret('master.key')).hexdigest()[:16]}"
    for role in (*(name for name in LOGIN_ROLES if with_owner or name != "owner"), "gate"):
        if role in known and known[role].partition(" ")[0] != _MARK:
            raise DatabaseError(
                f"The server already has a role named {role} that is not Platekeeper's: "
                "rename it, or use another server."
            )
        if not with_owner and known.get(role, mark) not in {mark, _MARK}:
            # taking the roles over would lock that installation out, and its pictures would not open here
            raise DatabaseError(
                "The database in DATABASE_URL is another data folder's: name that folder in PLATEKEEPER_DATA, "
                "restore its secrets here, or use a server of its own."
            )
        name = sql.Identifier(role)
        if role not in known:
            connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        if known.get(role) != mark:
            connection.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(mark)))
        if role != "gate":
            password = sql.Literal(folder.password(role))
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))
        _settle(connection, name, NAME if with_owner else connection.info.dbname)
    # a page that takes longer than this helps nobody, and a pattern that runs for ever would starve the others
    connection.execute("ALTER ROLE web SET statement_timeout = '15s'")
    # who stopped reading half-way, such as a download that nobody takes any more, holds no lock for longer than this
    for role in ("web", "auditor"):
        connection.execute(
            sql.SQL("ALTER ROLE {} SET idle_in_transaction_session_timeout = '60s'").format(
                sql.Identifier(role)
            )
        )
    owner = sql.Identifier("owner") if with_owner else sql.SQL("CURRENT_USER")
    connection.execute(sql.SQL("GRANT gate TO {}").format(owner))


def _settle(connection: psycopg.Connection, role: sql.Identifier, database: str) -> None:
    """Take back what a role settled for its sessions to come, as any role may, such as to wait for no disk."""
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(role))
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is not None:
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(role, sql.Identifier(database))
        )
    hide_statements(connection, role)


def _make_database(connection: psycopg.Connection) -> None:
    connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(NAME)))


def _close_schema(connection: psycopg.Connection) -> None:
    """Take from everybody what PostgreSQL gives everybody; privileges.py then gives each role what it needs."""
    database = sql.Identifier(connection.info.dbname)
    roles = sql.SQL(", ").join(sql.Identifier(role) for role in LOGIN_ROLES if role != "owner")
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))
    connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO ingest").format(database))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    refuse_large_objects(connection)
    connection.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    if connection.info.user != "owner":
        with contextlib.suppress(psycopg.errors.UndefinedObject):
            connection.execute(
                "ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
            )
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, gate").format(roles))
