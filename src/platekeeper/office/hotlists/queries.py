"""Which lists there are, which version of each is in force, and whether it is stale (HOT-03, HOT-08)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from platekeeper.intake.hotlists import categories
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.hotlists.keeping import stored_category
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.versions import INGEST, HotListError
from platekeeper.policy import Denied, Function, Role
from platekeeper.policy.hotlists import ListFile, decide_list


@dataclass(frozen=True, kw_only=True)
class ListStatus:
    """One list as it stands.

    Attributes:
        agency: slug.
        name: the list's name.
        layout: of its files; empty for the agency's own entries.
        version: number of the version in force; None before the first.
        entries: in force.
        rejected: lines of the file that were left out for a fault.
        excluded: lines left out by policy: category -> number.
        not_taken: columns of its file that were left out whole, such as names and dates of birth.
        listed_at: when its source made it.
        fetched_at: when a whole file last came.
        age: since its source made it.
        stale: why it is stale, in a sentence; empty if it is not.
        refused_at: when a newer file was refused; None where none was.
        refusal: why, in a sentence.
        waiting: number of the version that waits for a person who accepts it; None where none does.
    """

    agency: str
    name: str
    layout: str
    version: int | None
    entries: int
    rejected: int
    excluded: dict[str, int]
    not_taken: tuple[str, ...]
    listed_at: datetime | None
    fetched_at: datetime | None
    age: timedelta | None
    stale: str
    refused_at: datetime | None
    refusal: str
    waiting: int | None = None

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """What was left out by policy, each category by its stored code, and how many lines of it."""
        known = categories()
        return [
            (stored_category(code) if code in known else code, number)
            for code, number in self.excluded.items()
        ]


def list_statuses(agency: Agency | None, now: datetime, *, using: str = INGEST) -> Iterator[ListStatus]:
    """Yield how the lists stand.

    Args:
        agency: whose; None for all.
        now: the present time.
        using: the connection to read over.
    """
    lists = HotList.objects.using(using).select_related("agency", "current").order_by("agency__slug", "name")
    for hot_list in lists.filter(agency=agency) if agency else lists:
        version = hot_list.current
        yield ListStatus(
            agency=hot_list.agency.slug, name=hot_list.name, layout=hot_list.layout,
            version=version.pk if version else None,
            entries=version.accepted if version else 0,
            rejected=version.rejected if version else 0,
            excluded=version.excluded if version else {},
            not_taken=tuple(version.not_taken) if version else (),
            listed_at=version.listed_at if version else None,
            fetched_at=hot_list.fetched_at,
            age=now - version.listed_at if version else None,
            stale=_staleness(hot_list, now),
            refused_at=hot_list.refused_at,
            refusal=hot_list.refusal,
            waiting=hot_list.waiting_id,
        )  # fmt: skip


def list_of(agency: Agency, name: str, *, using: str = INGEST) -> HotList:
    """Return a list by its name.

    Args:
        agency: whose.
        name: as it is called, or the beginning of that where no other begins so.
        using: the connection to read over.

    Raises:
        HotListError: there is none, or several.
    """
    lists = list(HotList.objects.using(using).select_related("agency").filter(agency=agency))
    named = [one for one in lists if one.name == name] or [one for one in lists if one.name.startswith(name)]
    if len(named) == 1:
        return named[0]
    known = ", ".join(f'"{one.name}"' for one in lists) or "none yet"
    raise HotListError(
        f'{agency.slug} has {"several lists" if named else "no list"} called "{name}": its lists are {known}.'
    )


def manager_of(agency: Agency, username: str, *, using: str = "owner") -> Person:
    """Return somebody who may decide which lists an agency runs.

    Args:
        agency: whose lists.
        username: the person.
        using: the connection to read over.

    Raises:
        HotListError: nobody of the agency is called so, or the policy gives it to others.

    Source:
        HOT-01
    """
    acting = RawSQL("may_act(person)", (), BooleanField())
    person = Person.objects.using(using).filter(acting, agency=agency, username=username).first()
    roles = profile_of(agency).roles
    may = {role for role in roles if Function.MANAGE_HOTLISTS in roles[role].functions}
    if person is not None and may & {Role(role) for role in person.roles}:
        return person
    titles = " or ".join(sorted(roles[role].title for role in may))
    raise HotListError(
        f"{username} may not manage the hot lists of {agency.slug}: its policy gives that to its {titles}."
    )


def _staleness(hot_list: HotList, now: datetime) -> str:
    version = hot_list.current
    if version is None or hot_list.fetched_at is None:
        return "No file has come yet: load one."
    if not hot_list.layout:
        return ""  # nobody fetches the agency's own entries
    asked = ListFile(
        source=hot_list.source, authority=hot_list.authority, purpose=hot_list.purpose,
        activated_by=hot_list.activated_by, interests=frozenset(), fetched_at=hot_list.fetched_at,
    )  # fmt: skip
    decision = decide_list(profile_of(hot_list.agency), asked, now)
    if isinstance(decision, Denied):
        return str(decision)
    if now - version.listed_at > timedelta(hours=hot_list.max_age_hours):
        return (
            f"Its source made it more than {hot_list.max_age_hours} hours ago, and newer files have not come: "
            "ask the source. (HOT-03)"
        )
    return ""
