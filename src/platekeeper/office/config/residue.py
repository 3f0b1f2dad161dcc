"""What deleted rows leave behind: bytes, until the files that hold them are written anew (promise 5, ADR 0015)."""

import psycopg

# statistics quote plates, and only the superuser may write their table anew: so the whole database, catalogues too;
# then the log's older segments go at the second checkpoint, because none is ever used again (wal_recycle = off)
_STATEMENTS = (
    "VACUUM FULL", "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT",
)  # fmt: skip


def write_anew(superuser_address: str) -> None:
    """Write every table anew, one after the other, and let the log of before go.

    Args:
        superuser_address: of the database; nobody else may do it to the catalogues.

    Source:
        RET-02
    """
    with psycopg.connect(superuser_address, autocommit=True) as superuser:
        for statement in _STATEMENTS:
            superuser.execute(statement)
