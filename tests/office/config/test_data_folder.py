"""The data folder: its owner's alone, secrets made once, one holder of a lock, sentences for what cannot be."""

import os
import shutil
import subprocess
import sys
import threading
from collections import namedtuple

import pytest

from platekeeper.office.config.data_folder import NEEDED_BYTES, DataFolder, DataFolderError

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(tmp_path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.prepare()
    return made


class TestPreparing:
    def test_is_refused_where_a_file_stands_in_the_way(self, tmp_path):
        (tmp_path / "data").write_text("a file")

        with pytest.raises(DataFolderError, match="PLATEKEEPER_DATA"):
            DataFolder(tmp_path / "data").prepare()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_is_refused_where_nothing_may_be_written(self, tmp_path):
        tmp_path.chmod(0o500)

        with pytest.raises(DataFolderError, match="make it writable"):
            DataFolder(tmp_path / "data").prepare()

    @pytest.mark.parametrize("free", [0, NEEDED_BYTES - 1])
    def test_is_refused_on_a_disk_with_too_little_room(self, free, tmp_path, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - free, free))

        with pytest.raises(DataFolderError, match="free some space or name another folder"):
            DataFolder(tmp_path / "data").prepare()

    def test_is_harmless_to_repeat(self, folder):
        secret = folder.secret("master.key")

        folder.prepare()

        assert folder.secret("master.key") == secret

    def test_lets_nobody_else_list_it(self, folder):
        assert folder.path.stat().st_mode & 0o077 == 0o011
        assert (folder.path / "secrets").stat().st_mode & 0o077 == 0


class TestSecrets:
    def test_are_random_and_of_their_length(self, folder):
        names = [f"key-{number}" for number in range(20)]

        assert len({folder.secret(name) for name in names}) == 20
        assert len(folder.secret("long", length_bytes=64)) == 64

    def test_are_readable_by_their_owner_alone(self, folder):
        folder.secret("master.key")
        folder.password("web")

        modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path / "secrets").iterdir()}
        assert modes == {"master.key": 0o600, "web.password": 0o600}

    def test_asked_for_at_once_are_the_first_one_s_for_all(self, folder):
        gate, given = threading.Barrier(8), []

        def ask() -> None:
            gate.wait()
            given.append(folder.secret("master.key"))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(given) == 8
        assert set(given) == {(folder.path / "secrets" / "master.key").read_bytes()}
        assert [path.name for path in (folder.path / "secrets").iterdir()] == ["master.key"], (
            "no draft is left"
        )

    def test_of_roles_are_words_that_an_address_can_hold(self, folder):
        assert all(char.isalnum() or char in "-_" for char in folder.password("web"))
        assert folder.password("web") == folder.password("web") != folder.password("ingest")


class TestLock:
    def test_is_held_by_one(self, folder):
        with (
            folder.held("serve", "Somebody serves."),
            pytest.raises(DataFolderError, match=r"Somebody serves\."),
            folder.held("serve", "Somebody serves."),
        ):
            pass

    def test_is_free_again_afterwards(self, folder):
        for _ in range(2):
            with folder.held("serve", "Somebody serves."):
                pass

    def test_ends_with_its_holder_however_that_ends(self, folder):
        holding = (
            "import sys, time; from pathlib import Path; from platekeeper.office.config.data_folder import DataFolder\n"
            "with DataFolder(Path(sys.argv[1])).held('serve', 'x'): print('held', flush=True); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", holding, str(folder.path)], stdout=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(DataFolderError), folder.held("serve", "x"):
                pass
            holder.kill()

        with folder.held("serve", "x"):
            pass


class TestLocation:
    def test_is_what_the_environment_names(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PLATEKEEPER_DATA", str(tmp_path / "elsewhere"))

        assert DataFolder.located().path == tmp_path / "elsewhere"

    def test_named_relatively_is_made_absolute(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PLATEKEEPER_DATA", "here")

        assert DataFolder.located().path == tmp_path / "here"
