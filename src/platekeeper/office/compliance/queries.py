"""The compliance report of one agency: every obligation with its state and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.compliance.open_rules import is_left_open
from platekeeper.office.compliance.probes import PROBES, Finding, Probe
from platekeeper.office.compliance.registry import WITHOUT_RULES, State, asked_in, place_of
from platekeeper.office.governance.models import Attestation
from platekeeper.office.governance.queries import attestations_in_force, open_points_of
from platekeeper.office.jobs.models import JobRun
from platekeeper.office.jobs.schedule import Job, scheduled
from platekeeper.policy import Denied, Profile
from platekeeper.policy.clauses import obligations
from platekeeper.policy.obligations import checks, in_scope

_SOON = timedelta(days=30)
_TESTS = "tests/policy/test_clause_rows.py"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One obligation as it stands.

    Attributes:
        obligation: its id.
        duty: what it asks.
        clauses: what it stands on here.
        state: how it stands.
        evidence: sentences with counts, dates and what is asked where.
        checks: tags of the rules that enforce it.
        tests: where each rule is tried, broken and kept.
        in_scope: whether the policy part decides it whole.
        remedy: what mends it, where it is due or overdue.
    """

    obligation: str
    duty: str
    clauses: tuple[str, ...]
    state: State
    evidence: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    in_scope: bool = False
    remedy: str = ""


@dataclass(frozen=True)
class _Facts:
    """What all rows of one report look at, and what its probes found: each looks once a report, for all its rows."""

    agency: Agency
    profile: Profile
    now: datetime
    points: Mapping[str, Denied]
    attested: Mapping[str, Attestation]
    runs: Mapping[str, JobRun]
    jobs: tuple[Job, ...]
    _found: dict[Probe, Finding] = field(default_factory=dict)

    def probed(self, key: str) -> Finding:
        """Return what the probe of an obligation finds in the data; nothing where it has none."""
        probe = PROBES.get(key)
        if probe is None:
            return Finding(())
        if probe not in self._found:
            self._found[probe] = probe(self.agency, self.now)
        return self._found[probe]


def compliance_report(agency: Agency, now: datetime) -> tuple[Row, ...]:
    """Return every obligation with its state, in order of id.

    Args:
        agency: the agency.
        now: the present time.

    Source:
        GOV-06
    """
    facts = _Facts(
        agency=agency,
        profile=profile_of(agency),
        now=now,
        points={point.obligation: point for point in open_points_of(agency, now)},
        attested=attestations_in_force(agency, now),
        runs=JobRun.objects.in_bulk(),
        jobs=scheduled(),
    )
    return tuple(_row(facts, key) for key in sorted(obligations()))


_LEFT_OPEN = Finding(
    ("The agency's own policy does not ask for it, and its profile leaves it open.",), State.NOT_APPLICABLE
)


def _row(facts: _Facts, key: str) -> Row:
    duty, clauses = obligations()[key].duty, facts.profile.clauses_of(key)
    if clauses[0].startswith("obligation "):
        return Row(
            obligation=key, duty=duty, clauses=(), state=State.NOT_APPLICABLE,
            evidence=("Neither the agency's policy nor a law of its state asks for it.",),
        )  # fmt: skip
    tags = checks().get(key, ())
    standing = _LEFT_OPEN if is_left_open(facts.profile, key) else _standing(facts, key, tags)
    return Row(
        obligation=key, duty=duty, clauses=clauses, state=standing.state or State.ENFORCED,
        evidence=standing.evidence, checks=tags, tests=tuple(f"{_TESTS} -k {key}-{tag}" for tag in tags),
        in_scope=key in in_scope(), remedy=facts.points[key].remedy if key in facts.points else "",
    )  # fmt: skip


def _standing(facts: _Facts, key: str, tags: tuple[str, ...]) -> Finding:
    """Put together: what bars, then what is attested, then what is built, then what the data say."""
    if key in facts.points:
        point = facts.points[key]
        return Finding((point.reason, f"What closes it: {point.remedy}"), State.OVERDUE)
    attested = facts.attested.get(key)
    if attested is not None:
        said = f"Attested by {attested.attested_by.full_name} on {attested.attested_at:%Y-%m-%d}: {attested.statement}"
        ends_soon = attested.valid_until - facts.now < _SOON
        until = f"Counts until {attested.valid_until:%Y-%m-%d}."
        return Finding((said, until), State.DUE if ends_soon else State.ATTESTED)
    built = _built(tags) if tags else _without_rules(key)
    if built.state is not None and built.state is not State.ENFORCED:
        return built
    probed = facts.probed(key)
    worked = _worked(facts, key)
    state = next((one for one in (State.OVERDUE, State.DUE) if one in {probed.state, worked.state}), None)
    return Finding((*probed.evidence, *worked.evidence, *built.evidence), state)


def _built(tags: tuple[str, ...]) -> Finding:
    said, missing = [], []
    for tag in tags:
        place = place_of(tag)
        modules = [module for name in place.asked_by for module in asked_in(name)]
        if modules:
            said.append(f"{tag}: asked in {', '.join(modules[:3])}.")
        elif place.kept_by:
            said.append(f"{tag}: {place.kept_by}.")
        else:
            missing.append(f"{tag}: the rule stands in the policy, but no part of this version asks it yet.")
    return Finding((*missing, *said), State.NOT_BUILT if missing else None)


def _without_rules(key: str) -> Finding:
    state, said = WITHOUT_RULES.get(key, (State.NOT_BUILT, "No part of this version decides it."))
    return Finding((said,), state)


def _worked(facts: _Facts, key: str) -> Finding:
    said, state = [], None
    for job in facts.jobs:
        if key not in job.clause:
            continue
        run = facts.runs.get(job.name)
        if run is None or (run.succeeded_at is None and not run.failures):
            said.append(f"The job {job.name} has not run yet.")
            state = state or State.DUE
        elif run.failures:
            said.append(f"The job {job.name} failed {run.failures} times: {run.error}")
            state = State.OVERDUE
        else:
            said.append(f"The job {job.name} last ran well {run.succeeded_at:%Y-%m-%d %H:%M} UTC.")
    return Finding(tuple(said), state)
