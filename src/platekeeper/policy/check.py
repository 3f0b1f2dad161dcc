"""Whether a profile may be published: everything that is wrong with it, each with line, clause and remedy."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from platekeeper.policy.clauses import Citations, sections
from platekeeper.policy.consistency import DEMANDS, find_setting
from platekeeper.policy.library import read_profile
from platekeeper.policy.profile import Profile
from platekeeper.policy.reader import Fault
from platekeeper.policy.setting import Setting

# Under which obligation it is refused that a part of the profile is missing or unreadable.
_OBLIGATION = {
    "policy": "GOV-04",
    "duties": "GOV-01",
    "purposes": "PUR-01",
    "access": "SRC-01",
    "roles": "GOV-09",
    "users": "USR-02",
    "training": "TRN-01",
    "data": "PUR-16",
    "retention": "RET-02",
    "audit": "AUD-02",
    "hot_lists": "HOT-01",
    "alerts": "ALR-02",
    "sharing": "SHR-01",
    "quality": "QUA-02",
    "breach": "SEC-03",
    "posting": "PUB-01",
    "decisions": "GOV-04",
}


class Severity(StrEnum):
    """Whether a problem stands in the way of publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a profile.

    Attributes:
        line: 1 for the first; where the value stands, or else its table.
        path: dotted path of the value; empty for the file.
        clause: the clause that it offends.
        sentence: what is wrong.
        remedy: what to write instead.
        severity: errors bar publishing.
    """

    line: int
    path: str
    clause: str
    sentence: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Say it as a terminal shows it."""
        return f"line {self.line}: {self.sentence} {self.remedy} ({self.clause})"


def check_profile(text: str) -> tuple[Problem, ...]:
    """Return everything that is wrong with a profile, in the order of its lines.

    Args:
        text: TOML.

    Returns:
        Problems; without an error among them it may be published.

    Source:
        GOV-04, C-1 to C-12
    """
    profile, faults = read_profile(text)
    found = [_from_fault(text, fault) for fault in faults]
    if profile is not None:
        found += [*_unknown_clauses(text, profile), *_objections(text, profile)]
    return tuple(sorted(found, key=lambda problem: (problem.line, problem.path)))


def _from_fault(text: str, fault: Fault) -> Problem:
    obligation = _OBLIGATION.get(fault.path.partition(".")[0], "GOV-04")
    named = re.search(r"at line (\d+)", fault.sentence)
    return Problem(
        line=int(named[1]) if named and not fault.path else line_of(text, fault.path),
        path=fault.path,
        clause=_citations(text).of(obligation)[0],
        sentence=fault.sentence,
        remedy=fault.remedy,
    )


def _citations(text: str) -> Citations:
    """Return whose clauses a file cites, as far as it can be read."""
    try:
        header = tomllib.loads(text).get("policy", {})
    except tomllib.TOMLDecodeError:
        header = {}
    known = header if isinstance(header, dict) else {}
    return Citations(str(known.get("code", "")), str(known.get("state", "")))


def _unknown_clauses(text: str, profile: Profile) -> Iterator[Problem]:
    known = profile.sections.keys() | sections().keys()
    for path, clause in cited(profile):
        if clause not in known:
            yield Problem(
                line=line_of(text, path),
                path=path,
                clause=clause,
                sentence=f'There is no clause "{clause}".',
                remedy="Cite a clause of the policy, or list it in [sections] with its heading.",
            )


def cited(profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield every clause that a profile cites, with the path of the value that cites it."""
    for name in (*_OBLIGATION, "citations"):
        if name != "policy":
            yield from _cited(getattr(profile, name), name)


def _cited(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Setting):
        yield from ((path, clause) for clause in value.clauses)
    elif isinstance(value, Citations):
        yield from ((f"clauses.{key}", clause) for key, clauses in value.own.items() for clause in clauses)
    elif isinstance(value, tuple):
        for item in value:
            yield from _cited(item, path)
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from _cited(item, f"{path}.{key}")
    elif is_dataclass(value):
        for part in fields(value):
            inner: Any = getattr(value, part.name)
            if part.name == "clause":
                yield path, inner
            else:
                yield from _cited(inner, f"{path}.{part.name}")


def _objections(text: str, profile: Profile) -> Iterator[Problem]:
    for demand in DEMANDS:
        for objection in demand.finds(profile):
            setting = find_setting(profile, objection.path)
            fallback = setting.clause if setting else profile.clause_of(demand.obligation)
            yield Problem(
                line=line_of(text, objection.path),
                path=objection.path,
                clause=objection.clause or fallback,
                sentence=objection.sentence,
                remedy=objection.remedy,
                severity=Severity.ERROR if objection.binding else Severity.WARNING,
            )


def line_of(text: str, path: str) -> int:
    """Return the line on which a value, or else the nearest table around it, begins.

    Args:
        text: TOML.
        path: dotted path of the value.

    Returns:
        The line's number, from 1; 1 where nothing of the path is found.
    """
    places = _places(text)
    parts = path.split(".")
    whole = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((places[part] for part in whole if part in places), 1)


def _places(text: str) -> dict[str, int]:
    table, places = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$", line):
            table = header[1].replace('"', "").strip()
            places.setdefault(table, number)
        elif key := re.match(r'\s*"?([A-Za-z0-9_-]+)"?\s*=', line):
            places.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return places
