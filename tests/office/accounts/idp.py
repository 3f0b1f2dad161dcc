"""A small identity provider that really answers over HTTP and really signs; plain attributes say what it does wrong."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "platekeeper", "only-here"


class IdentityProviderSimulator:
    """One provider, as OpenID Connect Core 1.0 asks of it."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.claims: dict[str, Any] = {}
        self.calls_itself = ""
        self.is_right()
        self.errands: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"

    def is_right(self) -> None:
        """Forget all that it was to do wrong, or otherwise than most."""
        self.signing_key, self.claims, self.calls_itself = self.key, {}, ""
        self.only_basic = self.tells_apart = False
        self.instead: dict[str, dict[str, Any]] = {}
        self.garbles: set[str] = set()
        self.sends_on: dict[str, str] = {}
        self.told: dict[str, Any] = {}
        self.subject = secrets.token_hex(4)  # somebody whom nobody here knows yet

    def says(self, **claims: Any) -> None:
        """Set what the next tokens claim."""
        self.claims = claims

    def says_apart(self, **claims: Any) -> None:
        """Set what it tells of a person besides the token, as providers do in this flow (OIDC Core 5.4)."""
        self.tells_apart, self.told = True, claims

    def logs_in(self, address: str) -> dict[str, str]:
        """Be the provider's log-in page: return the query that the browser comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.errands[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, code: str) -> str:
        """Sign what is claimed."""
        now = int(time.time())
        asked = self.errands[code]
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "auth_time": now, **self.claims,
        }  # fmt: skip
        return jwt.encode(claims, self.signing_key, "RS256", {"kid": "one"})

    def answer(self, path: str, form: dict[str, str], authorization: str = "") -> dict[str, Any] | None:
        """Return what one of the addresses answers; None refuses."""
        if path in self.instead:
            return self.instead[path]
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.calls_itself or self.issuer,
                **{name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
                **({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.tells_apart else {}),
                **({} if self.only_basic else {"token_endpoint_auth_methods_supported": ["client_secret_post"]}),
            }  # fmt: skip
        if path == "/userinfo":
            return {"sub": self.subject, **self.told} if authorization == "Bearer x" else None
        if path == "/jwks_uri":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": "one", "use": "sig"}]}
        asked = self.errands.get(form.get("code", ""))
        if path != "/token_endpoint" or asked is None or not self._knows(form, authorization):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        return {"id_token": self.token(form["code"]), "access_token": "x", "token_type": "Bearer"}

    def _knows(self, form: dict[str, str], authorization: str) -> bool:
        if self.only_basic:
            pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            return authorization == f"Basic {pair}" and "client_secret" not in form
        return form.get("client_secret") == SECRET

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._send({name: values[0] for name, values in parse_qs(body).items()})

            def _send(self, form: dict[str, str]) -> None:
                path = urlsplit(self.path).path
                if path in provider.garbles:
                    self.wfile.write(b"nothing that HTTP knows\r\n\r\n")
                    return
                if path in provider.sends_on:
                    self.send_response(302)
                    self.send_header("Location", provider.sends_on[path])
                    self.end_headers()
                    return
                found = provider.answer(path, form, self.headers.get("Authorization", ""))
                body = json.dumps(found if found is not None else {"error": "invalid_grant"}).encode()
                self.send_response(200 if found is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def identity_provider() -> Iterator[IdentityProviderSimulator]:
    """Run a provider for the length of the block."""
    made = IdentityProviderSimulator()
    serving = threading.Thread(target=made.server.serve_forever, daemon=True)
    serving.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        serving.join()
