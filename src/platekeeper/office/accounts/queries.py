"""What the policy must know of a person and an agency."""

from datetime import datetime
from functools import lru_cache

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency, Person, ProfileVersion
from platekeeper.office.statements import Ask, Rows, ask_together
from platekeeper.policy.vocabulary import DataSource


class NoPolicyInForce(PlatekeeperError):  # noqa: N818  # reads as what happened
    """An agency has no published policy."""

    def __init__(self, agency: Agency) -> None:
        super().__init__(
            f"{agency.name} has no policy in force: publish one with `platekeeper agency add {agency.slug}`."
        )


@lru_cache(maxsize=64)
def rules_of(text: str) -> policy.Profile:
    """Return the rules that a published profile's text states now, with the floor of this Platekeeper beneath.

    Args:
        text: TOML.
    """
    return policy.parse_profile(text)


@lru_cache(maxsize=256)
def _published(agency_id: int, number: int, using: str) -> policy.Profile | None:
    # a published version is never changed, so whoever read it once need not ask again
    texts = ProfileVersion.objects.using(using).filter(agency_id=agency_id, number=number)
    text = texts.values_list("text", flat=True).first()
    return None if text is None else rules_of(text)


def profile_of(agency: Agency) -> policy.Profile:
    """Return the policy profile in force for an agency, as its row named it when it was read.

    Args:
        agency: the agency.

    Raises:
        NoPolicyInForce: nothing was published for it.
    """
    profile = _published(agency.pk, agency.profile_number, agency._state.db or "default")
    if profile is None:
        raise NoPolicyInForce(agency)
    return profile


def facts_of(person: Person, *, asked: Agency | None = None, trainings: Rows | None = None) -> policy.Person:
    """Return what the policy decides by.

    Args:
        person: the person.
        asked: the agency whose data they ask for; to another than their own they are outsiders, also where both
            live under the same profile.
        trainings: the answer to `trainings_asked`, where it was asked together with something else.
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
        enabled_at=person.enabled_at,
        separated_at=person.separated_at,
        disabled_at=person.disabled_at or (None if person.is_active else person.added_at),
        suspended_until=person.suspended_until,
        on_duty=person.is_on_duty,
        trainings=_trainings(_rows(person) if trainings is None else trainings),
        acknowledged=frozenset(person.acknowledged),
        authorization=_authorization(person),
        entitlements=frozenset(DataSource(source) for source in person.entitlements),
        camera_groups=None if person.camera_groups is None else frozenset(person.camera_groups),
        visit=_visit(person),
    )


# of every page and every access, so neither built by the ORM nor planned each time
_TRAININGS = (
    "SELECT course, completed_at, completed_by, signed_as, topics, certified_by FROM training_completion"
    " WHERE person_id = %s ORDER BY completed_at DESC"
)


def trainings_asked(person: Person) -> Ask:
    """Return how to ask for what a person learnt.

    Args:
        person: the person.
    """
    return Ask(_TRAININGS, [person.pk])


def _rows(person: Person) -> Rows:
    (rows,) = ask_together(trainings_asked(person), using=person._state.db or "default")
    return rows


def _trainings(rows: Rows) -> tuple[policy.TrainingCompletion, ...]:
    return tuple(
        policy.TrainingCompletion(
            course=course, completed_at=datetime.fromisoformat(completed_at), signed_by=signed_by,
            signed_as=policy.Role(signed_as), topics=frozenset(topics), certified_by=certified_by,
        )
        for course, completed_at, signed_by, signed_as, topics, certified_by in rows
    )  # fmt: skip


def _visit(person: Person) -> policy.MaintenanceVisit | None:
    if policy.Role.VENDOR not in person.roles:
        return None
    latest = next(iter(person.visits.all()), None)
    if latest is None:
        return None
    return policy.MaintenanceVisit(
        ticket=latest.ticket,
        admitted_by=latest.admitted_by,
        valid_from=latest.valid_from,
        valid_to=latest.valid_to,
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
