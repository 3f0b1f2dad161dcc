"""What every question to the policy is answered with, and how rules are put together.

A rule is a value: a tag, the obligation that it enforces, and a pure function that finds what is wrong. Rules
are composed with `AllOf` and `AnyOf`; nothing here raises for a refusal, and nothing reads a clock or a
database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Generic, Protocol, TypeAlias, TypeVar

from platekeeper.policy.vocabulary import ApprovalKind, DataKind


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """Yes, and within which limits.

    Attributes:
        clauses: every clause that was asked, in order.
        version: the policy version under which it was decided.
        visible_from: reads older than this stay hidden; None where age does not matter.
        kinds: kinds of data that may be shown.
        camera_groups: groups of cameras whose data may be shown; None means all.
    """

    clauses: tuple[str, ...]
    version: str
    visible_from: datetime | None = None
    kinds: frozenset[DataKind] = frozenset()
    camera_groups: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Denied:
    """No, why, and what would help.

    Attributes:
        clause: the clause that says so, such as `EC 427.7(d)`.
        reason: one sentence.
        remedy: one sentence.
        obligation: the obligation that the clause is a source of, such as `SRC-02`.
        version: the policy version under which it was decided.
        approval: the approval by a second person that would lift the refusal, if one would.
        report_to: the office that must be told of the attempt at once; empty where none is.
    """

    clause: str
    reason: str
    remedy: str
    obligation: str
    version: str
    approval: ApprovalKind | None = None
    report_to: str = ""

    def __str__(self) -> str:
        """Say it as a page or a terminal shows it."""
        return f"{self.reason} {self.remedy} ({self.clause})"


Decision: TypeAlias = Allowed | Denied


@dataclass(frozen=True)
class Refusal:
    """What a rule found; the rule adds clause and version.

    Attributes:
        reason: one sentence.
        remedy: one sentence.
        clause: a clause more exact than the obligation's first; empty where that one will do.
        approval: see `Denied`.
        report_to: see `Denied`.
    """

    reason: str
    remedy: str
    clause: str = ""
    approval: ApprovalKind | None = None
    report_to: str = ""


class Cited(Protocol):
    """The part of a profile that a refusal cites."""

    @property
    def version(self) -> str:
        """The policy version."""

    def clauses_of(self, obligation: str) -> tuple[str, ...]:
        """Return the clauses that an obligation stands on, the agency's own first."""


class Facts(Protocol):
    """Facts are any frozen dataclass that knows under whose policy it is judged."""

    @property
    def profile(self) -> Cited:
        """The policy that decides."""


FactsT_contra = TypeVar("FactsT_contra", bound=Facts, contravariant=True)


class Check(Protocol[FactsT_contra]):
    """Anything that decides: a rule, or several put together."""

    def decide(self, facts: FactsT_contra) -> Decision:
        """Answer `Allowed`, or `Denied` with clause, reason and remedy."""


@lru_cache(maxsize=4096)
def _passed(clauses: tuple[str, ...], version: str) -> Allowed:
    # dozens of rules are asked at every access, and nearly all pass: one answer serves for all of the same clause
    return Allowed(clauses=clauses, version=version)


def always(_: object) -> bool:
    """Say that a rule concerns everything."""
    return True


class Stepped(Protocol):
    """Facts about one step of a lifecycle."""

    @property
    def step(self) -> StrEnum:
        """The step that is wanted."""


def at(*steps: StrEnum) -> Callable[[Stepped], bool]:
    """Say that a rule concerns certain steps."""
    return lambda facts: facts.step in steps


@dataclass(frozen=True)
class Rule(Generic[FactsT_contra]):
    """One rule.

    Attributes:
        tag: its stable name; a rule that behaves differently gets a new one.
        obligation: id of the obligation that it enforces.
        finds: returns what is wrong, or None.
        concerns: whether the rule is asked at all.
    """

    tag: str
    obligation: str
    finds: Callable[[FactsT_contra], Refusal | None]
    concerns: Callable[[FactsT_contra], bool] = always

    def decide(self, facts: FactsT_contra) -> Decision:
        """Answer for these facts."""
        if not self.concerns(facts):
            return _passed((), facts.profile.version)
        found = self.finds(facts)
        if found is not None:
            return self.denied(found, facts)
        return _passed(facts.profile.clauses_of(self.obligation)[:1], facts.profile.version)

    def denied(self, found: Refusal, facts: FactsT_contra) -> Denied:
        """Return the answer where something is wrong, with clause and version."""
        return Denied(
            clause=found.clause or facts.profile.clauses_of(self.obligation)[0],
            reason=found.reason,
            remedy=found.remedy,
            obligation=self.obligation,
            version=facts.profile.version,
            approval=found.approval,
            report_to=found.report_to,
        )


@dataclass(frozen=True)
class AllOf(Generic[FactsT_contra]):
    """Every check must allow; the first that does not is the answer."""

    checks: tuple[Check[FactsT_contra], ...]

    def decide(self, facts: FactsT_contra) -> Decision:
        """Answer for these facts."""
        clauses: dict[str, None] = {}
        passed: set[str] = set()
        for check in self._flat:
            if not isinstance(check, Rule):
                decision = check.decide(facts)
                if isinstance(decision, Denied):
                    return decision
                clauses.update(dict.fromkeys(decision.clauses))
            # dozens of them at every access, nearly all of which pass: no answer is made for each
            elif check.concerns is always or check.concerns(facts):
                found = check.finds(facts)
                if found is not None:
                    return check.denied(found, facts)
                if check.obligation not in passed:
                    passed.add(check.obligation)
                    clauses[facts.profile.clauses_of(check.obligation)[0]] = None
        return _passed(tuple(clauses), facts.profile.version)

    @cached_property
    def _flat(self) -> tuple[Check[FactsT_contra], ...]:
        # all of all are all: put together once
        return tuple(
            one for check in self.checks for one in (check._flat if isinstance(check, AllOf) else (check,))
        )

    def refusals(self, facts: FactsT_contra) -> tuple[Denied, ...]:
        """Return every refusal, for lists of what is still open."""
        answers = (check.decide(facts) for check in self.checks)
        return tuple(answer for answer in answers if isinstance(answer, Denied))


@dataclass(frozen=True)
class AnyOf(Generic[FactsT_contra]):
    """One check that allows is enough; where none does, the first refusal is the answer."""

    checks: tuple[Check[FactsT_contra], ...]

    def decide(self, facts: FactsT_contra) -> Decision:
        """Answer for these facts."""
        answers = [check.decide(facts) for check in self.checks]
        return next((answer for answer in answers if isinstance(answer, Allowed)), answers[0])


@dataclass(frozen=True)
class Answered(Generic[FactsT_contra]):
    """A check whose answer is known already: the same for every question that is asked now."""

    decision: Decision

    def decide(self, facts: FactsT_contra) -> Decision:  # noqa: ARG002  # a check's signature
        """Give the known answer."""
        return self.decision
