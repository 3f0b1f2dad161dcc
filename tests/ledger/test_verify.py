import ast
import functools
import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.ledger import verify
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.ledger.exports import consistency_proof, inclusion_proof

from .defects import FOLDER, VECTORS, held_note, ledger
from .simulator import LedgerSimulator, signing_key

KEY = signing_key().public
HEADER = ledger().export()[0]


def verdict_on(
    lines: list[bytes], *held: verify.Note, keys: tuple[verify.PublicKey, ...] = (KEY,)
) -> verify.Verdict:
    return verify.verify(lines, keys, held, signature_holds=signature_holds)


def proofs() -> list[list[bytes]]:
    return [list(proof) for proof in _proofs()]


@functools.cache
def _proofs() -> list[list[bytes]]:
    simulator = ledger()
    leaves = [stored.leaf_hash for stored in simulator.entries]
    notes = [stored.note for stored in simulator.checkpoints]
    return [
        inclusion_proof(simulator.entries[6], leaves, notes[2], withheld=False),
        inclusion_proof(simulator.entries[6], leaves, notes[1], withheld=True),
        consistency_proof(notes[0], notes[2], leaves),
        consistency_proof(notes[1], notes[2], leaves),
    ]


class TestVectors:
    @pytest.mark.parametrize("name", VECTORS)
    def test_are_judged_by_their_defect(self, name):
        vector = VECTORS[name]
        lines = (FOLDER / f"{name}.ndjson").read_bytes().splitlines(keepends=True)

        verdict = verdict_on(lines, *([held_note()] if vector.held else []))

        assert (verdict.check, verdict.entry) == (vector.check, vector.entry)
        assert verdict.holds == (vector.check is None)
        assert verdict.sentence[0].isupper()
        assert verdict.sentence.endswith(".")
        if vector.entry is not None and vector.check not in {"consistency", "range"}:
            assert str(vector.entry) in verdict.sentence

    @pytest.mark.parametrize("name", VECTORS)
    def test_are_byte_for_byte_what_is_made_today(self, name):
        assert (FOLDER / f"{name}.ndjson").read_bytes() == b"".join(VECTORS[name].make())

    def test_are_all_listed(self):
        assert {path.stem for path in FOLDER.glob("*.ndjson")} == set(VECTORS)


class TestExport:
    def test_is_refused_with_another_key(self):
        verdict = verdict_on(ledger().export(), keys=(signing_key("other").public,))

        assert verdict.check == "signature"
        assert "compare both with what the agency publishes" in verdict.sentence

    def test_is_judged_with_whichever_given_key_it_names(self):
        assert verdict_on(ledger().export(), keys=(signing_key("other").public, KEY)).holds

    def test_vouches_only_for_what_its_checkpoints_count(self):
        # whoever hands over an export can leave the later checkpoints out and write its end anew
        lines = [line for line in ledger().export() if b"checkpoint" not in line or b"\\n5\\n" in line]

        verdict = verdict_on(lines)

        assert (verdict.holds, verdict.signed, verdict.last) == (True, 5, 14)
        assert "entries 1 to 5 are complete, in order and unchanged" in verdict.sentence
        assert (
            "Entries 6 to 14 are chained but not signed yet: nobody vouches for what no checkpoint counts."
            in verdict.sentence
        )

    @given(st.data())
    @settings(max_examples=300)
    def test_with_any_bit_flipped_does_not_hold(self, data):
        simulator = LedgerSimulator()
        simulator.append(actor='"Zoë"\n', details="{}")
        simulator.sign()
        simulator.append(agency="", details="")
        export = bytearray(b"".join(simulator.export()))
        position = data.draw(st.integers(0, len(export) * 8 - 1))

        export[position // 8] ^= 1 << position % 8

        assert not verdict_on(bytes(export).splitlines(keepends=True)).holds

    @given(st.lists(st.binary(max_size=200), max_size=5))
    def test_of_any_bytes_gives_a_verdict(self, lines):
        assert not verdict_on(lines).holds
        assert not verdict_on([HEADER, *lines]).holds

    @pytest.mark.parametrize(
        "line",
        [
            b"[" * 100_000 + b"\n",
            b'{"a":' * 100_000 + b"\n",
            b'{"checkpoint":' + b"[" * 100_000 + b"\n",
            b'{"sequence":' + b"9" * 5000 + b"\n",
            b'{"checkpoint":' + b"9" * 5000 + b"}\n",
            b'{"checkpoint":NaN}\n',
            b'{"checkpoint":"\\ud800"}\n',
            b'{"checkpoint":"a","timestamp":"?"}\n',
        ],
    )
    def test_of_hostile_json_gives_a_verdict(self, line):
        assert not verdict_on([line]).holds
        assert not verdict_on([HEADER, line]).holds

    def test_says_what_it_covers(self):
        verdict = verdict_on(ledger().export(agency="redondo-beach"))

        assert verdict.sentence.startswith(f"The ledger {KEY.origin} holds: entries 1 to 12 are complete")
        assert (verdict.first, verdict.last, verdict.signed, verdict.checkpoints) == (1, 14, 12, 3)
        assert verdict.withheld == 3

    def test_shows_withheld_entries_to_nobody(self):
        text = b"".join(ledger().export(agency="redondo-beach")).decode()

        assert "milpitas" not in text

    def test_with_a_withheld_entry_exchanged_does_not_hold(self):
        lines = ledger().export(agency="milpitas")
        record = json.loads(lines[1])
        record["leaf_hash"] = "00" * 32

        lines[1] = verify.line_of(record)

        assert verdict_on(lines).check == "links"

    def test_counts_time_stamps_that_nobody_checked(self):
        lines = ledger().export()
        lines[6] = ledger().checkpoints[0].note.line(b"token")

        verdict = verdict_on(lines)

        assert verdict.timestamps == 1
        assert "1 time stamps were not checked here" in verdict.sentence

    @pytest.mark.parametrize("genuine", [True, False])
    def test_has_its_time_stamps_checked_by_who_can(self, genuine):
        lines = ledger().export()
        lines[6] = ledger().checkpoints[0].note.line(b"token")
        asked = []

        def holds(message: bytes, token: bytes) -> bool:
            asked.append((message, token))
            return genuine

        verdict = verify.verify(lines, [KEY], timestamp_holds=holds)

        assert verdict.holds == genuine
        assert verdict.check == (None if genuine else "time")
        assert asked == [(ledger().checkpoints[0].note.text.encode(), b"token")]

    def test_takes_held_checkpoints_in_any_order(self):
        notes = [stored.note for stored in ledger().checkpoints]

        assert verdict_on(ledger().export(), *reversed(notes)).holds

    def test_accepts_a_checkpoint_with_a_witness_beside_the_ledgers_signature(self):
        simulator = ledger()
        note = simulator.checkpoints[0].note
        witness = signing_key("witness").sign(note.checkpoint.body.encode())
        lines = simulator.export()

        lines[6] = note._replace(signatures=(witness, *note.signatures)).line()

        assert verdict_on(lines).holds


class TestProof:
    @pytest.mark.parametrize("number", range(4))
    def test_holds(self, number):
        verdict = verdict_on(proofs()[number])

        assert verdict.holds, verdict.sentence
        assert verdict.signed in {9, 12}

    def test_shows_no_contents_where_withheld(self):
        text = b"".join(proofs()[1]).decode()

        assert "jones" not in text
        assert "access" not in text

    @given(st.integers(0, 3), st.data())
    @settings(max_examples=300)
    def test_with_any_bit_flipped_does_not_hold(self, number, data):
        proof = bytearray(b"".join(proofs()[number]))
        position = data.draw(st.integers(0, len(proof) * 8 - 1))

        proof[position // 8] ^= 1 << position % 8

        assert not verdict_on(bytes(proof).splitlines(keepends=True)).holds

    def test_is_refused_with_another_key(self):
        assert verdict_on(proofs()[0], keys=(signing_key("other").public,)).check == "signature"

    def test_is_refused_for_an_entry_beyond_the_checkpoint(self):
        lines = proofs()[0]
        lines[2] = ledger().checkpoints[0].line()

        assert verdict_on(lines).check == "range"

    def test_is_refused_for_another_entry(self):
        lines = proofs()[0]
        lines[1] = ledger().entries[7].line(chained=False)

        assert verdict_on(lines).check == "root"

    def test_is_refused_with_an_entry_as_an_export_writes_it(self):
        lines = proofs()[0]
        lines[1] = ledger().entries[6].line()

        assert verdict_on(lines).check == "canonical bytes"

    def test_is_refused_with_a_path_of_another_length(self):
        lines = proofs()[0]
        record = json.loads(lines[0])
        record["path"].append("00" * 32)
        lines[0] = verify.line_of(record)

        assert verdict_on(lines).check == "consistency"

    @pytest.mark.parametrize("path", [5, [5] * 4, ["00"] * 4, None])
    def test_is_refused_with_a_path_that_is_none(self, path):
        lines = proofs()[0]
        lines[0] = verify.line_of({"format": verify.INCLUSION_FORMAT, "path": path})

        assert verdict_on(lines).check == "consistency"

    def test_is_refused_backwards(self):
        head, older, newer = proofs()[2]

        assert verdict_on([head, newer, older]).check == "range"

    def test_is_refused_between_two_ledgers(self):
        simulator = LedgerSimulator(signing_key("first", "elsewhere.example.gov"))
        simulator.append_many(5)
        older = simulator.sign().line()
        head, _, newer = proofs()[2]

        assert verdict_on([head, older, newer], keys=(KEY, simulator.first_key)).check == "range"

    def test_is_refused_for_a_rewritten_ledger(self):
        simulator = LedgerSimulator()
        simulator.append(actor="somebody else")
        simulator.append_many(4)
        older = simulator.sign().line()
        head, _, newer = proofs()[2]

        assert verdict_on([head, older, newer]).check == "consistency"

    @pytest.mark.parametrize("count", [1, 2, 4])
    def test_is_refused_with_lines_missing_or_added(self, count):
        lines = [*proofs()[0], b"\n"][:count]

        assert verdict_on(lines).check == "canonical bytes"


class TestStandAloneFile:
    def run(self, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
        shutil.copy(verify.__file__, folder / "verify.py")
        return subprocess.run(
            [sys.executable, "-I", "-S", "verify.py", *map(str, arguments)],
            cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip

    @pytest.mark.parametrize("name", ["sound", "entry_changed", "checkpoint_wrong_key", "truncated"])
    def test_says_the_same_with_python_alone(self, name, tmp_path):
        lines = (FOLDER / f"{name}.ndjson").read_bytes().splitlines(keepends=True)
        expected = verdict_on(lines, held_note())

        result = self.run(
            FOLDER / f"{name}.ndjson", "--key", FOLDER / "public.key",
            "--checkpoint", FOLDER / "checkpoint_of_9.txt", folder=tmp_path,
        )  # fmt: skip

        assert result.stdout == f"{expected.sentence}\n"
        assert result.returncode == (0 if expected.holds else 1)
        assert result.stderr == ""

    def test_checks_proofs(self, tmp_path):
        (tmp_path / "proof.ndjson").write_bytes(b"".join(proofs()[0]))

        result = self.run("proof.ndjson", "--key", FOLDER / "public.key", folder=tmp_path)

        assert result.stdout.startswith("Entry 7 is in the ledger")

    def test_needs_nothing_newer_than_python_3_9(self):
        source = Path(verify.__file__).read_text("utf-8")

        tree = ast.parse(source, feature_version=(3, 9))

        imported = {
            name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        }
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


class TestCommand:
    def test_names_a_file_that_cannot_be_read(self, capsys):
        status = verify.main(["absent.ndjson", "--key", str(FOLDER / "public.key")])

        assert status == 1
        assert "Nothing was verified" in capsys.readouterr().out

    def test_names_a_key_file_that_holds_none(self, tmp_path, capsys):
        key = tmp_path / "public.key"
        key.write_text("police.example.gov+00000000+AAAA\n", "utf-8")

        status = verify.main([str(FOLDER / "sound.ndjson"), "--key", str(key)])

        assert status == 1
        assert "does not hold a ledger's public key" in capsys.readouterr().out

    def test_accepts_a_sound_export(self, capsys):
        assert verify.main([str(FOLDER / "sound.ndjson"), "--key", str(FOLDER / "public.key")]) == 0
        assert "holds" in capsys.readouterr().out

    def test_runs_as_a_script(self, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["verify.py", "absent", "--key", "absent"])

        with pytest.raises(SystemExit, match="1"):
            runpy.run_path(verify.__file__, run_name="__main__")

    def test_refuses_a_line_without_end(self, tmp_path, monkeypatch):
        monkeypatch.setattr(verify, "LONGEST_LINE_BYTES", 1000)
        export = tmp_path / "export.ndjson"
        export.write_bytes((FOLDER / "sound.ndjson").read_bytes() + b'{"sequence":15' + b" " * 5000)

        assert verify.main([str(export), "--key", str(FOLDER / "public.key")]) == 1


class TestNote:
    @pytest.mark.parametrize(
        ("old", "new"),
        [("\n9\n", "\n09\n"), ("2026-", "26-"), ("=\n", "\n"), ("— ", "- "), ("gov", "g v"), ("\n\n", "\n")],
    )
    def test_is_read_in_one_spelling_only(self, old, new):
        text = held_note().text
        assert old in text

        with pytest.raises(verify.Fault, match="not written as a signed checkpoint"):
            verify.Note.parsed(text.replace(old, new, 1))

    def test_is_signed_by_nobody_without_a_signature(self):
        note = verify.Note.parsed(held_note()._replace(signatures=()).text)

        assert not note.is_signed_by(KEY, signature_holds)

    def test_comes_back_from_its_text(self):
        assert verify.Note.parsed(held_note().text) == held_note()


class TestPublicKey:
    def test_comes_back_from_its_line(self):
        assert verify.PublicKey.parsed(f" {KEY.line}\n") == KEY

    @given(st.integers(0, len(KEY.line) - 1), st.integers(0, 6))
    def test_with_any_bit_flipped_is_none(self, position, bit):
        damaged = KEY.line[:position] + chr(ord(KEY.line[position]) ^ 1 << bit) + KEY.line[position + 1 :]

        if damaged.strip() != KEY.line:
            with pytest.raises(verify.Fault):
                verify.PublicKey.parsed(damaged)

    @pytest.mark.parametrize("text", ["", "+", "é+00000000+AAAA", "a+b+c"])
    def test_is_not_just_anything(self, text):
        with pytest.raises(verify.Fault):
            verify.PublicKey.parsed(text)


class TestAnnouncedKey:
    def test_is_none_of_another_ledger(self):
        foreign = signing_key("second", "elsewhere.example.gov").public

        assert verify.announced_key(signing_key().announce(foreign), KEY, signature_holds) is None

    @pytest.mark.parametrize("subject", ["", "x y", f"{KEY.line} AAAA", f"{KEY.line}"])
    def test_is_none_in_other_words(self, subject):
        assert verify.announced_key(subject, KEY, signature_holds) is None
