"""What the policy must know of a person and an agency."""

from functools import lru_cache

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person, TrainingCompletion
from platekeeper.policy.vocabulary import DataSource


@lru_cache(maxsize=64)
def _profile(slug: str) -> policy.Profile:
    return policy.load_profile(slug)


def profile_of(agency: Agency) -> policy.Profile:
    """Return the policy profile in force for an agency.

    Args:
        agency: the agency.
    """
    return _profile(agency.profile)


def facts_of(person: Person, *, asked: Agency | None = None) -> policy.Person:
    """Return what the policy decides by.

    Args:
        person: the person; their training is read from the database.
        asked: the agency whose data they ask for; to another than their own they are outsiders, also where both
            live under the same profile.
    """
    is_outsider = asked is not None and asked.pk != person.agency_id
    return policy.Person(
        username=person.username,
        agency=f"agency:{person.agency.slug}" if is_outsider else person.agency.profile,
        roles=frozenset(policy.Role(role) for role in person.roles),
        title=person.title,
        assignment=person.assignment,
        created_at=person.added_at,
        last_used_at=person.last_used_at,
        separated_at=person.separated_at,
        disabled_at=None if person.is_active else person.added_at,
        suspended_until=person.suspended_until,
        on_duty=person.is_on_duty,
        trainings=tuple(_completion(one) for one in person.training.all()),
        acknowledged=frozenset(person.acknowledged),
        authorization=_authorization(person),
        entitlements=frozenset(DataSource(source) for source in person.entitlements),
    )


def _completion(one: TrainingCompletion) -> policy.TrainingCompletion:
    return policy.TrainingCompletion(
        course=one.course,
        completed_at=one.completed_at,
        signed_by=one.completed_by,
        signed_as=policy.Role(one.signed_as),
        topics=frozenset(one.topics),
        certified_by=one.certified_by,
    )


def _authorization(person: Person) -> policy.Authorization | None:
    if person.authorized_at is None:
        return None
    return policy.Authorization(
        supervisor=person.authorized_by,
        document=person.authorization_document,
        authorized_at=person.authorized_at,
        granted_by=person.granted_by,
        granted_at=person.granted_at,
    )
