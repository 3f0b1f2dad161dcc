"""Logging in by an agency's identity provider: OpenID Connect, authorization code with PKCE.

It says who somebody is; whether they may come in is still ours to decide: the account must exist (USR-02), the lock and
the last day hold (USR-10), the banner is accepted first (GOV-10), and a second factor is asked for unless the provider
says that it asked and the agency takes its word (CJIS IA-2).

Source: OpenID Connect Core 1.0 3.1; RFC 7636
"""

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import jwt

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.providers import AnyProvider, Provider

_TIMEOUT_S = 10
_LARGEST_ANSWER_BYTES = 1 << 20
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # none that a shared secret could forge
_LEEWAY_S = 60


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
        second_factor: whether it asked for one in a way that the agency takes.
    """

    person: str
    second_factor: bool


def errand_to(provider: Provider, *, back: str, target: str) -> tuple[str, Errand]:
    """Return where to send a browser, and what to remember of it.

    Args:
        provider: to whom.
        back: our address that it comes back to.
        target: where to go on afterwards.

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
        "code_challenge": challenge.decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{_endpoint(provider, 'authorization_endpoint')}?{urllib.parse.urlencode(asked)}", errand


def word_of(provider: Provider, errand: Errand, *, code: str, back: str) -> Word:
    """Fetch what the provider says of whoever came back, and check it.

    Must hold: 1 the token is signed with a key that the provider publishes; 2 it was made by this provider for us,
    and has not expired; 3 it answers this very errand; 4 it names somebody, by an address only if it is verified.

    Args:
        provider: who says it.
        errand: with what the browser was sent.
        code: with what it came back.
        back: our address that it came back to.

    Raises:
        FederationError: one of these does not hold, or the provider does not answer.
    """
    given = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": provider.client_id,
        "client_secret": provider.secret, "code_verifier": errand.verifier,
    }  # fmt: skip
    token = str(_fetched(provider, _endpoint(provider, "token_endpoint"), given).get("id_token", ""))
    try:
        # 1, 2
        key = _key_of(provider, token)
        claims = jwt.decode(
            token, key, algorithms=list(_ALGORITHMS), audience=provider.client_id, issuer=provider.issuer,
            leeway=_LEEWAY_S, options={"require": ["exp", "iat", "sub", "nonce"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise FederationError(f"{provider.name} sent a token that does not hold: log in again.") from error
    # 3
    if not secrets.compare_digest(str(claims["nonce"]), errand.nonce):
        raise FederationError(f"{provider.name} answered another log-in: start again.")
    # 4
    named = str(claims.get(provider.person, ""))
    if not named or (provider.person == "email" and claims.get("email_verified") is not True):
        raise FederationError(f"{provider.name} does not say who you are: ask your administrator.")
    methods = claims.get("amr", [])
    trusted = provider.second_factor.intersection(map(str, methods if isinstance(methods, list) else ()))
    return Word(person=named, second_factor=bool(trusted))


def person_named(provider: AnyProvider, word: Word) -> Person | None:
    """Return the one person of the provider's agency whom it named; nobody is ever made by it (USR-02).

    Args:
        provider: who said it.
        word: what it said.
    """
    field = "email__iexact" if provider.person == "email" else "username"
    ours = Person.objects.select_related("agency").filter(agency__slug=provider.agency)
    found = list(ours.filter(**{field: word.person})[:2])
    return found[0] if len(found) == 1 else None


def _endpoint(provider: Provider, name: str) -> str:
    address = _discovered(provider).get(name, "")
    if urllib.parse.urlsplit(address).scheme not in ("https", urllib.parse.urlsplit(provider.issuer).scheme):
        raise FederationError(f"{provider.name} names an address that is not safe: tell your administrator.")
    return str(address)


@lru_cache(maxsize=16)
def _discovered(provider: Provider) -> dict[str, Any]:
    found = _fetched(provider, f"{provider.issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer:
        raise FederationError(f"{provider.name} calls itself something else: tell your administrator.")
    return found


def _key_of(provider: Provider, token: str) -> Any:
    wanted = jwt.get_unverified_header(token).get("kid")
    keys = _fetched(provider, _endpoint(provider, "jwks_uri")).get("keys", [])
    fitting = [one for one in keys if isinstance(one, dict) and one.get("kid") == wanted]
    if not fitting:
        raise jwt.InvalidKeyError("no such key")
    return jwt.PyJWK(fitting[0]).key


def _fetched(provider: Provider, address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(address, body, {"Accept": "application/json"})  # noqa: S310  # see _endpoint
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            found = json.loads(answer.read(_LARGEST_ANSWER_BYTES))
    except (OSError, ValueError) as error:
        raise FederationError(
            f"{provider.name} does not answer as it should: log in with your password, or try again later."
        ) from error
    if not isinstance(found, dict):
        raise FederationError(f"{provider.name} does not answer as it should: tell your administrator.")
    return found
