"""Entering a request for release, its approval, and whether it covers a copy (SHR-01 to SHR-13, PUR-10 to PUR-13).

Reads leave through office.evidence alone; here is decided whether they may.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.inquiries import Cover, Inquiry, Screening
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.office.notices.queries import holders
from platekeeper.office.sharing.lifecycle import APPROVE, MOVES, REFUSE, Move, ReleaseState
from platekeeper.office.sharing.models import Agreement, StepName
from platekeeper.office.sharing.queries import Release, agreement_with, approved_releases, release_by_id
from platekeeper.policy import Agreement as AgreedFacts
from platekeeper.policy import Decision, Denied, Duty, Function, decide_function
from platekeeper.policy.sharing import (
    ReleaseRequest,
    as_if_approved,
    decide_release,
    missing_for_release,
)
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass, Statute

_APPROVAL = "SHR-03"
_STANDING = frozenset(
    {ReleaseState.APPROVED, ReleaseState.RELEASED}
)  # handed over once, it still may be again


class ReleaseError(PlatekeeperError):
    """A step with a request for release that cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came in.

    Attributes:
        recipient_class: what kind of agency asks.
        recipient_agency: its name.
        recipient_state: two letters of its state; empty where it is of none.
        requester: the person who asks.
        contact: where that person is reached.
        verified_by: how the person was verified (SHR-13).
        purpose_code: code of the authorized purpose that it serves.
        purpose: what the data is for, in words.
        authority: the requester's lawful authority, in words.
        disclaims: barred purposes that the requester declares not to have.
        case_number: under which the copy is made here.
        their_number: the other agency's own.
        data_wanted: in words.
        letter: the request in writing; empty where there is none.
        letter_name: the file's name.
        process: the legal process that it rests on; None where it rests on none.
        process_number: its number.
        process_issuer: the court or party that issued it.
    """

    recipient_class: RecipientClass
    recipient_agency: str
    recipient_state: str
    requester: str
    contact: str
    verified_by: str
    purpose_code: str
    purpose: str
    authority: str
    disclaims: frozenset[BarredPurpose]
    case_number: str
    their_number: str
    data_wanted: str
    letter: bytes
    letter_name: str
    process: LegalProcess | None = None
    process_number: str = ""
    process_issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What an approver states (SHR-04, SHR-06, SHR-07).

    Attributes:
        considered: the statutes that were considered first.
        finding: what was found, in words.
    """

    considered: frozenset[Statute] = frozenset()
    finding: str = ""


def ask_release(*, person: Person, asked: Asked, now: datetime) -> UUID:
    """Enter another agency's request; what no approval could mend is refused at once, and kept on file.

    Args:
        person: who enters it.
        asked: the request.
        now: the present time.

    Returns:
        The request's number.

    Raises:
        AccessDenied: this person may not ask.

    Records:
        `release-request.entered`, and `release-request.refused` where the policy refuses it.

    Source:
        SHR-01, SHR-02, SHR-05, SHR-10, SHR-12, SHR-13, PUR-10 to PUR-13
    """
    profile = profile_of(person.agency)
    _refuse(decide_function(profile, facts_of(person), Function.REQUEST_RELEASE, now))
    facts = ReleaseRequest(
        agency=asked.recipient_agency, requester=asked.requester, recipient=asked.recipient_class,
        state=asked.recipient_state, purpose_code=asked.purpose_code, purpose=asked.purpose, authority=asked.authority,
        written=bool(asked.letter), disclaims=asked.disclaims, verified_by=asked.verified_by, asked_by=person.username,
        process=asked.process, process_number=asked.process_number, process_issuer=asked.process_issuer,
    )  # fmt: skip
    decision = decide_release(profile, as_if_approved(profile, facts, now), now)
    refusal = _refusal(decision) if isinstance(decision, Denied) else None
    row = {name: value for name, value in _row(asked).items() if name != "letter"}
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute(
            "SELECT enter_release_request(%s, %s::jsonb, %s, %s::jsonb)",
            [person.pk, _json(row), asked.letter or None, _json(refusal) if refusal else None],
        )
        made = UUID(str(cursor.fetchone()[0]))
        if refusal is None:
            tell(
                agency=person.agency, to=Duty.RELEASE.value, kind="release", now=now, link=f"/releases/{made}/",
                subject="A request for release waits for your review.", key=f"release-{made}",
            )  # fmt: skip
    return made


def _row(asked: Asked) -> dict[str, Any]:
    row = {
        name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(asked).items()
    }
    return {**row, "process": asked.process or ""}


def _refusal(denied: Denied) -> dict[str, str]:
    return {
        "reason": denied.reason,
        "remedy": denied.remedy,
        "clause": denied.clause,
        "version": denied.version,
    }


def decide_move(
    release: Release, move: Move, person: Person, now: datetime, review: Review | None = None
) -> Decision:
    """Say whether a person may take a step with a request.

    Args:
        release: the request.
        move: the step.
        person: who.
        now: the present time.
        review: what the approver states; None while nobody has written it, for the button.
    """
    profile = profile_of(person.agency)
    may = decide_function(profile, facts_of(person), move.function, now)
    if isinstance(may, Denied) or move not in {APPROVE, REFUSE}:
        return may
    considered = profile.sharing.considered_first.value
    review = review or Review(considered=frozenset(considered), finding="to be written")
    facts = _facts(release, now, review=review, approver=person, office=_office(person, now))
    if move is APPROVE:
        return decide_release(profile, facts, now)
    missing = missing_for_release(profile, facts, now)
    return next((one for one in missing if one.obligation == _APPROVAL), may)


def take_move(
    *,
    release: Release,
    move: Move,
    person: Person,
    now: datetime,
    reason: str = "",
    review: Review | None = None,
) -> None:
    """Approve, refuse or withdraw a request.

    Args:
        release: the request.
        move: the step.
        person: who takes it.
        now: the present time.
        reason: why it is refused or withdrawn.
        review: what an approver states.

    Raises:
        AccessDenied: the policy refuses: no right, not that office, their own request, or something is missing.
        ReleaseError: the step does not follow, nothing was stated, or somebody else was faster.

    Records:
        `release-request.approved`, `release-request.refused` or `release-request.withdrawn`.

    Source:
        SHR-03 to SHR-07
    """
    if move not in MOVES[release.state]:
        raise ReleaseError("This step does not follow from where the request stands: look at it again.")
    review = review or Review()
    decision = decide_move(release, move, person, now, review)
    _refuse(decision)
    if move.statement and not reason.strip():
        raise ReleaseError(f"“{move.statement}” is empty: fill it in, it stays on file with the request.")
    stated = _approval(release, person, review, now) if move is APPROVE else {"reason": reason.strip()}
    detail = {**stated, "version": decision.version}
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT take_release_step(%s, %s, %s, %s::jsonb)",
                [person.pk, release.request.pk, move.step.value, _json(detail)],
            )
            _tell_asker(release, move, now)
    except DatabaseError as error:
        raise ReleaseError("Somebody else was faster with this request: look at it again.") from error


def _approval(release: Release, person: Person, review: Review, now: datetime) -> dict[str, Any]:
    agreed = agreement_with(person.agency, release.request.recipient_agency, now)
    return {
        "office": _office(person, now),
        "finding": review.finding.strip(),
        "considered": sorted(review.considered),
        "agreement": str(agreed.pk) if agreed else "",
    }


def _tell_asker(release: Release, move: Move, now: datetime) -> None:
    done = {"APPROVE": "approved", "REFUSE": "refused", "WITHDRAW": "withdrawn"}[move.step.value]
    tell(
        agency=release.request.agency, to=release.request.asked_by, kind="release", now=now,
        subject=f"A request for release that you entered was {done}.", link=f"/releases/{release.request.pk}/",
        key=f"release-{release.request.pk}-{done}",
    )  # fmt: skip


def decide_handling(release: Release, person: Person, now: datetime) -> Decision:
    """Say whether a request may be fulfilled by a person: it is approved, by somebody else, and still may be.

    Args:
        release: the request.
        person: who copies the reads out or hands them over.
        now: the present time.

    Source:
        SHR-03, SHR-08
    """
    return decide_release(profile_of(person.agency), _facts(release, now, handler=person), now)


def cover_of(release: Release, person: Person, now: datetime) -> Cover | None:
    """Return what a request covers, if a person may fulfil it now.

    Args:
        release: the request.
        person: who looks the reads up, or copies them out.
        now: the present time.
    """
    refused = isinstance(decide_handling(release, person, now), Denied)
    if refused or release.state is not ReleaseState.APPROVED:
        return None
    asked = release.request
    return Cover(
        id=asked.pk, recipient=release.recipient, recipient_class=RecipientClass(asked.recipient_class),
        purpose=asked.purpose_code, case_number=asked.case_number,
    )  # fmt: skip


def covers(person: Person, now: datetime) -> list[Cover]:
    """Return what a person may look up and copy out for other agencies now (see `access.screening`).

    Args:
        person: who.
        now: the present time.
    """
    offered = (cover_of(one, person, now) for one in approved_releases(person.agency))
    return [one for one in offered if one is not None]


def screen(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> list[Screening]:
    """Say whether an approved request covers what is asked for somebody of another agency (see `access.screening`).

    Args:
        person: who asks.
        agency: whose data it is: an agency releases its own.
        inquiry: what is asked; without the number of a request nothing is looked up.
        now: the present time.

    Source:
        SRC-05, SHR-03
    """
    found = release_by_id(person.agency, inquiry.release) if inquiry.release else None
    cover = cover_of(found, person, now) if found and agency.pk == person.agency_id else None
    told = (inquiry.on_behalf_of, inquiry.purpose, inquiry.case_number)
    if cover is None or told != (cover.recipient, cover.purpose, cover.case_number):
        return []
    return [Screening(released_to=cover.recipient_class)]


def _facts(
    release: Release,
    now: datetime,
    *,
    review: Review | None = None,
    approver: Person | None = None,
    office: str = "",
    handler: Person | None = None,
) -> ReleaseRequest:
    """Return a request's facts: as somebody would approve it, or as it was approved."""
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


def _office(person: Person, now: datetime) -> str:
    """Return the office that answers for releases where a person holds it or is its designee, else their title."""
    holds = holders(person.agency, Duty.RELEASE.value, timezone.localdate(now)).filter(pk=person.pk).exists()
    return (
        profile_of(person.agency).duties[Duty.RELEASE].value if holds else (person.title or "another office")
    )


def note_agreement(*, person: Person, agreed: Mapping[str, Any], now: datetime) -> None:
    """Note an agreement with another agency, after its review.

    Args:
        person: who answers for it.
        agreed: the fields of `Agreement`.
        now: the present time.

    Raises:
        AccessDenied: this person may not.

    Records:
        `agreement.noted`

    Source:
        SHR-08, SHR-09
    """
    _refuse(decide_function(profile_of(person.agency), facts_of(person), Function.APPROVE_RELEASE, now))
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute("SELECT note_agreement(%s, %s::jsonb)", [person.pk, _json(dict(agreed))])


def end_agreement(*, person: Person, agreement: Agreement, because: str, now: datetime) -> None:
    """End an agreement today.

    Args:
        person: who answers for it.
        agreement: which.
        because: why.
        now: the present time.

    Raises:
        AccessDenied: this person may not.
        ReleaseError: it has ended already, or nothing was stated.

    Records:
        `agreement.ended`
    """
    _refuse(decide_function(profile_of(person.agency), facts_of(person), Function.APPROVE_RELEASE, now))
    if agreement.ended_at is not None or not because.strip():
        raise ReleaseError("Say why the agreement ends; one that has ended stays as it is.")
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute("SELECT end_agreement(%s, %s, %s)", [person.pk, agreement.pk, because.strip()[:300]])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _refuse(decision: Decision) -> None:
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
