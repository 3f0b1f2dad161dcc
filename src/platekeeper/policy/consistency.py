"""What a profile must satisfy to be published: it does not contradict itself, and it does not loosen its floor.

Each demand is a value: where, under which obligation, and a function that finds what is wrong. `check` turns
what they find into problems with a line number.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from platekeeper.policy.clauses import obligations
from platekeeper.policy.limits import LIMITS
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import INDISPENSABLE, CheckRule, Duty, Function

OPEN_QUESTIONS = tuple(f"C-{number}" for number in range(1, 13))


@dataclass(frozen=True)
class Objection:
    """What is wrong with a profile.

    Attributes:
        path: dotted path of the value.
        sentence: what is wrong.
        remedy: what to write instead.
        clause: the clause that it offends; empty where the value's own clause, or the obligation's, will do.
        binding: False for what is only pointed out.
    """

    path: str
    sentence: str
    remedy: str
    clause: str = ""
    binding: bool = True


@dataclass(frozen=True)
class Demand:
    """Something that every profile must satisfy.

    Attributes:
        obligation: under which obligation it is asked.
        finds: yields what is wrong.
    """

    obligation: str
    finds: Callable[[Profile], Iterator[Objection]]


def _shorter(period: Period | None, than: Period | None) -> bool:
    """Whether a period may end before another; None stands for one without end."""
    return period is not None and (than is None or not than.ends_by(period))


def _minimum(profile: Profile) -> Iterator[Objection]:
    kept = profile.retention
    if _shorter(kept.purge.value, kept.minimum.value or Period.parse("PT0S")) and kept.counsel_ruling is None:
        yield Objection(
            "retention.purge",
            f"Reads would be destroyed after {kept.purge.value.words}, before the minimum of "
            f"{kept.minimum.value.words if kept.minimum.value else ''} has passed.",
            "Lengthen the purge, shorten the minimum, or record counsel's ruling in [retention.counsel_ruling] (C-6).",
            clause=kept.minimum.clause,
        )


def _visible(profile: Profile) -> Iterator[Objection]:
    kept = profile.retention
    if kept.visible.value is not None and _shorter(kept.purge.value, kept.visible.value):
        yield Objection(
            "retention.visible",
            f"Reads would stay visible for {kept.visible.value.words}, longer than they are kept.",
            "Let logical deletion come before the purge.",
        )
    if kept.old_data and kept.visible.value is None:
        yield Objection(
            "retention.old_data",
            "Circumstances for searching deleted reads are listed, but reads are never logically deleted.",
            "State retention.visible, or remove the circumstances.",
        )


def _offices(profile: Profile) -> Iterator[Objection]:
    for duty in Duty:
        if duty not in profile.duties:
            yield Objection(
                f"duties.{duty}", f"No office answers for {duty}.", "Name the office, with its clause."
            )
    for duty, office in profile.duties.items():
        if not office.value.strip():
            yield Objection(
                f"duties.{duty}", f"The office for {duty} has no title.", "Write the office's title."
            )


def _purposes(profile: Profile) -> Iterator[Objection]:
    codes = [purpose.code for purpose in profile.purposes.authorized]
    if not codes:
        yield Objection(
            "purposes.authorized", "No purpose is authorized.", "List the purposes of the policy."
        )
    if len(set(codes)) < len(codes):
        yield Objection("purposes.authorized", "Two purposes have one code.", "Give each a code of its own.")
    if profile.alerts.purpose.value not in codes:
        yield Objection(
            "alerts.purpose",
            f'Alerts are shown for "{profile.alerts.purpose.value}", which is not an authorized purpose.',
            f"Write one of {', '.join(codes)}.",
        )


def _case_numbers(profile: Profile) -> Iterator[Objection]:
    pattern, example = profile.access.case_number_pattern.value, profile.access.case_number_example.value
    try:
        matches = re.fullmatch(pattern, example, re.ASCII)
    except re.error as error:
        yield Objection(
            "access.case_number_pattern",
            f"The pattern cannot be read: {error}.",
            "Correct the regular expression.",
        )
        return
    if matches is None:
        yield Objection(
            "access.case_number_example",
            f'The example "{example}" does not match the pattern.',
            "Write an example that people can follow.",
        )


def _titles(profile: Profile) -> Iterator[Objection]:
    users = profile.users
    titles = {entry.title for entry in users.titles}
    if users.titles_closed.value and not titles:
        yield Objection("users.titles", "The list of job titles is closed and empty.", "List the titles.")
    for entry in users.titles:
        rightless = entry.roles - profile.roles.keys()
        if rightless:
            yield Objection(
                "users.titles",
                f'The title "{entry.title}" carries the role {min(rightless)}, which has no rights.',
                "State that role's rights under [roles], or take it away.",
            )
    for title in users.inquiries_limited_to.value:
        if title not in titles:
            yield Objection(
                "users.inquiries_limited_to",
                f'Inquiries are limited to "{title}", a title that is not listed.',
                "List the title under users.titles.",
            )


def _functions(profile: Profile) -> Iterator[Objection]:
    held = {function for rights in profile.roles.values() for function in rights.functions}
    for function in (
        Function.PUBLISH,
        Function.PURGE,
        Function.BROWSE_ACCESS_RECORDS,
        Function.ADMINISTER_USERS,
    ):
        if function not in held:
            yield Objection("roles", f"No role may do what somebody must ({function}).", "Give it to a role.")


def _courses(profile: Profile) -> Iterator[Objection]:
    training, cjis = profile.training, profile.cjis
    codes = {course.code for course in training.courses}
    if training.reorientation_after.value is not None and training.reorientation_course.value not in codes:
        yield Objection(
            "training.reorientation_course",
            "Reorientation is asked for, but its course is not among the courses.",
            "Add the course, or name the right one.",
        )
    yearly = [
        one
        for one in training.courses
        if not one.roles and not _shorter(cjis.training_every.value, one.valid_for)
    ]
    if not yearly:
        yield Objection(
            "training.courses",
            f"No course for everyone is repeated every {cjis.training_every.value.words}.",
            "Add security awareness training, for all roles.",
            clause=cjis.training_every.clause,
        )


def _elements(profile: Profile) -> Iterator[Objection]:
    missing = INDISPENSABLE - profile.data.elements.value
    if missing:
        yield Objection(
            "data.elements", f"A read needs its {', '.join(sorted(missing))}.", "Add it to the elements."
        )


def _alert_parts(profile: Profile) -> Iterator[Objection]:
    alerts = profile.alerts
    if alerts.visual.value is CheckRule.MANDATORY and not alerts.visual_parts.value:
        yield Objection(
            "alerts.visual_parts",
            "Comparing is mandatory, but no part is named.",
            "Name characters, state, vehicle.",
        )


def _recipients(profile: Profile) -> Iterator[Objection]:
    both = profile.sharing.recipients.value & profile.sharing.barred_recipients.value
    if both:
        yield Objection(
            "sharing.recipients",
            f"{min(both)} is both allowed and barred.",
            "Take it off one of the two lists.",
        )


def _audit(profile: Profile) -> Iterator[Objection]:
    audit = profile.audit
    if audit.draw_at_least.value < 1:
        yield Objection("audit.draw_at_least", "Nothing would be drawn.", "Draw at least one inquiry.")
    if _shorter(profile.retention.access_records.value, audit.sample_window.value):
        yield Objection(
            "audit.sample_window",
            "The sample covers a time whose access records may be destroyed already.",
            "Keep access records for at least that long.",
        )


def _zone(profile: Profile) -> Iterator[Objection]:
    try:
        ZoneInfo(profile.timezone)
    except (KeyError, ValueError):  # absent, or no name of a zone at all
        yield Objection(
            "policy.timezone",
            f'"{profile.timezone}" is no time zone.',
            "Write an IANA name, such as America/Los_Angeles.",
        )


def _decisions(profile: Profile) -> Iterator[Objection]:
    for item in OPEN_QUESTIONS:
        if item not in profile.decisions:
            yield Objection(
                f"decisions.{item}", f"{item} is not decided.", "Decide it: setting, choice and why."
            )
    for item, decision in profile.decisions.items():
        here = f"decisions.{item}"
        if item not in OPEN_QUESTIONS:
            yield Objection(here, f"There is no open question {item}.", "Remove it or correct its number.")
            continue
        setting = find_setting(profile, decision.setting)
        if setting is None:
            yield Objection(
                here, f"{item} is decided by {decision.setting}, which is no setting.", "Name the setting."
            )
        elif setting.decision != item:
            yield Objection(
                decision.setting,
                f"{decision.setting} does not say that it decides {item}.",
                f'Write decision = "{item}" beside its value.',
            )


def find_setting(profile: Profile, path: str) -> Setting[object] | None:
    """Return the setting at a dotted path such as `users.inquiries_limited_to`, or None."""
    group, _, name = path.partition(".")
    if group == "duties":
        found: object = {str(duty): setting for duty, setting in profile.duties.items()}.get(name)
    else:
        found = getattr(getattr(profile, group, None), name or "-", None)
    return found if isinstance(found, Setting) else None


def _own_clauses(profile: Profile) -> Iterator[Objection]:
    for obligation in profile.citations.own.keys() - obligations().keys():
        yield Objection(
            f"clauses.{obligation}", f"There is no obligation {obligation}.", "Write an id such as SRC-02."
        )


def _state(profile: Profile) -> Iterator[Objection]:
    if profile.state != profile.floor.state:
        yield Objection(
            "policy.floor",
            f"The floor {profile.floor.slug} is {profile.floor.title}'s, not {profile.state}'s.",
            "Choose the floor of the agency's own state.",
        )


def _loosened(profile: Profile) -> Iterator[Objection]:
    for limit in LIMITS:
        if not limit.kept(profile, profile.floor):
            law = getattr(profile.floor, limit.floor)
            yield Objection(
                limit.path,
                f"{limit.path} loosens the law of {profile.floor.title}{_of_value(law.value)}.",
                limit.remedy,
                clause=law.clause,
            )


def _of_value(value: object) -> str:
    """Say what a law sets, where it sets more than yes."""
    if isinstance(value, Period):
        return f", which sets {value.words}"
    if isinstance(value, frozenset | tuple):
        return f", which lists {', '.join(sorted(value))}"
    return ""


def _unruled(profile: Profile) -> Iterator[Objection]:
    law, kept = profile.floor.minimum_unless_ruled, profile.retention
    if law is not None and kept.counsel_ruling is None and _shorter(kept.purge.value, law.value):
        yield Objection(
            "retention.purge",
            f"Reads are destroyed after {kept.purge.value.words}; a law may ask for {law.value.words}, "
            "and no ruling of counsel is recorded (C-6).",
            "Have counsel rule, and record it in [retention.counsel_ruling].",
            clause=law.clause,
            binding=False,
        )


def _cjis(profile: Profile) -> Iterator[Objection]:
    cjis = profile.cjis
    if _shorter(profile.retention.access_records.value, cjis.log_kept.value):
        yield Objection(
            "retention.access_records",
            f"Access records would be kept for less than {cjis.log_kept.value.words}.",
            "Keep them longer.",
            clause=cjis.log_kept.clause,
        )
    if not profile.users.vendor_visit.value.ends_by(cjis.temporary_at_most.value):
        yield Objection(
            "users.vendor_visit",
            f"A vendor would be let in for more than {cjis.temporary_at_most.value.words}.",
            "Shorten the visit.",
            clause=cjis.temporary_at_most.clause,
        )


DEMANDS: tuple[Demand, ...] = (
    Demand("GOV-01", _offices),
    Demand("GOV-05", _titles),
    Demand("GOV-09", _functions),
    Demand("GOV-13", _state),
    Demand("GOV-13", _zone),
    Demand("GOV-13", _loosened),
    Demand("GOV-04", _decisions),
    Demand("GOV-04", _own_clauses),
    Demand("PUR-01", _purposes),
    Demand("PUR-16", _elements),
    Demand("PUR-14", _case_numbers),
    Demand("TRN-01", _courses),
    Demand("ALR-03", _alert_parts),
    Demand("SHR-01", _recipients),
    Demand("AUD-02", _audit),
    Demand("AUD-01", _cjis),
    Demand("RET-01", _minimum),
    Demand("RET-01", _unruled),
    Demand("RET-05", _visible),
)
