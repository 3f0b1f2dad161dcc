"""What a package says, as documents: each read, who opened it, what is in the package, and how to read all that.

A read's document is the same bytes whoever exports or prints it with the same rights, so that a printed sheet can be
compared with a package by its digest (HLD-06).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from platekeeper.evidence.sheet import Sheet, Watermark
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.alerts.models import Hit
from platekeeper.office.evidence.queries import Contents
from platekeeper.office.reads.models import Image, Read
from platekeeper.office.reads.shown import shown_read
from platekeeper.office.ui.wording import region_in_words

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_TITLES = {"context": "Scene", "plate": "Plate"}


def moment(at: datetime) -> str:
    """Return a time as documents write it: UTC with microseconds.

    Args:
        at: an aware time.
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return a document's bytes.

    Args:
        document: what JSON can say.
    """
    return (json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def picture_name(image: Image) -> str:
    """Return the file name of a picture.

    Args:
        image: its row.
    """
    return f"{image.role}.{_ENDINGS.get(image.media_type, 'bin')}"


def read_document(read: Read, images: Sequence[Image], hits: Sequence[Hit]) -> dict[str, Any]:
    """Return everything that is stored of a read, every probability and flag of its message included.

    Args:
        read: the read.
        images: its pictures' rows.
        hits: its hits, each with the hot-list entry as it stood (C-10).
    """
    camera = read.camera
    return {
        "format": "platekeeper-read-1",
        "id": str(read.id),
        "plate": read.plate,
        "plate_raw": read.plate_raw,
        "region": read.region,
        "confidence": read.confidence,
        "read_at": moment(read.read_at),
        "received_at": moment(read.received_at),
        "camera": {"ref": camera.ref, "name": camera.name, "lat": camera.lat, "lon": camera.lon},
        "lat": read.lat,
        "lon": read.lon,
        "passage_id": str(read.passage_id),
        "revision": read.revision,
        "producer": read.producer,
        "message": read.detail,
        "pictures": [
            {
                "file": picture_name(image),
                "role": image.role,
                "media_type": image.media_type,
                "size_bytes": image.size_bytes,
                "sha256": bytes(image.sha256).hex(),
            }
            for image in sorted(images, key=lambda image: image.role)
        ],
        "hits": [_hit(hit) for hit in hits],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "list": hit.list_name,
        "listed_at": moment(hit.listed_at),
        "version": hit.version_id,
        "entry_number": hit.entry_number,
        "entry": hit.entry,
        "kind": hit.kind,
        "late": hit.late,
        "hit_at": moment(hit.hit_at),
        "purpose": hit.purpose,
        "alert": str(hit.alert_id),
    }


def custody_document(contents: Contents) -> dict[str, Any]:
    """Return the chain of custody: how each read came here, what was done about its alerts, who opened it.

    Args:
        contents: what the gate showed.
    """
    return {
        "format": "platekeeper-custody-1",
        "note": "Records of single reads. A search that listed a read among others is an access record of its own, "
        "kept by the agency.",
        "reads": [
            {
                "id": str(read.id),
                "seen_at": moment(read.read_at),
                "received_at": moment(read.received_at),
                "sent_by": read.producer,
                "pictures_sealed_under": sorted({_key_of(image) for image in contents.images.get(read.id, ())}),
                "never_changed": "A read and its pictures are inserted once; the database refuses their change.",
            }
            for read in contents.reads
        ],
        "alert_steps": [
            {
                "alert": str(step.alert_id),
                "step": step.state,
                "taken_at": moment(step.taken_at),
                "username": step.username,
                "full_name": step.full_name,
            }
            for steps in contents.steps.values()
            for step in steps
        ],
        "accesses": [
            {
                "access_record": str(access.id),
                **{name: moment(value) if isinstance(value, datetime) else value
                   for name, value in access.facts.items()},
                "reads": [str(read_id) for read_id in access.read_ids],
            }
            for access in contents.accesses
        ],
    }  # fmt: skip


def _key_of(image: Image) -> str:
    return f"agency {image.agency_id}, {image.key_name}"


def watermark_of(person: Person, grant: AccessGrant, now: datetime) -> Watermark:
    """Return what is drawn into display copies (SHR-11).

    Args:
        person: who takes them out.
        grant: under which record.
        now: the present time.
    """
    shown = timezone.localtime(now).strftime("%Y-%m-%d %H:%M:%S %Z")
    return Watermark(f"{person.full_name} ({person.username})", shown, str(grant.record_id))


def sheet_of(
    read: Read,
    hits: Sequence[Hit],
    pictures: Mapping[str, bytes],
    *,
    agency: Agency,
    digest: str,
    mark: Watermark,
) -> Sheet:
    """Return a read's page.

    Args:
        read: the read.
        hits: its hits.
        pictures: the bytes of its originals, by role.
        agency: whose read it is.
        digest: SHA-256 of its document.
        mark: who takes it out.
    """
    shown = shown_read(read, ())
    at = timezone.localtime(read.read_at)
    facts = [
        ("Seen", f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {at:%Z}"),
        ("Camera", f"{read.camera.name} ({read.camera.ref})"),
        ("Place", "" if read.lat is None else f"{read.lat:.5f}, {read.lon:.5f}"),
        ("Received", f"{timezone.localtime(read.received_at):%Y-%m-%d %H:%M:%S %Z}"),
        ("Reader's confidence", "" if read.confidence is None else f"{int(read.confidence * 1000) / 10:g} %"),
        ("Vehicle", shown.vehicle),
        *([("As sent", read.plate_raw)] if read.plate_raw != read.plate else []),
        *shown.provenance,
    ]
    return Sheet(
        agency=agency.name,
        plate=read.plate,
        region=region_in_words(read.region) if read.region else "",
        facts=[(label, value) for label, value in facts if value],
        characters=[[(one.char, one.probability) for one in place] for place in shown.characters],
        hits=[_hit_line(hit) for hit in hits],
        pictures={_TITLES.get(role, role): pictures[role] for role in sorted(pictures)},
        read_id=str(read.id),
        digest=digest,
        mark=mark,
    )


def _hit_line(hit: Hit) -> str:
    category = str(hit.entry.get("category", "")).replace("_", " ").lower()
    number = hit.entry.get("case_number") or "no case number"
    listed = f"{timezone.localtime(hit.listed_at):%Y-%m-%d %H:%M}"
    return f"{category}, {hit.list_name}, as listed {listed}, {hit.kind.lower()}, {number}"


def index_document(
    contents: Contents,
    *,
    package: str,
    agency: Agency,
    person: Person,
    grant: AccessGrant,
    facts: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Return what is in the package, for whom and why.

    Args:
        contents: what the gate showed.
        package: the package's number.
        agency: whose data it is.
        person: who exports it.
        grant: under which record.
        facts: case, purpose, reason, recipient and how many reads were asked for.
        now: the present time.
    """
    return {
        "format": "platekeeper-evidence-1",
        "package": package,
        "agency": agency.name,
        "exported_by": {"username": person.username, "full_name": person.full_name, "title": person.title},
        "exported_at": moment(now),
        "access_record": str(grant.record_id),
        "policy": grant.decision.version,
        "kinds_of_data": sorted(kind.value for kind in grant.decision.kinds),
        **facts,
        "reads": [
            {"id": str(read.id), "folder": f"reads/{read.id}", "seen_at": moment(read.read_at)}
            for read in contents.reads
        ],
    }


def read_me(agency: Agency, package: str) -> bytes:
    """Return what a person reads first.

    Args:
        agency: whose data it is.
        package: the package's number.
    """
    return f"""Evidence package {package}
{agency.name}

data/package.json          what is in here, for whom and why
data/reads/.../read.json   everything that is stored of a read, every probability of every character included
data/reads/.../plate.*     the original pictures, byte for byte as the camera sent them
data/reads/.../context.*
data/reads/.../sheet.pdf   one page to print; its pictures are display copies with a watermark
data/custody.json          how the reads came, what was done about alerts, who opened them
data/ledger/entries.ndjson entries of the agency's ledger about them, each with its proof
seal.ndjson                the ledger's entry about this package, with its proof: this covers all the rest

To verify that nothing was changed, added or removed, with Python 3.9 or newer and nothing else:

    python3 verify.py

For a court, take verify.py and ledger_verify.py from the agency or from the Platekeeper project, and the ledger's
public key from where the agency publishes it:

    python3 verify.py THIS-FOLDER --key public.key

The layout is BagIt (RFC 8493); any BagIt tool checks the digests too.
""".encode()
