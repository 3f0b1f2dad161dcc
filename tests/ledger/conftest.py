"""A real PostgreSQL with the ledger in it, for the tests that ask for one."""

import shutil
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from platekeeper.errors import PlatekeeperError

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of an embedded PostgreSQL's superuser, with two roles and a database for the ledger."""
    postgres = pytest.importorskip("platekeeper.office.config.postgres")
    # directly under the system's temporary folder: where we are root, another account runs the server
    folder = Path(tempfile.mkdtemp(prefix="platekeeper-ledger-"))
    folder.chmod(0o711)
    embedded = postgres.EmbeddedPostgres(folder)
    try:
        embedded.enter()
    except PlatekeeperError as error:
        shutil.rmtree(folder)
        pytest.skip(f"no PostgreSQL here: {error}")
    try:
        with psycopg.connect(embedded.superuser_address(), autocommit=True) as superuser:
            for statement in (
                "CREATE ROLE ledger_owner",
                "CREATE ROLE ledger_web",
                "CREATE DATABASE ledger_test",
            ):
                superuser.execute(statement)
        yield embedded.superuser_address("ledger_test")
    finally:
        embedded.leave()
        shutil.rmtree(folder)


@pytest.fixture
def database(server: str) -> Iterator[psycopg.Connection]:
    """A fresh ledger, as the tables' owner, who is no superuser."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public AUTHORIZATION ledger_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO ledger_web")
        connection.execute("SET ROLE ledger_owner")
        for name in ("ledger.sql", "erasing.sql"):
            connection.execute(resources.files("platekeeper.ledger").joinpath(name).read_text("utf-8"))
        yield connection
