"""What other agencies asked for: one request that waits for review, and one that the policy refused at once."""

from datetime import datetime

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.sharing.models import ReleaseRequest
from platekeeper.office.sharing.operations import Asked, ask_release
from platekeeper.policy.vocabulary import BarredPurpose, RecipientClass

_LETTER = b"Invented for the demonstration: a request for reads of one vehicle, in writing.\n"


def enter_requests(person: Person, now: datetime) -> None:
    """Enter the two requests, once.

    Args:
        person: who enters them.
        now: the present time.
    """
    if ReleaseRequest.objects.filter(agency=person.agency).exists():
        return
    ask_release(person=person, asked=_asked(person), now=now)
    federal = _asked(person, RecipientClass.FEDERAL, "Federal Task Force, Region 9", "Agent Lou Harmon")
    ask_release(person=person, asked=federal, now=now)


def _asked(
    person: Person,
    recipient: RecipientClass = RecipientClass.LOCAL_POLICE,
    agency: str = "Harborview Police Department",
    requester: str = "Det. Sam Ortega",
) -> Asked:
    profile = profile_of(person.agency)
    return Asked(
        recipient_class=recipient, recipient_agency=agency, requester=requester,
        recipient_state="" if recipient is RecipientClass.FEDERAL else profile.state,
        contact="+1 555 0142", verified_by="called back over the switchboard",
        purpose_code=profile.purposes.authorized[0].code,
        purpose="series of garage burglaries, a dark pickup was seen leaving", authority="property crimes unit",
        disclaims=frozenset({BarredPurpose.IMMIGRATION, BarredPurpose.REPRODUCTIVE_CARE, BarredPurpose.COMMERCIAL}),
        case_number=profile.access.case_number_example.value, their_number="HV-26-0193",
        data_wanted="Reads of one dark pickup in the first week of the month", letter=_LETTER,
        letter_name="request.txt",
    )  # fmt: skip
