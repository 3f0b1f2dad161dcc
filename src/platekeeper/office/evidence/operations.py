"""Copying reads out: the package and the printed sheet (HLD-01, HLD-06, SHR-11, AUD-08).

A package is built while it is downloaded and is never stored here: pictures leave the vault one by one, and what is
kept is its number, its digest and the steps of its custody. Until its seal has gone out there is only the access record
of the export, which was committed before the first byte.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.db import ProgrammingError, connections, transaction
from django.utils import timezone

from platekeeper.evidence.bag import Bag, EvidenceError, Writer
from platekeeper.evidence.sheet import pdf_of
from platekeeper.evidence.timestamps import RemoteAuthority, certificates_in
from platekeeper.evidence.verify import KEY, LARGEST_ZIP_BYTES, PROOFS
from platekeeper.office.access.events import WEB
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, AccessGrant, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.evidence.documents import (
    custody_document,
    encoded,
    index_document,
    picture_name,
    read_document,
    read_me,
    sheet_of,
    watermark_of,
)
from platekeeper.office.evidence.proofs import proof_of, proofs_about, public_key
from platekeeper.office.evidence.queries import Contents, contents_of
from platekeeper.office.reads.models import Image, Read
from platekeeper.office.reads.queries import opened
from platekeeper.office.reads.vault import VaultError
from platekeeper.office.sharing.queries import release_by_id
from platekeeper.policy import Denied, Role
from platekeeper.policy.holds import HoldFile, HoldStep, decide_hold_step
from platekeeper.policy.release import names_plate

MOST_READS = 2000  # each stands by its id in the access record, which the ledger keeps whole


@dataclass(frozen=True)
class Export:
    """A package that may be built: the record is written, the rows are at hand.

    Attributes:
        id: the package's number.
        person: who exports.
        agency: whose data it is.
        grant: the export's access.
        inquiry: what was asked for, and why.
        contents: what the gate showed.
    """

    id: UUID
    person: Person
    agency: Agency
    grant: AccessGrant
    inquiry: Inquiry
    contents: Contents


def open_export(*, person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> Export:
    """Ask for reads to be copied out, and fetch what the policy opens of them.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: an export of single reads, for a named recipient.
        now: the present time.

    Returns:
        What can be built.

    Raises:
        AccessDenied: the policy refuses.
        EvidenceError: there are too many reads, or none that the person may see, or their pictures are too large, or
            the release ended in this very moment or does not name their plates.

    Records:
        An access record of the export, allowed or refused, before anything is fetched.

    Source:
        AUD-08, SHR-11
    """
    read_ids = inquiry.read_ids or ()
    if not read_ids or len(read_ids) > MOST_READS:
        raise EvidenceError(
            f"A package holds 1 to {MOST_READS} reads and these are {len(read_ids)}: choose others, or build several."
        )
    grant = open_access(person=person, agency=agency, inquiry=inquiry, now=now)
    contents = contents_of(grant, read_ids)
    if not contents.reads:
        raise EvidenceError(
            "None of these reads is there for you: they were destroyed, or are not visible to your class of users."
        )
    if contents.size_bytes > LARGEST_ZIP_BYTES * 9 // 10:
        raise EvidenceError(
            "The pictures of these reads are larger than 4 GB: choose fewer reads for each package."
        )
    _refuse_unnamed(agency, inquiry, contents.reads)
    return Export(uuid4(), person, agency, grant, inquiry, contents)


def _refuse_unnamed(agency: Agency, inquiry: Inquiry, reads: Sequence[Read]) -> None:
    """Refuse reads of plates that the request for release does not name; the database refuses their seal (SHR-03)."""
    release = release_by_id(agency, inquiry.release) if inquiry.release else None
    others = [read for read in reads if release and not names_plate(release.request.plates, read.plate)]
    if others:
        raise EvidenceError(
            f"{len(others)} of these reads are of plates that the request for release does not name: "
            "take them out, or have a request approved that names them."
        )


def package_of(export: Export, writer: Writer, now: datetime) -> Iterator[bytes]:
    """Build a package; its row and its seal are written when all else has gone out.

    Args:
        export: what is copied out.
        writer: the container.
        now: the present time.

    Yields:
        The container's bytes.

    Raises:
        EvidenceError: the authority that is to stamp it does not answer, or the release ended; nothing was sealed.
        LedgerError: the ledger does not hold; nothing was sealed.

    Records:
        `evidence.sealed`, with the package's row and its first step of custody, in one transaction.

    Source:
        HLD-01; RFC 8493
    """
    bag = Bag(writer)
    pictures = yield from _reads(bag, export, now)
    facts = {
        "case_number": export.inquiry.case_number,
        "purpose": export.inquiry.purpose,
        "reason": export.inquiry.reason,
        "recipient": export.inquiry.on_behalf_of,
        "release": str(export.inquiry.release) if export.inquiry.release else None,
        "asked_for": len(export.inquiry.read_ids or ()),
    }
    index = index_document(
        export.contents, package=str(export.id), agency=export.agency, person=export.person, grant=export.grant,
        facts=facts, now=now,
    )  # fmt: skip
    yield from bag.payload("custody.json", encoded(custody_document(export.contents)))
    yield from bag.payload("package.json", encoded(index))
    yield from bag.payload(PROOFS.removeprefix("data/"), _entries(export, now))
    for name, content in _tags(export):
        yield from bag.tag(name, content)
    info = {
        "Source-Organization": export.agency.name,
        "External-Identifier": str(export.id),
        "Bagging-Date": now.date().isoformat(),
        "Bag-Software-Agent": "Platekeeper",
    }
    authority = _authority()

    def seal(digests: Mapping[str, str]) -> bytes:
        return _sealed(export, digests, pictures, is_stamped=authority is not None)

    yield from bag.closed(info, seal, authority.stamp if authority else None)


def _reads(bag: Bag, export: Export, now: datetime) -> Any:
    """Put each read in; return how many pictures there were."""
    mark, written = watermark_of(export.person, export.grant, now), 0
    for read in export.contents.reads:
        images, hits = export.contents.images.get(read.id, ()), export.contents.hits.get(read.id, ())
        document = encoded(read_document(read, images, hits))
        originals: dict[str, bytes] = {}
        folder = f"reads/{read.id}"
        yield from bag.payload(f"{folder}/read.json", document)
        for image in images:
            content = _original(image)
            if content is None:
                yield from bag.payload(f"{folder}/{image.role}.missing.txt", _MISSING)
                continue
            originals[image.role] = content
            yield from bag.payload(f"{folder}/{picture_name(image)}", content)
        sheet = sheet_of(
            read,
            hits,
            originals,
            agency=export.agency,
            digest=hashlib.sha256(document).hexdigest(),
            mark=mark,
        )
        yield from bag.payload(f"{folder}/sheet.pdf", pdf_of(sheet))
        written += len(originals)
    return written


_ENDED = "The release ended while the package was built, or your account did: look at the release again."
_MISSING = (
    b"This picture could not be opened when the package was built: its file is missing or was changed.\n"
)


def _original(image: Image) -> bytes | None:
    try:
        return opened(image).content
    except VaultError:  # said in the package; the other pictures are evidence nevertheless
        return None


def _entries(export: Export, now: datetime) -> bytes:
    accesses, alerts = export.contents.accesses, [str(alert) for alert in export.contents.steps]
    alerts += [str(hit.alert_id) for hits in export.contents.hits.values() for hit in hits]
    subjects = [str(export.grant.record_id), *(str(one.id) for one in accesses), *alerts]
    shown = [str(export.grant.record_id), *(str(one.id) for one in accesses if one.is_whole), *alerts]
    proofs = proofs_about(sorted(set(subjects)), shown=shown, agency=export.agency.slug, now=now)
    return b"".join(line for proof in proofs for line in proof)


def _tags(export: Export) -> Iterator[tuple[str, bytes]]:
    yield KEY, f"{public_key().line}\n".encode()
    yield "README.txt", read_me(export.agency, str(export.id))
    yield "verify.py", resources.files("platekeeper.evidence").joinpath("verify.py").read_bytes()
    yield "ledger_verify.py", resources.files("platekeeper.ledger").joinpath("verify.py").read_bytes()


def _authority() -> RemoteAuthority | None:
    if not settings.TIMESTAMPS:
        return None
    try:
        roots = certificates_in(Path(settings.TIMESTAMP_ROOTS).read_bytes())
    except OSError:
        raise EvidenceError(
            "The certificates of the time-stamp authority cannot be read: "
            "name their PEM file in PLATEKEEPER_TIMESTAMP_ROOTS."
        ) from None
    return RemoteAuthority(settings.TIMESTAMPS, roots)


def _sealed(export: Export, digests: Mapping[str, str], pictures: int, *, is_stamped: bool) -> bytes:
    package = {
        "package": str(export.id),
        "read_ids": [str(read.id) for read in export.contents.reads],
        "pictures": pictures,
        "size_bytes": export.contents.size_bytes,
        "is_stamped": is_stamped,
        **digests,
    }
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT seal_package(%s, %s, %s::jsonb)",
                [export.person.pk, export.grant.record_id, msgspec.json.encode(package).decode()],
            )
            sequence = int(cursor.fetchone()[0])
    except ProgrammingError as error:  # the database refuses what was true when the building began
        raise EvidenceError(_ENDED) from error
    return b"".join(proof_of(sequence, now=timezone.now()))  # the entry has the database's own time


def print_sheet(*, person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> bytes | None:
    """Return a read's page as a PDF, or None where there is no such read for this person.

    Args:
        person: who prints.
        agency: whose read it is.
        inquiry: a print of one read.
        now: the present time.

    Raises:
        AccessDenied: the policy refuses.

    Records:
        An access record of the print.

    Source:
        HLD-06, SHR-11
    """
    grant = open_access(person=person, agency=agency, inquiry=inquiry, now=now)
    contents = contents_of(grant, inquiry.read_ids or ())
    read: Read | None = next(iter(contents.reads), None)
    if read is None:
        return None
    images, hits = contents.images.get(read.id, ()), contents.hits.get(read.id, ())
    digest = hashlib.sha256(encoded(read_document(read, images, hits))).hexdigest()
    role = Role(person.roles[0]) if person.roles else Role.PATROL_OFFICER
    file = HoldFile(actor=person.username, actor_role=role, requested_by=person.username, sheet_digest=digest)
    decision = decide_hold_step(profile_of(agency), file, HoldStep.PRINT, now)
    if isinstance(decision, Denied):
        raise AccessDenied(decision, grant.record_id)
    originals = {image.role: content for image in images if (content := _original(image)) is not None}
    sheet = sheet_of(
        read, hits, originals, agency=agency, digest=digest, mark=watermark_of(person, grant, now)
    )
    return pdf_of(sheet)
