"""Alerts as people see them: with their best hit, its picture, and what was done about them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.alerts.models import Alert, AlertStep, Hit
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.queries import Picture, plate_pictures, roles_of

BOARD = 50


@dataclass(frozen=True)
class AlertView:
    """One alert, ready to be shown.

    Attributes:
        alert: the alert.
        hit: its best hit: an exact one before a possible one.
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


def latest_alerts(grant: AccessGrant) -> list[AlertView]:
    """Return the latest alerts, newest first.

    Args:
        grant: an open access to alerts.
    """
    with grant.used():
        alerts = list(Alert.objects.all()[:BOARD])
    return _viewed(grant, alerts)


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
