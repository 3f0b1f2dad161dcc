"""A whole file that nobody expected waits for a person who manages the lists (HOT-01, HOT-02, HOT-04).

It is in the database, complete, and nothing is compared with it. Accepting it lets it replace the list in force, as the
command does with `--accept-drop`, under the person's name and with what they found out.
"""

from datetime import datetime

from django.db import transaction

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.permits import decision_for
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.versions import INGEST, HotListError, locked, put_version_in_force
from platekeeper.policy import Denied, Function
from platekeeper.policy.lint import lint_reason


def list_that_waits(agency: Agency, version: int) -> HotList | None:
    """Return the list of an agency for which a version waits; None where it waits no more.

    Args:
        agency: whose list.
        version: the version's number.
    """
    lists = HotList.objects.using(INGEST).select_related("agency", "current", "waiting")
    return lists.filter(agency=agency, waiting_id=version).first()


def accept_waiting(
    *, hot_list: HotList, version: int, person: Person, reason: str, source_asked: bool, now: datetime
) -> None:
    """Let what waits replace the list in force.

    Args:
        hot_list: the list, with its agency.
        version: the version that the person looked at.
        person: who accepts it.
        reason: what the source said, in words.
        source_asked: whether the person confirms that they asked it.
        now: the present time.

    Raises:
        HotListError: the person may not manage the lists, the reason says nothing, or it waits no more.

    Records:
        `hot-list.replaced`, with the person, the reason and that a drop was accepted.

    Source:
        HOT-01, HOT-04
    """
    permit = decision_for(person, Function.MANAGE_HOTLISTS)
    if isinstance(permit, Denied) or person.agency_id != hot_list.agency_id:
        raise HotListError(str(permit) if isinstance(permit, Denied) else "The list is another agency's.")
    if not source_asked:
        raise HotListError("Tick that you asked the source: only then is it accepted.")
    if lint_reason(reason):
        raise HotListError("Say what its source told you, such as: DOJ struck recovered vehicles on 3 May.")
    with transaction.atomic(using=INGEST):
        found = locked(hot_list)
        waiting, before = found.waiting, found.current
        if waiting is None or waiting.pk != version:
            raise HotListError("It waits no more: another file came, or somebody accepted it before you.")
        found.agency = hot_list.agency
        details = {
            "drop_accepted": True,
            "reason": reason,
            "accepted_at": now.isoformat(),
            "replaced_entries": before.accepted if before else 0,
        }
        put_version_in_force(found, waiting, actor=person.username, now=waiting.loaded_at, details=details)
