"""What the roster does by itself: reminds, notes what is over, disables what lies idle, takes up dropped rosters."""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Agency, MaintenanceVisit, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.office.roster.learning import courses_of
from platekeeper.office.roster.operations import RosterError, disable
from platekeeper.office.roster.reconciliation import apply_plan, plan_for, read_roster
from platekeeper.office.roster.visits import close_visit
from platekeeper.policy import Denied, Duty, Role
from platekeeper.policy.appointment import decide_idle

log = logging.getLogger("platekeeper.roster")
_AHEAD_DAYS = (1, 7, 30)
_ROSTER_AGES = timedelta(days=35)  # an older drop says nothing of who works here today


def remind_of_training(agency: Agency, now: datetime) -> int:
    """Tell people 30, 7 and 1 days before training ends, and the training office when it has (TRN-03).

    Args:
        agency: whose people.
        now: the present time.

    Returns:
        How many were told now.
    """
    told = 0
    for person in _working(agency).prefetch_related("training", "visits"):
        for one in courses_of(person, now):
            if one.expires_at is None:
                continue
            left = one.expires_at - now
            ahead = next((days for days in _AHEAD_DAYS if left <= timedelta(days=days)), None)
            key = f"training-{person.pk}-{one.course.code}-{one.expires_at:%Y%m%d}"
            if left <= timedelta(0):
                told += tell(
                    agency=person.agency, to=Duty.TRAINING.value, kind="training-expired", now=now, key=key,
                    subject="Somebody's training has ended.", link=reverse("roster:sign", args=[person.pk]),
                )  # fmt: skip
            elif ahead is not None:
                told += tell(
                    agency=person.agency, to=person, kind="training-expires", now=now, key=f"{key}-{ahead}",
                    subject=f"Your training {one.course.title} ends within {ahead} day{'s' * (ahead > 1)}.",
                    body="Complete it again before, or access ends with it.", link=reverse("roster:mine"),
                )  # fmt: skip
    return told


def disable_idle(agency: Agency, now: datetime) -> int:
    """Disable accounts that nobody used for as long as the policy says (CJIS AC-2(3)).

    Args:
        agency: whose people.
        now: the present time.

    Returns:
        How many were disabled.

    Records:
        `account.disabled` for each.
    """
    count = 0
    for person in _working(agency).prefetch_related("training", "visits"):
        decision = decide_idle(profile_of(person.agency), facts_of(person), now)
        if isinstance(decision, Denied):
            with transaction.atomic(using=WEB):
                disable(None, person, because=decision.reason, now=now)
                _tell_administrators(
                    person, "account-disabled", "An account was not used and is disabled.", now
                )
            count += 1
    return count


def note_ends(agency: Agency, now: datetime) -> int:
    """Close vendors' visits that are over, disable their accounts, and tell of suspensions that ended.

    Args:
        agency: whose people.
        now: the present time.

    Returns:
        How many visits were closed.

    Records:
        `visit.closed` and `account.disabled` for each visit (USR-07, CJIS AC-2).
    """
    over = MaintenanceVisit.objects.filter(person__agency=agency, closed_at__isnull=True, valid_to__lte=now)
    closed = 0
    for visit in over.select_related("person__agency"):
        with transaction.atomic(using=WEB):
            close_visit(None, visit, now=now)
            if visit.person.is_active and visit.person.separated_at is None:
                disable(None, visit.person, because="The maintenance visit is over.", now=now)
        closed += 1
    for person in _working(agency).filter(
        suspended_until__lte=now, suspended_until__gt=now - timedelta(days=7)
    ):
        subject = "A suspension has ended: the account works again."
        _tell_administrators(person, f"suspension-ended-{person.suspended_until:%Y%m%d%H%M}", subject, now)
    return closed


def take_up_roster(agency: Agency, now: datetime) -> int:
    """Deactivate leavers by the roster that personnel dropped as `roster/AGENCY.csv` in the data folder (USR-11).

    A roster by which many would leave, or that cannot be read, waits for an administrator, who is told once.

    Args:
        agency: whose roster.
        now: the present time.

    Returns:
        How many people were separated.

    Records:
        `account.separated` for each.
    """
    path = Path(settings.DATA_FOLDER) / "roster" / f"{agency.slug}.csv"
    if not path.is_file():
        return 0
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if now - made_at > _ROSTER_AGES:
        _tell_of_roster(
            agency, f"old-{made_at:%Y%m%d}", "The roster of active employees is too old to count.", now
        )
        return 0
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:16]
    try:
        plan = plan_for(agency, read_roster(data), as_of=made_at)
    except RosterError as error:
        log.warning("the roster of %s is refused: %s", agency.slug, error)
        _tell_of_roster(agency, digest, "The roster of active employees cannot be read.", now)
        return 0
    powerful = any(Role.ADMINISTRATOR in person.roles for person in plan.leavers)
    if plan.is_large or powerful:
        _tell_of_roster(
            agency, digest, "By the roster, people left whom only you should deactivate: look.", now
        )
        return 0
    return apply_plan(None, agency, [person.pk for person in plan.leavers], now=now)


def _working(agency: Agency) -> QuerySet[Person]:
    return Person.objects.filter(agency=agency, is_active=True, separated_at__isnull=True).select_related(
        "agency"
    )


def _tell_administrators(person: Person, kind: str, subject: str, now: datetime) -> None:
    tell(
        agency=person.agency, to=Role.ADMINISTRATOR, kind=kind.rstrip("-0123456789"), subject=subject, now=now,
        link=reverse("roster:person", args=[person.pk]), key=f"{kind}-{person.pk}-{now:%Y%m%d}",
    )  # fmt: skip


def _tell_of_roster(agency: Agency, key: str, subject: str, now: datetime) -> None:
    tell(
        agency=agency, to=Role.ADMINISTRATOR, kind="roster-waits", subject=subject, now=now,
        link=reverse("roster:reconcile"), key=f"roster-{key}",
    )  # fmt: skip


def _everywhere(work: Callable[[Agency, datetime], int]) -> Callable[[datetime], int]:
    return lambda now: sum(work(agency, now) for agency in Agency.objects.all())


JOBS = (
    Job(
        name="roster.remind-of-training",
        every=timedelta(hours=12),
        run=_everywhere(remind_of_training),
        clause="TRN-03",
    ),
    Job(
        name="roster.disable-idle",
        every=timedelta(hours=12),
        run=_everywhere(disable_idle),
        clause="CJIS AC-2",
    ),
    Job(name="roster.note-ends", every=timedelta(minutes=10), run=_everywhere(note_ends), clause="USR-07"),
    Job(
        name="roster.take-up-rosters",
        every=timedelta(hours=1),
        run=_everywhere(take_up_roster),
        clause="USR-11",
    ),
)
