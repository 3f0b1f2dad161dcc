"""What roles could do past the gate with what PostgreSQL gives everybody, and what takes it from them (ADR 0004).

On the embedded server each start does all of it. On a server of one's own only a superuser may do some: what is missing
there is told in a sentence, with the statements that its administrator runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

# a large object lies in no table of ours: no purge reaches it, and everybody may make one
LARGE_OBJECT_WRITERS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_put(oid, bigint, bytea)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
    "lowrite(integer, bytea)",
)
_MAY_WRITE_LARGE_OBJECTS = """
SELECT EXISTS (SELECT FROM unnest(%s::text[]) AS role, unnest(%s::text[]) AS writer
                WHERE has_function_privilege(role, 'pg_catalog.' || writer, 'EXECUTE'))
"""
# statements hold plates, and each session of a role may read those of all its others
_TELLS_STATEMENTS = """
SELECT r.rolname FROM pg_roles r
 WHERE r.rolname = ANY (%s) AND NOT EXISTS (
       SELECT FROM pg_db_role_setting s
        WHERE s.setrole IN (0, r.oid) AND 'track_activities=off' = ANY (s.setconfig)
          AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
 ORDER BY r.rolname
"""
_OPEN_ELSEWHERE = """
SELECT d.datname FROM pg_database d
 WHERE d.datallowconn AND d.datname <> current_database()
   AND EXISTS (SELECT FROM unnest(%s::text[]) AS role WHERE has_database_privilege(role, d.oid, 'CONNECT'))
 ORDER BY d.datname
"""


@dataclass(frozen=True)
class Missing:
    """A safeguard that this server lacks.

    Attributes:
        sentence: what is possible without it.
        statements: what a superuser of the server runs, connected to our database.
    """

    sentence: str
    statements: tuple[str, ...]


def refuse_large_objects(connection: psycopg.Connection) -> None:
    """Have nobody but superusers write large objects in this database, where we are one.

    Args:
        connection: to our database.
    """
    writers = sql.SQL(", ".join(LARGE_OBJECT_WRITERS))
    if _truth(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        connection.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(writers))


def hide_statements(connection: psycopg.Connection, role: sql.Identifier) -> None:
    """Keep a role's sessions from reading each other's statements, where we may settle that.

    Args:
        connection: any of the server's.
        role: whose.
    """
    if _truth(connection, "SELECT has_parameter_privilege('track_activities', 'SET')"):
        connection.execute(sql.SQL("ALTER ROLE {} SET track_activities = off").format(role))


def missing_safeguards(connection: psycopg.Connection, roles: list[str]) -> list[Missing]:
    """Return what this server lacks.

    Args:
        connection: to our database, as whoever set it up.
        roles: the roles of the application that log in, but for whoever migrates.
    """
    return [missing for look in _LOOKS for missing in look(connection, roles)]


def _large_objects(connection: psycopg.Connection, roles: list[str]) -> Iterator[Missing]:
    if _truth(connection, _MAY_WRITE_LARGE_OBJECTS, [roles, list(LARGE_OBJECT_WRITERS)]):
        yield Missing(
            "Roles of the application may write large objects, which no purge reaches (RET-01).",
            (f"REVOKE ALL ON FUNCTION {', '.join(LARGE_OBJECT_WRITERS)} FROM PUBLIC;",),
        )


def _statements(connection: psycopg.Connection, roles: list[str]) -> Iterator[Missing]:
    told = [role for (role,) in connection.execute(_TELLS_STATEMENTS, [roles])]
    if told:
        yield Missing(
            f"Sessions of {', '.join(told)} can read each other's statements, which hold plates (SRC-01).",
            tuple(f"ALTER ROLE {role} SET track_activities = off;" for role in told),
        )


def _elsewhere(connection: psycopg.Connection, roles: list[str]) -> Iterator[Missing]:
    open_ones = [name for (name,) in connection.execute(_OPEN_ELSEWHERE, [roles])]
    if open_ones:
        names = sql.SQL(", ").join(map(sql.Identifier, open_ones)).as_string(connection)
        yield Missing(
            f"Roles of the application may enter other databases of this server ({', '.join(open_ones)}) and leave "
            "plates there (RET-01); who else uses them needs a right of their own afterwards.",
            (f"REVOKE CONNECT, TEMPORARY ON DATABASE {names} FROM PUBLIC;",),
        )


_LOOKS: tuple[Callable[[psycopg.Connection, list[str]], Iterator[Missing]], ...] = (
    _large_objects,
    _statements,
    _elsewhere,
)


def _truth(connection: psycopg.Connection, query: str, values: list[list[str]] | None = None) -> bool:
    row = connection.execute(query, values).fetchone()
    return bool(row and row[0])
