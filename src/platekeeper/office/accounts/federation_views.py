"""To an agency's identity provider and back, by OpenID Connect or SAML."""

import logging
import re
from collections.abc import Callable

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from platekeeper.office.accounts import saml
from platekeeper.office.accounts.bindings import FEDERATION, refusal_of
from platekeeper.office.accounts.factors import has_strong_factor
from platekeeper.office.accounts.federation import (
    Errand,
    FederationError,
    Word,
    errand_to,
    has_second_factor,
    person_named,
    word_of,
)
from platekeeper.office.accounts.lockout import decide_attempt
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.providers import AnyProvider, Provider, SamlProvider
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import login_failed, login_refused
from platekeeper.policy import Denied

log = logging.getLogger("platekeeper.sign-in")
_ERRAND = "federation_errand"
_NOT_BEGUN = "This log-in was not begun in this browser: begin it again."


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
        address, errand = _sent(request, provider, target)
    except FederationError as error:
        _log(slug, error)
        return _sorry(request, str(error), 502)
    request.session[_ERRAND] = errand.kept()
    return render(request, "account/leaving.html", {"address": address, "provider": provider})


@csrf_exempt  # a provider's page posts here; nothing happens but that the browser is asked to go on by our own page
@login_not_required
@require_http_methods(["GET", "POST"])
def come_back(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Let in whom the provider names, if they have an account here that may be used."""
    provider = _provider(slug)
    if isinstance(provider, SamlProvider):
        # the session's cookie does not travel with a post from another site; from our own page it does
        return render(
            request, "account/coming_back.html",
            {"provider": provider, "response": request.POST.get("SAMLResponse", "")},
        )  # fmt: skip
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    errand = _errand(request, slug)
    if (
        errand is None
        or not constant_time_compare(state, errand.state)
        or not (code or "error" in request.GET)
    ):
        return _failed(request, _NOT_BEGUN)
    if request.GET.get("iss", provider.issuer).rstrip("/") != provider.issuer:  # RFC 9207
        return _failed(request, _NOT_BEGUN)
    if not code:
        return _failed(request, _declined(provider, request.GET["error"]))
    return _taken(
        request, provider, errand, lambda: word_of(provider, errand, code=code, back=_back(request, slug))
    )


@login_not_required
@require_POST
def take_response(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Let in whom a SAML response names; it is taken in the browser that was sent for it, and once."""
    provider, errand = _provider(slug), _errand(request, slug)
    if not isinstance(provider, SamlProvider):
        raise Http404("this identity provider does not speak SAML")
    response = request.POST.get("SAMLResponse", "")
    if errand is None or not response:
        return _failed(request, _NOT_BEGUN)
    us, back = _us(request, slug), _back(request, slug)
    return _taken(
        request, provider, errand,
        lambda: saml.word_of(provider, errand, response=response, us=us, back=back),
    )  # fmt: skip


def _sent(request: HttpRequest, provider: AnyProvider, target: str) -> tuple[str, Errand]:
    back = _back(request, provider.slug)
    if isinstance(provider, SamlProvider):
        return saml.errand_to(provider, us=_us(request, provider.slug), back=back, target=target)
    return errand_to(provider, back=back, target=target, max_age_seconds=_max_age_seconds(provider))


def _max_age_seconds(provider: Provider) -> int:
    agency = Agency.objects.filter(slug=provider.agency).first()
    if agency is None:
        raise FederationError(
            f"sign-in.toml gives {provider.name} the people of {provider.agency}, an agency that is not here: tell "
            "your administrator."
        )
    now = timezone.now()
    return round((now - profile_of(agency).cjis.idle_lock.value.cutoff(now)).total_seconds())


def _declined(provider: Provider, error: str) -> str:
    why = f" ({error})" if re.fullmatch(r"[a-z_]{1,40}", error) else ""
    return f"{provider.name} did not let you in{why}: try again, or log in with your password."


def _errand(request: HttpRequest, slug: str) -> Errand | None:
    kept = request.session.pop(_ERRAND, None)  # whatever comes of it, it is over
    try:
        errand = Errand(**kept) if kept else None
    except TypeError:  # kept by another version of ours, with other fields: the log-in is begun again
        return None
    return errand if errand is not None and errand.provider == slug else None


def _taken(
    request: HttpRequest, provider: AnyProvider, errand: Errand, said: Callable[[], Word]
) -> HttpResponseBase:
    try:
        word = said()
    except FederationError as error:
        _log(provider.slug, error)
        return _failed(request, str(error))
    person = person_named(provider, word)
    if person is None:
        return _failed(request, "You have no account here: ask your administrator (USR-02).")
    decision = decide_attempt(person, timezone.now())
    refusal = decision if isinstance(decision, Denied) else refusal_of(person, word.issuer, word.subject)
    if refusal is not None:
        login_refused.send(Provider, person=person, decision=refusal, source=source_of(request))
        return _sorry(request, f"{refusal.reason} {refusal.remedy}", 403)
    asserted = has_second_factor(word, person, timezone.now())
    return _let_in(request, person, errand, word, second_factor=asserted)


def _let_in(
    request: HttpRequest, person: Person, errand: Errand, word: Word, *, second_factor: bool
) -> HttpResponseBase:
    # whoever has no second factor yet sets one up now, and has no password of ours to say that it is still them
    is_new = not has_strong_factor(person)
    record_authentication(
        request, person, FEDERATION, provider=errand.provider, reauthenticated=True if is_new else None,
        issuer=word.issuer, subject=word.subject, named=word.person,
    )  # fmt: skip
    # of this request alone: in the session it could outlive a log-in that fails (CJIS IA-2)
    request.asserted_second_factor = second_factor  # type: ignore[attr-defined]
    response: HttpResponseBase = perform_login(
        request, person, email_verification="none", redirect_url=errand.target or "/"
    )
    return response or redirect("/")


def _log(slug: str, error: FederationError) -> None:
    # whoever sets a provider up learns here what the person at the page need not know
    log.warning("log-in by %s: %s (%s)", slug, error, error.__cause__ or "that is all")


def _provider(slug: str) -> AnyProvider:
    found = settings.SIGN_IN.get(slug)
    if not isinstance(found, Provider | SamlProvider):
        raise Http404("no such identity provider")
    return found


def _back(request: HttpRequest, slug: str) -> str:
    return request.build_absolute_uri(reverse("federation_back", args=[slug]))


def _us(request: HttpRequest, slug: str) -> str:
    # our name at the provider is the address of its button
    return request.build_absolute_uri(reverse("federation_leave", args=[slug]))


def _failed(request: HttpRequest, sentence: str) -> HttpResponse:
    login_failed.send(Provider, person=None, locked=False, source=source_of(request))  # CJIS AU-2
    return _sorry(request, sentence, 403)


def _sorry(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "account/not_let_in.html", {"sentence": sentence}, status=status)
