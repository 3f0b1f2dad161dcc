"""The schedule that two people approved: from the profile, agreed to, and what follows (GOV-07, RET-01 to RET-03)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connections, transaction
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.retention.models import Schedule
from platekeeper.policy import Denied, Profile, Role
from platekeeper.policy.governance import ChangeOfSettings, Consent, decide_change_of_settings
from platekeeper.policy.period import NO_TIME, Period
from platekeeper.policy.retention import purge_before

CUSTODIAN = "custodian"


class ScheduleError(PlatekeeperError):
    """A schedule cannot be proposed or approved as asked."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A schedule as the database keeps it.

    Attributes:
        policy_version: the profile that it comes from.
        anchor: capture or arrival.
        minimum: no read goes before; `NO_TIME` where the policy states none or counsel ruled it away (C-6).
        purge: every read goes then.
        records: access records are kept for at least this long.
        spares_hits: reads that matched a hot list are no part of it.
        said: what a person reads: name of a rule -> period, clause.
    """

    policy_version: str
    anchor: str
    minimum: Period
    purge: Period
    records: Period
    spares_hits: bool
    said: dict[str, Any]

    def as_row(self) -> dict[str, Any]:
        """Return the columns of a schedule."""
        row: dict[str, Any] = {
            "policy_version": self.policy_version,
            "anchor": self.anchor,
            "spares_hits": self.spares_hits,
            "said": self.said,
        }
        for name in ("minimum", "purge", "records"):
            period: Period = getattr(self, name)
            row[f"{name}_months"] = period.months
            row[f"{name}_seconds"] = int(period.clock.total_seconds())
        return row


def terms_of(profile: Profile) -> Terms:
    """Return the schedule that a profile asks for.

    Args:
        profile: the agency's policy.
    """
    retention, floor = profile.retention, profile.floor
    ruled = retention.counsel_ruling
    minimum = NO_TIME if ruled or retention.minimum.value is None else retention.minimum.value
    records = max(
        (retention.access_records, profile.cjis.log_kept),
        key=lambda one: one.value.after(datetime.fromisoformat("2023-01-01T00:00Z")),
    )
    said = {
        "minimum": _said(retention.minimum.value, retention.minimum.clause),
        "visible": _said(retention.visible.value, retention.visible.clause),
        "purge": _said(retention.purge.value, retention.purge.clause),
        "access_records": _said(records.value, records.clause),
        "anchor": {"value": retention.anchor.value.value, "clause": retention.anchor.clause},
        "counsel": ruled.reference if ruled else "",
    }
    spares = floor.purge_spares_hits
    return Terms(
        policy_version=profile.version,
        anchor=retention.anchor.value.value,
        minimum=minimum,
        purge=retention.purge.value,
        records=records.value,
        spares_hits=bool(spares and spares.value),
        said=said,
    )


def _said(period: Period | None, clause: str) -> dict[str, str]:
    return {
        "period": "" if period is None else str(period),
        "words": "" if period is None else period.words,
        "clause": clause,
    }


def propose_schedule(agency: Agency, terms: Terms, *, by: str, using: str = CUSTODIAN) -> int:
    """Propose a schedule, unless the latest one says the same; return its id.

    Args:
        agency: whose data it is about.
        terms: what it says.
        by: username, or the part that proposes.
        using: the connection.

    Records:
        `retention.proposed`, where it is new.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT propose_schedule(%s, %s::jsonb, %s)",
            [agency.pk, msgspec.json.encode(terms.as_row()).decode(), by],
        )
        return int(cursor.fetchone()[0])


def approve_schedule(schedule: Schedule, person: Person, role: Role, *, profile: Profile) -> None:
    """Agree to a schedule and to its first run, as administrator or as custodian.

    Args:
        schedule: the schedule.
        person: who agrees.
        role: as which of the two.
        profile: the policy in force.

    Raises:
        AccessDenied: the person is not of that role, or agreed as the other already.
        ScheduleError: somebody agreed in this role already.

    Records:
        `retention.approved`.

    Source:
        GOV-07
    """
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute("SELECT consent_schedule(%s, %s, %s)", [schedule.pk, person.pk, role.value])
    except Exception as error:
        cause = error.__cause__
        if isinstance(cause, UniqueViolation):
            raise ScheduleError(
                "This half of the approval is given, or you gave the other: administrator and custodian are two people."
            ) from error
        if isinstance(cause, InsufficientPrivilege):
            consents = (Consent(by=person.username, role=role),)
            change = ChangeOfSettings(
                profile=profile, proposed_by="", consents=consents, concerns_retention=True
            )
            decision = decide_change_of_settings(change)
            assert isinstance(decision, Denied)
            raise AccessDenied(decision, None) from error
        raise


def schedule_in_force(agency: Agency, *, using: str = CUSTODIAN) -> Schedule | None:
    """Return the schedule that administrator and custodian approved last, or None.

    Args:
        agency: whose.
        using: the connection.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT (schedule_in_force(%s)).id", [agency.pk])
        found = cursor.fetchone()[0]
    return None if found is None else Schedule.objects.using(using).get(pk=found)


def _period(months: int, seconds: int) -> Period:
    return Period(months, timedelta(seconds=seconds))


@dataclass(frozen=True)
class CutOffs:
    """What is due at a moment.

    Attributes:
        reads: reads anchored before this.
        records: access records made before this.
    """

    reads: datetime
    records: datetime


def cut_offs(schedule: Schedule, profile: Profile, now: datetime) -> CutOffs:
    """Return what is due: under the approved schedule, and under the policy in force where that keeps longer.

    Args:
        schedule: the one that two people approved.
        profile: the policy in force now.
        now: aware.

    Source:
        RET-01, RET-02, AUD-01
    """
    approved = min(
        _period(schedule.purge_months, schedule.purge_seconds).cutoff(now),
        _period(schedule.minimum_months, schedule.minimum_seconds).cutoff(now),
    )
    terms = terms_of(profile)
    return CutOffs(
        reads=min(approved, purge_before(profile, now)),
        records=min(
            _period(schedule.records_months, schedule.records_seconds).cutoff(now), terms.records.cutoff(now)
        ),
    )
