"""Logging in by an agency's identity provider: OpenID Connect, authorization code with PKCE.

It says who somebody is; whether they may come in is still ours to decide: the account must exist (USR-02), the lock and
the last day hold (USR-10), the banner is accepted first (GOV-10), and a second factor is asked for unless the provider
says that it asked, just now, and the agency takes its word (CJIS IA-2).

Source: OpenID Connect Core 1.0 3.1; RFC 7636
"""

import base64
import hashlib
import http.client
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.bindings import bound_to
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.providers import AnyProvider, Provider
from platekeeper.office.accounts.queries import profile_of

_TIMEOUT_S = 10
_LARGEST_ANSWER_BYTES = 1 << 20
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # none that a shared secret could forge
_LEEWAY_S = 60
_DISCOVERED_FOR_S = 600.0


class _StayingHere(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: our secret and the person's token are for the provider's own addresses alone."""

    def redirect_request(self, *_: object) -> None:
        """Follow no redirect; what comes of it is the provider's wrong answer."""


_OPENER = urllib.request.build_opener(_StayingHere)


class FederationError(PlatekeeperError):
    """The identity provider's word cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What we sent a browser to the provider with, kept in its session until it comes back.

    Attributes:
        provider: slug of the provider.
        state: comes back in the address; another browser's errand has another.
        nonce: comes back in the token.
        verifier: proves that whoever fetches the token sent the browser.
        target: where to go on afterwards.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    target: str = ""

    def kept(self) -> dict[str, str]:
        """Return it as a session keeps it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a provider said.

    Attributes:
        person: the claim that names the person.
        issuer: the provider's own address, as we know it.
        subject: its lasting name for the person; empty where it has none.
        second_factor: whether it asked for one in a way that the agency takes.
        authenticated_at: when it last asked who sits there; None where it does not say.
    """

    person: str
    issuer: str
    subject: str
    second_factor: bool
    authenticated_at: datetime | None = None


def has_second_factor(word: Word, person: Person, now: datetime) -> bool:
    """Tell whether a provider's second factor counts: only one that was given within the time of the idle lock.

    A provider remembers its own people for days; whoever sits down at a locked terminal would come in as the last one.

    Args:
        word: what it said.
        person: whom it named.
        now: the present time.

    Source:
        CJIS AC-11, IA-2
    """
    lock = profile_of(person.agency).cjis.idle_lock.value
    at = word.authenticated_at
    return word.second_factor and at is not None and lock.cutoff(now) <= at


def errand_to(provider: Provider, *, back: str, target: str, max_age_seconds: int) -> tuple[str, Errand]:
    """Return where to send a browser, and what to remember of it.

    Args:
        provider: to whom.
        back: our address that it comes back to.
        target: where to go on afterwards.
        max_age_seconds: it asks anew whoever it asked longer ago.

    Raises:
        FederationError: the provider does not answer.
    """
    errand = Errand(
        provider=provider.slug,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        target=target,
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": back,
        "scope": "openid profile email", "state": errand.state, "nonce": errand.nonce,
        "code_challenge": challenge.decode(), "code_challenge_method": "S256", "max_age": str(max_age_seconds),
    }  # fmt: skip
    return f"{_endpoint(provider, 'authorization_endpoint')}?{urllib.parse.urlencode(asked)}", errand


def word_of(provider: Provider, errand: Errand, *, code: str, back: str) -> Word:
    """Fetch what the provider says of whoever came back, and check it.

    Must hold: 1 the token is signed with a key that the provider publishes; 2 it was made by this provider for us,
    and has not expired; 3 it answers this very errand; 4 the provider names somebody, by an address only if it is
    verified, and where it does so apart from the token, it is the same one.

    Args:
        provider: who says it.
        errand: with what the browser was sent.
        code: with what it came back.
        back: our address that it came back to.

    Raises:
        FederationError: one of these does not hold, or the provider does not answer.

    Source:
        OpenID Connect Core 1.0 3.1.3.7, 5.3.2
    """
    answer = _exchanged(provider, errand, code, back)
    token = str(answer.get("id_token", ""))
    try:
        # 1, 2
        key = _key_of(provider, token)
        claims = jwt.decode(
            token, key, algorithms=list(_ALGORITHMS), audience=provider.client_id, issuer=_issuer(provider),
            leeway=_LEEWAY_S, options={"require": ["exp", "iat", "sub", "nonce"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise FederationError(f"{provider.name} sent a token that does not hold: log in again.") from error
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise FederationError(f"{provider.name} sent a token for somebody else: log in again.")
    # 3
    if not constant_time_compare(str(claims["nonce"]), errand.nonce):
        raise FederationError(f"{provider.name} answered another log-in: start again.")
    # 4
    about = claims if claims.get(provider.person) else _told_apart(provider, answer, str(claims["sub"]))
    named = str(about.get(provider.person, ""))
    if not named:
        raise FederationError(
            f"{provider.name} does not say who you are: it must tell {provider.person}; tell your administrator."
        )
    if provider.person == "email" and about.get("email_verified") is not True:
        raise FederationError(
            f"{provider.name} does not say that your e-mail address is verified: tell your administrator."
        )
    methods = claims.get("amr", [])  # of the token alone, which is signed
    trusted = provider.second_factor.intersection(map(str, methods if isinstance(methods, list) else ()))
    return Word(
        person=named, issuer=provider.issuer, subject=str(claims["sub"]), second_factor=bool(trusted),
        authenticated_at=_moment(claims.get("auth_time")),
    )  # fmt: skip


def _exchanged(provider: Provider, errand: Errand, code: str, back: str) -> dict[str, Any]:
    given = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": errand.verifier,
    }  # fmt: skip
    known = _known(provider).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_post" in known:
        return _fetched(
            provider, _endpoint(provider, "token_endpoint"),
            {**given, "client_id": provider.client_id, "client_secret": provider.secret},
        )  # fmt: skip
    pair = f"{urllib.parse.quote_plus(provider.client_id)}:{urllib.parse.quote_plus(provider.secret)}"
    basic = f"Basic {base64.b64encode(pair.encode()).decode()}"  # RFC 6749 2.3.1
    return _fetched(provider, _endpoint(provider, "token_endpoint"), given, authorization=basic)


def _told_apart(provider: Provider, answer: dict[str, Any], subject: str) -> dict[str, Any]:
    """Ask who it is where the token does not say, as is usual with this flow; it must be the token's subject."""
    access = answer.get("access_token")
    if not access or not _known(provider).get("userinfo_endpoint"):
        return {}
    told = _fetched(provider, _endpoint(provider, "userinfo_endpoint"), authorization=f"Bearer {access}")
    if told.get("sub") != subject:
        raise FederationError(f"{provider.name} speaks of two people at once: log in again.")
    return told


def _moment(seconds: object) -> datetime | None:
    return (
        datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 1 << 33 else None
    )


def person_named(provider: AnyProvider, word: Word) -> Person | None:
    """Return the one person of the provider's agency whom it means; nobody is ever made by it (USR-02).

    Its lasting name for them decides; by the name that people bear there only who is not bound yet is found.

    Args:
        provider: who said it.
        word: what it said.
    """
    known = bound_to(word.issuer, word.subject)
    if known is not None:
        return known if known.agency.slug == provider.agency else None
    field = "email__iexact" if provider.person == "email" else "username__iexact"
    ours = Person.objects.select_related("agency").filter(agency__slug=provider.agency)
    found = list(ours.filter(**{field: word.person})[:2])
    return found[0] if len(found) == 1 else None


def _issuer(provider: Provider) -> str:
    # as it calls itself, to the letter; the file may leave out a slash at its end
    return str(_known(provider)["issuer"])


def _endpoint(provider: Provider, name: str) -> str:
    address = str(_known(provider).get(name, ""))
    if urllib.parse.urlsplit(address).scheme not in ("https", urllib.parse.urlsplit(provider.issuer).scheme):
        raise FederationError(f"{provider.name} names an address that is not safe: tell your administrator.")
    return address


def _known(provider: Provider) -> dict[str, Any]:
    # a provider may move an address; its keys are fetched for every log-in
    return _discovered(provider, int(monotonic() // _DISCOVERED_FOR_S))


@lru_cache(maxsize=16)
def _discovered(provider: Provider, _span: int) -> dict[str, Any]:
    found = _fetched(provider, f"{provider.issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer:
        raise FederationError(f"{provider.name} calls itself something else: tell your administrator.")
    return found


def _key_of(provider: Provider, token: str) -> Any:
    wanted = jwt.get_unverified_header(token).get("kid")
    keys = _fetched(provider, _endpoint(provider, "jwks_uri")).get("keys")
    known = keys if isinstance(keys, list) else []
    fitting = [one for one in known if isinstance(one, dict) and one.get("kid") == wanted]
    if not fitting:
        raise jwt.InvalidKeyError("no such key")
    return jwt.PyJWK(fitting[0]).key


def _fetched(
    provider: Provider, address: str, form: dict[str, str] | None = None, *, authorization: str = ""
) -> dict[str, Any]:
    body = urllib.parse.urlencode(form).encode() if form else None
    headers = {"Accept": "application/json", **({"Authorization": authorization} if authorization else {})}
    request = urllib.request.Request(address, body, headers)  # noqa: S310  # see _endpoint
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            found = json.loads(answer.read(_LARGEST_ANSWER_BYTES))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FederationError(
            f"{provider.name} does not answer as it should: log in with your password, or try again later."
        ) from error
    if not isinstance(found, dict):
        raise FederationError(f"{provider.name} does not answer as it should: tell your administrator.")
    return found
