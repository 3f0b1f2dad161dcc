"""`platekeeper hotlist` against a real installation: what people type, and what they are told."""

import json
import secrets

import pytest
from click.testing import CliRunner

from platekeeper.cli.hotlist import hotlist
from platekeeper.errors import PlatekeeperError
from platekeeper.policy import Role

from ..people import a_person, an_agency
from .files import IN_FORCE, a_list_in_force, california, events_of, ncic, plates_in_force, written


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def admin(agency):
    return a_person(agency, Role.ADMINISTRATOR).username


def typed(*arguments, fails=False):
    """Return what a command prints; what it refuses with, where it is to fail."""
    done = CliRunner().invoke(hotlist, [str(argument) for argument in arguments])
    if fails:
        assert isinstance(done.exception, PlatekeeperError | SystemExit)
        return str(done.exception)
    assert done.exception is None, done.output
    return done.output


class TestLoad:
    def test_is_refused_to_whom_the_policy_does_not_name(self, owner, agency, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)
        file = written(tmp_path, "svs.tbl", california(*IN_FORCE, "9NEW001"))
        officer = a_person(agency, Role.DISPATCHER).username

        said = typed(
            "load", agency.slug, hot_list.name, file, "--layout", "ca-doj", "--by", officer, fails=True
        )

        assert "may not manage" in said
        assert plates_in_force(owner, hot_list) == list(IN_FORCE)

    def test_asks_a_person_about_a_drop_and_takes_the_answer(self, owner, agency, admin, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)
        file = written(tmp_path, "svs.tbl", california("8ABC123"))
        command = ("load", agency.slug, hot_list.name, file, "--layout", "ca-doj", "--by", admin)

        assert "let a person accept" in typed(*command, fails=True)
        assert "1 entries" in typed(*command, "--accept-drop")

        assert plates_in_force(owner, hot_list) == ["8ABC123"]
        assert events_of(owner, agency)[-1][1]["drop_accepted"] is True

    def test_says_that_the_same_file_changes_nothing(self, agency, admin, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)

        said = typed(
            "load",
            agency.slug,
            hot_list.name,
            tmp_path / "svs-first.tbl",
            "--layout",
            "ca-doj",
            "--by",
            admin,
        )

        assert "in force already" in said

    def test_takes_a_template(self, owner, agency, admin, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)
        template = written(
            tmp_path, "changes.toml",
            'name = "changes"\ntitle = "Changes"\nmode = "incremental"\n[[shapes]]\ndelimiter = ","\n'
            "fields = { action = 0, plate = 1, state = 2 }\n",
        )  # fmt: skip
        file = written(tmp_path, "today.csv", "A,9NEW001,CA\n")

        typed(
            "load", agency.slug, hot_list.name, file, "--template", template, "--category", "V", "--by", admin
        )

        assert plates_in_force(owner, hot_list) == [*IN_FORCE, "9NEW001"]


class TestWatch:
    def test_puts_files_away_by_what_became_of_them(self, owner, agency, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)
        folder = tmp_path / "arriving"
        folder.mkdir()
        for name, content in (
            ("svs-1.tbl", california("8ABC123", total=72)),
            ("svs-2.tbl", california(*IN_FORCE, "9NEW001")),
            ("svs-3.tbl.part", california("8ABC123")),
        ):
            written(folder, name, content)

        watch = (
            "watch",
            agency.slug,
            hot_list.name,
            folder,
            "--layout",
            "ca-doj",
            "--once",
            "--every",
            "0.1",
        )
        assert typed(*watch, fails=True) == "1"

        there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        assert there == {"svs-3.tbl.part", "done/svs-2.tbl", "refused/svs-1.tbl", "refused/svs-1.tbl.txt"}
        assert plates_in_force(owner, hot_list) == [*IN_FORCE, "9NEW001"]

    def test_is_no_person_who_could_accept_a_drop(self, owner, agency, tmp_path):
        hot_list = a_list_in_force(agency, tmp_path)
        folder = tmp_path / "arriving"
        folder.mkdir()
        written(folder, "svs.tbl", california("8ABC123"))

        typed(
            "watch",
            agency.slug,
            hot_list.name,
            folder,
            "--layout",
            "ca-doj",
            "--once",
            "--every",
            "0.1",
            fails=True,
        )

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)


class TestAddAndStatus:
    def test_of_an_agency_tell_what_is_in_force(self, agency, admin, tmp_path):
        name = f"NCIC {secrets.token_hex(4)}"
        typed("add", agency.slug, name, "--source", "FBI", "--authority", "User agreement", "--by", admin)
        text = "".join(f"{line}\n" for line in (ncic("8ABC123"), ncic("7XYZ890", "N123456789")))
        file = written(tmp_path, "ncic.txt", text)
        typed("load", agency.slug, name, file, "--layout", "ncic-fixed", "--by", admin)

        (status,) = json.loads(typed("status", agency.slug, "--json"))
        shown = typed("status", agency.slug)

        assert (status["entries"], status["excluded"], status["stale"]) == (1, {"N": 1}, "")
        assert "1 N (immigration violator)" in shown
        assert "not stale" in shown

    def test_of_a_list_without_a_file_fail(self, agency, admin):
        typed("add", agency.slug, "NCIC", "--source", "FBI", "--authority", "User agreement", "--by", admin)

        assert typed("status", agency.slug, fails=True) == "3"

    def test_of_an_agency_without_lists_say_so(self, agency):
        assert "There is no list yet" in typed("status", agency.slug)
