"""People in good standing under any profile, and what they rightly ask for; the tests change one thing at a time."""

import dataclasses
from datetime import UTC, datetime, timedelta

from platekeeper.policy import (
    AccessRequest,
    Agreement,
    Approval,
    Authorization,
    DataKind,
    Decision,
    Function,
    MaintenanceVisit,
    Person,
    Profile,
    Role,
    TrainingCompletion,
    decide_access,
    decide_function,
    required_courses,
)
from platekeeper.policy.vocabulary import RecipientClass

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
LAST_MONTH = NOW - timedelta(days=30)


def changed(thing, /, **changes):
    """Return a frozen fact or policy with some of its parts replaced."""
    return dataclasses.replace(thing, **changes)


def with_setting(profile: Profile, path: str, value: object) -> Profile:
    """Return a profile in which one setting has another value."""
    group, name = path.split(".")
    part = getattr(profile, group)
    return changed(profile, **{group: changed(part, **{name: changed(getattr(part, name), value=value)})})


def completions(profile: Profile, *roles: Role, **changes) -> tuple[TrainingCompletion, ...]:
    """Return a good completion of every course that these roles need."""
    return tuple(
        TrainingCompletion(
            **{
                "course": course.code,
                "completed_at": LAST_MONTH,
                "signed_by": "teacher",
                "signed_as": min(course.trained_by) if course.trained_by else Role.TRAINER,
                "topics": frozenset(course.topics),
                "certified_by": course.certified_by,
                **changes,
            }
        )
        for course in required_courses(profile, frozenset(roles))
    )


def title_for(profile: Profile, *roles: Role) -> str:
    """Return the first listed title that carries these roles."""
    return next((entry.title for entry in profile.users.titles if entry.roles >= set(roles)), "")


def someone(profile: Profile, *roles: Role, **changes) -> Person:
    """Return a person with these roles who has done all that the policy asks."""
    given = {
        "username": "jdoe",
        "agency": profile.slug,
        "roles": frozenset(roles),
        "title": title_for(profile, *roles),
        "assignment": "Robbery detail",
        "created_at": NOW - timedelta(days=900),
        "last_used_at": YESTERDAY,
        "trainings": completions(profile, *roles),
        "acknowledged": frozenset(profile.training.documents.value),
        "authorization": Authorization(
            supervisor="sergeant",
            document="authorization.pdf",
            authorized_at=LAST_MONTH,
            granted_by="bureau",
            granted_at=LAST_MONTH,
        ),
    }
    return Person(**{**given, **changes})


def searcher(profile: Profile, **changes) -> Person:
    """Return somebody who may search: at Monrovia that is Communications."""
    role = Role.DISPATCHER if profile.users.inquiries_limited_to.value else Role.DETECTIVE
    return someone(profile, role, **changes)


def inquiry(profile: Profile, **changes) -> AccessRequest:
    """Return an inquiry that states all that the policy asks."""
    given = {
        "function": Function.SEARCH,
        "data_agency": profile.slug,
        "purpose": next(iter(profile.purposes.authorized)).code,
        "case_number": profile.access.case_number_example.value,
        "reason": "burglary at a pharmacy, silver sedan leaving",
    }
    return AccessRequest(**{**given, **changes})


def asked(profile: Profile, *, person: Person | None = None, now: datetime = NOW, **changes) -> Decision:
    """Decide an inquiry that is right but for the changes."""
    return decide_access(profile, person or searcher(profile), inquiry(profile, **changes), now)


def allowed_to(profile: Profile, person: Person, function: Function) -> Decision:
    """Decide whether somebody may do a thing at all."""
    return decide_function(profile, person, function, NOW)


def consent(kind, **changes) -> tuple[Approval, ...]:
    """Return the consent of a supervisor on duty."""
    given = {
        "kind": kind,
        "by": "sergeant",
        "role": Role.SUPERVISOR,
        "on_duty": True,
        "approved_at": YESTERDAY,
    }
    return (Approval(**{**given, **changes}),)


def admitted(**changes) -> MaintenanceVisit:
    """Return a vendor's admission that is in force."""
    given = {
        "ticket": "T-1",
        "admitted_by": "administrator",
        "valid_from": YESTERDAY,
        "valid_to": NOW + timedelta(hours=1),
    }
    return MaintenanceVisit(**{**given, **changes})


def agreed(**changes) -> Agreement:
    """Return an agreement in force with the neighbours."""
    given = {
        "agency": "neighbours",
        "recipient": RecipientClass.LOCAL_POLICE,
        "valid_from": LAST_MONTH,
        "valid_to": None,
        "forbids_onward": True,
        "functions": frozenset({Function.SEARCH, Function.VIEW_READ}),
        "kinds": frozenset({DataKind.READ}),
    }
    return Agreement(**{**given, **changes})


def neighbour(profile: Profile, **changes) -> Person:
    """Return a person of another agency."""
    return searcher(profile, **{"agency": "neighbours", **changes})
