"""What a policy says of the data: what is stored, how long, what is held, how its use is audited."""

from dataclasses import dataclass, field

from platekeeper.policy.period import Period
from platekeeper.policy.setting import Setting, says
from platekeeper.policy.vocabulary import Anchor, DataElement, Role


@dataclass(frozen=True, kw_only=True)
class Data:
    """What may be captured and stored (PUR-09, PUR-16, COL)."""

    elements: Setting[frozenset[DataElement]] = field(
        metadata=says("data elements", "Stored about a passage: {}.")
    )
    public_view_only: Setting[bool] = field(
        metadata=says(
            "data elements",
            "Only plates in public view are captured, unless a court order names the place.",
            otherwise="Where plates are captured is not limited.",
        )
    )
    transfer_within: Setting[Period | None] = field(
        metadata=says(
            "vehicle transfer",
            "Vehicles hand their data to the server at most {} apart.",
            otherwise="Vehicles hand over their data as the department's procedures say.",
        )
    )
    storage: Setting[str] = field(metadata=says("data elements", "Data is stored in {}."))


@dataclass(frozen=True, kw_only=True)
class CounselRuling:
    """A ruling by the agency's counsel where a law and a policy disagree (C-6)."""

    counsel: str
    ruled_on: str
    reference: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class SourceSchedule:
    """A schedule of its own for data from one source (RET-08, RET-09).

    Attributes:
        source: code of the source.
        title: what people read.
        purge: when it is destroyed; None where somebody else decides.
        custodian: who keeps it; empty where the agency does.
        clause: where the policy says so.
    """

    source: str
    title: str
    purge: Period | None
    custodian: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """One circumstance in which logically deleted reads may be searched (RET-06).

    Attributes:
        code: what a request stores.
        title: what people choose from.
        conditions: of which at least one must be stated; empty where none is asked for.
        needs_order: whether the number of a court order is asked for.
        clause: where the policy names it.
    """

    code: str
    title: str
    conditions: tuple[str, ...]
    needs_order: bool
    clause: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long data is kept (RET, HLD, AUD-01)."""

    minimum: Setting[Period | None] = field(
        metadata=says(
            "minimum / purge",
            "Reads are kept for at least {}.",
            otherwise="The policy states no minimum for keeping reads.",
        )
    )
    visible: Setting[Period | None] = field(
        metadata=says(
            "logical delete",
            "After {} reads are logically deleted: hidden from data users.",
            otherwise="Reads are not logically deleted; they stay visible until they are purged.",
        )
    )
    purge: Setting[Period] = field(metadata=says("minimum / purge", "Reads are destroyed after {}."))
    anchor: Setting[Anchor] = field(metadata=says("anchor", "These periods start at {}."))
    sources: tuple[SourceSchedule, ...]
    access_records: Setting[Period] = field(
        metadata=says("access-record keep", "Access records are kept for at least {}.")
    )
    audit_reports: Setting[Period | None] = field(
        metadata=says(
            "audit", "Audit reports are kept for {}.", otherwise="Audit reports are kept without end."
        )
    )
    exceptions: Setting[tuple[str, ...]] = field(
        metadata=says("hold", "Not destroyed while it is needed as: {}.")
    )
    hold_booking: Setting[bool] = field(
        metadata=says(
            "hold",
            "Held data is copied to media and booked into evidence.",
            otherwise="Held data stays in the system.",
        )
    )
    hold_until: Setting[str] = field(metadata=says("hold", "A hold lasts until {}."))
    hold_approver: Setting[Role] = field(
        metadata=says("hold", "A hold is approved by a {}, never by the requester.")
    )
    hold_verified_every: Setting[Period | None] = field(
        metadata=says(
            "hold",
            "Every {} the investigator is asked whether the hold is still needed.",
            otherwise="Holds are not verified on a schedule.",
        )
    )
    old_data: tuple[Circumstance, ...]
    counsel_ruling: CounselRuling | None = None


@dataclass(frozen=True, kw_only=True)
class Audit:
    """How use is audited (AUD)."""

    every: Setting[Period | None] = field(
        metadata=says(
            "audit", "Use is audited at least every {}.", otherwise="Use is audited as the plan says."
        )
    )
    rhythm: Setting[str] = field(metadata=says("audit", "The policy's own word for how often: {}."))
    sample_window: Setting[Period] = field(metadata=says("audit", "The sample covers the last {}."))
    draw_window: Setting[Period] = field(metadata=says("audit", "Inquiries are drawn from the last {}."))
    draw_at_least: Setting[int] = field(metadata=says("audit", "At least {} inquiries are drawn at random."))
    draw_outsiders: Setting[bool] = field(
        metadata=says(
            "audit",
            "Inquiries of other agencies' people are drawn by the same rule, in a draw of their own.",
            otherwise="Only inquiries of the agency's own people are drawn.",
        )
    )
    reports_public: Setting[bool] = field(
        metadata=says(
            "audit",
            "Audit reports are public.",
            otherwise="The public page says when the last audit was, not what it found.",
        )
    )
