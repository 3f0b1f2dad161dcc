"""What a superuser can do to the ledger, and what the verifier then says; everything is put back afterwards."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg

from .scene import Scene

_TABLES = ("ledger_entry", "ledger_details", "ledger_checkpoint")


def tampered(scene: Scene, how: str) -> str:
    """Change the ledger as a superuser who switched the triggers off; return what the verifier says."""
    published = scene.house.folder / f"published-{how}"
    scene.house.said("ledger", "checkpoint", "--publish", str(published))
    sound = scene.house.run("ledger", "verify")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    with put_back(scene) as superuser:
        (last,) = superuser.execute("SELECT max(sequence) FROM ledger_entry").fetchone()
        bad = last // 2
        arguments: tuple[str, ...] = ()
        expected = f"ntry {bad}"
        if how == "edited":
            superuser.execute("UPDATE ledger_entry SET actor = 'somebody.else' WHERE sequence = %s", [bad])
        elif how == "deleted":
            superuser.execute("DELETE FROM ledger_details WHERE sequence = %s", [bad])
            superuser.execute("DELETE FROM ledger_entry WHERE sequence = %s", [bad])
        elif how == "truncated":
            superuser.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [bad])
            superuser.execute("DELETE FROM ledger_details WHERE sequence > %s", [bad])
            superuser.execute("DELETE FROM ledger_entry WHERE sequence > %s", [bad])
            arguments, expected = ("--checkpoint", str(_kept(published))), str(last)
        if how == "key":
            return _with_another_key(scene, published)
        verdict = scene.house.run("ledger", "verify", *arguments)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert expected in verdict.stdout, verdict.stdout
    return _without_numbers(verdict.stdout)


@contextlib.contextmanager
def put_back(scene: Scene) -> Iterator[psycopg.Connection]:
    """Keep a copy of the ledger for the length of the block."""
    with scene.superuser() as superuser:
        superuser.execute("SET search_path = public")
        for table in _TABLES:
            superuser.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")
            superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER refuse_change")
        try:
            yield superuser
        finally:
            with superuser.transaction():
                for table in reversed(_TABLES):
                    superuser.execute(f"DELETE FROM {table}")
                for table in _TABLES:
                    superuser.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept_{table}")
            for table in _TABLES:
                superuser.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change")


def _with_another_key(scene: Scene, published: Path) -> str:
    export = scene.house.folder / "another-key.ndjson"
    key = Path(scene.house.data) / "secrets" / "ledger.key"
    held = key.read_bytes()
    try:
        key.write_bytes(secrets.token_bytes(len(held)))
        signed = scene.house.run("ledger", "checkpoint")
        scene.house.run("ledger", "export", "-o", str(export))
    finally:
        key.write_bytes(held)
    public = next(published.glob("key-*.txt"))
    verdict = scene.house.run("ledger", "verify", str(export), "--key", str(public))
    assert verdict.returncode == 1, (signed.stdout, verdict.stdout)
    return _without_numbers(verdict.stdout)


def _kept(published: Path) -> Path:
    return published / "checkpoint.txt"


def _without_numbers(sentence: str) -> str:
    return sentence.strip().split("\n")[0]
