"""The profile in force, its history, and how it is changed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from platekeeper import policy
from platekeeper.office.accounts.models import Person, ProfileVersion
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.governance.forms import AnswerForm, AttestationForm, ProposalForm, RulingForm
from platekeeper.office.governance.models import Attestation, ProfileProposal
from platekeeper.office.governance.operations import (
    GovernanceError,
    answer_profile,
    attest,
    propose_profile,
)
from platekeeper.office.governance.queries import (
    decision_on,
    open_points_of,
    proposal_of,
    proposals_of,
    review_profile,
    text_with_ruling,
    version_in_force,
    versions_of,
)
from platekeeper.policy import Function
from platekeeper.policy.check import Severity, check_profile
from platekeeper.policy.statements import chapters


@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Show the profile in force in plain words, its history and what is proposed."""
    person = person_of(request)
    return render(
        request,
        "governance/profile.html",
        {
            "profile": profile_of(person.agency),
            "version": version_in_force(person.agency),
            "chapters": chapters(profile_of(person.agency)),
            "versions": versions_of(person.agency),
            "proposals": proposals_of(person.agency),
            "may_publish": _may_publish(person),
        },
    )


@require_GET
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one version with what it changed."""
    person = person_of(request)
    found = _version(person, number)
    before = ProfileVersion.objects.filter(agency=person.agency, number=number - 1).first()
    return render(
        request,
        "governance/version.html",
        {
            "version": found,
            "before": before,
            "review": review_profile(person.agency, found.text, against=before) if before else None,
            "in_force": person.agency.profile_number == number,
        },
    )


@require_GET
def version_text(request: HttpRequest, number: int) -> HttpResponse:
    """Give a version's text, as it was published."""
    found = _version(person_of(request), number)
    name = f"{profile_of(found.agency).slug}-{found.number}.toml"
    return HttpResponse(
        found.text.encode(),
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _version(person: Person, number: int) -> ProfileVersion:
    found = (
        ProfileVersion.objects.select_related("agency").filter(agency=person.agency, number=number).first()
    )
    if found is None:
        raise Http404("no such version")
    return found


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Check a changed profile, show what it changes, and propose it."""
    person = person_of(request)
    in_force = version_in_force(person.agency)
    context: dict[str, Any] = {"may_publish": _may_publish(person), "version": in_force}
    if request.method != "POST":
        form = ProposalForm(initial={"text": in_force.text})
        return render(request, "governance/propose.html", {**context, "form": form})
    form = ProposalForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "governance/propose.html", {**context, "form": form}, status=422)
    text, reason = form.cleaned_data["profile"], form.cleaned_data["reason"]
    if request.POST.get("step") == "propose":
        try:
            number = propose_profile(person=person, text=text, reason=reason, now=timezone.now())
        except GovernanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The change is proposed. A second person must approve it.")
            return redirect("governance:proposal", number)
    review = review_profile(person.agency, text)
    shown = ProposalForm(initial={"text": text, "reason": reason})
    context |= {"form": shown, "errors": form.non_field_errors(), "review": review, "is_checked": True}
    return render(request, "governance/propose.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show a proposal with what it changes; approve, refuse or withdraw it."""
    person = person_of(request)
    found = proposal_of(person.agency, proposal_id)
    if found is None:
        raise Http404("no such proposal")
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                outcome = answer_profile(
                    person=person, proposal=found, adopt=request.POST.get("step") == "adopt",
                    reason=form.cleaned_data["reason"], now=timezone.now(),
                )  # fmt: skip
            except GovernanceError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"The proposal is {outcome.label}.")
                return redirect("governance:proposal", proposal_id)
        status = 422
    return render(request, "governance/proposal.html", _shown(person, found, form), status=status)


def _shown(person: Person, found: ProfileProposal, form: AnswerForm) -> dict[str, Any]:
    base = ProfileVersion.objects.get(agency=person.agency, number=found.based_on)
    answer = getattr(found, "answer", None)
    return {
        "proposal": found,
        "answer": answer,
        "base": base,
        "is_outdated": answer is None and found.based_on != person.agency.profile_number,
        "review": review_profile(person.agency, found.text, against=base),
        "decision": decision_on(person, found, timezone.now()),
        "may_publish": _may_publish(person),
        "is_own": found.proposed_by_id == person.pk,
        "form": form,
    }


@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest) -> HttpResponse:
    """Show what still stands in the way, how the open questions are decided, and what is attested."""
    person = person_of(request)
    form, ruling = AttestationForm(), RulingForm()
    status = 200
    if request.method == "POST":
        if request.POST.get("step") == "ruling":
            ruling = RulingForm(request.POST)
            if ruling.is_valid():
                return _with_ruling(request, person, ruling)
        else:
            form = AttestationForm(request.POST)
            if form.is_valid():
                attest(person=person, now=timezone.now(), **form.cleaned_data)
                messages.success(request, "The attestation is on record. It counts for a year.")
                return redirect("governance:programme")
        status = 422
    now = timezone.now()
    in_force = profile_of(person.agency)
    warnings = [
        problem
        for problem in check_profile(version_in_force(person.agency).text)
        if problem.severity is Severity.WARNING
    ]
    context = {
        "profile": in_force,
        "points": open_points_of(person.agency, now),
        "warnings": warnings,
        "attestations": Attestation.objects.filter(agency=person.agency).select_related("attested_by"),
        "now": now,
        "may_publish": _may_publish(person),
        "form": form,
        "ruling": ruling,
    }
    return render(request, "governance/programme.html", context, status=status)


def _with_ruling(request: HttpRequest, person: Person, ruling: RulingForm) -> HttpResponse:
    given = ruling.cleaned_data
    text = text_with_ruling(
        version_in_force(person.agency).text, counsel=given["counsel"], ruled_on=given["ruled_on"].isoformat(),
        reference=given["reference"], sentence=given["sentence"],
    )  # fmt: skip
    context = {
        "form": ProposalForm(initial={"text": text, "reason": f"Counsel ruled: {given['reference']}."}),
        "review": review_profile(person.agency, text),
        "is_checked": True,
        "may_publish": _may_publish(person),
        "version": version_in_force(person.agency),
    }
    return render(request, "governance/propose.html", context)


def _may_publish(person: Person) -> policy.Decision:
    return policy.decide_function(
        profile_of(person.agency), facts_of(person), Function.PUBLISH, timezone.now()
    )
