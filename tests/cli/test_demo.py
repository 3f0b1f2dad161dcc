"""`platekeeper demo` and its small commands: what it says, what it refuses, and that no password is built in."""

import re
import shutil

import psycopg
import pytest

from tests.functional.installation import Installation, installation, migrated
from tests.recognition.drawn import street_with
from tests.recognition.local_service import LocalService, serving
from tests.recognition.test_services import SNAPSHOT
from tests.recognition.test_sources import picture


def told(result) -> str:
    """Return the one sentence that a failed command said."""
    assert result.returncode != 0
    assert "Traceback" not in result.stderr + result.stdout
    (sentence,) = [line for line in result.stderr.strip().splitlines() if line]
    return sentence


@pytest.fixture(scope="module")
def house():
    with installation() as made:
        made.output = made.said("demo", "--no-serve", "--pictures", str(made.pictures("18")))  # type: ignore[attr-defined]
        yield made


class TestRefusal:
    @pytest.mark.parametrize("word", ["password", "code"])
    def test_of_a_person_whom_nobody_knows_names_some_who_are(self, word, house):
        assert "try officer.rb" in told(house.run("demo", word, "nobody.xx"))

    @pytest.mark.parametrize("word", ["password", "code"])
    def test_where_no_demonstration_was_ever_set_up(self, word):
        with installation() as fresh:
            assert "platekeeper demo" in told(fresh.run("demo", word, "officer.rb"))

    def test_of_people_who_are_no_demonstration_s(self, house: Installation):
        house.said(
            "agency", "add", "torrance", "--name", "Torrance", "--profile", "redondo-beach", "--by", "t"
        )
        given = ("--name", "Real One", "--title", "Detective", "--role", "detective", "--by", "t")
        house.said("person", "add", "torrance", "real.one", *given)

        assert "nobody called real.one" in told(house.run("demo", "password", "real.one"))

    def test_of_a_folder_that_there_is_not(self, house):
        missing = str(house.folder / "missing")

        sentence = told(house.run("demo", "--no-serve", "--pictures", missing))

        assert missing in sentence

    def test_of_a_stream_where_a_folder_is_asked_for(self, house):
        sentence = told(house.run("demo", "--no-serve", "--pictures", "rtsp://127.0.0.1/x"))

        assert "folder" in sentence


class TestDemo:
    def test_says_what_happened_and_whom_to_log_in_as(self, house):
        for expected in (
            "Pictures read",
            "Plates read",
            "Hits on hot lists",
            "Alerts raised",
            "http://127.0.0.1:8000/",
        ):
            assert expected in house.output
        people = re.findall(
            r"^  ([a-z-]+) .* (\S+)\s+((?:[a-z2-9]{4}-){3}[a-z2-9]{4})$", house.output, re.MULTILINE
        )
        assert len(people) == 15
        assert len({agency for agency, _, _ in people}) == 5
        assert len({password for _, _, password in people}) == 15

    def test_says_its_commands_as_they_can_be_typed(self, house):
        said = re.search(r"print the code of now: (\S+) demo code NAME$", house.output, re.MULTILINE)

        assert said is not None
        assert shutil.which(said[1])

    def test_builds_no_password_in(self, house):
        with migrated() as other:
            pictures = str(house.folder / "pictures-18")
            said = other.said("demo", "--no-serve", "--pictures", pictures)

        words = re.compile(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}")
        assert not set(words.findall(house.output)) & set(words.findall(said))

    def test_keeps_no_password_in_clear(self, house: Installation):
        password = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", house.output)[0]

        with house.connected("owner") as owner:
            kept = owner.execute("SELECT string_agg(p::text, ' ') FROM person p").fetchone()[0]
        assert password not in kept
        assert "argon2" in kept

    def test_prints_a_code_of_six_digits(self, house):
        assert re.fullmatch(r"\d{6}", house.said("demo", "code", "officer.rb"))

    def test_issues_a_new_password_each_time(self, house):
        assert house.said("demo", "password", "officer.rb") != house.said("demo", "password", "officer.rb")

    def test_stores_what_the_picture_shows(self, house: Installation):
        with house.connected("owner") as owner:
            rows = owner.execute(
                "SELECT a.slug, i.role FROM read r JOIN agency a ON a.id = r.agency_id"
                " LEFT JOIN image i ON i.read_id = r.id WHERE r.producer = 'demonstration' ORDER BY 1, 2"
            ).fetchall()
        assert rows == [("los-angeles", "plate")], "a Los Angeles picture: no scene is kept"

    def test_leaves_no_server_running(self, house: Installation):
        house.said("db", "stop")
        house.said("demo", "--no-serve", "--pictures", str(house.folder / "pictures-18"))

        port = (house.data / "postgres" / "port").read_text()
        with pytest.raises(psycopg.OperationalError, match="refused"):
            psycopg.connect(f"host=127.0.0.1 port={port} user=web dbname=platekeeper", connect_timeout=5)


class TestTake:
    def test_tells_what_names_nothing_and_what_a_service_fails_at_and_stores_the_rest(self, house, tmp_path):
        for name, text in (("a", "8ABC123"), ("b", "7XYZ482"), ("c", "3DEF567")):
            picture(tmp_path / f"{name}.png", street_with(text))
        with serving(LocalService(SNAPSHOT, failing=frozenset({1}))) as service:
            done = house.run(
                *("take", "--agency", "redondo-beach", "--camera", "rb-pch", "--engine", "platerecognizer"),
                *(str(tmp_path / "nothing.jpg"), str(tmp_path)),
                PLATEKEEPER_ENGINE_URL=service.address,
            )

        assert done.returncode == 1
        missing, failed = done.stderr.strip().splitlines()
        assert missing.startswith(f"{tmp_path / 'nothing.jpg'}: there is no such file or folder")
        assert failed.startswith(f"{tmp_path / 'b.png'}: the recognition service platerecognizer failed")
        assert done.stdout.startswith("2 reads are new")
