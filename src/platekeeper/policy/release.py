"""What is known of another agency's request for data: the facts that `sharing` decides by (SHR-01 to SHR-13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from platekeeper import plates
from platekeeper.policy.facts import Agreement
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass, Statute

# of another state each of them is police of another state (C-5)
_OF_THE_STATE = frozenset(
    {RecipientClass.LOCAL_POLICE, RecipientClass.STATE_POLICE, RecipientClass.PROSECUTOR}
)
OF_PROCEEDINGS = frozenset({RecipientClass.COURT, RecipientClass.DEFENSE, RecipientClass.PROSECUTOR})
"""Whom legal process brings before the agency; a federal or commercial one is counsel's to answer."""


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """Another agency's request for data, and what was done with it.

    Attributes:
        agency: name.
        requester: name of the person who asks.
        recipient: what kind of agency it is.
        state: two letters of the state it is of; empty where that does not matter.
        purpose_code: code of the authorized purpose that it serves.
        purpose: intended purpose, in words: the need to know.
        authority: the requester's lawful authority, in words: the right to know.
        written: whether the request is in writing.
        disclaims: barred purposes that the requester declares not to have.
        verified_by: how the requester's identity was verified.
        considered: the statutes that the approver considered.
        finding: what the approver found, in words.
        approved_by_office: office of the approver; empty before approval.
        approver: username of the approver.
        asked_by: username of whoever entered it here.
        handled_by: username of whoever fulfils it.
        process: the legal process that it rests on; None where it rests on none.
        process_number: the process's number.
        process_issuer: the court or party that issued it.
        request_digest: digest of the request on file; empty where it is not kept.
        agreement: the agreement between the agencies.
    """

    agency: str
    requester: str
    recipient: RecipientClass
    purpose: str
    written: bool
    state: str = ""
    purpose_code: str = ""
    authority: str = ""
    disclaims: frozenset[BarredPurpose] = frozenset()
    verified_by: str = ""
    considered: frozenset[Statute] = frozenset()
    finding: str = ""
    approved_by_office: str = ""
    approver: str = ""
    asked_by: str = ""
    handled_by: str = ""
    request_digest: str = ""
    agreement: Agreement | None = None
    process: LegalProcess | None = None
    process_number: str = ""
    process_issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """One question: may this request be fulfilled?"""

    profile: Profile
    request: ReleaseRequest
    now: datetime

    @property
    def recipient(self) -> RecipientClass:
        """What kind of agency asks, seen from the state of the agency that is asked."""
        request = self.request
        if request.recipient in _OF_THE_STATE and request.state not in {"", self.profile.state}:
            return RecipientClass.OUT_OF_STATE_POLICE
        return request.recipient

    @property
    def is_compelled(self) -> bool:
        """Whether legal process of this state, which the policy answers, obliges the agency to hand over."""
        request = self.request
        return (
            request.process in self.profile.sharing.answered
            and self.recipient in OF_PROCEEDINGS - self.profile.barred_recipients
            and request.state in {"", self.profile.state}
        )


def names_plate(named: Collection[str], asked: str) -> bool:
    """Tell whether a request names a plate, or the very pattern that is asked; the database decides alike.

    A request is fulfilled as it was reviewed: where it names plates, nobody reviewed the others.

    Args:
        named: the plates that the request names, some with `?` and `*`; none where it names none.
        asked: a plate, or a part of one.

    Raises:
        PlatesError: what is asked is no plate.

    Source:
        SHR-03
    """
    pattern = plates.PlatePattern.parse(asked)
    known = [plates.PlatePattern.parse(one, lookalike=True) for one in named]
    if not known or any(one.fold == pattern.fold for one in known):
        return True
    return pattern.kind is plates.PatternKind.EXACT and any(one.matches(pattern.text) for one in known)
