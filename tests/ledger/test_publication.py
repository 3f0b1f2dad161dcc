import pytest

from platekeeper.ledger.checkpoints import BrokenLedgerError
from platekeeper.ledger.publication import LATEST, publish
from platekeeper.ledger.verify import Note, PublicKey

from .defects import ledger
from .simulator import signing_key

KEY = signing_key().public


class TestPublish:
    def test_refuses_a_ledger_that_counts_less_than_what_is_published(self, tmp_path):
        older, newer = (stored.note for stored in ledger().checkpoints[:2])
        publish(tmp_path, newer, KEY)

        with pytest.raises(BrokenLedgerError, match=r"9 entries .* already published; this one counts 5"):
            publish(tmp_path, older, KEY)

        assert Note.parsed((tmp_path / LATEST).read_text("utf-8")) == newer

    @pytest.mark.parametrize("name", ["key-*.txt", "checkpoint-*.txt"])
    def test_refuses_to_write_over_what_was_published(self, name, tmp_path):
        note = ledger().checkpoints[0].note
        publish(tmp_path, note, KEY)
        (file,) = tmp_path.glob(name)
        file.write_text("something else", "utf-8")

        with pytest.raises(BrokenLedgerError, match="published with other contents"):
            publish(tmp_path, note, KEY)

    @pytest.mark.parametrize("contents", [b"something else", b"\xff"])
    def test_refuses_a_folder_whose_latest_checkpoint_is_none(self, contents, tmp_path):
        (tmp_path / LATEST).write_bytes(contents)

        with pytest.raises(BrokenLedgerError, match="not a checkpoint any more"):
            publish(tmp_path, ledger().checkpoints[0].note, KEY)

    def test_leaves_each_checkpoint_and_the_key_to_be_copied(self, tmp_path):
        folder = tmp_path / "public" / "ledger"
        notes = [stored.note for stored in ledger().checkpoints]

        files = [publish(folder, note, KEY) for note in notes]
        publish(folder, notes[-1], KEY)

        assert [Note.parsed(file.read_text("utf-8")) for file in files] == notes
        assert Note.parsed((folder / LATEST).read_text("utf-8")) == notes[-1]
        (key_file,) = folder.glob("key-*.txt")
        assert PublicKey.parsed(key_file.read_text("utf-8")) == KEY
        assert len(list(folder.iterdir())) == 5
