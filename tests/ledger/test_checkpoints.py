from dataclasses import replace
from datetime import timedelta

import pytest

from platekeeper.ledger.checkpoints import (
    BrokenLedgerError,
    SigningKey,
    StoredCheckpoint,
    UnannouncedKeyError,
    make_checkpoint,
    signature_holds,
)
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.verify import Head, Note, PublicKey, ed25519_holds, verify

from .simulator import LedgerSimulator, signing_key


def signed_ledger(count: int = 5) -> LedgerSimulator:
    simulator = LedgerSimulator()
    simulator.append_many(count)
    simulator.sign()
    return simulator


class TestSigningKey:
    @pytest.mark.parametrize("origin", ["", "two words", "a+b", "é", "line\n", "a" * 201])
    def test_is_refused_for_an_origin_that_cannot_stand_in_a_note(self, origin):
        with pytest.raises(LedgerError, match="cannot name a ledger"):
            SigningKey(origin, bytes(32))

    def test_signs_with_its_id_in_front(self):
        key = signing_key()

        blob = key.sign(b"message")

        assert blob[:4] == key.public.key_id
        assert ed25519_holds(key.public.raw, b"message", blob[4:])

    def test_is_public_as_one_line(self):
        line = signing_key().public.line

        assert PublicKey.parsed(line) == signing_key().public
        assert line.startswith("police.example.gov/platekeeper+")

    def test_check_refuses_a_key_of_another_length(self):
        assert not signature_holds(b"", b"message", bytes(64))


class TestMakeCheckpoint:
    @pytest.mark.parametrize("sequence", [1, 6, 9])
    def test_refuses_to_sign_a_changed_entry(self, sequence):
        simulator = LedgerSimulator()
        simulator.append_many(9)
        simulator.change(sequence, actor="nobody")

        with pytest.raises(BrokenLedgerError, match=f"Entry {sequence} of .* was changed") as refusal:
            simulator.sign()

        assert refusal.value.entry == sequence

    def test_refuses_to_sign_a_gap(self):
        simulator = signed_ledger()
        simulator.append_many(3)
        del simulator.entries[6]

        with pytest.raises(BrokenLedgerError, match=r"Entry 7 is missing"):
            simulator.sign()

    def test_refuses_to_go_on_from_another_edge(self):
        simulator = signed_ledger()
        simulator.checkpoints[0] = replace(simulator.checkpoints[0], edge=bytes(64))

        with pytest.raises(BrokenLedgerError, match="was changed in the database"):
            simulator.sign()

    def test_refuses_to_go_on_from_an_edge_of_another_size(self):
        simulator = signed_ledger()
        simulator.checkpoints[0] = replace(simulator.checkpoints[0], edge=b"")

        with pytest.raises(BrokenLedgerError, match="was changed in the database"):
            simulator.sign()

    def test_refuses_to_go_on_from_a_checkpoint_that_nobody_signed(self):
        simulator = signed_ledger()
        stored = simulator.checkpoints[0]
        simulator.checkpoints[0] = replace(stored, note=Note(stored.note.checkpoint, (bytes(68),)))

        with pytest.raises(BrokenLedgerError, match="not signed with a key of this ledger"):
            simulator.sign()

    def test_refuses_a_key_that_was_not_announced(self):
        simulator = signed_ledger()
        simulator.older_keys.append(simulator.key.public)
        simulator.key = signing_key("second")

        with pytest.raises(UnannouncedKeyError, match="append a ledger-key"):
            simulator.sign()

    def test_refuses_the_old_key_after_the_announcement(self):
        simulator = signed_ledger()
        old = simulator.key
        simulator.rotate(signing_key("second"))
        simulator.key = old

        with pytest.raises(UnannouncedKeyError):
            simulator.sign()

    def test_takes_the_announced_key(self):
        simulator = signed_ledger()
        simulator.rotate(signing_key("second"))
        simulator.sign()
        simulator.append()
        simulator.sign()
        simulator.rotate(signing_key("third"))
        simulator.sign()

        assert verify(simulator.export(), [simulator.first_key]).holds

    def test_takes_a_key_announced_before_the_first_checkpoint(self):
        simulator = LedgerSimulator()
        simulator.append()
        simulator.rotate(signing_key("second"))
        simulator.sign()

        assert verify(simulator.export(), [simulator.first_key]).holds

    def test_counts_the_entries_since_the_last(self):
        simulator = signed_ledger(5)
        simulator.append_many(8)

        checkpoint = simulator.sign()

        assert checkpoint.size == 13
        assert checkpoint.note.checkpoint.root == simulator.head(13).root()
        assert checkpoint.note.checkpoint.chain == simulator.entries[-1].chain_hash

    def test_is_never_dated_before_what_it_covers(self):
        simulator = signed_ledger()
        simulator.now -= timedelta(days=400)

        later = simulator.sign()

        assert later.made_at == simulator.checkpoints[0].made_at
        assert verify(simulator.export(), [simulator.first_key]).holds

    def test_of_nothing_can_be_signed(self):
        checkpoint = make_checkpoint(signing_key(), [], after=None, now=LedgerSimulator().now)

        assert checkpoint.size == 0
        assert checkpoint.head().root() == Head().root()

    def test_is_stamped_by_the_authority_there_is(self):
        class Authority:
            def stamp(self, message: bytes) -> bytes:
                return b"stamp of " + message

        now = LedgerSimulator().now

        checkpoint = make_checkpoint(signing_key(), [], after=None, now=now, authority=Authority())

        assert checkpoint.timestamp == b"stamp of " + checkpoint.note.text.encode()
        assert b'"timestamp":' in checkpoint.line()


class TestStoredCheckpoint:
    def test_comes_back_from_its_row(self):
        stored = signed_ledger().checkpoints[0]

        row = (stored.body, stored.signature, stored.edge, stored.timestamp)

        assert len(stored.signature) == 68
        assert StoredCheckpoint.restored(*row) == stored

    def test_is_refused_from_a_changed_row(self):
        stored = signed_ledger().checkpoints[0]

        with pytest.raises(BrokenLedgerError, match="not written as a signed checkpoint"):
            StoredCheckpoint.restored(stored.body.replace("\n5\n", "\nfive\n"), stored.signature, stored.edge)
