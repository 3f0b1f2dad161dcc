"""A passkey in a real browser: Chromium's own virtual authenticator, which really signs."""

from typing import Any
from urllib.parse import parse_qs

from playwright.sync_api import Page

_KIND = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Authenticator:
    """The authenticator of one page."""

    def __init__(self, page: Page) -> None:
        """Plug it in."""
        self._wire = page.context.new_cdp_session(page)
        self._wire.send("WebAuthn.enable")
        added = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": _KIND})
        self._id = added["authenticatorId"]
        self.given: list[str] = []
        page.on("request", self._note)

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        """What it holds."""
        held: list[dict[str, Any]] = self._wire.send(
            "WebAuthn.getCredentials", {"authenticatorId": self._id}
        )["credentials"]
        return held

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/authenticate/"):
            self.given += parse_qs(request.post_data or "").get("credential", [])
