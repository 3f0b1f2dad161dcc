"""The obligations and the clauses that they stand on: `clauses.toml` and `sections.toml`, read once.

A clause is written as its policy's code and its section, `EC 427.7(d)`. Los Angeles does not number its
paragraphs; they are cited by heading, `LA 568.53 Data Users`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_POLICIES = ("RB", "MI", "MO", "EC", "LA")


@dataclass(frozen=True)
class Obligation:
    """One obligation.

    Attributes:
        id: its stable id, such as `SRC-02`.
        duty: what it asks, one sentence.
        sources: clauses by the code of the policy that states it.
        under: the wider obligation that it comes under where a policy does not state it; empty where none.
        law: clauses of laws and of the CJIS Security Policy that ask the same.
    """

    id: str
    duty: str
    sources: Mapping[str, tuple[str, ...]]
    under: str
    law: tuple[str, ...]


@dataclass(frozen=True)
class Citations:
    """Whose clauses are cited, and in which order.

    Attributes:
        code: code of the agency's policy, such as `EC`.
        state: its state, two letters.
        own: clauses that the profile itself maps to obligations.
    """

    code: str
    state: str
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, obligation: str) -> tuple[str, ...]:
        """Return an obligation's clauses: the agency's, else the wider obligation's, else the law's.

        Raises:
            KeyError: there is no such obligation.
        """
        return self._by_obligation[obligation]

    @cached_property
    def _by_obligation(self) -> Mapping[str, tuple[str, ...]]:
        return {key: self._found(known) for key, known in obligations().items()}

    def _found(self, known: Obligation) -> tuple[str, ...]:
        wider = obligations()[known.under] if known.under else known
        stated = (self._stated(known), self._stated(wider), self._law(known))
        return next(filter(None, stated), (f"obligation {known.id}",))

    def _stated(self, obligation: Obligation) -> tuple[str, ...]:
        return self.own.get(obligation.id, ()) or obligation.sources.get(self.code, ())

    def _law(self, obligation: Obligation) -> tuple[str, ...]:
        return tuple(
            clause for code in (self.state, "CJIS") for clause in obligation.law if clause.split()[0] == code
        )


def _packaged(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


@cache
def obligations() -> Mapping[str, Obligation]:
    """Return every obligation by its id, in the order of the registry."""
    return MappingProxyType(
        {
            key: Obligation(
                id=key,
                duty=row["duty"],
                sources=MappingProxyType(
                    {
                        code: tuple(f"{code} {clause}" for clause in row[code])
                        for code in _POLICIES
                        if code in row
                    }
                ),
                under=row.get("under", ""),
                law=tuple(row.get("law", ())),
            )
            for key, row in _packaged("clauses.toml").items()
        }
    )


@cache
def sections() -> Mapping[str, str]:
    """Return the heading of every clause that may be cited, by its full id."""
    return MappingProxyType(
        {
            f"{code} {section}": heading
            for code, rows in _packaged("sections.toml").items()
            for section, heading in rows.items()
        }
    )
