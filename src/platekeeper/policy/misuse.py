"""What looks like misuse among a year of inquiries, and who may judge it (PUR-05, PUR-06, SRC-04).

Each detector reads the same plain list of looks and answers with suspicions that say in a sentence what was found. A
suspicion is never a verdict: a person reviews it, and nobody is exempt from being reviewed, a chief least of all.
Plates come as keys that say only whether two of them are the same.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from platekeeper.policy.access import decide_function
from platekeeper.policy.decision import Allowed, Decision, Denied
from platekeeper.policy.facts import Person
from platekeeper.policy.lint import Fault, lint_reason
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import Function, MisuseFlag, Role

KeyT = TypeVar("KeyT", bound=Hashable)

# Where several thresholds could do, the tighter one that leaves an ordinary year nearly silent was taken.
REPEAT_DAYS = 5
REPEAT_DAYS_OF_ALL = 9
REPEAT_WITHIN = timedelta(days=180)
CASES_OF_ONE_PLATE = 3
CASES_WITHIN = timedelta(days=90)
VAGUE_LOOKS = 10
VAGUE_SHARE = 0.5
BOILERPLATE_CASES = 12
VOLUME_LEAST = 30
VOLUME_TIMES = 5
HABIT_LOOKS = 100
HABIT_SHARE = 0.01
UNUSUAL_HOUR_LOOKS = 3
_MONTH = timedelta(days=30)
_LEADS = frozenset({Role.COMMANDER, Role.ADMINISTRATOR, Role.AUDITOR})


class Detector(StrEnum):
    """What is watched for."""

    REPEAT_TARGET = "repeat-target"
    PRIVATE_PLATE = "private-plate"
    OFF_SHIFT = "off-shift"
    VAGUE_REASON = "vague-reason"
    MANY_CASES = "many-cases"
    UNUSUAL_VOLUME = "unusual-volume"


OBLIGATION: Mapping[Detector, str] = {
    Detector.REPEAT_TARGET: "PUR-06",
    Detector.PRIVATE_PLATE: "PUR-05",
    Detector.OFF_SHIFT: "PUR-05",
    Detector.VAGUE_REASON: "SRC-04",
    Detector.MANY_CASES: "PUR-14",
    Detector.UNUSUAL_VOLUME: "PUR-05",
}
# what a finding may mean, for whoever judges it and never searched for a plate
MEANING: Mapping[Detector, str] = {
    Detector.REPEAT_TARGET: "One vehicle followed over weeks without an open case is how private obsessions have shown."
    " Ask which case it was, who gave it to the person, and whether they know the vehicle's owner.",
    Detector.PRIVATE_PLATE: "Nobody works on their own, their household's or a colleague's vehicle. Ask what the"
    " look was for, and whether somebody else could have taken the case.",
    Detector.OFF_SHIFT: "Work is done on duty. Ask why it could not wait, and who knew of it.",
    Detector.VAGUE_REASON: "A reason that fits everything explains nothing. Ask for the case behind some of these"
    " records, and whether report and record agree.",
    Detector.MANY_CASES: "One vehicle seldom belongs to several cases: a number may have been made up to pass. Ask for"
    " the report under each of the numbers.",
    Detector.UNUSUAL_VOLUME: "So many looks in a day can be a large case, or somebody trawling. Ask what was looked"
    " for, and by whose order.",
}
_WHOSE: Mapping[MisuseFlag | None, str] = {
    MisuseFlag.OWN_PLATE: "The person's own plate",
    MisuseFlag.HOUSEHOLD_PLATE: "A plate of the person's household",
    MisuseFlag.COLLEAGUE_PLATE: "A colleague's plate",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """One inquiry, as its record keeps it.

    Attributes:
        id: the record's.
        at: when, aware, in the agency's zone: days and hours are its own.
        person: username.
        target: a key of the plate asked about; empty where no whole plate was.
        case_number: as stated.
        open_case: whether it was an open case that the person works on.
        reason: as stated.
        on_duty: as the roster said; None where nobody knows.
        relation: whose plate it is, where that is registered; else None.
    """

    id: str
    at: datetime
    person: str
    target: str = ""
    case_number: str = ""
    open_case: bool = False
    reason: str = ""
    on_duty: bool | None = None
    relation: MisuseFlag | None = None


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What a detector found.

    Attributes:
        detector: which.
        person: whose looks they are.
        key: the same for the same finding, however often the looks are examined.
        looks: ids of the records, in order of time.
        first_at: time of the first.
        last_at: time of the last.
        explanation: one sentence, without the plate.
    """

    detector: Detector
    person: str
    key: str
    looks: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    explanation: str


def suspicions(looks: Iterable[Look]) -> tuple[Suspicion, ...]:
    """Return what all detectors find.

    Args:
        looks: the inquiries of one agency, in any order; half a year of them, so that habits show.

    Source:
        PUR-05, PUR-06, PUR-14, SRC-04; abuse cases (nobody exempt, the chief included)
    """
    ordered = sorted(looks, key=lambda look: (look.at, look.id))
    return tuple(found for detector in DETECTORS.values() for found in detector(ordered))


def repeat_is_held(own_days: int, all_days: int) -> bool:
    """Tell whether one more look at a plate, without an open case, waits for a supervisor.

    Args:
        own_days: on how many days within REPEAT_WITHIN the person looked at it before, without an open case.
        all_days: on how many days anybody did.

    Source:
        PUR-05, PUR-06
    """
    return own_days + 1 >= REPEAT_DAYS or all_days + 1 >= REPEAT_DAYS_OF_ALL


def _repeat_target(looks: Sequence[Look]) -> Iterator[Suspicion]:
    open_ended = [look for look in looks if look.target and not look.open_case]
    for (person, target), own in _by(open_ended, lambda look: (look.person, look.target)).items():
        caught = _crowded(own, REPEAT_DAYS, REPEAT_WITHIN, lambda look: look.at.date())
        if caught:
            yield _suspicion(
                Detector.REPEAT_TARGET, person, target, caught,
                f"The same vehicle was looked up on {_days(caught)} days within half a year without an open case.",
            )  # fmt: skip
    for target, every in _by(open_ended, lambda look: look.target).items():
        caught = _crowded(every, REPEAT_DAYS_OF_ALL, REPEAT_WITHIN, lambda look: look.at.date())
        people = {look.person for look in caught}
        if len(people) > 1:
            most = max(sorted(people), key=lambda name: sum(look.person == name for look in caught))
            yield _suspicion(
                Detector.REPEAT_TARGET, most, f"{target}:all", caught,
                f"{len(people)} people looked up the same vehicle on {_days(caught)} days within half a year without an"
                " open case.",
            )  # fmt: skip


def _private_plate(looks: Sequence[Look]) -> Iterator[Suspicion]:
    private = [look for look in looks if look.relation is not None]
    for (person, target), own in _by(private, lambda look: (look.person, look.target)).items():
        yield _suspicion(
            Detector.PRIVATE_PLATE, person, target, own,
            f"{_WHOSE[own[0].relation]} was looked up {_times(own)}.",
        )  # fmt: skip


def _off_shift(looks: Sequence[Look]) -> Iterator[Suspicion]:
    for person, own in _by(looks, lambda look: look.person).items():
        off = [look for look in own if look.on_duty is False]
        for day, some in _by(off, lambda look: look.at.date()).items():
            yield _suspicion(
                Detector.OFF_SHIFT, person, day.isoformat(), some,
                f"While the roster said off duty, something was looked up {_times(some)}.",
            )  # fmt: skip
        yield from _unusual_hours(person, [look for look in own if look.on_duty is None])


def _unusual_hours(person: str, looks: list[Look]) -> Iterator[Suspicion]:
    """Find nights and mornings at which somebody never works, where no roster says it."""
    hours = [0] * 24
    seen = 0
    for day, some in _by(looks, lambda look: look.at.date()).items():
        if seen >= HABIT_LOOKS:
            odd = [look for look in some if _around(hours, look.at.hour) < HABIT_SHARE * seen]
            if len(odd) >= UNUSUAL_HOUR_LOOKS:
                yield _suspicion(
                    Detector.OFF_SHIFT, person, day.isoformat(), odd,
                    f"{len(odd)} looks at an hour at which this person hardly ever works.",
                )  # fmt: skip
        for look in some:
            hours[look.at.hour] += 1
        seen += len(some)


def _around(hours: Sequence[int], hour: int) -> int:
    return sum(hours[(hour + step) % 24] for step in (-1, 0, 1))


def _vague_reason(looks: Sequence[Look]) -> Iterator[Suspicion]:
    for (person, month), own in _by(looks, lambda look: (look.person, look.at.strftime("%Y-%m"))).items():
        vague = [look for look in own if _says_nothing(look)]
        if len(own) >= VAGUE_LOOKS and len(vague) > VAGUE_SHARE * len(own):
            yield _suspicion(
                Detector.VAGUE_REASON, person, month, vague,
                f"{len(vague)} of {len(own)} looks of the month say nothing about what was investigated.",
            )  # fmt: skip
        for reason, same in _by([look for look in own if look.reason], lambda look: look.reason).items():
            cases = {look.case_number for look in same}
            if len(cases) >= BOILERPLATE_CASES:
                yield _suspicion(
                    Detector.VAGUE_REASON, person, f"{month}:{len(reason)}:{reason[:24]}", same,
                    f"The same words stand as the reason of {len(cases)} different cases in a month.",
                )  # fmt: skip


def _says_nothing(look: Look) -> bool:
    if not look.reason.strip():
        return not look.case_number
    return any(finding.fault in {Fault.EMPTY, Fault.VAGUE} for finding in lint_reason(look.reason))


def _many_cases(looks: Sequence[Look]) -> Iterator[Suspicion]:
    cited = [look for look in looks if look.target and look.case_number]
    for (person, target), own in _by(cited, lambda look: (look.person, look.target)).items():
        caught = _crowded(own, CASES_OF_ONE_PLATE, CASES_WITHIN, lambda look: look.case_number)
        if caught:
            numbers = len({look.case_number for look in caught})
            yield _suspicion(
                Detector.MANY_CASES, person, target, caught,
                f"One vehicle was looked up under {numbers} different case numbers within three months.",
            )  # fmt: skip


def _unusual_volume(looks: Sequence[Look]) -> Iterator[Suspicion]:
    per_day = {day: len(some) for day, some in _by(looks, lambda look: (look.person, look.at.date())).items()}
    for person, own in _by(looks, lambda look: look.person).items():
        before: list[tuple[date, int]] = []
        for day, some in _by(own, lambda look: look.at.date()).items():
            recent = [count for earlier, count in before if day - earlier <= 2 * _MONTH]
            before.append((day, len(some)))
            if len(some) <= VOLUME_LEAST:
                continue
            # a day is no measure of itself: in a small agency it would be the usual one
            others = [count for key, count in per_day.items() if key != (person, day)]
            usual = statistics.median((recent if len(recent) >= VAGUE_LOOKS else others) or [0])
            if len(some) > VOLUME_TIMES * usual:
                told = f", where {usual:.0f} are usual." if usual else ", and none on any other day."
                yield _suspicion(
                    Detector.UNUSUAL_VOLUME,
                    person,
                    day.isoformat(),
                    some,
                    f"{len(some)} looks on one day{told}",
                )


DETECTORS: Mapping[Detector, Callable[[Sequence[Look]], Iterator[Suspicion]]] = {
    Detector.REPEAT_TARGET: _repeat_target,
    Detector.PRIVATE_PLATE: _private_plate,
    Detector.OFF_SHIFT: _off_shift,
    Detector.VAGUE_REASON: _vague_reason,
    Detector.MANY_CASES: _many_cases,
    Detector.UNUSUAL_VOLUME: _unusual_volume,
}


def concerns_lead(roles: Iterable[Role], *, holds_office: bool) -> bool:
    """Tell whether a finding about somebody goes to an outside reviewer: chiefs, administrators and auditors.

    Args:
        roles: the person's.
        holds_office: whether the person holds an office of the policy, such as the one for misuse.

    Source:
        abuse cases (Sedgwick: findings about a chief go to an outside reviewer)
    """
    return holds_office or bool(frozenset(roles) & _LEADS)


def decide_review(
    profile: Profile, reviewer: Person, *, subject: str, is_lead: bool, is_outside: bool, now: datetime
) -> Decision:
    """Decide whether somebody may judge a finding.

    Args:
        profile: policy of the agency whose finding it is.
        reviewer: who would judge.
        subject: username of whom the finding is about.
        is_lead: whether that is a lead (`concerns_lead`).
        is_outside: whether the reviewer is named as the agency's outside reviewer.
        now: aware.

    Source:
        PUR-05, PUR-06; abuse cases
    """
    if reviewer.username == subject:
        return _denied(profile, "Nobody judges a finding about themselves.", "Leave it to the reviewer.")
    if is_lead and not is_outside:
        return _denied(
            profile,
            "A finding about somebody who leads is judged from outside.",
            "Have the outside reviewer named, and leave it to them.",
        )
    if is_outside and is_lead:  # what is nobody's from outside to judge is nobody's to see either
        return Allowed(clauses=profile.clauses_of("PUR-06")[:1], version=profile.version)
    return decide_function(profile, reviewer, Function.AUDIT, now)


def _denied(profile: Profile, reason: str, remedy: str) -> Denied:
    return Denied(
        clause=profile.clauses_of("PUR-06")[0],
        reason=reason,
        remedy=remedy,
        obligation="PUR-06",
        version=profile.version,
    )


def _crowded(
    looks: Sequence[Look], least: int, within: timedelta, of: Callable[[Look], Hashable]
) -> list[Look]:
    """Return the looks up to the last of a window that holds so many different values; none where none does."""
    start, caught = 0, 0
    for end, look in enumerate(looks):
        while look.at - looks[start].at > within:
            start += 1
        if len({of(one) for one in looks[start : end + 1]}) >= least:
            caught = end + 1
    return list(looks[:caught])


def _by(looks: Iterable[Look], key: Callable[[Look], KeyT]) -> dict[KeyT, list[Look]]:
    grouped: dict[KeyT, list[Look]] = defaultdict(list)
    for look in looks:
        grouped[key(look)].append(look)
    return grouped


def _days(looks: Iterable[Look]) -> int:
    return len({look.at.date() for look in looks})


def _times(looks: Sequence[Look]) -> str:
    return "once" if len(looks) == 1 else f"{len(looks)} times"


def _suspicion(
    detector: Detector, person: str, what: str, looks: Sequence[Look], explanation: str
) -> Suspicion:
    return Suspicion(
        detector=detector,
        person=person,
        key=f"{detector}:{person}:{what}",
        looks=tuple(look.id for look in looks),
        first_at=looks[0].at,
        last_at=looks[-1].at,
        explanation=explanation,
    )
