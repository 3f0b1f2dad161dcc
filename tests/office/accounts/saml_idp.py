"""A small SAML identity provider that really answers over HTTP and really signs; attributes say what it does wrong."""

import base64
import html
import re
import secrets
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.utils import OneLogin_Saml2_Utils

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
MFA = "http://schemas.microsoft.com/claims/multipleauthn"
_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
_DIGESTS = {
    _SHA256: "http://www.w3.org/2001/04/xmlenc#sha256",
    _SHA1: "http://www.w3.org/2000/09/xmldsig#sha1",
}


def a_key_pair() -> tuple[str, str]:
    """Return a private key and its certificate, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "City Hall")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


class SamlProviderSimulator:
    """One provider, as the web browser profile asks of it."""

    def __init__(self) -> None:
        self.key, self.certificate = a_key_pair()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/sign-on"
        self.issuer = "urn:city-hall"
        self.is_right()

    def is_right(self) -> None:
        """Forget all that it was to do wrong."""
        self.person = self.subject = ""
        self.context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        self.audience = self.recipient = self.answers = self.calls_itself = ""
        self.late = self.asked_ago = timedelta(0)
        self.signing_key, self.algorithm = self.key, _SHA256
        self.signs, self.unsigned_twin = True, ""

    def signs_with_sha1(self) -> None:
        """Sign as nobody should any more."""
        self.algorithm = _SHA1

    def response(self, request: str) -> str:
        """Return the signed answer to a request, base64."""
        asked = zlib.decompress(base64.b64decode(request), -15).decode()
        number = self.answers or re.findall(r'\bID="([^"]+)"', asked)[0]
        back = re.findall(r'AssertionConsumerServiceURL="([^"]+)"', asked)[0]
        us = re.findall(r"<saml:Issuer>([^<]+)<", asked)[0]
        assertion = self._assertion(number, back, us)
        if self.signs:
            signed = OneLogin_Saml2_Utils.add_sign(
                assertion, self.signing_key, self.certificate, sign_algorithm=self.algorithm,
                digest_algorithm=_DIGESTS[self.algorithm],
            )  # fmt: skip
            assertion = signed.decode().partition("?>")[2] if signed.startswith(b"<?xml") else signed.decode()
        return base64.b64encode(self._around(assertion, number, back).encode()).decode()

    def _assertion(self, number: str, back: str, us: str) -> str:
        now = datetime.now(UTC) - self.late
        starts, ends = (f"{now + timedelta(minutes=by):%Y-%m-%dT%H:%M:%SZ}" for by in (-1, 5))
        asked = f"{now - self.asked_ago:%Y-%m-%dT%H:%M:%SZ}"
        return (
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{starts}">'
            f"<saml:Issuer>{self.calls_itself or self.issuer}</saml:Issuer><saml:Subject>"
            f"<saml:NameID{self._format()}>{html.escape(self.subject or self.person)}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{self.recipient or back}"'
            f' InResponseTo="{number}"/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{starts}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>'
            f"<saml:Audience>{self.audience or us}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{asked}"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>{self.context}</saml:AuthnContextClassRef>"
            f"</saml:AuthnContext></saml:AuthnStatement>{self._attributes()}</saml:Assertion>"
        )

    def _format(self) -> str:
        return f' Format="{PERSISTENT}"' if self.subject else ""

    def _attributes(self) -> str:
        if not self.subject:
            return ""
        return (
            '<saml:AttributeStatement><saml:Attribute Name="uid"><saml:AttributeValue>'
            f"{html.escape(self.person)}"
            "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
        )

    def _around(self, assertion: str, number: str, back: str) -> str:
        twin = assertion.replace(html.escape(self.person), self.unsigned_twin) if self.unsigned_twin else ""
        twin = re.sub(
            r"<ds:Signature.*</ds:Signature>", "", re.sub(r'ID="_', 'ID="_t', twin), flags=re.DOTALL
        )
        return (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"'
            f' Destination="{back}" InResponseTo="{number}">'
            f"<saml:Issuer>{self.calls_itself or self.issuer}</saml:Issuer>"
            '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{twin}{assertion}</samlp:Response>"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                body = f'<input name="SAMLResponse" value="{provider.response(query["SAMLRequest"][0])}">'
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def logged_in_at(address: str) -> str:
    """Be a browser at the provider's page: return the answer that its form holds."""
    with urllib.request.urlopen(address, timeout=10) as page:
        return re.findall(r'value="([^"]+)"', page.read().decode())[0]


@contextmanager
def saml_provider() -> Iterator[SamlProviderSimulator]:
    """Run a provider for the length of the block."""
    made = SamlProviderSimulator()
    serving = threading.Thread(target=made.server.serve_forever, daemon=True)
    serving.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        serving.join()
