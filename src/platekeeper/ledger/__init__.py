"""The ledger: entries chained by hash, a Merkle tree over them, signed checkpoints, proofs, offline verifier.

`verify` defines what holds; the other modules make what it verifies. The database appends (`ledger.sql`);
nothing here reads a clock, a database or the network.
"""
