import contextlib
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from platekeeper.cli.ledger import Book, ledger
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.publication import LATEST
from platekeeper.ledger.verify import Note, verify

from .defects import FOLDER
from .defects import ledger as sound_ledger
from .simulator import LedgerSimulator, signing_key


class BookSimulator:
    """The office's ledger, without an office."""

    def __init__(self, simulator: LedgerSimulator) -> None:
        self.simulator = simulator

    def size(self) -> int:
        return len(self.simulator.entries)

    def entries(self, *, after=0, details=False):
        for stored in self.simulator.entries[after:]:
            yield stored if details else type(stored)(stored.entry, stored.leaf_hash, stored.chain_hash)

    def checkpoints(self):
        return list(self.simulator.checkpoints)

    def public_keys(self):
        return [*self.simulator.older_keys, self.simulator.key.public]

    def signing_key(self):
        return self.simulator.key

    def add_checkpoint(self, checkpoint):
        self.simulator.checkpoints.append(checkpoint)


@pytest.fixture
def book(monkeypatch) -> Book:
    simulator = BookSimulator(sound_ledger())
    office = SimpleNamespace(installed_book=lambda: contextlib.nullcontext(simulator))
    monkeypatch.setitem(sys.modules, "platekeeper.office.config.book", office)
    return simulator


def run(*arguments: object) -> Result:
    return CliRunner().invoke(ledger, [str(argument) for argument in arguments])


def verdict_on(output: bytes) -> str:
    return verify(output.splitlines(keepends=True), [signing_key().public]).sentence


class TestVerify:
    def test_refuses_a_changed_export_with_status_1(self):
        result = run("verify", FOLDER / "entry_changed.ndjson", "--key", FOLDER / "public.key")

        assert result.exit_code == 1
        assert result.stdout.startswith("Entry 7 of 2026-03-02 10:21 UTC was changed")

    def test_asks_for_a_key(self):
        result = run("verify", FOLDER / "sound.ndjson")

        assert result.exit_code == 2
        assert "--key" in result.stderr

    @pytest.mark.parametrize("option", ["--key", "--checkpoint"])
    @pytest.mark.parametrize("contents", [b"", b"\xff", b"something else"])
    def test_refuses_files_that_hold_neither_key_nor_checkpoint(self, option, contents, tmp_path):
        (tmp_path / "file").write_bytes(contents)

        result = run(
            "verify", FOLDER / "sound.ndjson", "--key", FOLDER / "public.key", option, tmp_path / "file"
        )

        assert isinstance(result.exception, LedgerError)
        assert "does not hold a" in str(result.exception)

    def test_refuses_a_ledger_that_forgot_what_somebody_kept(self):
        result = run(
            "verify", FOLDER / "truncated.ndjson", "--key", FOLDER / "public.key",
            "--checkpoint", FOLDER / "checkpoint_of_9.txt",
        )  # fmt: skip

        assert result.exit_code == 1
        assert "it was truncated" in result.stdout

    def test_accepts_a_sound_export(self):
        result = run("verify", FOLDER / "sound.ndjson", "--key", FOLDER / "public.key")

        assert result.exit_code == 0
        assert result.stdout.startswith("The ledger police.example.gov/platekeeper holds")

    def test_prints_json_for_scripts(self):
        result = run("verify", FOLDER / "entry_changed.ndjson", "--key", FOLDER / "public.key", "--json")

        verdict = json.loads(result.stdout)
        assert (verdict["holds"], verdict["check"], verdict["entry"]) == (False, "leaf hashes", 7)
        assert result.exit_code == 1

    def test_needs_no_office_for_an_export(self):
        program = (
            "import sys; sys.modules['platekeeper.office'] = None; sys.modules['django'] = None; "
            "from platekeeper.cli import main; main()"
        )
        command = [sys.executable, "-c", program, "ledger", "verify", FOLDER / "sound.ndjson", "--key"]

        result = subprocess.run(
            [*command, FOLDER / "public.key"], capture_output=True, text=True, check=False
        )

        assert result.returncode == 0, result.stderr

    def test_says_which_entries_nobody_vouches_for_yet(self, book):
        result = run("verify")

        assert "Entries 13 to 14 are chained but not signed yet" in result.stdout
        assert result.exit_code == 0

    def test_asks_on_request_that_every_entry_is_signed(self, book):
        assert run("verify", "--all-signed").exit_code == 3

        run("checkpoint")

        assert run("verify", "--all-signed").exit_code == 0

    def test_puts_a_fault_before_what_is_not_signed(self, book):
        book.simulator.change(7, actor="nobody")

        assert run("verify", "--all-signed").exit_code == 1

    def test_looks_at_the_installation_itself(self, book):
        assert run("verify").stdout.startswith(
            "The ledger police.example.gov/platekeeper holds: entries 1 to 12"
        )

        book.simulator.change(7, actor="nobody")

        assert "Entry 7" in run("verify").stdout

    def test_compares_the_installation_with_what_somebody_kept(self, book):
        del book.simulator.entries[7:]
        del book.simulator.checkpoints[1:]

        result = run("verify", "--checkpoint", FOLDER / "checkpoint_of_9.txt")

        assert result.exit_code == 1


class TestExport:
    def test_is_verified_elsewhere(self, book, tmp_path):
        run("export", "--output", tmp_path / "export.ndjson")

        assert run("verify", tmp_path / "export.ndjson", "--key", FOLDER / "public.key").exit_code == 0

    def test_leaves_details_out_on_request(self, book):
        whole, bare = run("export").stdout_bytes, run("export", "--no-details").stdout_bytes

        assert b"investigation" in whole
        assert b"investigation" not in bare
        assert "unchanged" in verdict_on(bare)

    def test_shows_one_agency(self, book):
        output = run("export", "--agency", "milpitas").stdout_bytes

        assert b"redondo-beach" not in output
        assert "11 entries are withheld" in verdict_on(output)

    def test_of_one_agency_shows_who_signs_now(self, book):
        book.simulator.rotate(signing_key("second"), agency="redondo-beach")
        run("checkpoint")

        output = run("export", "--agency", "milpitas").stdout_bytes

        assert "entries 1 to 15 are complete" in verdict_on(output)


class TestCheckpoint:
    def test_is_not_made_of_a_changed_ledger(self, book):
        book.simulator.change(13, actor="nobody")

        result = run("checkpoint")

        assert "Entry 13" in str(result.exception)
        assert len(book.checkpoints()) == 3

    def test_is_stored_printed_and_published(self, book, tmp_path):
        result = run("checkpoint", "--publish", tmp_path)

        note = Note.parsed(result.stdout)
        assert note.checkpoint.size == 14
        assert book.checkpoints()[-1].note == note
        assert Note.parsed((tmp_path / LATEST).read_text("utf-8")) == note

    def test_is_made_with_the_key_that_took_over(self, book):
        book.simulator.rotate(signing_key("second"))

        run("checkpoint")

        assert run("verify").exit_code == 0

    def test_can_be_the_first(self, book):
        book.simulator.checkpoints.clear()

        assert Note.parsed(run("checkpoint").stdout).checkpoint.size == 14


class TestProve:
    def test_is_refused_for_an_entry_that_is_not_there(self, book):
        assert "There is no entry 15" in str(run("prove", 15).exception)

    def test_is_refused_for_an_entry_that_nothing_signs(self, book):
        assert "No checkpoint counts entry 14" in str(run("prove", 14).exception)

    def test_shows_an_entry(self, book):
        output = run("prove", 7).stdout_bytes

        assert b"investigation" in output
        assert verdict_on(output).startswith("Entry 7 is in the ledger")

    def test_shows_a_hash_only(self, book):
        output = run("prove", 7, "--withheld").stdout_bytes

        assert b"access" not in output
        assert verdict_on(output).startswith("Entry 7 is in the ledger")

    def test_shows_that_nothing_was_changed_since(self, book):
        output = run("prove", 7, "--since").stdout_bytes

        assert "continues the checkpoint of 9" in verdict_on(output).replace(
            "that of 9", "the checkpoint of 9"
        )
