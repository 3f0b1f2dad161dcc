"""Who gets a message, and which are unread."""

from datetime import date

from django.db.models import Q, QuerySet

from platekeeper.office.accounts.models import Agency, Designation, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Duty, Role

_SHOWN = 100


def holders(agency: Agency, office: str, today: date) -> QuerySet[Person]:
    """Return the people here who hold an office: by designation, or by the title that the policy names for it.

    Args:
        agency: the agency.
        office: a duty of the policy.
        today: the day that counts.
    """
    designated = Designation.objects.filter(agency=agency, duty=office, held_from__lte=today).filter(
        Q(held_to__isnull=True) | Q(held_to__gt=today)
    )
    duties = profile_of(agency).duties
    title = duties[Duty(office)].value if office in set(Duty) else ""
    who = Q(full_name__in=designated.values("holder"))
    return _working(agency).filter(who | Q(title=title) if title else who)


def having_role(agency: Agency, role: Role) -> QuerySet[Person]:
    """Return the people of an agency in a role.

    Args:
        agency: the agency.
        role: the role.
    """
    return _working(agency).filter(roles__contains=[role.value])


def _working(agency: Agency) -> QuerySet[Person]:
    return Person.objects.filter(agency=agency, is_active=True, separated_at__isnull=True)


def messages_of(person: Person) -> QuerySet[Notice]:
    """Return a person's latest messages, the newest first.

    Args:
        person: whose.
    """
    return Notice.objects.filter(recipient=person)[:_SHOWN]


def unseen_count(person: Person) -> int:
    """Return how many messages a person has not seen.

    Args:
        person: whose.
    """
    return Notice.objects.filter(recipient=person, seen_at__isnull=True).count()
