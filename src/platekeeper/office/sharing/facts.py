"""A request for release as the policy sees it: what came in, what was approved, and under which agreement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.notices.queries import holders
from platekeeper.office.sharing.lifecycle import ReleaseState
from platekeeper.office.sharing.models import StepName
from platekeeper.office.sharing.queries import Release, agreement_with
from platekeeper.policy import Agreement as AgreedFacts
from platekeeper.policy import Duty
from platekeeper.policy.release import ReleaseRequest
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass, Statute

_STANDING = frozenset(
    {ReleaseState.APPROVED, ReleaseState.RELEASED}
)  # handed over once, it still may be again


@dataclass(frozen=True, kw_only=True)
class Review:
    """What an approver states (SHR-04, SHR-06, SHR-07).

    Attributes:
        considered: the statutes that were considered first.
        finding: what was found, in words.
    """

    considered: frozenset[Statute] = frozenset()
    finding: str = ""


def facts_of_release(
    release: Release,
    now: datetime,
    *,
    review: Review | None = None,
    approver: Person | None = None,
    office: str = "",
    handler: Person | None = None,
) -> ReleaseRequest:
    """Return a request's facts: as somebody would approve it, or as it was approved.

    Args:
        release: the request.
        now: the present time.
        review: what an approver states; None for what one stated.
        approver: who would approve it; None for who did.
        office: theirs.
        handler: who would fulfil it.
    """
    asked = release.request
    approval = release.step(StepName.APPROVE) if release.state in _STANDING else None
    said: Mapping[str, Any] = approval.detail if approval else {}
    review = review or Review(
        considered=frozenset(Statute(one) for one in said.get("considered", ())),
        finding=said.get("finding", ""),
    )
    return ReleaseRequest(
        agency=asked.recipient_agency, requester=asked.requester, recipient=RecipientClass(asked.recipient_class),
        state=asked.recipient_state, purpose_code=asked.purpose_code, purpose=asked.purpose, authority=asked.authority,
        written=asked.letter_sha256 is not None, disclaims=frozenset(BarredPurpose(one) for one in asked.disclaims),
        verified_by=asked.verified_by, considered=review.considered, finding=review.finding,
        approved_by_office=office or said.get("office", ""),
        approver=approver.username if approver else (approval.username if approval else ""),
        asked_by=asked.asked_by_name, handled_by=handler.username if handler else "",
        request_digest=bytes(asked.letter_sha256 or b"").hex(), agreement=_agreed(release, now),
        process=LegalProcess(asked.process) if asked.process else None, process_number=asked.process_number,
        process_issuer=asked.process_issuer,
    )  # fmt: skip


def _agreed(release: Release, now: datetime) -> AgreedFacts | None:
    found = agreement_with(release.request.agency, release.request.recipient_agency, now)
    if found is None:
        return None
    return AgreedFacts(
        agency=found.recipient_agency, recipient=RecipientClass(found.recipient_class),
        valid_from=_midnight(found.valid_from), valid_to=_midnight(found.valid_to) if found.valid_to else None,
        forbids_onward=found.forbids_onward, functions=frozenset(), kinds=frozenset(),
    )  # fmt: skip


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def office_of(person: Person, now: datetime) -> str:
    """Return the office that answers for releases where a person holds it or is its designee, else their title.

    Args:
        person: who.
        now: the present time.
    """
    holds = holders(person.agency, Duty.RELEASE.value, timezone.localdate(now)).filter(pk=person.pk).exists()
    return (
        profile_of(person.agency).duties[Duty.RELEASE].value if holds else (person.title or "another office")
    )
