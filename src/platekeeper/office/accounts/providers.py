"""Identity providers that agencies have: what `sign-in.toml` in the data folder says of each, OpenID Connect or SAML.

The secret that the provider gave stands in a file under `secrets/` or in the environment, never in the database.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from cryptography import x509

from platekeeper.errors import PlatekeeperError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_KEYS = frozenset(
    {"agency", "name", "issuer", "client_id", "secret_file", "secret_variable", "person", "second_factor"}
)
_PERSONS = ("preferred_username", "email")
_SAML_KEYS = frozenset(
    {
        "protocol",
        "agency",
        "name",
        "issuer",
        "sign_on",
        "certificate_file",
        "person",
        "attribute",
        "second_factor",
    }
)
_SAML_PERSONS = ("username", "email")


class ProviderError(PlatekeeperError):
    """The file of identity providers does not say what it must."""

    def __init__(self, provider: str, sentence: str) -> None:
        """Name the place.

        Args:
            provider: its name in the file.
            sentence: what is wrong, with the remedy.
        """
        super().__init__(f"sign-in.toml, [{provider}]: {sentence}")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One agency's identity provider (OpenID Connect).

    Attributes:
        slug: its name in addresses.
        agency: slug of the agency whose people it knows; it opens no other agency's accounts.
        name: what the button says.
        issuer: its address, as its tokens name it.
        client_id: our name there.
        secret: what proves that it is us.
        person: the claim that names the person: `preferred_username` (our username) or `email`.
        second_factor: values of `amr` that the agency takes for a second factor; empty: it always asks for its own.
    """

    slug: str
    agency: str
    name: str
    issuer: str
    client_id: str
    secret: str
    person: str
    second_factor: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class SamlProvider:
    """One agency's identity provider that speaks SAML 2.0.

    Attributes:
        slug: its name in addresses.
        agency: slug of the agency whose people it knows; it opens no other agency's accounts.
        name: what the button says.
        issuer: its entity id.
        sign_on: its address for log-ins by redirect.
        certificate: its certificate, PEM; the key in it signs every assertion.
        person: what it names people by: their `username` here or their `email`.
        attribute: the attribute that holds it; empty: the name id.
        second_factor: authentication contexts that the agency takes for one; empty: it always asks for its own.
    """

    slug: str
    agency: str
    name: str
    issuer: str
    sign_on: str
    certificate: str
    person: str
    attribute: str
    second_factor: frozenset[str]


AnyProvider: TypeAlias = Provider | SamlProvider


def providers_in(folder: Path) -> dict[str, AnyProvider]:
    """Return the identity providers of an installation by slug; none where there is no file.

    Args:
        folder: the data folder.

    Raises:
        ProviderError: the file is no TOML, or lacks something, or names an address that is not safe.
    """
    path = folder / "sign-in.toml"
    if not path.is_file():
        return {}
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProviderError("", f"it is no TOML ({error}): correct it.") from error
    return {slug: _made(slug, table, folder) for slug, table in told.items()}


def _made(slug: str, table: Any, folder: Path) -> AnyProvider:
    if not isinstance(table, dict) or not slug.replace("-", "").isalnum():
        raise ProviderError(slug, "each provider is a table whose name has letters, digits and hyphens only.")
    is_saml = table.get("protocol") == "saml"
    keys = _SAML_KEYS if is_saml else _KEYS
    unknown = sorted(set(table) - keys)
    if unknown:
        raise ProviderError(slug, f"{unknown[0]} is not known here: the keys are {', '.join(sorted(keys))}.")
    for key in ("agency", "name", "issuer", "sign_on" if is_saml else "client_id"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise ProviderError(slug, f"{key} is missing: say it.")
    return _saml_provider(slug, table, folder) if is_saml else _provider(slug, table, folder)


def _safe(slug: str, key: str, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ProviderError(slug, f"{key} must be an https address: passwords would travel in clear.")


def _saml_provider(slug: str, table: dict[str, Any], folder: Path) -> SamlProvider:
    person = table.get("person", _SAML_PERSONS[0])
    if person not in _SAML_PERSONS:
        raise ProviderError(slug, f"person says what names people: choose {' or '.join(_SAML_PERSONS)}.")
    _safe(slug, "sign_on", table["sign_on"])
    return SamlProvider(
        slug=slug,
        agency=table["agency"],
        name=table["name"],
        issuer=table["issuer"],
        sign_on=table["sign_on"],
        certificate=_certificate(slug, table, folder),
        person=person,
        attribute=str(table.get("attribute", "")),
        second_factor=frozenset(map(str, table.get("second_factor", ()))),
    )


def _certificate(slug: str, table: dict[str, Any], folder: Path) -> str:
    named = folder / Path(str(table.get("certificate_file", f"{slug}.pem"))).name
    text = named.read_text("utf-8", "replace") if named.is_file() else ""
    try:
        x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise ProviderError(
            slug, f"its certificate is missing: put it, as PEM, into {named.name} beside sign-in.toml."
        ) from None
    return text


def _provider(slug: str, table: dict[str, Any], folder: Path) -> Provider:
    person = table.get("person", _PERSONS[0])
    if person not in _PERSONS:
        raise ProviderError(slug, f"person names a claim: choose {' or '.join(_PERSONS)}.")
    _safe(slug, "issuer", table["issuer"])
    return Provider(
        slug=slug,
        agency=table["agency"],
        name=table["name"],
        issuer=table["issuer"].rstrip("/"),
        client_id=table["client_id"],
        secret=_secret(slug, table, folder),
        person=person,
        second_factor=frozenset(map(str, table.get("second_factor", ()))),
    )


def _secret(slug: str, table: dict[str, Any], folder: Path) -> str:
    if "secret_variable" in table:
        found = os.environ.get(str(table["secret_variable"]), "")
    else:
        named = folder / "secrets" / Path(str(table.get("secret_file", f"{slug}.secret"))).name
        found = named.read_text("utf-8").strip() if named.is_file() else ""
    if not found:
        raise ProviderError(
            slug, f"its secret is missing: put it into secrets/{slug}.secret, readable by you alone."
        )
    return found
