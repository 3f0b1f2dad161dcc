"""A policy in plain words: every rule as a sentence with its clause, for the command line and the public page.

The sentences stand beside the fields of the profile, so a new setting cannot be forgotten here.
"""

import re
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from enum import Enum

from platekeeper.policy.consistency import find_setting
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import (
    Anchor,
    BarredPurpose,
    CaseRule,
    CheckRule,
    InterestReason,
    LegalProcess,
    RecipientClass,
    Strength,
)

_GROUPS = (
    ("purposes", "What it is for"),
    ("access", "What an inquiry needs"),
    ("users", "Who has access"),
    ("training", "What they learn"),
    ("data", "What is stored"),
    ("retention", "How long"),
    ("audit", "How use is audited"),
    ("hot_lists", "Hot lists"),
    ("alerts", "From an alert to a stop"),
    ("sharing", "Who else may have it"),
    ("quality", "Quality"),
    ("breach", "After a breach"),
    ("posting", "What is public"),
)
# By type first: members of different vocabularies may be spelled alike.
_WORDS: dict[type[Enum], dict[str, str]] = {
    Anchor: {
        Anchor.CAPTURE: "the moment the camera saw the plate",
        Anchor.ARRIVAL: "the moment the server stored the read",
    },
    CaseRule: {
        CaseRule.NUMBER: "a case or incident number",
        CaseRule.NUMBER_OR_COSIGN: "a case or incident number, or a supervisor's co-signature",
        CaseRule.NUMBER_OR_REASON: "a case or incident number, or a reason in words",
    },
    CheckRule: {
        CheckRule.ATTEMPT: "to be attempted",
        CheckRule.SHOULD: "recommended; what is left out is explained",
        CheckRule.IF_PRACTICABLE: "asked for if practicable; what is left out is explained",
        CheckRule.NONE: "not asked for by the policy",
    },
    BarredPurpose: {
        BarredPurpose.IMMIGRATION: "immigration enforcement",
        BarredPurpose.REPRODUCTIVE_CARE: "acting against reproductive health care",
        BarredPurpose.COMMERCIAL: "commerce",
    },
    LegalProcess: {
        LegalProcess.COURT_ORDER: "a court's order or warrant",
        LegalProcess.DISCOVERY: "discovery in a proceeding",
    },
    RecipientClass: {
        RecipientClass.LOCAL_POLICE: "local police of the state",
        RecipientClass.STATE_POLICE: "state police",
        RecipientClass.PROSECUTOR: "prosecutors",
        RecipientClass.OUT_OF_STATE_POLICE: "police of other states",
        RecipientClass.FEDERAL: "federal agencies",
        RecipientClass.IMMIGRATION: "immigration agencies (ICE, CBP)",
        RecipientClass.COMMERCIAL: "commercial and private entities",
    },
    InterestReason: {
        InterestReason.FLAGGED_BY_DMV: "flagged by the DMV",
        InterestReason.LOCAL_BOLO: "local lookout",
        InterestReason.AMBER: "AMBER alert",
        InterestReason.IMMIGRATION: "immigration violation",
    },
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One rule in words.

    Attributes:
        path: dotted path of the setting; the same for every agency, so that two can be compared.
        text: a sentence.
        clauses: the clauses that it stands on.
        strength: how firmly the policy says it.
        note: what else should be known; may be empty.
        decision: the open question that it answers; may be empty.
    """

    path: str
    text: str
    clauses: tuple[str, ...]
    strength: Strength = Strength.SHALL
    note: str = ""
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The rules on one matter."""

    title: str
    statements: tuple[Statement, ...]


def chapters(profile: Profile) -> tuple[Chapter, ...]:
    """Return a policy in plain words, every rule of it, with what lies beneath.

    Args:
        profile: the policy.

    Source:
        GOV-04, PUB-01
    """
    return (
        Chapter(title="Who answers for what", statements=tuple(_duties(profile))),
        *(Chapter(title=title, statements=tuple(_group(profile, name))) for name, title in _GROUPS),
        Chapter(title="Rights by role", statements=tuple(_roles(profile))),
        Chapter(title="Open questions, decided", statements=tuple(_decisions(profile))),
        Chapter(
            title=f"The law of {profile.floor.title} beneath it",
            statements=tuple(settings(profile.floor, "floor")),
        ),
        Chapter(
            title="The CJIS Security Policy beneath it", statements=tuple(settings(profile.cjis, "cjis"))
        ),
    )


def settings(group: object, path: str) -> Iterator[Statement]:
    """Yield the settings of one group as statements; parts that are no settings, or are silent, are left out.

    Args:
        group: a dataclass of a profile, or a floor.
        path: its dotted path.
    """
    for part in fields(group):  # type: ignore[arg-type]  # groups are dataclasses
        value = getattr(group, part.name)
        if isinstance(value, Setting):
            yield Statement(
                path=f"{path}.{part.name}",
                text=_sentence(_said(value.value, part), part.metadata["says"], part.metadata["otherwise"]),
                clauses=value.clauses,
                strength=value.strength,
                note=value.note,
                decision=value.decision,
            )


def in_words(value: object) -> str:
    """Return a value as people say it."""
    if isinstance(value, Period):
        return value.words
    if isinstance(value, Enum):
        return _WORDS.get(type(value), {}).get(value.value, _spaced(str(value.value)))
    if isinstance(value, tuple):
        return ", ".join(_spaced(in_words(item)) for item in value)
    if isinstance(value, frozenset):
        return ", ".join(sorted(in_words(item) for item in value))
    return str(value)


def _spaced(code: str) -> str:
    return code.replace("-", " ") if re.fullmatch(r"[a-z-]+", code) else code


def _said(value: object, part: Field[object]) -> object:
    words = part.metadata.get("words")
    return words(value) if words else value


def _sentence(value: object, says: str, otherwise: str) -> str:
    if value in (None, False, "", (), frozenset()) and otherwise:
        return otherwise
    return re.sub(r"\b(every|last) 1 ", r"\1 ", says.format(in_words(value)))


def _duties(profile: Profile) -> Iterator[Statement]:
    for duty, office in profile.duties.items():
        yield Statement(
            path=f"duties.{duty}",
            text=f"For {in_words(duty)}: {office.value}.",
            clauses=office.clauses,
            strength=office.strength,
            note=office.note,
            decision=office.decision,
        )


def _group(profile: Profile, name: str) -> Iterator[Statement]:
    yield from settings(getattr(profile, name), name)
    yield from {
        "purposes": _purposes,
        "users": _titles,
        "training": _courses,
        "retention": _particulars,
    }.get(name, lambda _: iter(()))(profile)


def _purposes(profile: Profile) -> Iterator[Statement]:
    for purpose in profile.purposes.authorized:
        case = "" if purpose.needs_case else "; needs no case number"
        yield Statement(
            path=f"purposes.{purpose.code}",
            text=f"Authorized: {purpose.title}{case}.",
            clauses=(purpose.clause,),
        )
    for use in profile.purposes.prohibited:
        yield Statement(
            path=f"purposes.not-{use.code}", text=f"Prohibited: {use.title}.", clauses=(use.clause,)
        )


def _titles(profile: Profile) -> Iterator[Statement]:
    for entry in profile.users.titles:
        yield Statement(
            path=f"users.titles.{entry.title}",
            text=f"{entry.title}: {in_words(entry.roles)}.",
            clauses=(entry.clause,),
        )


def _courses(profile: Profile) -> Iterator[Statement]:
    for course in profile.training.courses:
        whose = in_words(course.roles) if course.roles else "everyone"
        repeated = f", good for {course.valid_for.words}" if course.valid_for else ""
        certified = f", certified by {course.certified_by}" if course.certified_by else ""
        taught = f", signed by {in_words(course.trained_by)}" if course.trained_by else ""
        covers = f"; covers {in_words(course.topics)}" if course.topics else ""
        when = (
            "after the lapse"
            if course.code == profile.training.reorientation_course.value
            else "before access"
        )
        yield Statement(
            path=f"training.{course.code}",
            text=f"{course.title}: {whose}, {when}{repeated}{certified}{taught}{covers}.",
            clauses=(course.clause,),
        )


def _particulars(profile: Profile) -> Iterator[Statement]:
    for source in profile.retention.sources:
        ends = (
            f"destroyed after {source.purge.words}" if source.purge else f"kept as {source.custodian} decides"
        )
        yield Statement(
            path=f"retention.{source.source}", text=f"{source.title}: {ends}.", clauses=(source.clause,)
        )
    for one in profile.retention.old_data:
        only = f", with {' or '.join(one.conditions)}" if one.conditions else ""
        order = ", with its number" if one.needs_order else ""
        yield Statement(
            path=f"retention.old_data.{one.code}",
            text=f"Deleted reads may be searched for: {one.title}{only}{order}.",
            clauses=(one.clause,),
        )
    ruling = profile.retention.counsel_ruling
    if ruling is not None:
        yield Statement(
            path="retention.counsel_ruling",
            text=f"{ruling.counsel} ruled on {ruling.ruled_on} ({ruling.reference}): {ruling.sentence}",
            clauses=(profile.retention.minimum.clause,),
        )


def _roles(profile: Profile) -> Iterator[Statement]:
    for role, rights in profile.roles.items():
        kinds = f", with {in_words(rights.kinds)}" if rights.kinds else ""
        yield Statement(
            path=f"roles.{role}",
            text=f"{rights.title}: {in_words(rights.functions)}{kinds}.",
            clauses=(rights.clause,),
        )


def _decided_by(profile: Profile, path: str) -> tuple[str, ...]:
    setting = find_setting(profile, path)
    return setting.clauses if setting else ()


def _decisions(profile: Profile) -> Iterator[Statement]:
    for item, decision in profile.decisions.items():
        yield Statement(
            path=f"decisions.{item}",
            text=f"{item}: {decision.choice}.",
            clauses=_decided_by(profile, decision.setting),
            note=decision.why,
        )
