"""`platekeeper db`: addresses that connect, a server that starts and stops when told, sentences for what cannot be."""

import psycopg
import pytest

from platekeeper.office.config.database import LOGIN_ROLES
from tests.functional.installation import installation, migrated


@pytest.fixture(scope="module")
def house():
    with migrated() as made:
        yield made


def is_up(house) -> bool:
    address = house.data / "postgres" / "port"
    try:
        psycopg.connect(
            f"host=127.0.0.1 port={address.read_text()} user=web dbname=platekeeper", connect_timeout=5
        )
    except psycopg.OperationalError as error:
        return "password" in str(error)  # asked for a password by a server that lives
    raise AssertionError("nobody is let in without a password")


class TestUrl:
    @pytest.mark.parametrize("role", ["postgres", "gate", "root", ""])
    def test_of_a_role_that_is_none_is_refused(self, role, house):
        result = house.run("db", "url", "--role", role)

        assert result.returncode == 2
        assert "auditor" in result.stderr
        assert result.stdout == ""

    def test_needs_a_role(self, house):
        assert house.run("db", "url").returncode == 2

    @pytest.mark.parametrize("role", LOGIN_ROLES)
    def test_connects_as_its_role_and_nothing_more(self, role, house):
        with psycopg.connect(house.said("db", "url", "--role", role)) as connection:
            row = connection.execute(
                "SELECT session_user, current_user, rolsuper, current_database()"
                " FROM pg_roles WHERE rolname = session_user"
            ).fetchone()

        assert row == (role, role, False, "platekeeper")

    def test_starts_the_server_where_it_does_not_run_and_says_so(self, house):
        house.said("db", "start")
        house.said("db", "stop")
        assert not is_up(house)

        result = house.run("db", "url", "--role", "web")

        assert "platekeeper db stop" in result.stderr
        assert result.stdout.startswith("postgresql://web:")
        assert len(result.stdout.splitlines()) == 1
        assert is_up(house)
        assert house.run("db", "url", "--role", "web").stderr == ""

    def test_stays_the_same(self, house):
        assert house.said("db", "url", "--role", "owner") == house.said("db", "url", "--role", "owner")


class TestStartAndStop:
    def test_may_be_said_twice(self, house):
        for _ in range(2):
            assert "PostgreSQL runs on 127.0.0.1:" in house.said("db", "start")
        assert is_up(house)
        for _ in range(2):
            assert house.said("db", "stop") == "PostgreSQL is stopped."
        assert not is_up(house)

    def test_without_any_installation_stops_nothing(self):
        with installation() as fresh:
            assert fresh.said("db", "stop") == "PostgreSQL is stopped."

    @pytest.mark.parametrize("word", ["start", "stop"])
    def test_leaves_a_server_of_one_s_own_alone(self, word):
        with installation() as fresh:
            result = fresh.run("db", word, DATABASE_URL="postgresql://boss@127.0.0.1:1/police")

            assert result.returncode == 0
            assert "a server of your own" in result.stdout
            assert not (fresh.data / "postgres").exists()

    def test_of_the_server_keeps_what_was_written(self, house):
        with psycopg.connect(house.said("db", "url", "--role", "auditor")) as connection:
            connection.execute("SELECT record_event('', 'ledger.recovered', 'x', 'y', '{}')")
        house.said("db", "stop")

        with psycopg.connect(house.said("db", "url", "--role", "auditor")) as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger_entry WHERE event = 'ledger.recovered'"
            ).fetchone()
        assert row == (1,)


class TestFolder:
    def test_keeps_its_secrets_to_its_owner(self, house):
        secrets = house.data / "secrets"

        assert secrets.stat().st_mode & 0o077 == 0
        assert [file.name for file in secrets.iterdir() if file.stat().st_mode & 0o077] == []

    def test_has_a_password_of_its_own_for_every_role(self, house):
        with installation() as other:
            theirs = {other.said("db", "url", "--role", role).split("@")[0] for role in LOGIN_ROLES}

        ours = {house.said("db", "url", "--role", role).split("@")[0] for role in LOGIN_ROLES}
        assert len(ours | theirs) == 2 * len(LOGIN_ROLES)

    @pytest.mark.parametrize("method", ["superuser by password", "superuser by network", "trusted user"])
    def test_lets_nobody_in_by_the_back_door(self, method, house):
        house.said("db", "start")
        port = (house.data / "postgres" / "port").read_text()
        tried = {
            "superuser by password": f"host=127.0.0.1 port={port} user=postgres password=postgres dbname=postgres",
            "superuser by network": f"host=127.0.0.1 port={port} user=postgres dbname=platekeeper",
            "trusted user": f"host=127.0.0.1 port={port} user=owner dbname=platekeeper",
        }

        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(tried[method], connect_timeout=5)

    def test_has_a_database_log_without_statements(self, house):
        with (
            psycopg.connect(house.said("db", "url", "--role", "ingest"), autocommit=True) as connection,
            pytest.raises(psycopg.errors.InvalidTextRepresentation),
        ):
            connection.execute("SELECT '8ABC123'::integer")

        log = (house.data / "postgres" / "cluster" / "server.log").read_text()
        assert "SELECT" not in log


class TestVacuum:
    def test_leaves_no_byte_of_a_deleted_row_nor_of_its_statistics(self, house):
        cluster = house.data / "postgres" / "cluster"
        with psycopg.connect(house.said("db", "url", "--role", "owner"), autocommit=True) as owner:
            for table in ("emptied", "dropped"):
                owner.execute(
                    f"CREATE TABLE {table} AS SELECT '7VAC' || n AS plate FROM generate_series(100, 900) n"
                )
            owner.execute("DELETE FROM emptied")
            owner.execute("ANALYZE dropped")
            owner.execute("DROP TABLE dropped")

        said = house.said("db", "vacuum")

        assert "deleted before now" in said
        assert [path for path in cluster.rglob("*") if path.is_file() and b"7VAC" in path.read_bytes()] == []
