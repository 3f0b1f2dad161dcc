"""What is kept elsewhere: hosts confirm that their copies are gone, other custodians decide for themselves.

A host's copy is out of our reach: what we hold is its word, noted by a person (RET-08). Of data that another custodian
keeps nothing is certified here at all (RET-09). What a case needs of a host's data is taken over before the host
destroys it, and held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connections
from django.utils import timezone
from psycopg.errors import CheckViolation, InsufficientPrivilege

from platekeeper import wire
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.intake import BatchReceipt, take_batch
from platekeeper.office.devices.models import Camera
from platekeeper.office.notices.operations import tell
from platekeeper.office.retention.holds import HoldRequest, request_hold
from platekeeper.office.retention.models import HoldScope, HostConfirmation
from platekeeper.policy import Allowed, Decision, Denied, Profile, Role
from platekeeper.policy.destruction import StoredRead, decide_purge
from platekeeper.policy.keeping import SourceSchedule

ASKED_EVERY = timedelta(days=31)  # a host is asked for its confirmation once a month
_MOST = 1000


class ElsewhereError(PlatekeeperError):
    """Something that cannot be noted of data kept elsewhere, or taken over from there."""


@dataclass(frozen=True)
class KeptElsewhere:
    """A source of which others keep the data.

    Attributes:
        source: what the policy says of it.
        confirmed: the host's last confirmation; None where there is none, or where another custodian decides.
        due_before: what was captured before this, the host has to have destroyed by now; None where we do not know.
        decision: whether destruction may be certified up to there.
    """

    source: SourceSchedule
    confirmed: HostConfirmation | None
    due_before: datetime | None
    decision: Decision

    @property
    def is_due(self) -> bool:
        """Whether the host has to be asked."""
        if self.due_before is None:
            return False
        return self.confirmed is None or self.confirmed.covers_before < self.due_before - ASKED_EVERY

    @property
    def said(self) -> str:
        """What may be said of it, and no more."""
        if self.source.custodian:
            return f"kept by {self.source.custodian}, which decides when it goes; nothing of it is certified here"
        if self.confirmed is None:
            return "kept by its host; no confirmation of its destruction is on file"
        before = timezone.localtime(self.confirmed.covers_before)
        return (
            f"its host confirmed the destruction of what was captured before {before:%Y-%m-%d} "
            f"({self.confirmed.confirmed_by}, {self.confirmed.reference})"
        )


def kept_elsewhere(agency: Agency, now: datetime, *, using: str = WEB) -> list[KeptElsewhere]:
    """Return what the policy says others keep of an agency's data, and what is known of it.

    Args:
        agency: whose.
        now: the present time.
        using: the connection to read over.

    Source:
        RET-08, RET-09
    """
    profile = profile_of(agency)
    return [_known(agency, profile, one, now, using) for one in profile.retention.sources]


def _known(agency: Agency, profile: Profile, of: SourceSchedule, now: datetime, using: str) -> KeptElsewhere:
    told = HostConfirmation.objects.using(using).filter(agency=agency, source=of.source)
    confirmed = None if of.custodian else told.order_by("-covers_before").first()
    before = of.purge.cutoff(now) if of.purge and not of.custodian else None
    oldest = datetime.min.replace(year=2000, tzinfo=now.tzinfo)
    settled = confirmed is not None and before is not None and confirmed.covers_before >= before - ASKED_EVERY
    read = StoredRead(
        read_at=oldest, received_at=oldest, held=False, source=of.source, host_confirmed=settled
    )
    return KeptElsewhere(of, confirmed, before, decide_purge(profile, read, now))


def note_host_confirmation(
    *, person: Person, source: str, covers_before: datetime, confirmed_by: str, reference: str, now: datetime
) -> None:
    """Note that a host confirmed the destruction of its copy.

    Args:
        person: administrator or custodian.
        source: code of the source in the policy.
        covers_before: it destroyed what was captured before this.
        confirmed_by: who at the host says so.
        reference: its letter or ticket.
        now: the present time.

    Raises:
        AccessDenied: another custodian keeps it, of which nothing is certified here.
        ElsewhereError: the policy knows no such source, something is missing, or this person may not.

    Records:
        `host.confirmed`.

    Source:
        RET-08, RET-09
    """
    profile = profile_of(person.agency)
    known = {one.source: one for one in profile.retention.sources}
    if source not in known:
        raise ElsewhereError("The policy in force names no such source: choose one of those on the page.")
    read = StoredRead(
        read_at=covers_before, received_at=covers_before, held=False, source=source, host_confirmed=True
    )
    decision = decide_purge(profile, read, now)
    if known[source].custodian and isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    try:
        with connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT note_host_confirmation(%s, %s, %s, %s, %s)",
                [person.pk, source, covers_before, confirmed_by, reference],
            )
    except DatabaseError as error:
        if isinstance(error.__cause__, CheckViolation):
            raise ElsewhereError(
                "State who confirmed, under which reference, and a day that is not ahead of us."
            ) from error
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise ElsewhereError(
                "Administrator or custodian of records notes what a host confirmed (RET-08): ask one of them."
            ) from error
        raise


def ask_hosts(now: datetime) -> int:
    """Remind administrator and custodian of hosts whose confirmation is due, once a month and source.

    Args:
        now: the present time.

    Source:
        RET-08
    """
    told = 0
    for agency in Agency.objects.all():
        for one in kept_elsewhere(agency, now, using="custodian"):
            if one.is_due:
                for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
                    told += tell(
                        agency=agency, to=role, kind="host-unconfirmed", now=now, link="/retention/elsewhere/",
                        subject="A host has not confirmed that its copy is destroyed (RET-08): ask for it.",
                        key=f"host-{one.source.source}-{now:%Y-%m}-{role}",
                    )  # fmt: skip
    return told


def take_over(
    *, person: Person, source: str, reads: Sequence[wire.Read], hold: HoldRequest, now: datetime
) -> tuple[UUID, BatchReceipt]:
    """Take reads that a case needs over from a host, held from before they arrive.

    Args:
        person: the investigator who needs them.
        source: code of the host's source in the policy.
        reads: what the host handed out, at most 1000.
        hold: why they are kept; its reads are those that arrive.
        now: the present time.

    Returns:
        The hold's id, and what became of the reads.

    Raises:
        AccessDenied: the person may not ask for a hold, or the request lacks case number, reason or contact.
        ElsewhereError: the policy names no such host, there are none or too many reads, or a camera is unknown.

    Records:
        `hold.requested`, `intake.taken-over`.

    Source:
        RET-08, HLD-03
    """
    agency = person.agency
    hosts = {one.source for one in profile_of(agency).retention.sources if not one.custodian}
    if source not in hosts:
        raise ElsewhereError(
            f"{agency.name}'s policy names no host {source}: see the page Retention, Elsewhere."
        )
    if not 0 < len(reads) <= _MOST:
        raise ElsewhereError(f"Hand over between 1 and {_MOST:,} reads at a time.")
    _refuse_unknown_cameras(agency, reads)
    named = [wire.identified(read, producer=source) for read in reads]
    kept = tuple((one.captured_at, one.id) for one in named if one.id is not None)
    hold_id = request_hold(
        person=person, request=replace(hold, scope=HoldScope.READS, reads=kept), now=now
    )  # first: nothing that arrives may be purged before it is held
    receipt = take_batch(agency=agency, producer=source, reads=reads, now=now)
    record_event(
        agency=agency.slug, event="intake.taken-over", actor=person.username, subject=str(hold_id),
        details={"source": source, "reads": len(reads), "stored": receipt.receipt.stored},
    )  # fmt: skip
    return hold_id, receipt


def _refuse_unknown_cameras(agency: Agency, reads: Sequence[wire.Read]) -> None:
    known = set(
        Camera.objects.filter(agency=agency, public_view_at__isnull=False).values_list("ref", flat=True)
    )
    strange = sorted({one.camera.id or one.camera.ref_raw for one in reads} - known)
    if strange:
        raise ElsewhereError(
            f"These cameras are not registered here: {', '.join(strange[:5])}. Register them with "
            "`platekeeper camera add`, then take the reads over."
        )


def may_certify(one: KeptElsewhere) -> bool:
    """Return whether a certificate may say that a source's data is destroyed.

    Args:
        one: the source.
    """
    return isinstance(one.decision, Allowed)
