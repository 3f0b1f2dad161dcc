"""Requests for release at any point of their way: every call makes new ones, as their policy asks."""

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Designation, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.sharing.agreements import note_agreement
from platekeeper.office.sharing.facts import Review
from platekeeper.office.sharing.lifecycle import APPROVE
from platekeeper.office.sharing.operations import Asked, ask_release, take_move
from platekeeper.office.sharing.queries import Release, release_by_id
from platekeeper.policy import Duty, Function, Role
from platekeeper.policy.vocabulary import BarredPurpose, RecipientClass

from ..people import OWNER, a_person

SHERIFF = "Los Angeles County Sheriff"


def an_asker(agency: Agency) -> Person:
    """Make somebody who enters requests and may copy reads out."""
    return a_person(agency, _able(agency, Function.REQUEST_RELEASE, Role.DETECTIVE))


def an_approver(agency: Agency) -> Person:
    """Make somebody who holds the office that answers for releases."""
    person = a_person(agency, _able(agency, Function.APPROVE_RELEASE, Role.COMMANDER))
    office = profile_of(agency).duties[Duty.RELEASE].value
    Designation.objects.using(OWNER).filter(agency=agency, duty=Duty.RELEASE.value).delete()
    Designation.objects.using(OWNER).create(
        agency=agency, duty=Duty.RELEASE.value, title=office, holder=person.full_name,
        held_from=timezone.localdate() - timedelta(days=9),
    )  # fmt: skip
    return person


def _able(agency: Agency, function: Function, *roles: Role) -> Role:
    profile = policy.load_profile(agency.profile)
    return next(one for one in (*roles, *profile.roles) if function in profile.roles[one].functions)


def asked(agency: Agency, **changes: Any) -> Asked:
    profile = policy.load_profile(agency.profile)
    given = {
        "recipient_class": RecipientClass.LOCAL_POLICE, "recipient_agency": SHERIFF, "recipient_state": "CA",
        "requester": f"Det. {secrets.token_hex(3).title()}", "contact": "+1 555 0100",
        "verified_by": "called back over the switchboard", "purpose_code": profile.purposes.authorized[0].code,
        "purpose": "homicide of 3 May, the suspect's vehicle was last seen here", "authority": "homicide bureau",
        "disclaims": frozenset(BarredPurpose), "case_number": profile.access.case_number_example.value,
        "their_number": "26-0815", "data_wanted": "8ABC123, 1 to 4 May, all cameras",
        "letter": b"%PDF-1.4 a letter", "letter_name": "request.pdf",
    }  # fmt: skip
    return Asked(**{**given, **changes})


def entered(agency: Agency, person: Person | None = None, **changes: Any) -> Release:
    person = person or an_asker(agency)
    return found(agency, ask_release(person=person, asked=asked(agency, **changes), now=timezone.now()))


def found(agency: Agency, request_id: Any) -> Release:
    release = release_by_id(agency, request_id)
    assert release is not None
    return release


def a_review(agency: Agency) -> Review:
    return Review(
        considered=frozenset(profile_of(agency).sharing.considered_first.value), finding="official purpose"
    )


def approved(agency: Agency, approver: Person | None = None, **changes: Any) -> Release:
    approver = approver or an_approver(agency)
    if profile_of(agency).sharing.agreement.value:
        an_agreement(agency, approver)
    release = entered(agency, **changes)
    take_move(release=release, move=APPROVE, person=approver, now=timezone.now(), review=a_review(agency))
    return found(agency, release.request.pk)


def an_agreement(agency: Agency, person: Person, **changes: Any) -> None:
    today = timezone.localdate()
    given = {
        "recipient_agency": SHERIFF, "recipient_class": RecipientClass.LOCAL_POLICE.value,
        "valid_from": today - timedelta(days=30), "valid_to": today + timedelta(days=30), "document": "C-26-1, vault 2",
        "forbids_onward": True,
    }  # fmt: skip
    note_agreement(person=person, agreed={**given, **changes}, now=timezone.now())
