"""Evidence from live data: what a row of the report adds to the rule that enforces it.

A probe answers sentences, and a state where the data say that something is due or overdue.
"""

# ruff: noqa: ARG001  # every probe is asked with the agency and the time, whichever it needs

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.compliance.registry import State
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.transfers import vehicles_of
from platekeeper.office.governance.queries import version_in_force
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.retention.elsewhere import kept_elsewhere
from platekeeper.office.retention.models import Certificate
from platekeeper.office.retention.queries import forecast_of, holds_of, schedules_of
from platekeeper.office.rms.queries import filed, unacknowledged
from platekeeper.office.sharing.models import StepName
from platekeeper.office.sharing.queries import agreements_of, releases_of

_SIGNED_WITHIN = timedelta(hours=2)
_FILED_WITHIN = timedelta(hours=24)
_FRESH_LIST = timedelta(hours=24)
_RENEWED_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    """What the data say.

    Attributes:
        evidence: sentences with counts and dates.
        state: due or overdue; None where the data give no reason to worry.
    """

    evidence: tuple[str, ...]
    state: State | None = None


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "never"


def _access_records(agency: Agency, now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM access_counts(%s)", [agency.pk])
        records, refused, _, first, last = cursor.fetchone()
    if not records:
        return Finding(("No access yet.",))
    return Finding(
        (f"{records:,} access records, {refused:,} of them refusals, from {_day(first)} to {_day(last)}.",)
    )


def _cases(agency: Agency, now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT records, without_case FROM access_counts(%s)", [agency.pk])
        records, without = cursor.fetchone()
    return Finding((f"{records - without:,} of {records:,} access records bear a case number.",))


def _ledger(agency: Agency, now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT ledger_holds(), (SELECT made_at FROM ledger_checkpoint_over(NULL))")
        holds, signed_at = cursor.fetchone()
    said = f"The last checkpoint was signed {_day(signed_at)}."
    if not holds:
        return Finding((said, "The ledger does not hold: nothing is shown until it does."), State.OVERDUE)
    late = signed_at is None or now - signed_at > _SIGNED_WITHIN
    return Finding((said,), State.DUE if late else None)


def _filed(agency: Agency, now: datetime) -> Finding:
    counted, waiting = filed(agency), unacknowledged(agency)
    said = (
        f"{counted.filed:,} accesses filed, {counted.acknowledged:,} acknowledged, {len(waiting):,} waiting."
    )
    if waiting and now - waiting[0].queued_at > _FILED_WITHIN:
        return Finding((said, f"The oldest waits since {_day(waiting[0].queued_at)}."), State.OVERDUE)
    return Finding((said,), State.DUE if waiting else None)


def _version(agency: Agency, now: datetime) -> Finding:
    version = version_in_force(agency)
    return Finding(
        (
            f"Version {version.number} ({version.version}) is in force from {_day(version.in_force_from)}.",
            f"Proposed by {version.proposed_by}, approved by {version.approved_by}.",
        )
    )


def _people(agency: Agency) -> list[Person]:
    people = Person.objects.filter(agency=agency, is_active=True, separated_at__isnull=True)
    return list(people.select_related("agency").prefetch_related("training"))


def _titles(agency: Agency, now: datetime) -> Finding:
    titles = {one.title for one in profile_of(agency).users.titles}
    people = _people(agency)
    listed = sum(person.title in titles for person in people)
    return Finding(
        (f"{listed} of {len(people)} active people bear a title of the list ({len(titles)} titles).",)
    )


def _trained(agency: Agency, now: datetime) -> Finding:
    profile, people = profile_of(agency), _people(agency)
    trained = 0
    for person in people:
        facts = facts_of(person)
        done = {one.course for one in facts.trainings}
        trained += all(course.code in done for course in policy.required_courses(profile, facts.roles))
    return Finding(
        (
            f"{trained} of {len(people)} active people finished every course of their roles; the others get no access.",
        )
    )


def _lists(agency: Agency, now: datetime) -> Finding:
    lists = list(HotList.objects.filter(agency=agency))
    old = [one.name for one in lists if one.fetched_at is None or now - one.fetched_at > _FRESH_LIST]
    said = f"{len(lists)} lists, {len(lists) - len(old)} of them fetched within a day."
    return Finding((said, *(f"Old: {name}." for name in old[:5])), State.OVERDUE if old else None)


def _cameras(agency: Agency, now: datetime) -> Finding:
    cameras = Camera.objects.filter(agency=agency)
    return Finding((f"{cameras.count()} cameras, each with name and place.",))


def _transfers(agency: Agency, now: datetime) -> Finding:
    vehicles = vehicles_of(agency, now)
    late = [one for one in vehicles if one.is_overdue]
    near = [one for one in vehicles if one.is_near(now) and not one.is_overdue]
    within = profile_of(agency).data.transfer_within.value
    limit = (
        f"at most {within.words} apart" if within else "as the department's procedures say, no number is set"
    )
    said = f"{len(vehicles)} vehicles, {len(late)} of them overdue, {len(near)} near the limit ({limit})."
    state = State.OVERDUE if late else State.DUE if near else None
    return Finding((said, *(f"Overdue: {one.camera.name}." for one in late[:5])), state)


def _hosts(agency: Agency, now: datetime) -> Finding:
    hosts = [one for one in kept_elsewhere(agency, now) if not one.source.custodian]
    if not hosts:
        return Finding(("The policy names no host.",))
    state = State.DUE if any(one.is_due for one in hosts) else None
    return Finding(tuple(f"{one.source.title}: {one.said}." for one in hosts), state)


def _custodians(agency: Agency, now: datetime) -> Finding:
    others = [one for one in kept_elsewhere(agency, now) if one.source.custodian]
    if not others:
        return Finding(("The policy names no other custodian.",))
    return Finding(tuple(f"{one.source.title}: {one.said}." for one in others))


def _purges(agency: Agency, now: datetime) -> Finding:
    last, forecast = Certificate.objects.filter(agency=agency).first(), forecast_of(agency)
    said = [f"Last certificate: {_day(last.certified_at)}." if last else "Nothing was destroyed yet."]
    if forecast:
        said.append(
            f"{forecast.body['due']:,} reads due and {forecast.body['held']:,} held, as of {_day(forecast.made_at)}."
        )
    return Finding(tuple(said))


def _retention_approved(agency: Agency, now: datetime) -> Finding:
    schedules = schedules_of(agency)
    in_force = next((one for one in schedules if one.is_in_force), None)
    if in_force is None:
        return Finding(
            ("No retention schedule is approved by both administrator and custodian: nothing is purged.",),
            State.DUE,
        )
    by = " and ".join(f"{one.username} ({role})" for role, one in sorted(in_force.consents.items()))
    newer = schedules[0] is not in_force
    said = f"Schedule {in_force.schedule.number} is in force, approved by {by}."
    return Finding(
        (said, "A changed schedule waits for both.") if newer else (said,), State.DUE if newer else None
    )


def _holds(agency: Agency, now: datetime) -> Finding:
    living = [one for one in holds_of(agency, now) if not one.is_over]
    waiting = sum(one.state == "REQUEST" for one in living)
    return Finding((f"{len(living)} holds in effect, {waiting} of them wait for a supervisor's answer.",))


def _holds_verified(agency: Agency, now: datetime) -> Finding:
    overdue = [one for one in holds_of(agency, now) if one.is_overdue]
    if not overdue:
        return Finding(("No hold's verification is overdue.",))
    cases = ", ".join(one.hold.case_number for one in overdue[:5])
    return Finding(
        (f"{len(overdue)} holds are to be verified: {cases}; they stay meanwhile.",), State.OVERDUE
    )


def _releases(agency: Agency, now: datetime) -> Finding:
    found = releases_of(agency, most=None)
    states = Counter(one.state for one in found)
    at_once = sum(one.step(StepName.REFUSE) is not None and one.steps[-1].person_id is None for one in found)
    if not found:
        return Finding(("No other agency's request for reads was entered yet.",))
    told = ", ".join(f"{count} {state.lower()}" for state, count in sorted(states.items()))
    said = f"{len(found)} requests of other agencies on file: {told}; {at_once} were refused by the policy at once."
    return Finding(
        (said, "Without an approved one the database records no look and no export for anybody outside.")
    )


def _agreements(agency: Agency, now: datetime) -> Finding:
    today = timezone.localdate(now)
    living = [
        one
        for one in agreements_of(agency)
        if one.ended_at is None and (one.valid_to is None or one.valid_to > today)
    ]
    soon = [one for one in living if one.valid_to is not None and one.valid_to <= today + _RENEWED_BEFORE]
    said = f"{len(living)} agreements with other agencies in force, {len(soon)} of them end within 30 days."
    return Finding((said,), State.DUE if soon and profile_of(agency).sharing.agreement.value else None)


Probe = Callable[[Agency, datetime], Finding]
PROBES: Mapping[str, Probe] = {
    "AUD-01": _access_records,
    "COL-02": _transfers,
    "GOV-03": _cameras,
    "GOV-05": _titles,
    "GOV-07": _retention_approved,
    "GOV-09": _version,
    "HLD-03": _holds,
    "HLD-05": _holds_verified,
    "HOT-03": _lists,
    **dict.fromkeys(("PUR-10", "PUR-11", "PUR-12", "PUR-13"), _releases),
    "RET-02": _purges,
    "RET-04": _holds,
    "RET-08": _hosts,
    "RET-09": _custodians,
    "SEC-01": _ledger,
    **dict.fromkeys(("SHR-01", "SHR-03", "SHR-05", "SHR-11", "SHR-15"), _releases),
    "SHR-08": _agreements,
    "SHR-09": _agreements,
    "SRC-01": _access_records,
    "SRC-02": _cases,
    "SRC-03": _filed,
    "SRC-06": _ledger,
    "TRN-01": _trained,
}
