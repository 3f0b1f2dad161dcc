"""Agencies and people: every call makes new ones, trained and authorised as their policy asks."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.accounts.models import Agency, Person, TrainingCompletion
from platekeeper.office.accounts.operations import add_agency, add_person
from platekeeper.policy import Function, Role
from platekeeper.policy.vocabulary import DataSource

OWNER = "owner"
NOW = timezone.now()  # the database has a clock of its own, so the office's tests cannot live in another year
PROFILES = ("redondo-beach", "milpitas", "monrovia", "el-cajon", "los-angeles")
REASON = "Burglary at a pharmacy, silver sedan seen leaving"


def an_agency(profile: str = "redondo-beach") -> Agency:
    slug = f"{profile}-{secrets.token_hex(4)}"
    return add_agency(slug=slug, name=f"Police of {slug}", profile=profile)


@transaction.atomic(using=OWNER)
def a_person(agency: Agency, role: Role = Role.DETECTIVE, *, trained: bool = True, **changes: Any) -> Person:
    profile = policy.load_profile(agency.profile)
    person = add_person(
        username=f"{role.value}.{secrets.token_hex(4)}", full_name=f"Robin {secrets.token_hex(3).title()}",
        agency=agency, title=title_of(profile, role), roles=[role.value], now=NOW - timedelta(days=30),
    )  # fmt: skip
    given = {
        "must_choose_password": False,
        "assignment": f"{agency.name}, investigations",
        "acknowledged": list(profile.training.documents.value),
        "authorized_by": "supervisor.one", "authorized_at": NOW - timedelta(days=20),
        "authorization_document": "Form 12", "granted_by": "bureau.one", "granted_at": NOW - timedelta(days=19),
        "entitlements": [source.value for source in DataSource],
        "last_used_at": NOW,
    }  # fmt: skip
    for name, value in {**given, **changes}.items():
        setattr(person, name, value)
    person.save(using=OWNER)
    for course in policy.required_courses(profile, frozenset({role})) if trained else ():
        TrainingCompletion.objects.using(OWNER).create(
            person=person, course=course.code, completed_at=NOW - timedelta(days=7), completed_by="trainer.one",
            signed_as=(sorted(course.trained_by) or [Role.TRAINER])[0].value, topics=list(course.topics),
            certified_by=course.certified_by,
        )  # fmt: skip
    return Person.objects.using(OWNER).select_related("agency").get(pk=person.pk)


def title_of(profile: policy.Profile, role: Role) -> str:
    return next((one.title for one in profile.users.titles if role in one.roles), profile.roles[role].title)


def may_search(profile: policy.Profile, role: Role) -> bool:
    limited = profile.users.inquiries_limited_to.value
    return (
        role in profile.roles
        and Function.SEARCH in profile.roles[role].functions
        and (not limited or title_of(profile, role) in limited)
    )


def a_searcher(agency: Agency, **changes: Any) -> Person:
    """Make somebody who may search; Monrovia lets few (C-3)."""
    profile = policy.load_profile(agency.profile)
    roles = (Role.DETECTIVE, Role.DISPATCHER, Role.SUPERVISOR)
    return a_person(agency, next(role for role in roles if may_search(profile, role)), **changes)


def an_inquiry(agency: Agency, function: Function = Function.SEARCH, **changes: Any) -> Inquiry:
    profile = policy.load_profile(agency.profile)
    given = {
        "purpose": profile.purposes.authorized[0].code,
        "case_number": profile.access.case_number_example.value,
        "reason": REASON,
        "query": {"plate": "8ABC123"},
        "source": "192.0.2.7",
    }
    return Inquiry(function=function, **{**given, **changes})
