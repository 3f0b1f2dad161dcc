import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.evidence import verify as verifier
from platekeeper.evidence.verify import MANIFESTS, PROOFS, SEAL, TAG_MANIFESTS, Zip, main, verify, verify_path
from platekeeper.ledger import verify as ledger_verifier
from platekeeper.ledger.checkpoints import signature_holds

from ..ledger.simulator import signing_key
from .boxes import NUMBER, a_folder, a_zip, verdict_of

ZIP = a_zip()
NAMES = Zip(io.BytesIO(ZIP))
NAMES.names()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return a_folder(tmp_path_factory.mktemp("boxes") / "package")


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "package"))


def flipped(content: bytes, place: int, bit: int = 0) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)


def found(path: Path):
    return verify_path(path, signature_holds=signature_holds)


class TestFolder:
    @pytest.mark.parametrize("name", sorted(NAMES.names()))
    def test_a_changed_byte_is_found_and_its_file_named(self, folder, name):
        path = folder / name
        content = path.read_bytes()
        for place in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1}):
            path.write_bytes(flipped(content, place))

            verdict = found(folder)

            assert not verdict.holds
            assert verdict.file == name
            assert name in verdict.sentence

    @pytest.mark.parametrize("name", sorted(NAMES.names()))
    def test_a_missing_file_is_named(self, folder, name):
        (folder / name).unlink()

        verdict = found(folder)

        assert (verdict.holds, verdict.file) == (False, name)

    @pytest.mark.parametrize(
        "name", ["data/reads/1/other.jpg", "data/reads/2/read.json", "notes.txt", ".hidden"]
    )
    def test_an_added_file_is_named(self, folder, name):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")

        verdict = found(folder)

        assert (verdict.holds, verdict.file) == (False, name)
        assert "added" in verdict.sentence

    def test_a_link_is_named(self, folder):
        (folder / "data" / "reads" / "1" / "link").symlink_to("/etc/hostname")

        assert found(folder).file == "data/reads/1/link"

    def test_a_file_listed_anew_in_all_lists_is_found(self, folder):
        (folder / "data" / "reads" / "1" / "read.json").write_bytes(b"{}")
        (folder / MANIFESTS[0]).write_text((folder / MANIFESTS[0]).read_text().replace("a", "b"))

        assert not found(folder).holds

    def test_is_no_package(self, tmp_path):
        assert found(tmp_path).sentence == f"{SEAL} is missing."

    def test_holds(self, folder):
        verdict = found(folder)

        assert verdict.holds
        assert verdict.package == NUMBER
        assert "compare it with what the agency publishes" in verdict.sentence


class TestKey:
    def test_another_key_is_refused(self, folder):
        verdict = verify_path(folder, [signing_key("second").public], signature_holds=signature_holds)

        assert (verdict.holds, verdict.check) == (False, "seal")

    def test_the_agencys_key_is_said_to_be_the_one_given(self, folder):
        verdict = verify_path(folder, [signing_key().public], signature_holds=signature_holds)

        assert "the key that you gave" in verdict.sentence


class TestZip:
    @given(st.integers(0, len(ZIP) - 1), st.integers(0, 7))
    @settings(max_examples=300, deadline=None)
    def test_any_changed_bit_is_found_and_a_file_named(self, place, bit):
        verdict = verdict_of(flipped(ZIP, place, bit))

        assert not verdict.holds
        assert verdict.file

    @given(st.integers(0, len(ZIP) - 1))
    @settings(max_examples=40, deadline=None)
    def test_a_shortened_archive_is_found(self, size):
        assert not verdict_of(ZIP[:size]).holds

    @pytest.mark.parametrize("added", [b"\0", b"PK\x05\x06" + bytes(18)])
    def test_something_behind_the_archive_is_found(self, added):
        assert not verdict_of(ZIP + added).holds

    def test_something_before_the_archive_is_found(self):
        assert not verdict_of(b"MZ" + ZIP).holds

    def test_holds_and_every_reader_of_zips_opens_it(self, tmp_path):
        with zipfile.ZipFile(io.BytesIO(ZIP)) as archive:
            assert archive.testzip() is None
            archive.extractall(tmp_path)

        assert verdict_of(ZIP).holds
        assert found(tmp_path).holds


class TestProofs:
    def test_an_entry_of_another_ledger_is_named(self, folder):
        assert (folder / PROOFS).read_bytes().count(b"\n") == 3

    def test_lists_are_not_trusted_to_be_well_formed(self, folder):
        for name in TAG_MANIFESTS:
            (folder / name).write_bytes(b"\xff not a list")

        assert found(folder).file in TAG_MANIFESTS


class TestAlone:
    """The two files that each package carries, on a machine without Platekeeper."""

    @pytest.fixture
    def alone(self, folder, tmp_path) -> list[str]:
        for module, name in ((verifier, "verify.py"), (ledger_verifier, "ledger_verify.py")):
            shutil.copyfile(module.__file__, tmp_path / name)
        return [sys.executable, "-E", "-s", "-S", str(tmp_path / "verify.py"), str(folder)]

    def ran(self, command):
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_names_a_changed_file(self, alone, folder):
        (folder / "README.txt").write_bytes(b"Read me!\n")

        done = self.ran(alone)

        assert (done.returncode, done.stdout) == (1, "README.txt was changed.\n")

    def test_says_what_it_cannot_read(self, alone, tmp_path):
        done = self.ran([*alone[:-1], str(tmp_path / "nothing")])

        assert done.returncode == 1
        assert done.stdout.startswith("Nothing was verified")

    def test_holds(self, alone):
        done = self.ran(alone)

        assert done.returncode == 0, done.stderr
        assert NUMBER in done.stdout


class TestMain:
    def test_refuses_what_is_no_key(self, folder, capsys):
        assert main([str(folder), "--key", str(folder / "README.txt")]) == 1
        assert "public key" in capsys.readouterr().out

    def test_says_which_file_it_cannot_read(self, folder, capsys):
        assert main([str(folder), "--key", str(folder / "no.key")]) == 1
        assert "cannot be read" in capsys.readouterr().out

    def test_verifies_with_the_slow_signatures_of_pure_python(self, folder, capsys):
        assert main([str(folder)]) == 0
        assert "complete and unchanged" in capsys.readouterr().out


def test_a_seal_nested_without_end_is_no_traceback(folder):
    lines = (folder / SEAL).read_bytes().splitlines(keepends=True)
    record = json.loads(lines[1]) | {"details": "[" * 200_000}
    (folder / SEAL).write_bytes(lines[0] + ledger_verifier.line_of(record) + lines[2])

    assert found(folder).file == SEAL


def test_a_package_without_a_container_is_no_traceback():
    assert not verify(Zip(io.BytesIO(b""))).holds
