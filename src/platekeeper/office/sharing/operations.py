"""Entering a request for release, and its approval (SHR-01 to SHR-13, PUR-10 to PUR-13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, connections, transaction

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.office.sharing.facts import Review, facts_of_release, office_of
from platekeeper.office.sharing.lifecycle import APPROVE, MOVES, REFUSE, Move
from platekeeper.office.sharing.queries import Release, agreement_with
from platekeeper.policy import Decision, Denied, Duty, Function, decide_function
from platekeeper.policy.release import ReleaseRequest
from platekeeper.policy.sharing import as_if_approved, decide_release, missing_for_release
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass

_APPROVAL = "SHR-03"


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
        plates: those that it names, some with ? and *; under it nothing else is looked up or copied out.
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
    plates: tuple[str, ...] = ()
    process: LegalProcess | None = None
    process_number: str = ""
    process_issuer: str = ""


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
    refuse(decide_function(profile, facts_of(person), Function.REQUEST_RELEASE, now))
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
            [person.pk, encoded(row), asked.letter or None, encoded(refusal) if refusal else None],
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
    facts = facts_of_release(release, now, review=review, approver=person, office=office_of(person, now))
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
    refuse(decision)
    if move.statement and not reason.strip():
        raise ReleaseError(f"“{move.statement}” is empty: fill it in, it stays on file with the request.")
    stated = _approval(release, person, review, now) if move is APPROVE else {"reason": reason.strip()}
    detail = {**stated, "version": decision.version}
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT take_release_step(%s, %s, %s, %s::jsonb)",
                [person.pk, release.request.pk, move.step.value, encoded(detail)],
            )
            _tell_asker(release, move, now)
    except DatabaseError as error:
        raise ReleaseError("Somebody else was faster with this request: look at it again.") from error


def _approval(release: Release, person: Person, review: Review, now: datetime) -> dict[str, Any]:
    agreed = agreement_with(person.agency, release.request.recipient_agency, now)
    return {
        "office": office_of(person, now),
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


def encoded(value: Any) -> str:
    """Return facts as the JSON that the functions of the database take.

    Args:
        value: the facts.
    """
    return msgspec.json.encode(value).decode()


def refuse(decision: Decision) -> None:
    """Raise what the policy refuses.

    Args:
        decision: what it says.

    Raises:
        AccessDenied: it refuses.
    """
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
