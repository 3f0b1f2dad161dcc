"""Making agencies and people, and their passwords."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency, Person, ProfileVersion, TrainingCompletion
from platekeeper.office.accounts.queries import profile_of
from platekeeper.policy.library import profile_text

OWNER = "owner"
INSTALLATION = "installation"


class AccountsError(PlatekeeperError):
    """An agency or a person cannot be made as asked."""


# easily read aloud and typed: no character that looks like another
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Return a fresh password of 80 bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def issue_password(person: Person, *, using: str = OWNER) -> str:
    """Give a person a one-time password, the only thing it opens being the page where they choose their own.

    Args:
        person: who gets it.
        using: the connection to write over.

    Returns:
        The password, in clear for this once; only its hash is kept.
    """
    password = one_time_password()
    person.password = make_password(password)
    person.must_choose_password = True
    person.save(using=using, update_fields=["password", "must_choose_password"])
    return password


def choose_password(person: Person, password: str) -> None:
    """Set a person's own password.

    Args:
        person: the person.
        password: at least 10 characters, none of the common ones (CJIS IA-5(1)(a)), not the present one.

    Raises:
        django.core.exceptions.ValidationError: it is too weak, or no new one; the sentence says why.
    """
    validate_password(password, person)
    if check_password(password, person.password):
        raise ValidationError("This is the present password, which somebody else may know: choose another.")
    person.password = make_password(password)
    person.must_choose_password = False
    person.save(update_fields=["password", "must_choose_password"])


def give_up_first_password(person: Person) -> None:
    """Make the one-time password of somebody who comes by an identity provider good for nothing.

    Whoever issued it knows it; as long as it opens the account, its owner could not act alone (USR-05).

    Args:
        person: who came by a provider, both factors passed, and never chose a password here.
    """
    person.set_unusable_password()
    person.must_choose_password = False
    person.save(update_fields=["password", "must_choose_password"])


def add_agency(
    *, slug: str, name: str, profile: str, is_demonstration: bool = False, using: str = OWNER
) -> Agency:
    """Return the agency of that slug, made if it is new, under the first version of its policy.

    Args:
        slug: its short name.
        name: its name.
        profile: the policy profile in force, one of those that come with Platekeeper.
        is_demonstration: whether its data is invented.
        using: the connection to write over.

    Records:
        `policy.published`, by the database, as the installation's act.

    Source:
        GOV-04
    """
    given = {"name": name, "profile": profile, "is_demonstration": is_demonstration}
    with transaction.atomic(using=using):
        agency, made = Agency.objects.using(using).get_or_create(slug=slug, defaults=given)
        if made:
            _publish_first(agency, using)
    return agency


def _publish_first(agency: Agency, using: str) -> None:
    text = profile_text(agency.profile)
    now = timezone.now()  # nobody decides by it: it says when this installation took the policy up
    ProfileVersion.objects.using(using).create(
        agency=agency, number=1, text=text, sha256=sha256(text.encode()).hexdigest(),
        version=policy.load_profile(agency.profile).version, reason="The policy that the agency began with.",
        proposed_by=INSTALLATION, proposed_as=INSTALLATION, proposed_at=now,
        approved_by=INSTALLATION, approved_as=INSTALLATION, in_force_from=now,
    )  # fmt: skip


def add_person(
    *,
    username: str,
    full_name: str,
    agency: Agency,
    title: str,
    roles: list[str],
    now: datetime,
    using: str = OWNER,
) -> Person:
    """Return the person of that username, made if new; without a password until one is issued.

    Args:
        username: what they log in as.
        full_name: their name.
        agency: where they work.
        title: their job title.
        roles: policy roles.
        now: the present time.
        using: the connection to write over.
    """
    given = {
        "full_name": full_name, "agency": agency, "title": title, "roles": roles, "added_at": now,
        "password": make_password(None),
    }  # fmt: skip
    return Person.objects.using(using).get_or_create(username=username, defaults=given)[0]


def complete_training(
    person: Person, *, course_code: str, signed_by: str, signed_as: str, now: datetime, using: str = OWNER
) -> TrainingCompletion:
    """Note that somebody finished a course of their agency's policy, with all its topics (TRN-02, TRN-04).

    Args:
        person: who finished it.
        course_code: the course, as the profile names it.
        signed_by: username of whoever signs.
        signed_as: the signer's role.
        now: the present time.
        using: the connection to write over.

    Raises:
        AccountsError: the policy has no such course, the role is none, or a person signs for themselves.
    """
    profile = profile_of(person.agency)
    course = next((one for one in profile.training.courses if one.code == course_code), None)
    if course is None:
        known = ", ".join(one.code for one in profile.training.courses)
        raise AccountsError(f"{profile.name} has no course {course_code}: its courses are {known}.")
    if signed_as not in {role.value for role in policy.Role}:
        raise AccountsError(f"There is no role {signed_as}: a trainer signs as `trainer`.")
    if signed_by == person.username:
        raise AccountsError("Nobody signs their own training: let the trainer sign (TRN-02).")
    return TrainingCompletion.objects.using(using).create(
        person=person,
        course=course.code,
        completed_at=now,
        completed_by=signed_by,
        signed_as=signed_as,
        topics=list(course.topics),
        certified_by=course.certified_by,
    )
