"""What a purge destroyed, signed: as JSON for machines, as a page of PDF for people (RET-02, GOV-07)."""

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import inch
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.office.accounts.models import Agency
from platekeeper.office.retention.elsewhere import KeptElsewhere, may_certify
from platekeeper.office.retention.models import Certificate, Hold, Part, Run

FORMAT = "platekeeper-purge-certificate-1"
_KEY_ID_BYTES = 4


def certificate_body(
    agency: Agency,
    run: Run,
    parts: Sequence[Part],
    held: dict[str, int],
    *,
    elsewhere: Sequence[KeptElsewhere] = (),
    now: datetime,
) -> str:
    """Return the certificate of a run as canonical JSON: what is signed, to the byte.

    Args:
        agency: whose data it was.
        run: the run.
        parts: what its steps destroyed.
        held: hold -> how many due reads it keeps.
        elsewhere: what others keep, of which it must not claim more than is known (RET-08, RET-09).
        now: when it is certified, by the database's clock.
    """
    schedule = run.schedule
    holds = Hold.objects.using("custodian").filter(agency=agency, id__in=list(held))
    body = {
        "format": FORMAT,
        "agency": {"slug": agency.slug, "name": agency.name},
        "run": str(run.id),
        "started_at": run.started_at.isoformat(),
        "started_by": run.started_by,
        "certified_at": now.isoformat(),
        "clock": "the database's, UTC",
        "schedule": {
            "number": schedule.number,
            "policy_version": schedule.policy_version,
            "said": schedule.said,
            "approved": [
                {"role": one.role, "by": one.username, "at": one.consented_at.isoformat()}
                for one in schedule.consents.using("custodian").all()
            ],
        },
        "rule": {
            "reads": f"anchored ({schedule.anchor}) before {run.reads_before.isoformat()}",
            "access_records": f"made before {run.records_before.isoformat()}",
            "clauses": [schedule.said["purge"]["clause"], schedule.said["access_records"]["clause"]],
        },
        "destroyed": _gathered(parts),
        "held": [
            {
                "hold": str(hold.id),
                "kind": hold.kind,
                "case_number": hold.case_number,
                "reads": held[str(hold.id)],
            }
            for hold in sorted(holds, key=lambda hold: str(hold.id))
        ],
        "elsewhere": [
            {
                "source": one.source.source,
                "title": one.source.title,
                "custodian": one.source.custodian,
                "certified": may_certify(one),
                "said": one.said,
                "clause": one.source.clause,
            }
            for one in elsewhere
        ],
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _gathered(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Put the batches of one kind and month together; several digests become one over them, in order."""
    found: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        month = "" if part.month is None else part.month.isoformat()[:7]
        found.setdefault((part.kind, month), []).append(part)
    return [_row(kind, month, batches) for (kind, month), batches in sorted(found.items())]


def _row(kind: str, month: str, batches: list[Part]) -> dict[str, Any]:
    digests = [bytes(part.digest) for part in batches if part.digest is not None]
    first = min(
        (part for part in batches if part.first_at),
        key=lambda part: part.first_at or part.done_at,
        default=None,
    )
    last = max(
        (part for part in batches if part.last_at),
        key=lambda part: part.last_at or part.done_at,
        default=None,
    )
    whole = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
    row = {
        "kind": kind,
        "month": month,
        "count": sum(part.purged for part in batches),
        "held": max(part.held for part in batches),
        "first_at": first.first_at.isoformat() if first and first.first_at else "",
        "last_at": last.last_at.isoformat() if last and last.last_at else "",
        "first_id": str(first.first_id) if first and first.first_id else "",
        "last_id": str(last.last_id) if last and last.last_id else "",
        "ids_sha256": whole.hex() if digests else "",
    }
    return {name: value for name, value in row.items() if value != ""}


def signed(body: str) -> tuple[bytes, bytes]:
    """Return the installation's signature of a certificate, 64 bytes, and its public key, 32 bytes (Ed25519).

    Args:
        body: the certificate.
    """
    key = SigningKey(f"platekeeper/{settings.INSTALLATION}", settings.LEDGER_KEY)
    return key.sign(body.encode())[_KEY_ID_BYTES:], key.public.raw


def is_genuine(certificate: Certificate) -> bool:
    """Return whether a stored certificate is what its key signed.

    Args:
        certificate: the certificate.
    """
    try:
        Ed25519PublicKey.from_public_bytes(bytes(certificate.public_key)).verify(
            bytes(certificate.signature), certificate.body.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def read_body(certificate: Certificate) -> dict[str, Any]:
    """Return what a certificate says.

    Args:
        certificate: the certificate.
    """
    told: dict[str, Any] = json.loads(certificate.body)
    return told


def as_json(certificate: Certificate) -> bytes:
    """Return a certificate with its signature, to be kept apart: the text in `body` is what is signed.

    Args:
        certificate: the certificate.
    """
    whole = {
        "body": certificate.body,
        "signature_ed25519": bytes(certificate.signature).hex(),
        "public_key_ed25519": bytes(certificate.public_key).hex(),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


KINDS = {
    "read": "Reads",
    "image": "Pictures",
    "hit": "Hits",
    "alert": "Alerts",
    "plate": "Plates in the search index",
    "image-key": "Picture keys",
    "quarantined-read": "Reads in quarantine",
    "access-record": "Access records",
}


def as_pdf(certificate: Certificate) -> bytes:
    """Return a certificate as a document to print and file.

    Args:
        certificate: the certificate.
    """
    told = json.loads(certificate.body)
    styles = getSampleStyleSheet()
    text, small = styles["BodyText"], styles["BodyText"].clone("small", fontSize=7, leading=9)

    def cell(value: object) -> Paragraph:
        return Paragraph(_escaped(str(value)), small)

    rows = [["What", "Month", "Destroyed", "Held back", "First and last", "SHA-256 of the ids"]] + [
        [
            cell(KINDS.get(one["kind"], one["kind"])),
            cell(one.get("month", "")),
            cell(f"{one['count']:,}"),
            cell(f"{one['held']:,}"),
            cell(f"{one.get('first_at', '')[:19]} {one.get('last_at', '')[:19]}"),
            cell(one.get("ids_sha256", "")),
        ]
        for one in told["destroyed"]
    ]
    approved = ", ".join(
        f"{one['by']} ({one['role']}) {one['at'][:10]}" for one in told["schedule"]["approved"]
    )
    story: list[Any] = [
        Paragraph("Certificate of destruction", styles["Title"]),
        Paragraph(_escaped(f"{told['agency']['name']}: plate reads and what was derived from them"), text),
        Paragraph(_escaped(f"Run {told['run']}, started {told['started_at'][:19]} UTC by {told['started_by']}, "
                           f"certified {told['certified_at'][:19]} UTC by {told['clock']}."), text),
        Paragraph(_escaped(f"Rule: reads {told['rule']['reads']}; access records {told['rule']['access_records']}. "
                           f"Clauses {', '.join(told['rule']['clauses'])}. Schedule {told['schedule']['number']} of "
                           f"policy version {told['schedule']['policy_version']}, approved by {approved}."), text),
        Spacer(1, 0.15 * inch),
        Table(rows, colWidths=[1.1 * inch, 0.6 * inch, 0.7 * inch, 0.6 * inch, 1.5 * inch, 2.7 * inch], repeatRows=1,
              style=TableStyle([("GRID", (0, 0), (-1, -1), 0.4, "#888888"), ("FONTSIZE", (0, 0), (-1, 0), 8),
                                ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"), ("VALIGN", (0, 0), (-1, -1), "TOP")])),
        Spacer(1, 0.15 * inch),
        *(Paragraph(_escaped(f"Kept by hold {one['hold']} ({one['kind']}), case {one['case_number']}: "
                             f"{one['reads']:,} reads."), text) for one in told["held"]),
        *(Paragraph(_escaped(f"Not part of this certificate: {one['title'].lower()}: {one['said']} ({one['clause']})."),
                    text) for one in told.get("elsewhere", ())),
        Spacer(1, 0.15 * inch),
        Paragraph(f"SHA-256 of the certificate: {hashlib.sha256(certificate.body.encode()).hexdigest()}", small),
        Paragraph(f"Ed25519 signature: {bytes(certificate.signature).hex()}", small),
        Paragraph(f"Public key: {bytes(certificate.public_key).hex()}", small),
    ]  # fmt: skip
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=LETTER, title="Certificate of destruction", leftMargin=0.6 * inch, rightMargin=0.6 * inch,
        invariant=1,
    ).build(story)  # fmt: skip
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
