"""Logging in by an agency's identity provider that speaks SAML 2.0: the web browser profile, checked by python3-saml.

What it says is taken as OpenID Connect's word is: it names a person of its own agency; lock, last day, banner and
second factor stay ours. Nothing is signed or decrypted with a key of ours, so no key of ours can be lost.

Source: SAML 2.0 profiles 4.1, bindings 3.4 and 3.5
"""

import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.crypto import constant_time_compare
from lxml import etree
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from platekeeper.office.accounts.federation import Errand, FederationError, Word
from platekeeper.office.accounts.providers import SamlProvider

_LARGEST_RESPONSE_CHARACTERS = 256 * 1024
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def errand_to(provider: SamlProvider, *, us: str, back: str, target: str) -> tuple[str, Errand]:
    """Return where to send a browser, and what to remember of it.

    Args:
        provider: to whom.
        us: our own name there, an address.
        back: our address that it comes back to.
        target: where to go on afterwards.
    """
    request = OneLogin_Saml2_Authn_Request(_settings(provider, us, back))
    # our request's number must come back in the answer: one that nobody asked for opens nothing
    errand = Errand(provider=provider.slug, state=request.get_id(), nonce="", verifier="", target=target)
    asked = {"SAMLRequest": request.get_request(), "RelayState": secrets.token_urlsafe(12)}
    joint = "&" if urlsplit(provider.sign_on).query else "?"
    return f"{provider.sign_on}{joint}{urlencode(asked)}", errand


def word_of(provider: SamlProvider, errand: Errand, *, response: str, us: str, back: str) -> Word:
    """Check what the provider says of whoever came back.

    Must hold: 1 the assertion itself is signed with the key in the provider's certificate, by no outdated algorithm;
    2 it was made by this provider, for us and for this address, and is in time; 3 it answers this very errand; 4 it
    names somebody.

    Args:
        provider: who says it.
        errand: with what the browser was sent.
        response: as it came back, in base64.
        us: our own name there.
        back: our address that it came back to.

    Raises:
        FederationError: one of these does not hold.
    """
    if len(response) > _LARGEST_RESPONSE_CHARACTERS:
        raise FederationError(f"{provider.name} sent too much: tell your administrator.")
    here = urlsplit(back)
    request = {
        "https": "on" if here.scheme == "https" else "off",
        "http_host": here.netloc,
        "script_name": here.path,
        "get_data": {},
        "post_data": {"SAMLResponse": response},
    }
    try:
        said = OneLogin_Saml2_Response(_settings(provider, us, back), response)
        said.is_valid(request, request_id=errand.state, raise_exceptions=True)  # 1, 2
        _answers(said, errand, us)  # 2, 3
        named = _named(provider, said)
        subject = _subject(said)
        contexts, asked_at = frozenset(said.get_authn_contexts()), _authenticated_at(said)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, etree.LxmlError, ValueError) as error:
        raise FederationError(f"{provider.name} sent an answer that does not hold: log in again.") from error
    if not named:  # 4
        raise FederationError(f"{provider.name} does not say who you are: ask your administrator.")
    return Word(
        person=named,
        issuer=provider.issuer,
        subject=subject,
        second_factor=bool(provider.second_factor & contexts),
        authenticated_at=asked_at,
    )


def _authenticated_at(said: OneLogin_Saml2_Response) -> datetime | None:
    moments = said.document.xpath(
        "//saml:Assertion/saml:AuthnStatement/@AuthnInstant",
        namespaces={"saml": "urn:oasis:names:tc:SAML:2.0:assertion"},
    )
    asked = [OneLogin_Saml2_Utils.parse_SAML_to_time(moment) for moment in moments]
    return datetime.fromtimestamp(min(asked), UTC) if asked else None


def _answers(said: OneLogin_Saml2_Response, errand: Errand, us: str) -> None:
    # python3-saml lets pass what answers no request and what is meant for nobody in particular; here neither does
    if not constant_time_compare(str(said.get_in_response_to()), errand.state):
        raise ValueError("it answers another request, or none")
    if us not in said.get_audiences():
        raise ValueError("it is not for us")
    confirmed = said.document.xpath(
        "//saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData/@InResponseTo",
        namespaces={"saml": "urn:oasis:names:tc:SAML:2.0:assertion"},
    )
    if confirmed != [errand.state]:
        raise ValueError("its signed part answers another request, or none")


def _named(provider: SamlProvider, said: OneLogin_Saml2_Response) -> str:
    if not provider.attribute:
        return str(said.get_nameid() or "")
    values = said.get_attributes().get(provider.attribute, [])
    return str(values[0]) if len(values) == 1 else ""


def _subject(said: OneLogin_Saml2_Response) -> str:
    # only a persistent name id is never given to somebody else (core 8.3.7); any other may be a name like all names
    lasting = said.get_nameid_format() == _PERSISTENT
    return str(said.get_nameid() or "") if lasting else ""


def _settings(provider: SamlProvider, us: str, back: str) -> OneLogin_Saml2_Settings:
    given: dict[str, Any] = {
        "strict": True,
        "sp": {"entityId": us, "assertionConsumerService": {"url": back, "binding": _POST}},
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sign_on, "binding": _REDIRECT},
            "x509cert": OneLogin_Saml2_Utils.format_cert(provider.certificate, heads=False),
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantAttributeStatement": False,
            "wantNameId": not provider.attribute,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,  # in a house, a server may be called just `alpr`
        },
    }
    return OneLogin_Saml2_Settings(given, sp_validation_only=False)
