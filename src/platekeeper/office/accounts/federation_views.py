"""To an agency's identity provider and back."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.accounts.federation import Errand, FederationError, errand_to, person_named, word_of
from platekeeper.office.accounts.lockout import decide_attempt
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.providers import Provider
from platekeeper.office.accounts.signals import login_failed, login_refused
from platekeeper.policy import Denied

_ERRAND = "federation_errand"


@login_not_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Send somebody who accepted the banner to their agency's identity provider (GOV-10)."""
    provider = _provider(slug)
    if not request.POST.get("understood"):
        return _sorry(request, "Read the notice and tick that you understand it, then log in.", 422)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = ""
    try:
        address, errand = errand_to(provider, back=_back(request, slug), target=target)
    except FederationError as error:
        return _sorry(request, str(error), 502)
    request.session[_ERRAND] = errand.kept()
    return render(request, "account/leaving.html", {"address": address, "provider": provider})


@login_not_required
@require_GET
def come_back(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Let in whom the provider names, if they have an account here that may be used."""
    provider, kept = _provider(slug), request.session.pop(_ERRAND, None)
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    errand = Errand(**kept) if kept else None
    if (
        errand is None
        or errand.provider != slug
        or not constant_time_compare(state, errand.state)
        or not code
    ):
        return _sorry(request, "This log-in was not begun in this browser: begin it again.", 403)
    try:
        word = word_of(provider, errand, code=code, back=_back(request, slug))
    except FederationError as error:
        return _sorry(request, str(error), 403)
    person = person_named(provider, word)
    if person is None:
        login_failed.send(Provider, person=None, locked=False, source=source_of(request))
        return _sorry(request, "You have no account here: ask your administrator (USR-02).", 403)
    decision = decide_attempt(person, timezone.now())
    if isinstance(decision, Denied):
        login_refused.send(Provider, person=person, decision=decision, source=source_of(request))
        return _sorry(request, f"{decision.reason} {decision.remedy}", 403)
    return _let_in(request, provider, person, errand, second_factor=word.second_factor)


def _let_in(
    request: HttpRequest, provider: Provider, person: Person, errand: Errand, *, second_factor: bool
) -> HttpResponseBase:
    record_authentication(request, person, "federation", provider=provider.slug)
    # of this request alone: in the session it could outlive a log-in that fails (CJIS IA-2)
    request.asserted_second_factor = second_factor  # type: ignore[attr-defined]
    response: HttpResponseBase = perform_login(
        request, person, email_verification="none", redirect_url=errand.target or "/"
    )
    return response or redirect("/")


def _provider(slug: str) -> Provider:
    found = settings.SIGN_IN.get(slug)
    if not isinstance(found, Provider):
        raise Http404("no such identity provider")
    return found


def _back(request: HttpRequest, slug: str) -> str:
    return request.build_absolute_uri(reverse("federation_back", args=[slug]))


def _sorry(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "account/not_let_in.html", {"sentence": sentence}, status=status)
