"""Making agencies and people, and their passwords."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password

from platekeeper.office.accounts.models import Agency, Person

OWNER = "owner"
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
        password: at least 10 characters, none of the common ones (CJIS IA-5(1)(a)).

    Raises:
        django.core.exceptions.ValidationError: it is too weak; the sentence says why.
    """
    validate_password(password, person)
    person.password = make_password(password)
    person.must_choose_password = False
    person.save(update_fields=["password", "must_choose_password"])


def add_agency(
    *, slug: str, name: str, profile: str, is_demonstration: bool = False, using: str = OWNER
) -> Agency:
    """Return the agency of that slug, made if it is new.

    Args:
        slug: its short name.
        name: its name.
        profile: the policy profile in force.
        is_demonstration: whether its data is invented.
        using: the connection to write over.
    """
    given = {"name": name, "profile": profile, "is_demonstration": is_demonstration}
    return Agency.objects.using(using).get_or_create(slug=slug, defaults=given)[0]


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
