import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.ledger.checkpoints import BrokenLedgerError, signature_holds
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.exports import consistency_proof, export, inclusion_proof, inclusion_proofs
from platekeeper.ledger.verify import verify

from .defects import ledger
from .simulator import LedgerSimulator, signing_key

KEY = signing_key().public


def grown(*sizes: int) -> LedgerSimulator:
    simulator = LedgerSimulator()
    for size in sizes:
        simulator.append_many(size - len(simulator.entries))
        simulator.sign()
    return simulator


class TestInclusionProof:
    def test_is_refused_beyond_the_checkpoint(self):
        simulator = ledger()

        with pytest.raises(LedgerError, match="does not reach entry 13"):
            inclusion_proof(simulator.entries[12], [], simulator.checkpoints[2].note, withheld=False)

    def test_is_refused_from_other_leaves(self):
        simulator = ledger()
        leaves = [bytes(32)] * 12

        with pytest.raises(BrokenLedgerError, match="another root"):
            inclusion_proof(simulator.entries[1], leaves, simulator.checkpoints[2].note, withheld=False)

    def test_is_refused_from_too_few_leaves(self):
        simulator = ledger()

        with pytest.raises(BrokenLedgerError, match="another root"):
            inclusion_proof(simulator.entries[1], [], simulator.checkpoints[2].note, withheld=False)

    @given(st.integers(1, 40), st.data())
    @settings(max_examples=60)
    def test_holds_for_every_entry_of_every_tree(self, size, data):
        simulator = grown(size)
        stored = data.draw(st.sampled_from(simulator.entries))
        leaves = [entry.leaf_hash for entry in simulator.entries]

        proof = inclusion_proof(
            stored, leaves, simulator.checkpoints[0].note, withheld=data.draw(st.booleans())
        )

        assert verify(proof, [KEY], signature_holds=signature_holds).holds

    def test_reads_no_more_leaves_than_it_needs(self):
        simulator = grown(5)
        leaves = itertools.chain(
            (stored.leaf_hash for stored in simulator.entries), itertools.repeat(bytes(32))
        )

        proof = inclusion_proof(simulator.entries[4], leaves, simulator.checkpoints[0].note, withheld=True)

        assert verify(proof, [KEY]).holds


class TestConsistencyProof:
    def test_is_refused_backwards(self):
        older, newer = (stored.note for stored in ledger().checkpoints[:2])

        with pytest.raises(LedgerError, match="name the older one first"):
            consistency_proof(newer, older, [])

    def test_is_refused_from_nothing(self):
        simulator = grown(0, 3)

        with pytest.raises(LedgerError, match="name the older one first"):
            consistency_proof(*(stored.note for stored in simulator.checkpoints), [])

    @given(st.integers(1, 40), st.integers(0, 40))
    @settings(max_examples=60)
    def test_holds_between_every_two_trees(self, older, more):
        simulator = grown(older, older + more)
        leaves = [entry.leaf_hash for entry in simulator.entries]

        proof = consistency_proof(*(stored.note for stored in simulator.checkpoints), leaves)

        assert verify(proof, [KEY], signature_holds=signature_holds).holds


class TestExport:
    @given(st.lists(st.integers(0, 6), max_size=5), st.integers(0, 5))
    @settings(max_examples=40)
    def test_holds_wherever_checkpoints_stand(self, growth, unsigned):
        simulator = grown(*itertools.accumulate([1, *growth]))
        simulator.append_many(unsigned)

        verdict = verify(simulator.export(), [KEY], signature_holds=signature_holds)

        assert verdict.holds, verdict.sentence
        assert verdict.checkpoints == len(growth) + 1

    def test_leaves_out_what_was_appended_meanwhile(self):
        simulator = ledger()

        verdict = verify(simulator.export(last=10), [KEY])

        assert (verdict.holds, verdict.last, verdict.checkpoints) == (True, 10, 2)

    def test_of_a_later_part_leaves_out_earlier_checkpoints(self):
        simulator = ledger()
        after = simulator.checkpoints[1]

        lines = export(KEY, simulator.entries[9:], simulator.checkpoints, last=14, after=after)

        assert verify(lines, [KEY]).checkpoints == 2  # of 9 entries, where it begins, and of 12


class TestInclusionProofs:
    @given(st.integers(1, 40), st.integers(0, 10), st.data())
    @settings(max_examples=60)
    def test_hold_from_the_leaves_behind_an_earlier_state(self, before, since, data):
        simulator = grown(before, before + since + 1)
        earlier, last = simulator.checkpoints
        wanted = data.draw(st.lists(st.sampled_from(simulator.entries[before:]), min_size=1, unique=True))
        leaves = [entry.leaf_hash for entry in simulator.entries[before:]]

        proofs = inclusion_proofs(wanted, leaves, last.note, after=earlier.head())

        assert all(verify(proof, [KEY], signature_holds=signature_holds).holds for proof in proofs)

    def test_of_nothing_are_none(self):
        simulator = grown(3)

        assert not list(
            inclusion_proofs([], [e.leaf_hash for e in simulator.entries], simulator.checkpoints[0].note)
        )
