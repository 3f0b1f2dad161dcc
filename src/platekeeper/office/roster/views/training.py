"""Training: one's own page, the trainer's, signing courses, issuing documents."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.courses import acknowledge, issue_document, sign_training
from platekeeper.office.roster.forms import AcknowledgeForm, DocumentForm, SignForm, digest_of
from platekeeper.office.roster.learning import (
    CourseState,
    courses_of,
    documents_in_force,
    documents_of,
    outside_role,
    signing_role,
    titled,
)
from platekeeper.office.roster.models import IssuedDocument
from platekeeper.office.roster.operations import RosterError
from platekeeper.office.roster.queries import people_of
from platekeeper.office.roster.views.doors import any_of, colleague
from platekeeper.policy import Function, Role

_ON_A_PAGE = 50
_SIGNERS = (Function.SIGN_TRAINING, Function.ADMINISTER_USERS)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show a person what they have learnt and read, and what is missing before access."""
    person, now = person_of(request), timezone.now()
    context = {
        "courses": courses_of(person, now),
        "completions": titled(person),
        "documents": documents_of(person),
        "profile": profile_of(person.agency),
    }
    return render(request, "roster/mine.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Keep that a person read a document in the version in force."""
    form = AcknowledgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Name the document and its version: use the buttons of this page.")
        return redirect("roster:mine")
    try:
        acknowledge(person_of(request), **form.cleaned_data)
    except RosterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"You acknowledged {form.cleaned_data['title']}.")
    return redirect("roster:mine")


@require_GET
@any_of(*_SIGNERS)
def training(request: HttpRequest) -> HttpResponse:
    """List the agency's people with what they miss; a trainer's work."""
    person, now = person_of(request), timezone.now()
    working = people_of(person.agency, text=request.GET.get("text", "")[:60].replace("\0", "")).filter(
        separated_at__isnull=True
    )
    page = Paginator(working, _ON_A_PAGE).get_page(request.GET.get("page"))
    in_force = documents_in_force(person.agency)
    rows = [
        {"person": one, "courses": courses_of(one, now), "documents": documents_of(one, in_force)}
        for one in page
    ]
    context = {"rows": rows, "page": page, "text": request.GET.get("text", ""), "me": person}
    return render(request, "roster/training.html", context)


@require_http_methods(["GET", "POST"])
@any_of(*_SIGNERS)
def sign(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a person's courses, and sign one."""
    actor, now = person_of(request), timezone.now()
    whom = colleague(actor.agency, person_id)
    code = request.POST.get("course", "")
    rows = [_row(actor, whom, state, code, request) for state in courses_of(whom, now)]
    posted = next((row for row in rows if row["form"].is_bound), None)
    if posted is not None and posted["form"].is_valid():
        given, state = posted["form"].cleaned_data, posted["state"]
        try:
            sign_training(
                actor, whom, course_code=state.course.code, topics=given.get("topics", []),
                completed_at=given["completed_on"], certificate=given.get("certificate", ""),
                outside=given.get("outside", ""),
            )  # fmt: skip
        except RosterError as error:
            posted["form"].add_error(None, str(error))
        else:
            messages.success(request, f"{whom.full_name} completed {state.course.title}.")
            return redirect("roster:sign", whom.pk)
    context = {
        "person": whom,
        "rows": rows,
        "is_self": actor.pk == whom.pk,
        "completions": titled(whom),
    }
    wrong = request.method == "POST"
    return render(request, "roster/sign.html", context, status=422 if wrong else 200)


def _row(actor: Person, whom: Person, state: CourseState, code: str, request: HttpRequest) -> dict[str, Any]:
    """Return one course with its form, and whether the person at the page may sign it or enter an outside trainer."""
    role = signing_role(actor, state.course)
    attests = Role.ADMINISTRATOR in actor.roles and role is None and _nobody_signs(whom, state)
    data = request.POST if request.method == "POST" and code == state.course.code else None
    form = SignForm(state.course, data, signs=role is not None, attests=attests)
    wanted = sorted(one.value for one in state.course.trained_by) or [Role.TRAINER.value]
    return {
        "state": state,
        "form": form,
        "may": role is not None or attests,
        "wanted": wanted,
        "attests": attests,
    }


def _nobody_signs(whom: Person, state: CourseState) -> bool:
    role = outside_role(state.course)
    if role is Role.VENDOR:
        return True
    others = Person.objects.filter(agency=whom.agency, is_active=True, roles__contains=[role.value])
    return not others.exclude(pk=whom.pk).exists()


@require_http_methods(["GET", "POST"])
@any_of(*_SIGNERS)
def documents(request: HttpRequest) -> HttpResponse:
    """Show the documents of the policy in their versions, and put a new version in force."""
    actor = person_of(request)
    in_force = documents_in_force(actor.agency)
    form = DocumentForm(sorted(in_force), request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            issue_document(
                actor, title=given["title"], version=given["version"], place=given["place"],
                sha256=digest_of(given.get("file")),
            )  # fmt: skip
        except RosterError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"{given['title']}, version {given['version']}, is in force: all read it anew."
            )
            return redirect("roster:documents")
    people = Person.objects.filter(agency=actor.agency, is_active=True)
    rows = [
        {"title": title, "version": version, "place": place,
         "read": people.filter(acknowledged__contains=[title]).count()}
        for title, (version, place) in sorted(in_force.items())
    ]  # fmt: skip
    context = {
        "rows": rows,
        "people": people.count(),
        "issued": IssuedDocument.objects.filter(agency=actor.agency),
        "form": form,
        "profile": profile_of(actor.agency),
    }
    return render(request, "roster/documents.html", context, status=422 if form.errors else 200)
