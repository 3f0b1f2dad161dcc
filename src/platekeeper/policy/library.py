"""The policies themselves: the profiles and floors that come with Platekeeper, and how one's own is read.

Adding an agency is adding a profile; adding a state is adding a floor. Nothing here judges what a profile
says: that is `check.check_profile`, without which no profile should be published.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from platekeeper.errors import PlatekeeperError
from platekeeper.policy.clauses import Citations, sections
from platekeeper.policy.floor import Cjis, Floor
from platekeeper.policy.profile import Profile
from platekeeper.policy.reader import Fault, Reader

_HEADER = ("slug", "code", "name", "policy_title", "revision", "state", "timezone", "floor")


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Annex:
    """What a profile adds for a policy that `clauses.toml` does not know: its clauses, and what they oblige to."""

    sections: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class PolicyError(PlatekeeperError):
    """Base of what can be wrong with a policy."""


class UnknownPolicy(PolicyError):  # noqa: N818  # reads as what happened
    """There is no such profile or floor."""

    def __init__(self, kind: str, slug: str, known: tuple[str, ...]) -> None:
        super().__init__(f'There is no {kind} "{slug}"; choose one of {", ".join(known)}.')


class UnreadableProfile(PolicyError):  # noqa: N818
    """A profile cannot be read; the first fault is told, `platekeeper policy check` lists them all."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(f"{faults[0].sentence} {faults[0].remedy}")


def profiles() -> tuple[str, ...]:
    """Return the slugs of the agencies whose profiles come with Platekeeper, sorted."""
    return _slugs("profiles")


def floors() -> tuple[str, ...]:
    """Return the slugs of the floors that come with Platekeeper, sorted."""
    return _slugs("floors")


def profile_text(slug: str) -> str:
    """Return the TOML text of a profile.

    Raises:
        UnknownPolicy: there is none of that name.
    """
    return _text("profiles", "profile", slug)


@cache
def load_profile(slug: str) -> Profile:
    """Return a profile that comes with Platekeeper.

    Args:
        slug: one of `profiles()`, such as `el-cajon`.

    Raises:
        UnknownPolicy: there is none of that name.
    """
    return parse_profile(profile_text(slug))


@cache
def load_floor(slug: str) -> Floor:
    """Return a floor that comes with Platekeeper.

    Raises:
        UnknownPolicy: there is none of that name.
    """
    return _beneath(Floor, _text("floors", "floor", slug), slug=slug)


@cache
def load_cjis() -> Cjis:
    """Return the rules of the CJIS Security Policy that lie beneath every profile."""
    return _beneath(Cjis, _cjis_text())


def _beneath(kind: type[T], text: str, **known: object) -> T:
    reader = Reader()
    law = reader.table(kind, tomllib.loads(text), "", **known)
    if law is None or reader.faults:
        raise UnreadableProfile(tuple(reader.faults))
    return law


def parse_profile(text: str) -> Profile:
    """Read a profile.

    Args:
        text: TOML.

    Raises:
        UnreadableProfile: it is no TOML, or something in it is missing, unknown or of the wrong kind.
    """
    profile, faults = read_profile(text)
    if profile is None or faults:
        raise UnreadableProfile(faults)
    return profile


def read_profile(text: str) -> tuple[Profile | None, tuple[Fault, ...]]:
    """Read a profile as far as it can be read.

    Args:
        text: TOML.

    Returns:
        The profile, or None where it is not complete; and every fault.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (Fault("", f"The file is not TOML: {error}.", "Correct the line that is named."),)
    header = document.pop("policy", None)
    faults = _header_faults(header)
    if faults:
        return None, faults
    reader = Reader()
    annex = reader.table(
        _Annex, {name: document.pop(name) for name in ("sections", "clauses") if name in document}, ""
    )
    floor = load_floor(header["floor"])
    profile = reader.table(
        Profile,
        document,
        "",
        **{name: header[name] for name in _HEADER[:-1]},
        floor=floor,
        cjis=load_cjis(),
        digest=_digest(text, _text("floors", "floor", floor.slug), _cjis_text()),
        citations=Citations(header["code"], header["state"], annex.clauses if annex else {}),
        sections=MappingProxyType({**sections(), **(annex.sections if annex else {})}),
    )
    return profile, tuple(reader.faults)


def _header_faults(header: Any) -> tuple[Fault, ...]:  # noqa: ANN401  # whatever TOML gave
    if not isinstance(header, dict):
        return (
            Fault(
                "policy",
                "The table [policy] is missing.",
                f"Begin with [policy] and state {', '.join(_HEADER)}.",
            ),
        )
    faults = [
        Fault(f"policy.{name}", f"policy.{name} is missing.", "State it as text in quotes.")
        for name in _HEADER
        if not isinstance(header.get(name), str) or not header[name].strip()
    ]
    if not faults and header["floor"] not in floors():
        faults = [
            Fault(
                "policy.floor",
                f'There is no floor "{header["floor"]}".',
                f"Choose one of {', '.join(floors())}.",
            )
        ]
    return tuple(faults)


def _slugs(folder: str) -> tuple[str, ...]:
    names = (entry.name for entry in (files(__package__) / folder).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _text(folder: str, kind: str, slug: str) -> str:
    if slug not in _slugs(folder):
        raise UnknownPolicy(kind, slug, _slugs(folder))
    return (files(__package__) / folder / f"{slug}.toml").read_text("utf-8")


def _cjis_text() -> str:
    return (files(__package__) / "cjis.toml").read_text("utf-8")


def _digest(*texts: str) -> str:
    """Each text is hashed by itself first, so that no text can pass for part of another."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()
