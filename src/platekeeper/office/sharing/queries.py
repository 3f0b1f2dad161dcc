"""Which requests for release there are, where each stands, and which agreement is in force."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.sharing.lifecycle import ReleaseState, state_after
from platekeeper.office.sharing.models import Agreement, ReleaseRequest, ReleaseStep, StepName
from platekeeper.policy import Function

SHOWN = 200


@dataclass(frozen=True)
class Release:
    """A request with all that was done with it.

    Attributes:
        request: as it came in; its letter is not at hand.
        steps: in order.
    """

    request: ReleaseRequest
    steps: Sequence[ReleaseStep]

    @property
    def state(self) -> ReleaseState:
        """Where it stands."""
        return state_after(step.step for step in self.steps)

    @property
    def recipient(self) -> str:
        """Who receives it, as packages and access records name them."""
        return str(self.request)

    def step(self, name: StepName) -> ReleaseStep | None:
        """Return the latest step of a name, or None."""
        return next((step for step in reversed(self.steps) if step.step == name), None)


def _rows(agency: Agency) -> QuerySet[ReleaseRequest]:
    return ReleaseRequest.objects.filter(agency=agency).select_related("agency", "asked_by").defer("letter")


def _with_steps(requests: Iterable[ReleaseRequest]) -> list[Release]:
    found = list(requests)
    steps: dict[UUID, list[ReleaseStep]] = defaultdict(list)
    for step in ReleaseStep.objects.filter(request__in=found).order_by("number"):
        steps[step.request_id].append(step)
    return [Release(request, steps[request.pk]) for request in found]


def releases_of(agency: Agency, most: int | None = SHOWN) -> list[Release]:
    """Return an agency's latest requests, the newest first.

    Args:
        agency: whose.
        most: how many; None for all.
    """
    return _with_steps(_rows(agency)[:most])


def release_by_id(agency: Agency, request_id: UUID) -> Release | None:
    """Return one request of an agency, or None.

    Args:
        agency: whose.
        request_id: its number.
    """
    return next(iter(_with_steps(_rows(agency).filter(pk=request_id))), None)


def approved_releases(agency: Agency) -> list[Release]:
    """Return the requests that are approved and not fulfilled yet.

    Args:
        agency: whose.
    """
    approved = ReleaseStep.objects.filter(step=StepName.APPROVE, request__agency=agency).values("request")
    over = ReleaseStep.objects.filter(
        step__in=(StepName.WITHDRAW, StepName.RELEASE), request__agency=agency
    ).values("request")
    return _with_steps(_rows(agency).filter(pk__in=approved).exclude(pk__in=over))


@dataclass(frozen=True)
class Look:
    """One access that was opened under a request: who received information, and who looked for it (AUD-08)."""

    access_id: UUID
    accessed_at: datetime
    username: str
    full_name: str
    function: Function
    is_allowed: bool


def accesses_of(person: Person, request: ReleaseRequest) -> list[Look]:
    """Return the latest accesses that were made under a request, the newest first; what was asked is not told here.

    Args:
        person: who wants to know: somebody of the agency.
        request: the request.

    Source:
        AUD-08
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM accesses_of_release(%s, %s)", [person.pk, request.pk])
        rows = cursor.fetchall()
    return [
        Look(number, at, username, name, Function(function), outcome == "ALLOWED")
        for number, at, username, name, function, outcome in rows
    ]


def letter_of(request: ReleaseRequest) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a request's letter; None where it came without.

    Args:
        request: the request.
    """
    if request.letter_sha256 is None:
        return None
    found = ReleaseRequest.objects.only("letter", "letter_name").get(pk=request.pk)
    return found.letter_name, bytes(found.letter or b"")


def agreements_of(agency: Agency) -> QuerySet[Agreement]:
    """Return an agency's agreements, by the other agency.

    Args:
        agency: whose.
    """
    return Agreement.objects.filter(agency=agency)


def agreement_with(agency: Agency, other: str, now: datetime) -> Agreement | None:
    """Return the agreement with another agency that counts now, else the latest that did.

    Args:
        agency: whose.
        other: the other agency's name, as it was typed.
        now: aware.
    """
    today = timezone.localdate(now)
    found = agreements_of(agency).filter(
        recipient_agency__iexact=" ".join(other.split()), ended_at__isnull=True
    )
    in_force = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    return in_force.order_by("-valid_from").first() or found.order_by("-valid_from").first()
