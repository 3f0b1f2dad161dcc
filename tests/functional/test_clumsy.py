"""Clumsy hands: each mistake gets one sentence with its remedy, exit status not 0, no traceback, nothing half done."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.functional.installation import COMMAND, free_port, installation, migrated


@pytest.fixture
def house():
    with installation() as made:
        yield made


@pytest.fixture
def ready():
    with migrated() as made:
        yield made


def told(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence that a failed command said."""
    assert result.returncode != 0
    assert "Traceback" not in result.stderr + result.stdout
    lines = [line for line in result.stderr.strip().splitlines() if line]
    assert len(lines) == 1, result.stderr
    return lines[0]


class TestStart:
    def test_on_a_used_port_names_the_remedy_and_touches_nothing(self, house):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()

            sentence = told(house.run("demo", "--port", str(taken.getsockname()[1])))

        assert "choose another with --port" in sentence
        assert not (house.data / "postgres").exists()

    def test_on_a_used_data_folder_is_refused_while_the_first_goes_on(self, ready):
        ready.start()

        sentence = told(ready.run("serve", "--port", str(free_port())))

        assert "already serves the data folder" in sentence
        assert ready.server.poll() is None

    def test_on_an_unwritable_place_says_so(self, house):
        (house.folder / "file").write_text("not a folder")

        sentence = told(house.run("db", "start", PLATEKEEPER_DATA=str(house.folder / "file" / "data")))

        assert "PLATEKEEPER_DATA" in sentence

    @pytest.mark.parametrize(
        "url",
        ["postgresql://nobody:x@127.0.0.1:1/nowhere", "postgresql://[bad", "mysql://a@b/c"],
        ids=["nobody-there", "no-address", "another-kind"],
    )
    def test_with_a_wrong_database_url_names_it(self, house, url):
        sentence = told(house.run("migrate", DATABASE_URL=url))

        assert "DATABASE_URL" in sentence

    @pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("mount"), reason="a small disk needs root to be mounted"
    )
    def test_on_a_full_disk_says_how_much_is_needed(self, house):
        small = house.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", str(small)], check=False)
        if mounted.returncode:
            pytest.skip("this machine mounts nothing")
        try:
            sentence = told(house.run("demo", "--no-serve", PLATEKEEPER_DATA=str(small / "data")))
        finally:
            subprocess.run(["umount", str(small)], check=True)

        assert "MB are free" in sentence


class TestPictures:
    def test_from_an_empty_folder_are_missed_in_words(self, house):
        empty = house.folder / "empty"
        empty.mkdir()

        result = house.run("demo", "--no-serve", "--pictures", str(empty))

        assert result.returncode != 0
        assert "Traceback" not in result.stderr
        assert str(empty) in result.stderr

    def test_that_are_none_are_told_and_the_others_read(self, ready):
        pictures = ready.pictures("18")
        (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")

        result = ready.run("demo", "--no-serve", "--pictures", str(pictures))

        assert "broken.jpg" in result.stderr
        assert "Traceback" not in result.stderr
        assert "1 / 0" in result.stdout


class TestInterruption:
    def test_in_the_middle_of_the_demonstration_leaves_a_folder_that_goes_on(self, house):
        pictures = house.pictures("01", "03", "18")
        command = [*COMMAND, "demo", "--no-serve", "--pictures", str(pictures)]
        running = subprocess.Popen(
            command, env=house.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        wait_for(house.data / "demo-pictures.json", running)

        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=120)
        again = house.run("demo", "--no-serve", "--pictures", str(pictures))

        assert running.returncode == 130
        assert "Traceback" not in stderr
        assert "Nothing is half done" in stderr
        assert again.returncode == 0, again.stderr
        with house.connected("owner") as connection:
            assert connection.execute(
                "SELECT count(*), count(DISTINCT id) FROM read WHERE producer = 'demonstration'"
            ).fetchone() == (3, 3)

    def test_of_the_server_is_clean(self, ready):
        ready.start()

        status = ready.stop(signal.SIGINT)

        assert status in {0, 130}
        ready.start()
        assert ready.stop(signal.SIGTERM) in {0, 143, -15}


class TestDatabaseOfOnesOwn:
    def test_serves_as_well_as_the_embedded_one(self, house):
        with installation() as other:
            # another server, with an owner who may make roles and owns an empty database
            other.said("db", "start")
            socket_folder = subprocess.run(
                [*COMMAND[:-1], SUPERUSER],
                env=other.environment(),
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()

            result = house.run("agency", "add", "torrance", "--name", "T", "--profile", "monrovia", "--by", "t",
                               DATABASE_URL=socket_folder)  # fmt: skip

            assert result.returncode == 0, result.stderr
            assert not (house.data / "postgres").exists()


# makes a fresh PostgreSQL database without our roles in it and prints its address
SUPERUSER = """
import psycopg
from platekeeper.office.config.database import Database
embedded = Database.located().embedded
with psycopg.connect(embedded.superuser_address(), autocommit=True) as connection:
    for role in ("ingest", "web", "custodian", "auditor", "gate"):
        connection.execute(f"DROP OWNED BY {role} CASCADE")
    connection.execute("DROP DATABASE platekeeper WITH (FORCE)")
    for role in ("ingest", "web", "custodian", "auditor", "gate", "owner"):
        connection.execute(f"DROP OWNED BY {role} CASCADE")
        connection.execute(f"DROP ROLE {role}")
    connection.execute("CREATE ROLE boss LOGIN CREATEROLE PASSWORD 'only here'")
    connection.execute("CREATE DATABASE police OWNER boss")
print(f"postgresql://boss:only%20here@127.0.0.1:{embedded.port}/police")
"""


def wait_for(path: Path, running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
