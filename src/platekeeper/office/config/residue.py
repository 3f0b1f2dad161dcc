"""What deleted rows leave behind: bytes, until the files that hold them are written anew (promise 5, ADR 0015)."""

import time

import psycopg

from platekeeper.errors import PlatekeeperError

# statistics quote plates, and only the superuser may write their table anew: so the whole database, catalogues too;
# then the log's older segments go at the second checkpoint, because none is ever used again (wal_recycle = off)
_STATEMENTS = (
    "VACUUM FULL", "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT",
)  # fmt: skip
# a transaction that began before a row was deleted may still read it, so writing anew would keep it; one that writes in
# another database of the server is as old to this session's own snapshot, so it counts, too
_SEES_DELETED = """
SELECT min(coalesce(xact_start, backend_start)) FROM pg_stat_activity
 WHERE pid <> pg_backend_pid()
   AND greatest(age(backend_xid), CASE WHEN datname = current_database() THEN age(backend_xmin) END) > age(%s::xid)"""
_PATIENCE = 60.0
_PAUSE = 0.2


class StillSeen(PlatekeeperError):  # noqa: N818  # named for what happened
    """A session still sees deleted rows: their bytes could not go."""


def write_anew(superuser_address: str, *, patience: float = _PATIENCE) -> None:
    """Write every table anew, one after the other, and let the log of before go.

    Args:
        superuser_address: of the database; nobody else may do it to the catalogues.
        patience: seconds to wait for transactions that began before now.

    Raises:
        StillSeen: one of them did not end; nothing was written.

    Source:
        RET-02
    """
    with psycopg.connect(superuser_address, autocommit=True) as superuser:
        _wait_for_others(superuser, patience)
        for statement in _STATEMENTS:
            superuser.execute(statement)


def _wait_for_others(superuser: psycopg.Connection, patience: float) -> None:
    (now,) = superuser.execute("SELECT pg_current_xact_id()::xid::text").fetchone() or ("",)
    until = time.monotonic() + patience
    while True:
        (since,) = superuser.execute(_SEES_DELETED, [now]).fetchone() or (None,)
        if since is None:
            return
        if time.monotonic() >= until:
            raise StillSeen(
                f"A session of the database has been at work since {since:%H:%M:%S} UTC and may still read what was"
                " deleted: end it, and say `platekeeper db vacuum` again. Nothing was written anew."
            )
        time.sleep(_PAUSE)
