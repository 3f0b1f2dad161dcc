"""Opens an access on a server of its own and kills that server at once; run by test_durability.py in a new process.

What it prints, as JSON: how many access records and ledger entries of that access there are after the restart.
"""

import json
import os
import signal
import sys

import psycopg

from platekeeper.office.config.database import NAME, Database
from platekeeper.office.config.migrate import migrate, set_up_django
from platekeeper.office.config.postgres import EmbeddedPostgres

# they write the log of their own accord, and would hide that nobody waited for it
_WRITERS = ("walwriter", "background writer", "checkpointer", "autovacuum launcher")


def open_one_access(how: str) -> str:
    set_up_django()
    from platekeeper.office.access import operations
    from platekeeper.office.statements import Ask
    from tests.office.people import NOW, a_searcher, an_agency, an_inquiry

    if how == "no-flush":
        unwaited = "set_config('synchronous_commit', 'off', true)"
        operations._RECORD = (
            f"SELECT o.access_id, o.pass FROM open_access(%s::jsonb) o, {unwaited} WHERE %s IS NOT NULL"
        )
    agency = an_agency()
    person, inquiry = a_searcher(agency), an_inquiry(agency)
    with psycopg.connect(_server().superuser_address(NAME)) as connection:
        for (pid,) in connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = ANY (%s)", [list(_WRITERS)]
        ).fetchall():
            os.kill(pid, signal.SIGSTOP)
    if how == "no-flush-and-ask":
        operations._AWAIT = "SELECT 1"
    asks = [Ask("SELECT count(*) FROM visible_read")] if how.endswith("and-ask") else []
    grant = operations.open_access(person=person, agency=agency, inquiry=inquiry, now=NOW, asks=asks)
    return str(grant.record_id)


def kill_server(pids: list[int]) -> None:
    postmaster = int((_server().cluster / "postmaster.pid").read_text().splitlines()[0])
    for pid in (postmaster, *pids):
        os.kill(pid, signal.SIGKILL)


def _server() -> EmbeddedPostgres:
    server = Database.located().embedded
    assert server is not None
    return server


def main(how: str) -> None:
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        watcher = psycopg.connect(_server().superuser_address(NAME), autocommit=True)
        record = open_one_access(how)
        kill_server([row[0] for row in watcher.execute("SELECT pid FROM pg_stat_activity").fetchall()])
        _server().start()
        with psycopg.connect(_server().superuser_address(NAME)) as connection:
            found = connection.execute(
                "SELECT (SELECT count(*) FROM access_record WHERE id::text = %(id)s),"
                " (SELECT count(*) FROM ledger_entry WHERE subject = %(id)s)",
                {"id": record},
            ).fetchone()
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        database.embedded.stop()
    os._exit(0)  # Django's pool still looks for the server that was killed


if __name__ == "__main__":
    main(sys.argv[1])
