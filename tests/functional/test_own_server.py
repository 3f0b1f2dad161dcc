"""A PostgreSQL of one's own (DATABASE_URL): as good as the embedded one, and never touched where it is not ours."""

import json
import time
from datetime import UTC, datetime

import psycopg
import pytest

from platekeeper.office.config.postgres import EmbeddedPostgres
from tests.functional.installation import Installation, installation


class Guest(Installation):
    """An installation whose database is another server's."""

    url = ""

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**{"DATABASE_URL": self.url, **more})


@pytest.fixture(scope="module")
def host():
    """Somebody's PostgreSQL, with none of our roles in it: only its files were made by our supervisor."""
    with installation() as made:
        made.said("db", "start")
        made.superuser = EmbeddedPostgres(made.data).superuser_address()  # type: ignore[attr-defined]
        with psycopg.connect(made.superuser, autocommit=True) as connection:
            connection.execute("DROP DATABASE platekeeper WITH (FORCE)")
            for role in ("ingest", "web", "custodian", "auditor", "gate", "owner"):
                connection.execute(f"DROP OWNED BY {role} CASCADE")
                connection.execute(f"DROP ROLE {role}")
        yield made


def asked_of(host: Installation, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(host.superuser, autocommit=True) as connection:  # type: ignore[attr-defined]
        answer = connection.execute(statement)
        return answer.fetchall() if answer.description else []


def address(host: Installation, role: str, database: str) -> str:
    port = (host.data / "postgres" / "port").read_text()
    return f"postgresql://{role}:only%20here@127.0.0.1:{port}/{database}"


@pytest.fixture(scope="module")
def guest(host):
    asked_of(host, "CREATE ROLE boss LOGIN CREATEROLE PASSWORD 'only here'")
    asked_of(host, "CREATE DATABASE police OWNER boss")
    made = Guest()
    made.url = address(host, "boss", "police")
    try:
        yield made
    finally:
        made.throw_away()


def told(result) -> str:
    assert result.returncode != 0
    assert "Traceback" not in result.stderr + result.stdout
    (sentence,) = [line for line in result.stderr.strip().splitlines() if line]
    return sentence


class TestRefusal:
    def test_of_a_role_that_may_make_no_roles(self, host, guest):
        asked_of(host, "CREATE ROLE clerk LOGIN PASSWORD 'only here'")
        asked_of(host, "CREATE DATABASE clerks OWNER clerk")

        sentence = told(guest.run("migrate", DATABASE_URL=address(host, "clerk", "clerks")))

        assert "needs CREATEROLE and must own the database" in sentence

    def test_of_a_password_that_is_wrong(self, host, guest):
        wrong = address(host, "boss", "police").replace("only", "not")

        sentence = told(guest.run("migrate", DATABASE_URL=wrong))

        assert "check DATABASE_URL" in sentence
        assert "not%20here" not in sentence
        assert "not here" not in sentence

    def test_of_a_database_that_there_is_not(self, host, guest):
        assert "check DATABASE_URL" in told(
            guest.run("migrate", DATABASE_URL=address(host, "boss", "nowhere"))
        )


class TestOwnServer:
    def test_takes_reads_behind_the_same_gate(self, host, guest):
        guest.said("agency", "add", "torrance", "--name", "T", "--profile", "redondo-beach", "--by", "t")
        guest.said("camera", "add", "torrance", "gate", "--lat", "33.8", "--lon", "-118.3", "--name", "G",
                   "--attested-by", "t")  # fmt: skip
        token = guest.said("producer", "add", "torrance", "spool")
        guest.start()

        answer = guest.post_reads(token, [a_read("8ABC123")])

        assert answer is not None
        assert answer["stored"] == 1
        assert not (guest.data / "postgres").exists()
        for role in ("owner", "ingest", "web", "custodian", "auditor"):
            with guest.connected(role) as connection:
                user = connection.execute("SELECT session_user").fetchone()
            assert user == (("boss" if role == "owner" else role),)
        with guest.connected("web") as web:
            assert web.execute("SELECT count(*) FROM visible_read").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute("SELECT 1 FROM read")

        self.goes_on_when_its_server_comes_back(host, guest, token)

    def goes_on_when_its_server_comes_back(self, host: Installation, guest: Guest, token: str) -> None:
        host.kill_database()
        assert guest.post_reads(token, [a_read("7XYZ890")]) is None, (
            "nothing is acknowledged without a database"
        )
        assert guest.server is not None
        assert guest.server.poll() is None, "the server waits"

        EmbeddedPostgres(
            host.data
        ).start()  # not by our command: it would set up an installation of its own there
        deadline = time.monotonic() + 60
        while guest.post_reads(token, [a_read("7XYZ890")]) is None:
            assert time.monotonic() < deadline
            time.sleep(0.3)

        assert guest.stop() == 130
        plates = asked_of_police(host, "SELECT plate, count(*) FROM read GROUP BY plate ORDER BY plate")
        assert plates == [("7XYZ890", 1), ("8ABC123", 1)]
        guest.said("db", "stop")
        assert asked_of(host, "SELECT 1") == [(1,)], "another's server is not ours to stop"

    def test_is_refused_to_a_second_data_folder_and_goes_on_serving_the_first(self, guest):
        # its passwords and its master key are those of the first folder: taken over, it would serve neither
        guest.said("migrate")
        other = Guest()
        other.url = guest.url
        try:
            sentence = told(other.run("migrate"))
        finally:
            other.throw_away()

        assert "is another data folder's" in sentence
        assert "PLATEKEEPER_DATA" in sentence
        with guest.connected("web") as connection:
            assert connection.execute("SELECT session_user").fetchone() == ("web",)


class TestSafeguards:
    """What only a superuser may settle there: told until it is done, with what does it."""

    def test_are_told_with_the_statements_that_bring_them_about(self, host, guest):
        asked_of(host, "CREATE DATABASE records")
        told_of = guest.run("migrate").stderr
        missing = guest.run("db", "check", "--json")
        assert missing.returncode == 1
        assert "lacks 3" in told_of
        for one in json.loads(missing.stdout):
            assert one["sentence"] in guest.run("db", "check").stdout
            for statement in one["statements"]:
                run_as_superuser(host, statement)

        done = guest.run("db", "check")

        assert done.returncode == 0, done.stdout
        assert "lacks nothing" in done.stdout
        with guest.connected("web") as web:
            assert web.execute("SHOW track_activities").fetchone() == ("off",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute("SELECT lo_create(0)")
        assert guest.run("migrate").stderr == ""

    def test_take_back_what_a_role_settled_and_leave_what_a_superuser_did(self, host, guest):
        guest.said("migrate")
        run_as_superuser(host, "ALTER ROLE web SET track_activities = off")
        with guest.connected("web") as web:
            for where in ("", "IN DATABASE police"):
                web.execute(f"ALTER ROLE web {where} SET synchronous_commit = off")
            web.commit()

        guest.said("migrate")

        with guest.connected("web") as web:
            assert web.execute("SHOW synchronous_commit").fetchone() == ("on",)
            assert web.execute("SHOW track_activities").fetchone() == ("off",)


def run_as_superuser(host: Installation, statement: str) -> None:
    where = host.superuser.replace("dbname=postgres", "dbname=police")  # type: ignore[attr-defined]
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(statement)


def a_read(plate: str) -> dict[str, str]:
    moment = datetime(2026, 3, 2, 10, 15, tzinfo=UTC).isoformat()
    return {"plate": plate, "captured_at": moment, "camera": "gate", "source_event_id": plate}


def asked_of_police(host: Installation, statement: str) -> list[tuple[object, ...]]:
    where = host.superuser.replace("dbname=postgres", "dbname=police")  # type: ignore[attr-defined]
    with psycopg.connect(where) as connection:
        return connection.execute(statement).fetchall()
