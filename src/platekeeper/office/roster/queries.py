"""Who works here, and whether they may: the policy's answer for each, with the first reason and its remedy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.policy import Denied, Function, Profile, Role
from platekeeper.policy.people import RoleRights


class State(StrEnum):
    """How somebody stands."""

    WORKS = "works"
    PARTLY = "partly"
    BLOCKED = "blocked"
    LEFT = "left"


@dataclass(frozen=True)
class Standing:
    """A person, and whether they may work.

    Attributes:
        person: who.
        state: whether their account does all, some or nothing of what their roles may.
        refusal: the first reason why not; None where there is none.
    """

    person: Person
    state: State
    refusal: Denied | None


def standing_of(person: Person, now: datetime) -> Standing:
    """Return whether a person may do what their roles are for.

    Args:
        person: with agency; prefetched `training` and `visits` spare queries.
        now: the present time.
    """
    profile = profile_of(person.agency)
    facts = facts_of(person)
    if person.separated_at is not None:
        decision = policy.decide_function(profile, facts, Function.SEARCH, now)
        return Standing(person, State.LEFT, decision if isinstance(decision, Denied) else None)
    given = _functions(profile, facts.roles)
    decisions = [decision for function, decision in policy.explain(profile, facts, now) if function in given]
    refusals = [decision for decision in decisions if isinstance(decision, Denied)]
    if not refusals and decisions:
        return Standing(person, State.WORKS, None)
    if not decisions:
        alone = policy.decide_function(profile, facts, Function.SEARCH, now)
        return Standing(person, State.BLOCKED, alone if isinstance(alone, Denied) else None)
    partly = len(refusals) < len(decisions)
    return Standing(person, State.PARTLY if partly else State.BLOCKED, refusals[0])


def _functions(profile: Profile, roles: Iterable[Role]) -> frozenset[Function]:
    return frozenset(f for role in roles if role in profile.roles for f in profile.roles[role].functions)


def people_of(agency: Agency, *, text: str = "", role: str = "") -> QuerySet[Person]:
    """Return the people of an agency, those who left last.

    Args:
        agency: the agency.
        text: part of a name, username, title or number.
        role: a policy role; empty for all.
    """
    found = (
        Person.objects.filter(agency=agency).select_related("agency").prefetch_related("training", "visits")
    )
    if text:
        found = found.filter(
            Q(full_name__icontains=text)
            | Q(username__icontains=text)
            | Q(title__icontains=text)
            | Q(employee_number=text)
        )
    if role:
        found = found.filter(roles__contains=[role])
    return found.order_by("-is_active", "full_name", "pk")


def person_in(agency: Agency, person_id: int) -> Person | None:
    """Return a person of an agency; another agency's are as absent as nobody.

    Args:
        agency: the agency.
        person_id: their number.
    """
    return people_of(agency).filter(pk=person_id).first()


def standings(people: Iterable[Person], state: str, now: datetime) -> list[Standing]:
    """Return how people stand.

    Args:
        people: who.
        state: one of `State`, or empty for all.
        now: the present time.
    """
    found = (standing_of(person, now) for person in people)
    return [one for one in found if not state or one.state == state]


@dataclass(frozen=True)
class UserClass:
    """A class of users on the four axes of GOV-09.

    Attributes:
        role: the class.
        rights: what the policy gives it.
        searches: whether its people make inquiries, and under which limit.
        shares: functions by which data reaches other agencies.
        count: how many people here are in it.
    """

    role: Role
    rights: RoleRights
    searches: str
    shares: tuple[Function, ...]
    count: int


_SHARING = (Function.REQUEST_RELEASE, Function.APPROVE_RELEASE)


def user_classes(agency: Agency) -> list[UserClass]:
    """Return the matrix of what each class of users may: kinds of data, cameras, functions, sharing.

    Args:
        agency: the agency.

    Source:
        RB 432.11(a)-(d) (GOV-09)
    """
    profile = profile_of(agency)
    roles = Person.objects.filter(agency=agency, is_active=True).values_list("roles", flat=True)
    held = [role for one in roles for role in one]
    limit = profile.users.inquiries_limited_to.value
    return [
        UserClass(
            role=role,
            rights=rights,
            searches=_searches(rights, limit),
            shares=tuple(function for function in _SHARING if function in rights.functions),
            count=held.count(role.value),
        )
        for role, rights in profile.roles.items()
    ]


def _searches(rights: RoleRights, limit: Sequence[str]) -> str:
    if Function.SEARCH not in rights.functions:
        return "no"
    return f"only as {' or '.join(limit)}" if limit else "yes"


def camera_groups_of(agency: Agency) -> list[str]:
    """Return the names of the groups in which an agency's cameras are.

    Args:
        agency: the agency.

    Source:
        GOV-09
    """
    named = agency.cameras.exclude(site_group="").order_by("site_group")
    return list(named.values_list("site_group", flat=True).distinct())
