"""What a policy says of daily conduct: hot lists, alerts, sharing, quality, breach, posting."""

from dataclasses import dataclass, field

from platekeeper.policy.period import Period
from platekeeper.policy.setting import Setting, says
from platekeeper.policy.vocabulary import (
    BarredPurpose,
    CheckRule,
    EntryField,
    InterestReason,
    LegalProcess,
    RecipientClass,
    RequestField,
    Statute,
    VisualPart,
)


@dataclass(frozen=True, kw_only=True)
class HotLists:
    """Which lists run, and how entries come about (HOT)."""

    interests: Setting[frozenset[InterestReason]] = field(
        metadata=says("hot list", "Vehicles are of interest because: {}.")
    )
    barred_interests: Setting[frozenset[InterestReason]] = field(
        metadata=says("hot list", "Never stored: {}.", otherwise="No category is barred.")
    )
    refresh_within: Setting[Period] = field(
        metadata=says("hot list", "Downloaded lists are fetched at most {} apart.")
    )
    overwrite: Setting[bool] = field(
        metadata=says(
            "hot list",
            "A new file replaces the old one; an alert keeps its own copy of the entry that matched.",
            otherwise="A new file is added to the old one.",
        )
    )
    approved_on_duty: Setting[bool] = field(
        metadata=says(
            "hot list",
            "An on-duty supervisor, never the requester, approves an agency entry before it runs.",
            otherwise="A supervisor, never the requester, approves an agency entry before it runs.",
        )
    )
    entry_fields: Setting[tuple[EntryField, ...]] = field(
        metadata=says("hot list", "Every agency entry names {}.")
    )
    report_attested: Setting[bool] = field(
        metadata=says(
            "hot list",
            "The requester attests that the entry is documented in the case report.",
            otherwise="The case number stands for the report.",
        )
    )
    entry_expires_after: Setting[Period | None] = field(
        metadata=says(
            "hot list",
            "An agency entry ends after {} at the latest.",
            otherwise="An entry ends as it says itself.",
        )
    )
    entry_ends_with_shift: Setting[bool] = field(
        metadata=says(
            "hot list",
            "An agency entry ends with the shift that made it.",
            otherwise="An agency entry outlives the shift that made it.",
        )
    )
    refresh_at_shift_start: Setting[bool] = field(
        metadata=says(
            "hot list",
            "Lists are fetched at the start of each shift.",
            otherwise="Lists are fetched by the clock, whatever the shift.",
        )
    )
    cars_may_edit: Setting[bool] = field(
        metadata=says(
            "hot list",
            "Officers in equipped cars may request entries.",
            otherwise="Officers in equipped cars can add, remove or change nothing.",
        )
    )
    error_broadcast: Setting[bool] = field(
        metadata=says(
            "hot list",
            "A verified error in a want is told to Communications at once, which broadcasts a cancellation.",
            otherwise="Errors in a want are reported to the list's source.",
        )
    )
    history_match: Setting[bool] = field(
        metadata=says(
            "hot list",
            "Matching a new entry with stored reads is a search, with purpose and record.",
            otherwise="A new entry is never matched with stored reads.",
        )
    )


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """What is checked between an alert and a stop (ALR)."""

    purpose: Setting[str] = field(metadata=says("alert checks", "Alerts are shown for the purpose {}."))
    status: Setting[CheckRule] = field(
        metadata=says("alert checks", "That the plate is still stolen or wanted: confirmation is {}.")
    )
    visual: Setting[CheckRule] = field(
        metadata=says("alert checks", "Comparing plate and vehicle with the picture is {}.")
    )
    visual_parts: Setting[tuple[VisualPart, ...]] = field(
        metadata=says("alert checks", "Compared, each by itself: {}.", otherwise="Nothing is compared apart.")
    )
    suspicion: Setting[CheckRule] = field(
        metadata=says("alert checks", "Stating articulable reasonable suspicion before a stop is {}.")
    )
    in_order: Setting[bool] = field(
        metadata=says(
            "alert checks",
            "The checks follow one another: status first, then plate and vehicle, then suspicion.",
            otherwise="The checks may be made in any order.",
        )
    )
    exigency: Setting[bool] = field(
        metadata=says(
            "alert checks",
            "Exigent circumstances, with their reason, pass the status check; a supervisor is told.",
            otherwise="No exigency rule stands in the policy.",
        )
    )
    disposition: Setting[bool] = field(
        metadata=says(
            "alert checks",
            "The disposition of a stop is noted.",
            otherwise="The policy asks for no disposition; the alert is closed with one all the same.",
        )
    )


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Who else may have the data (SHR, PUR-10 to PUR-12)."""

    recipients: Setting[frozenset[RecipientClass]] = field(
        metadata=says("barred recipients", "Data may be shared with {}.")
    )
    barred_recipients: Setting[frozenset[RecipientClass]] = field(
        metadata=says("barred recipients", "Never shared with {}.")
    )
    barred_purposes: Setting[frozenset[BarredPurpose]] = field(
        metadata=says("barred recipients", "Never shared for {}.", otherwise="No purpose is barred by name.")
    )
    written_request: Setting[tuple[RequestField, ...]] = field(
        metadata=says(
            "release approver",
            "A request is in writing and names {}.",
            otherwise="A request may be made in any form.",
        )
    )
    approval: Setting[bool] = field(
        metadata=says(
            "release approver",
            "A request is approved by the office for releases before it is fulfilled.",
            otherwise="A request needs no approval.",
        )
    )
    test: Setting[str] = field(metadata=says("release approver", "The approver finds {}."))
    considered_first: Setting[tuple[Statute, ...]] = field(
        metadata=says(
            "release approver",
            "Considered before approving: {}.",
            otherwise="No statute is considered by name.",
        )
    )
    agreement: Setting[bool] = field(
        metadata=says(
            "release approver",
            "An interagency agreement that forbids onward sharing must be in force.",
            otherwise="Single requests need no agreement; standing access does.",
        )
    )
    legal_process: Setting[frozenset[LegalProcess]] | None = field(
        default=None,
        metadata=says(
            "barred recipients",
            "Courts, the defense and prosecutors beyond these receive data on: {}; approved as any other request.",
            otherwise="Legal process is answered outside the system, by counsel.",
        ),
    )
    public_requests_to: Setting[str] = field(
        metadata=says("barred recipients", "Requests from outside law enforcement go to: {}.")
    )

    @property
    def answered(self) -> frozenset[LegalProcess]:
        """The legal process on which data is handed over; none where the policy does not say."""
        return self.legal_process.value if self.legal_process else frozenset()

    @property
    def process_clause(self) -> str:
        """The clause that says which legal process is answered, else who may have data at all."""
        return (self.legal_process or self.recipients).clause


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How the data stays trustworthy (QUA)."""

    originals_immutable: Setting[bool] = field(
        metadata=says("quality", "Original data is never altered; corrections are notes beside it.")
    )
    reviewed_every: Setting[Period | None] = field(
        metadata=says(
            "quality",
            "Data quality is reviewed at least every {}.",
            otherwise="Data quality is reviewed as needed.",
        )
    )


@dataclass(frozen=True, kw_only=True)
class Breach:
    """What happens after a breach of security (SEC-03, SEC-04)."""

    procedure: Setting[str] = field(metadata=says("breach", "After a breach: {}."))
    notify: Setting[str] = field(
        metadata=says("breach", "Told at once: {}.", otherwise="The policy names nobody to be told at once.")
    )
    forms_from_persons: Setting[int] = field(
        metadata=says("breach", "From {} persons on, the statutory forms are filed.")
    )


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What is public (PUB)."""

    policy: Setting[bool] = field(
        metadata=says(
            "posting", "The policy in force stands on the public page.", otherwise="The policy is not posted."
        )
    )
    holder_named: Setting[bool] = field(
        metadata=says(
            "posting",
            "The public page names the office and the person in charge.",
            otherwise="The public page names the office in charge.",
        )
    )
