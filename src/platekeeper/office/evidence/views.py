"""Building packages, printing sheets, and the custody of what left."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.errors import PlatekeeperError
from platekeeper.evidence.bag import EvidenceError, ZipWriter
from platekeeper.office.access.attempts import record_if_no_purpose
from platekeeper.office.access.forms import case_hint
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, AccessGrant, in_house, open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.evidence.custody import take_custody_step
from platekeeper.office.evidence.forms import PackageForm, SheetForm, read_ids_in
from platekeeper.office.evidence.lifecycle import MOVES, is_settled
from platekeeper.office.evidence.models import CustodyState, EvidencePackage
from platekeeper.office.evidence.operations import MOST_READS, Export, open_export, package_of, print_sheet
from platekeeper.office.evidence.queries import (
    custody_of,
    packages_of,
    reads_among,
    releases_for,
    unbooked_packages,
)
from platekeeper.office.notices.operations import tell
from platekeeper.office.reads.views import function_of
from platekeeper.office.sharing.queries import approved_releases
from platekeeper.policy import Decision, Denied, Function, Profile
from platekeeper.policy.access import decide_function

log = logging.getLogger("platekeeper.evidence")
_CHUNK_BYTES = 256 * 1024
_SHOWN_PACKAGES = 100
_SHOWN_READS = 50
_SEEING = (Function.EXPORT, Function.APPROVE_HOLD)


@require_GET
def packages(request: HttpRequest) -> HttpResponse:
    """List the packages: those that nobody booked yet, then all."""
    person = _entitled(request)
    return render(
        request,
        "evidence/packages.html",
        {
            "unbooked": [_shown(package) for package in unbooked_packages(person.agency)],
            "packages": [_shown(package) for package in packages_of(person.agency)[:_SHOWN_PACKAGES]],
            "may_build": _decided(person, Function.EXPORT),
        },
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the builder, filled with the reads that another page hands over: `read` (repeated) and `because`."""
    person = person_of(request)
    given = request.POST if request.method == "POST" else request.GET
    because = _because(person, given.get("because", ""))
    initial: dict[str, Any] = {"reads": "\n".join(given.getlist("read")), "release": given.get("release", "")}
    if because is not None:
        initial |= {"purpose": because.purpose, "case_number": because.case_number, "reason": because.reason}
        initial["release"] = initial["release"] or because.release
    form = PackageForm(profile_of(person.agency), approved_releases(person.agency), initial=initial)
    return _builder(request, person, form, because)


@require_POST
def build(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Build a package and send it while it is built; the record of the export is written first (SRC-01)."""
    person = person_of(request)
    form = PackageForm(profile_of(person.agency), approved_releases(person.agency), request.POST)
    because = _because(person, request.POST.get("because", ""))
    agency, now = because.agency if because else person.agency, timezone.now()
    if not form.is_valid():
        record_if_no_purpose(form, request=request, person=person, agency=agency, function=Function.EXPORT)
        return _builder(request, person, form, because, status=422)
    release = form.chosen
    inquiry = Inquiry(
        function=Function.EXPORT,
        purpose=form.cleaned_data["purpose"],
        case_number=form.cleaned_data["case_number"].strip(),
        reason=form.cleaned_data["reason"].strip(),
        on_behalf_of=release.recipient if release else in_house(person),
        query={
            "reads": len(form.cleaned_data["reads"]),
            "export": "evidence package",
            **({"release": str(release.request.pk)} if release else {}),
        },
        read_ids=form.cleaned_data["reads"],
        parent=because,
        source=source_of(request),
    )
    try:
        export = open_export(person=person, agency=agency, inquiry=inquiry, now=now)
    except EvidenceError as error:
        form.add_error("reads", str(error))
        return _builder(request, person, form, because, status=422)
    except AccessDenied as refused:
        context = {"refusal": refused.decision, "record": {"id": refused.record_id}}
        return _builder(request, person, form, because, status=403, **context)
    return _sent(request, export)


def _sent(request: HttpRequest, export: Export) -> StreamingHttpResponse:
    chunks = _told(export)
    body = _pulled(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(body, content_type="application/zip")
    name = "".join(char if char.isalnum() else "-" for char in export.inquiry.case_number) or "package"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="evidence-{name}-{export.id.hex[:8]}.zip"'
    )
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _told(export: Export) -> Iterator[bytes]:
    """Yield the package in pieces; if it breaks off, tell whoever waits why, for the browser only sees an end."""
    try:
        pending: list[bytes] = []
        size_bytes = 0
        for piece in package_of(export, ZipWriter(), timezone.now()):
            pending.append(piece)
            size_bytes += len(piece)
            if size_bytes >= _CHUNK_BYTES:
                yield b"".join(pending)
                pending, size_bytes = [], 0
        yield b"".join(pending)
    except PlatekeeperError as error:
        log.error("Evidence package %s was not finished: %s", export.id, error)  # noqa: TRY400  # a sentence
        tell(
            agency=export.person.agency, to=export.person, kind="evidence-broken-off", now=timezone.now(),
            subject="An evidence package was not finished, and the file is worth nothing.", body=str(error),
            link="/evidence/",
        )  # fmt: skip
        raise


async def _pulled(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a generator's pieces, each made in the thread of this request, where its connections are."""
    pull = sync_to_async(lambda: next(chunks, None), thread_sensitive=True)
    while (chunk := await pull()) is not None:
        yield chunk


@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, read_id: UUID) -> HttpResponse:
    """Print one read on one page (HLD-06); an alert states no case, so that a print in its course asks for one."""
    person = person_of(request)
    given = request.POST if request.method == "POST" else request.GET
    because = _because(person, given.get("because", ""))
    if because is None:
        return redirect("search:search")
    stated = {name: getattr(because, name) for name in ("purpose", "case_number", "reason")}
    form = SheetForm(profile_of(because.agency), request.POST or None, initial=stated)
    if request.method == "GET" and _says_why(because):
        return _printed(request, person, because, read_id, stated)
    if not form.is_valid():
        record_if_no_purpose(
            form, request=request, person=person, agency=because.agency, function=Function.PRINT
        )
        return _asked_why(request, person, form, because, read_id, status=422 if form.is_bound else 200)
    try:
        return _printed(request, person, because, read_id, form.cleaned_data)
    except AccessDenied as refused:
        context = {"refusal": refused.decision, "record": {"id": refused.record_id}}
        return _asked_why(request, person, form, because, read_id, status=403, **context)


def _says_why(because: OwnRecord) -> bool:
    """Tell whether a record states all that the policy asks of a print."""
    profile = profile_of(because.agency)
    purpose = profile.purpose(because.purpose)
    wants_reason = profile.access.reason_required.value
    has_case = bool(because.case_number) or (purpose is not None and not purpose.needs_case)
    return has_case and bool(because.reason or not wants_reason)


def _printed(
    request: HttpRequest, person: Person, because: OwnRecord, read_id: UUID, stated: dict[str, str]
) -> HttpResponse:
    inquiry = Inquiry(
        function=Function.PRINT,
        purpose=stated["purpose"],
        case_number=stated["case_number"].strip(),
        reason=stated["reason"].strip(),
        on_behalf_of=because.on_behalf_of,
        query={"read": str(read_id), "print": "sheet", **because.under},
        read_ids=(read_id,),
        parent=because,
        source=source_of(request),
    )
    page = print_sheet(person=person, agency=because.agency, inquiry=inquiry, now=timezone.now())
    if page is None:
        raise Http404("no such read")
    response = HttpResponse(page, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="read-{read_id}.pdf"'
    return response


def _asked_why(
    request: HttpRequest,
    person: Person,
    form: SheetForm,
    because: OwnRecord,
    read_id: UUID,
    status: int,
    **more: Any,
) -> HttpResponse:
    decision = _decided(person, Function.PRINT)
    context = {
        "form": form,
        "decision": decision if isinstance(decision, Denied) else None,
        "because": because.id,
        "read_id": read_id,
        **_why(profile_of(because.agency)),
        **more,
    }
    return render(request, "evidence/print.html", context, status=status)


def _why(profile: Profile) -> dict[str, Any]:
    """Return what a form that asks for purpose and case shows beside its fields."""
    return {
        "purposes": {purpose.code: purpose.clause for purpose in profile.purposes.authorized},
        "case_pattern": case_hint(profile),
        "case_example": profile.access.case_number_example.value,
    }


@require_GET
def package(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Show a package and its custody."""
    person = _entitled(request)
    return _custody(request, person, _found(person, package_id))


@require_POST
def step(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Note the next step of a package's custody."""
    person = _entitled(request)
    found = _found(person, package_id)
    try:
        take_custody_step(
            package=found, agency=person.agency, person=person, name=request.POST.get("step", ""),
            stated=request.POST.dict(), now=timezone.now(),
        )  # fmt: skip
    except EvidenceError as error:
        return _custody(request, person, found, status=422, error=str(error))
    except AccessDenied as refused:
        return _custody(request, person, found, status=403, refusal=refused.decision)
    return redirect("evidence:package", package_id=package_id)


def _custody(
    request: HttpRequest, person: Person, found: EvidencePackage, status: int = 200, **more: Any
) -> HttpResponse:
    steps = custody_of(found)
    moves = MOVES[CustodyState(steps[-1].state)]
    context = {
        "package": _shown(found),
        "steps": steps,
        "moves": [{"step": move, "decision": _decided(person, move.function)} for move in moves],
        "releases": releases_for(found),
        "stated": request.POST,
        **more,
    }
    return render(request, "evidence/package.html", context, status=status)


def _builder(
    request: HttpRequest,
    person: Person,
    form: PackageForm,
    because: OwnRecord | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    profile = profile_of(person.agency)
    decision = _decided(person, Function.EXPORT)
    text = str(form["reads"].value() or "")
    context = {
        "form": form,
        "decision": decision if isinstance(decision, Denied) else None,
        "because": because.id if because else "",
        "case_number": form["case_number"].value() or "",
        "release_clause": profile.sharing.approval.clause,
        "most_reads": MOST_READS,
        **_why(profile),
        **_chosen(request, person, because, text),
        **more,
    }
    return render(request, "evidence/new.html", context, status=status)


def _chosen(request: HttpRequest, person: Person, because: OwnRecord | None, text: str) -> dict[str, Any]:
    """Show the reads that were handed over: a look in the course of the record that they come from."""
    try:
        read_ids = read_ids_in(text)
    except ValidationError:
        return {}
    if because is None or not read_ids:
        return {"count": len(read_ids)}
    inquiry = Inquiry(
        function=function_of(because, Function.VIEW_READ),
        purpose=because.purpose,
        case_number=because.case_number,
        reason=because.reason,
        on_behalf_of=because.on_behalf_of,
        query={"reads": min(len(read_ids), _SHOWN_READS), "choose": "evidence", **because.under},
        read_ids=read_ids[:_SHOWN_READS],
        parent=because,
        source=source_of(request),
    )
    try:
        grant = _looked(person, because.agency, inquiry)
    except AccessDenied as refused:
        return {"count": len(read_ids), "refusal": refused.decision}
    return {
        "count": len(read_ids),
        "reads": reads_among(grant, read_ids[:_SHOWN_READS]),
        "record": {"id": grant.record_id},
    }


def _looked(person: Person, agency: Agency, inquiry: Inquiry) -> AccessGrant:
    return open_access(person=person, agency=agency, inquiry=inquiry, now=timezone.now())


def _because(person: Person, text: str) -> OwnRecord | None:
    try:
        return own_record(person, UUID(text))
    except ValueError:
        return None


def _decided(person: Person, function: Function) -> Decision:
    return decide_function(profile_of(person.agency), facts_of(person), function, timezone.now())


def _entitled(request: HttpRequest) -> Person:
    """Return the person, who may export or answer for what is held; anybody else is refused."""
    person = person_of(request)
    decisions = [_decided(person, function) for function in _SEEING]
    refused = [decision for decision in decisions if isinstance(decision, Denied)]
    if len(refused) == len(decisions):
        raise AccessDenied(refused[0], None)
    return person


def _found(person: Person, package_id: UUID) -> EvidencePackage:
    found = packages_of(person.agency).filter(id=package_id).first()
    if found is None:
        raise Http404("no such package")
    return found


def _shown(found: EvidencePackage) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": CustodyState(found.state),  # type: ignore[attr-defined]  # annotated by packages_of
        "is_unbooked": not is_settled(found.state, found.release_id),  # type: ignore[attr-defined]  # idem
        "since": found.since,  # type: ignore[attr-defined]  # idem
        "sealed_at": found.sealed_at,
        "sealed_by": found.sealed_by,
        "case_number": found.case_number,
        "purpose": found.purpose,
        "recipient": found.recipient,
        "release_id": found.release_id,
        "reads": len(found.read_ids),
        "pictures": found.pictures,
        "size_bytes": found.size_bytes,
        "digest": bytes(found.digest).hex(),
        "is_stamped": found.is_stamped,
        "access_id": found.access_id,
    }
