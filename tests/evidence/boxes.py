"""Small packages about nothing, sealed by a ledger in memory."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

from platekeeper.evidence.bag import Bag, FolderWriter, Stamp, Writer, ZipWriter
from platekeeper.evidence.verify import KEY, SEALED_EVENT, Verdict, Zip, verify
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.ledger.exports import inclusion_proof

from ..ledger.simulator import LedgerSimulator

NUMBER = "7d3c0e6a-2f0f-4a2e-9a54-0f4ad9a3c1b2"


def filled(writer: Writer, stamp: Stamp | None = None) -> bytes:
    """Write a package of a read, its picture and one ledger entry; return what went out."""
    ledger = LedgerSimulator()
    ledger.append_many(3)
    ledger.sign()
    bag, out = Bag(writer), []
    out += bag.payload("reads/1/read.json", b'{"plate": "8ABC123"}\n')
    out += bag.payload("reads/1/plate.jpg", bytes(range(256)))
    out += bag.payload("ledger/entries.ndjson", b"".join(proof(ledger, 2)))
    out += bag.tag(KEY, f"{ledger.key.public.line}\n".encode())
    out += bag.tag("README.txt", b"Read me.\n")

    def seal(digests: Mapping[str, str]) -> bytes:
        ledger.append(SEALED_EVENT, subject=NUMBER, details=json.dumps({"package": NUMBER, **digests}))
        ledger.sign()
        return b"".join(proof(ledger, len(ledger.entries)))

    out += bag.closed({"External-Identifier": NUMBER}, seal, stamp)
    return b"".join(out)


def proof(ledger: LedgerSimulator, sequence: int) -> list[bytes]:
    leaves = [entry.leaf_hash for entry in ledger.entries]
    return inclusion_proof(ledger.entries[sequence - 1], leaves, ledger.checkpoints[-1].note, withheld=False)


def a_zip(stamp: Stamp | None = None) -> bytes:
    return filled(ZipWriter(), stamp)


def a_folder(path: Path) -> Path:
    filled(FolderWriter(path))
    return path


def verdict_of(content: bytes) -> Verdict:
    return verify(Zip(io.BytesIO(content)), signature_holds=signature_holds)
