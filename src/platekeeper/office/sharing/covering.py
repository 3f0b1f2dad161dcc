"""What an approved request covers: who may fulfil it, and which looks into the reads it stands for (SHR-03, SRC-05).

Reads leave through office.evidence alone; here is decided whether they may.
"""

from datetime import datetime

from platekeeper.office.access.inquiries import Cover, Inquiry, Screening
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.sharing.facts import facts_of_release
from platekeeper.office.sharing.lifecycle import ReleaseState
from platekeeper.office.sharing.queries import Release, approved_releases, release_by_id
from platekeeper.policy import Decision, Denied, Function
from platekeeper.policy.release import names_plate
from platekeeper.policy.sharing import decide_release
from platekeeper.policy.vocabulary import RecipientClass

_OF_ONE_PLATE = ("", "vehicle")  # other analyses tell of other vehicles, too


def decide_handling(release: Release, person: Person, now: datetime) -> Decision:
    """Say whether a request may be fulfilled by a person: it is approved, by somebody else, and still may be.

    Args:
        release: the request.
        person: who copies the reads out or hands them over.
        now: the present time.

    Source:
        SHR-03, SHR-08
    """
    return decide_release(profile_of(person.agency), facts_of_release(release, now, handler=person), now)


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
        purpose=asked.purpose_code, case_number=asked.case_number, plates=tuple(asked.plates),
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
    if cover.plates and inquiry.function is Function.SEARCH and not _names(cover, inquiry):
        return []
    return [Screening(released_to=cover.recipient_class)]


def _names(cover: Cover, inquiry: Inquiry) -> bool:
    """Tell whether a search is for a plate that the request names, and shows no other (see `release_covers()`)."""
    asked = str(inquiry.query.get("plate", ""))
    return (
        bool(asked)
        and inquiry.query.get("analysis", "") in _OF_ONE_PLATE
        and names_plate(cover.plates, asked)
    )
