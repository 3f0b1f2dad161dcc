"""The ledger for auditors: how it stands, and what they need to check it on a machine of their own."""

import inspect
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper.ledger import verify
from platekeeper.ledger.book import export_book, prove_entry, prove_since
from platekeeper.ledger.entries import LedgerError
from platekeeper.office.access.keeping import kept_book
from platekeeper.office.accounts.people import person_of
from platekeeper.office.audits.opening import opened_for_audit
from platekeeper.office.audits.queries import access_record as find_record
from platekeeper.office.audits.queries import ledger_states
from platekeeper.office.jobs.models import JobRun

_SHOWN = 20
_LINES_AT_ONCE = 500


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the latest checkpoints, whether the ledger holds, and where it is published."""
    grant = opened_for_audit(request, {"ledger": "checkpoints"})
    book = kept_book()
    checkpoints, size = book.checkpoints(), book.size()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (place) place, size, published_at FROM ledger_publication"
            " ORDER BY place, size DESC, made_at DESC"
        )
        places = [dict(zip(("place", "size", "published_at"), row, strict=True)) for row in cursor.fetchall()]
    context = {
        "record": {"id": grant.record_id},
        "size": size,
        "unsigned": size - checkpoints[-1].size if checkpoints else 0,
        "latest": checkpoints[-1] if checkpoints else None,
        "checkpoints": checkpoints[::-1][:_SHOWN],
        "keys": book.public_keys(),
        "states": ledger_states(),
        "verified": JobRun.objects.filter(pk="ledger.verify").first(),
        "places": places,
    }
    return render(request, "audits/ledger.html", context)


@require_GET
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Give the one-file verifier, which runs with Python alone."""
    return _file(inspect.getsource(verify).encode(), "verify.py", "text/x-python")


@require_GET
def public_key(request: HttpRequest) -> HttpResponse:
    """Give the public keys, oldest first; compare them with what the agency publishes elsewhere."""
    opened_for_audit(request, {"ledger": "key"})
    lines = "".join(f"{key.line}\n" for key in kept_book().public_keys())
    return _file(lines.encode(), "public.key", "text/plain")


@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the latest signed checkpoint."""
    opened_for_audit(request, {"ledger": "checkpoint"})
    signed = kept_book().checkpoints()
    if not signed:
        raise Http404("nothing is signed yet")
    return _file(signed[-1].note.text.encode(), "checkpoint.txt", "text/plain")


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the whole ledger: the agency's own entries with what they are about, the others' withheld."""
    person = person_of(request)
    opened_for_audit(request, {"ledger": "export"})
    lines = export_book(kept_book(), agency=person.agency.slug)
    return _streamed(request, lines, f"ledger-{timezone.now():%Y%m%d}.jsonl")


@require_GET
def since(request: HttpRequest, size: int) -> HttpResponseBase:
    """Give the proof that nothing up to a checkpoint was changed since."""
    opened_for_audit(request, {"ledger": f"consistency since {size}"})
    try:
        proof = prove_since(kept_book(), size)
    except LedgerError as error:
        raise Http404(str(error)) from error
    return _streamed(request, proof, f"since-{size}.jsonl")


@require_GET
def proof(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
    """Give the proof that one access record's entry is in the ledger."""
    grant = opened_for_audit(request, {"record": str(record_id), "ledger": "proof"})
    opened = find_record(grant, record_id)
    if opened is None or opened.entry is None:
        raise Http404("no such record")
    try:
        lines = prove_entry(kept_book(), opened.entry.sequence, withheld=False)
    except LedgerError:
        # the entry is younger than the last checkpoint; the next one, within the hour, counts it
        return render(request, "audits/unproven.html", {"entry": opened.entry}, status=409)
    return _streamed(request, lines, f"entry-{opened.entry.sequence}.jsonl")


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _streamed(request: HttpRequest, lines: Iterable[bytes], name: str) -> StreamingHttpResponse:
    blocks = (b"".join(block) for block in _batched(iter(lines)))
    # Django warns where the kind of iterator is not the server's
    body: Any = _asynchronous(blocks) if hasattr(request, "scope") else blocks
    return StreamingHttpResponse(
        body,
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _batched(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while block := list(itertools.islice(lines, _LINES_AT_ONCE)):
        yield block


async def _asynchronous(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(blocks, None), thread_sensitive=False)
    while (block := await following()) is not None:
        yield block
