"""The way of a package after it left: on a medium, handed over, booked, and in the end disposed of (HLD-01, HLD-02)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.utils import timezone

from platekeeper.evidence.bag import EvidenceError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.evidence.lifecycle import BOOK, DISPOSE, HAND_OVER, MOVES, STEPS, Step
from platekeeper.office.evidence.models import CustodyState, CustodyStep, EvidencePackage
from platekeeper.office.evidence.queries import custody_of, releases_for
from platekeeper.office.sharing.covering import decide_handling
from platekeeper.policy import Decision, Denied, Role
from platekeeper.policy.access import decide_function
from platekeeper.policy.handing_over import decide_hand_over
from platekeeper.policy.holds import HoldFile, HoldStep, decide_hold_step


def take_custody_step(
    *,
    package: EvidencePackage,
    agency: Agency,
    person: Person,
    name: str,
    stated: Mapping[str, str],
    now: datetime,
) -> Step:
    """Note the next step of a package's way; its row and its ledger entry are one transaction.

    Args:
        package: the package.
        agency: whose it is.
        person: who takes the step.
        name: the step's name in the lifecycle.
        stated: what its fields hold.
        now: the present time.

    Returns:
        The step.

    Raises:
        AccessDenied: the policy refuses: no right, no property number (HLD-01), no final disposition, or nobody but
            whoever asked for it approves it (HLD-02, HLD-04).
        EvidenceError: it does not follow from where the package is, a field is empty, or somebody else was faster.

    Records:
        The step's event.

    Source:
        HLD-01, HLD-02, HLD-04
    """
    taken = custody_of(package)
    step = STEPS.get(name)
    if step is None or step not in MOVES[CustodyState(taken[-1].state)]:
        raise EvidenceError("This step does not follow from where the package is now: look at it again.")
    profile = profile_of(agency)
    for decision in (
        decide_function(profile, facts_of(person), step.function, now),
        _decided(step, taken, person, agency, stated, now),
        _handed_over(step, package, person, agency, stated, now),
    ):
        if isinstance(decision, Denied):
            raise AccessDenied(decision, None)
    detail = _detail(step, stated, taken)
    if step is HAND_OVER and stated.get("release"):
        detail["release"] = stated["release"]
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT take_custody_step(%s, %s, %s, %s, %s, %s::jsonb)",
                [person.pk, package.id, taken[-1].number + 1, step.to.value, step.event,
                 msgspec.json.encode(detail).decode()],
            )  # fmt: skip
    except (IntegrityError, ProgrammingError) as error:  # or the release ended in this very moment
        raise EvidenceError("Somebody else was faster with this package: look at it again.") from error
    return step


def _decided(
    step: Step,
    taken: Sequence[CustodyStep],
    person: Person,
    agency: Agency,
    stated: Mapping[str, str],
    now: datetime,
) -> Decision | None:
    if step not in {BOOK, DISPOSE}:
        return None
    asked = taken[-1] if step is DISPOSE else None
    file = HoldFile(
        actor=person.username,
        actor_role=_acting_role(person),
        requested_by=taken[0].username,
        property_number=stated.get("property_number", ""),
        disposed_at=_midnight(asked.detail["disposed_on"]) if asked else None,
        disposition_authority=asked.detail["authority"] if asked else "",
        release_requested_by=asked.username if asked else "",
    )
    return decide_hold_step(
        profile_of(agency), file, HoldStep.BOOK if step is BOOK else HoldStep.RELEASE, now
    )


def _handed_over(
    step: Step,
    package: EvidencePackage,
    person: Person,
    agency: Agency,
    stated: Mapping[str, str],
    now: datetime,
) -> Decision | None:
    """Say whether the copy may be given into these hands: a member's, or under a release (SHR-03, SHR-11)."""
    if step is not HAND_OVER:
        return None
    receiver = stated.get("received_by", "").strip()
    release = next(
        (one for one in releases_for(package) if str(one.request.pk) == stated.get("release")), None
    )
    if release is not None:
        decision = decide_handling(release, person, now)
        if isinstance(decision, Denied):
            return decision
    is_own = (
        not stated.get("release")
        and Person.objects.filter(agency=agency, username=receiver, is_active=True)
        .exclude(suspended_until__gt=now)
        .exists()
    )
    return decide_hand_over(profile_of(agency), receiver, is_own=is_own, is_released=release is not None)


def _acting_role(person: Person) -> Role:
    roles = [Role(role) for role in person.roles]
    return next((role for role in (Role.SUPERVISOR, Role.COMMANDER) if role in roles), roles[0])


def _midnight(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def _detail(step: Step, stated: Mapping[str, str], taken: Sequence[CustodyStep]) -> dict[str, str]:
    detail = {
        field: " ".join(stated.get(field, "").replace("\0", "").split())[:300] for field, _ in step.fields
    }
    empty = next((label for field, label in step.fields if not detail[field]), None)
    if empty is not None:
        raise EvidenceError(f"“{empty}” is empty: fill it in, it stands in the custody log.")
    if "disposed_on" in detail:
        try:
            date.fromisoformat(detail["disposed_on"])
        except ValueError:
            raise EvidenceError(
                "The date of the final disposition is no date: write it as 2026-03-02."
            ) from None
    if step is DISPOSE:
        detail = {**taken[-1].detail, "requested_by": taken[-1].username}
    return detail
