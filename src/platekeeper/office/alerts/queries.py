"""Alerts as people see them: with their best hit, its picture, and what was done about them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.alerts.lifecycle import ASK_STATUS, CONFIRM_STATUS, DIFFER, FINISHED, STOP
from platekeeper.office.alerts.models import Alert, AlertState, AlertStep, EntryCancellation, Hit
from platekeeper.office.alerts.onfile import answers_status, listed_parts
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.queries import Picture, plate_pictures, roles_of

BOARD = 50
# An alert that nobody finished in a shift is history: the job `alerts.expire` ends it (tasks.py).
EXPIRES_AFTER = timedelta(hours=12)


@dataclass(frozen=True)
class AlertView:
    """One alert, ready to be shown.

    Attributes:
        alert: the alert.
        hit: its best hit: one without a contradiction first, an exact one before a possible one.
        others: its other hits.
        pictures: those shown with the alert itself, by role.
        roles: which pictures there are.
        history: the steps taken.
    """

    alert: Alert
    hit: Hit
    others: tuple[Hit, ...]
    pictures: Mapping[str, Picture]
    roles: frozenset[str]
    history: tuple[AlertStep, ...]

    @property
    def id(self) -> UUID:
        """The alert's id."""
        return self.alert.id

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.alert.state

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self.alert.steps

    @property
    def raised_at(self) -> datetime:
        """When it was raised."""
        return self.alert.raised_at

    @property
    def camera(self) -> Camera:
        """The camera that saw it."""
        return self.hit.camera

    @property
    def vehicle(self) -> str:
        """What the camera saw of the vehicle, in words; empty where the profile stores no such thing (PUR-16)."""
        seen = self.hit.detail.get("vehicle") or {}
        first = [
            values[0]["value"] for name in ("color", "make", "model", "body") if (values := seen.get(name))
        ]
        return " ".join(first)

    @property
    def has_picture(self) -> bool:
        """Whether a picture of the plate came with the read: without one nobody can compare (ALR-03)."""
        return "plate" in self.roles or "plate" in self.pictures

    @property
    def is_finished(self) -> bool:
        """Nothing more is to be done about it."""
        return AlertState(self.state) in FINISHED

    @property
    def is_red(self) -> bool:
        """State or vehicle contradict the list: nobody verifies it alone (ALR-03)."""
        return self.state == AlertState.CONTRADICTED or (
            bool(self.hit.contradictions) and AlertState(self.state) not in FINISHED
            and not any(step.step == "second-look" for step in self.history)
        )  # fmt: skip

    @property
    def parts_listed(self) -> frozenset[str]:
        """What the list says of the vehicle: the rest is shown as not on the list."""
        return frozenset(part.value for part in listed_parts(self.hit.entry))

    @property
    def asked_at(self) -> datetime | None:
        """Since when somebody waits for the status; None where nobody does (ALR-02)."""
        waiting: AlertStep | None = None
        for step in self.history:
            if step.step == ASK_STATUS.name:
                waiting = waiting or step
            elif answers_status(step):
                waiting = None
        return waiting.taken_at if waiting and not self.is_finished else None

    @property
    def asked_by(self) -> str:
        """Who asked last for the status."""
        names = [step.full_name for step in self.history if step.step == ASK_STATUS.name]
        return names[-1] if names else ""

    @property
    def second_look_at(self) -> datetime | None:
        """Since when a second person is to compare; None where nobody is (ALR-03)."""
        first = self._first_look
        return first.taken_at if first else None

    @property
    def first_look_by(self) -> str:
        """Who found the contradiction that waits for a second person, by username; empty where none waits."""
        first = self._first_look
        return first.username if first else ""

    @property
    def first_looker(self) -> str:
        """The same person's full name."""
        first = self._first_look
        return first.full_name if first else ""

    @property
    def _first_look(self) -> AlertStep | None:
        looks = [step for step in self.history if step.step == DIFFER.name]
        return looks[-1] if looks and self.state == AlertState.CONTRADICTED else None

    @property
    def stopped_at(self) -> datetime | None:
        """Since when a stop waits for its disposition; None where there is none (ALR-06)."""
        stops = [step.taken_at for step in self.history if step.step == STOP.name]
        return stops[0] if stops and not self.is_finished else None

    @property
    def has_status(self) -> bool:
        """Whether somebody confirmed that the entry stands."""
        return any(step.step == CONFIRM_STATUS.name for step in self.history)


def news_mark(agency_id: int) -> str:
    """Return a word that stands for what the boards of an agency show of alerts; it changes when that does.

    Args:
        agency_id: the agency.
    """
    with connections[WEB].cursor() as cursor:
        cursor.execute("SELECT news_mark(%s)", [agency_id])
        return str(cursor.fetchone()[0])


def latest_alerts(grant: AccessGrant) -> list[AlertView]:
    """Return the latest alerts, newest first.

    Args:
        grant: an open access to alerts.
    """
    with grant.used():
        alerts = list(Alert.objects.all()[:BOARD])
    return _viewed(grant, alerts)


def open_alerts(grant: AccessGrant, now: datetime) -> list[AlertView]:
    """Return the alerts that somebody still has to deal with, newest first; stops wait however old they are.

    Args:
        grant: an open access to alerts.
        now: the present time.
    """
    with grant.used():
        unfinished = Alert.objects.exclude(state__in=FINISHED)
        recent = unfinished.filter(raised_at__gte=now - EXPIRES_AFTER)
        stopped = unfinished.filter(state=AlertState.STOPPED, raised_at__lt=now - EXPIRES_AFTER)
        alerts = [*recent[:BOARD], *stopped[:BOARD]]
    return _viewed(grant, alerts)


def cancellations(grant: AccessGrant, now: datetime) -> list[EntryCancellation]:
    """Return the entries found wrong: those not broadcast yet, and the others of the last 24 hours (HOT-10).

    Args:
        grant: an open access to alerts.
        now: the present time.
    """
    with grant.used():
        known = EntryCancellation.objects.filter(dropped_at=None)
        fresh = known.filter(cancelled_at__gte=now - timedelta(days=1))
        return [*known.filter(broadcast_at=None), *fresh.exclude(broadcast_at=None)]


def alert_by_id(grant: AccessGrant, alert_id: UUID) -> AlertView | None:
    """Return one alert, or None where there is none that the grant opens.

    Args:
        grant: an open access to alerts.
        alert_id: the alert.
    """
    with grant.used():
        alerts = list(Alert.objects.filter(id=alert_id))
    return next(iter(_viewed(grant, alerts)), None)


def hits_of(grant: AccessGrant, read_id: UUID) -> list[Hit]:
    """Return the hits of one read.

    Args:
        grant: an open access to that read's hits.
        read_id: the read.
    """
    with grant.used():
        return list(Hit.objects.filter(read_id=read_id))


def _viewed(grant: AccessGrant, alerts: list[Alert]) -> list[AlertView]:
    ids = [alert.id for alert in alerts]
    hits: dict[UUID, list[Hit]] = defaultdict(list)
    steps: dict[UUID, list[AlertStep]] = defaultdict(list)
    with grant.used():
        for hit in Hit.objects.select_related("camera").filter(alert_id__in=ids):
            hits[hit.alert_id].append(hit)
        for step in AlertStep.objects.filter(alert_id__in=ids):
            steps[step.alert_id].append(step)
    for found in hits.values():
        found.sort(key=lambda hit: (bool(hit.contradictions), hit.kind, hit.list_name))
    keys = [(alert.read_id, alert.read_at) for alert in alerts]
    pictures, roles = plate_pictures(grant, keys), roles_of(grant, keys)
    return [
        AlertView(
            alert=alert,
            hit=hits[alert.id][0],
            others=tuple(hits[alert.id][1:]),
            pictures={"plate": pictures[alert.read_id]} if alert.read_id in pictures else {},
            roles=roles.get(alert.read_id, frozenset()),
            history=tuple(steps[alert.id]),
        )
        for alert in alerts
        if hits[alert.id]
    ]
