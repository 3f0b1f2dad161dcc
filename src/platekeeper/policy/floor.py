"""What lies beneath every profile and cannot be loosened by it: a state's law, and the CJIS Security Policy.

The profiles under `floors/` state what a law forbids or demands; `check` compares a profile with its own.
What a law is silent on is left out of its file and is None here.
"""

from dataclasses import dataclass, field

from platekeeper.policy.period import Period
from platekeeper.policy.setting import Setting, says
from platekeeper.policy.vocabulary import BarredPurpose, InterestReason, RecipientClass


@dataclass(frozen=True, kw_only=True)
class Floor:
    """One state's law.

    Attributes:
        slug: such as `us-ca`.
        title: what it is, for people.
        state: two letters.
    """

    slug: str
    title: str
    state: str
    purge_at_most: Setting[Period] | None = field(
        default=None, metadata=says("floor", "Reads that are not held are destroyed after {} at the latest.")
    )
    purge_spares_hits: Setting[bool] | None = field(
        default=None, metadata=says("floor", "That does not concern reads that matched a hot list.")
    )
    minimum_unless_ruled: Setting[Period] | None = field(
        default=None,
        metadata=says(
            "floor", "Reads are kept for at least {}, unless the agency's counsel ruled otherwise."
        ),
    )
    access_records_at_least: Setting[Period] | None = field(
        default=None, metadata=says("floor", "Access records are kept for at least {}.")
    )
    purposes: Setting[tuple[str, ...]] | None = field(
        default=None, metadata=says("floor", "The only purposes are: {}.")
    )
    barred_purposes: Setting[frozenset[BarredPurpose]] | None = field(
        default=None, metadata=says("floor", "Nobody may have the data for {}.")
    )
    barred_recipients: Setting[frozenset[RecipientClass]] | None = field(
        default=None, metadata=says("floor", "Nothing is shared with {}.")
    )
    barred_interests: Setting[frozenset[InterestReason]] | None = field(
        default=None, metadata=says("floor", "Not on any hot list: {}.")
    )
    refresh_within: Setting[Period] | None = field(
        default=None, metadata=says("floor", "Downloaded lists are fetched at most {} apart.")
    )
    refresh_at_shift_start: Setting[bool] | None = field(
        default=None, metadata=says("floor", "Lists are fetched at the start of each shift.")
    )
    entry_ends_with_shift: Setting[bool] | None = field(
        default=None, metadata=says("floor", "An entry by hand ends with the shift that made it.")
    )
    query_needs_case: Setting[bool] | None = field(
        default=None, metadata=says("floor", "A query by hand needs a case that it is relevant to.")
    )
    alert_is_not_suspicion: Setting[bool] | None = field(
        default=None, metadata=says("floor", "An alert by itself is no reasonable suspicion.")
    )
    disposition: Setting[bool] | None = field(
        default=None, metadata=says("floor", "The outcome of a stop after an alert is noted.")
    )
    occupant_images_barred: Setting[bool] | None = field(
        default=None, metadata=says("floor", "Pictures that may show occupants are not stored.")
    )
    excluded_places: Setting[tuple[str, ...]] | None = field(
        default=None, metadata=says("floor", "Nothing is captured at: {}.")
    )
    audit_every: Setting[Period] | None = field(
        default=None, metadata=says("floor", "Use is audited at least every {}.")
    )
    statistics_every: Setting[Period] | None = field(
        default=None, metadata=says("floor", "Statistics are made public every {}.")
    )
    posting: Setting[bool] | None = field(
        default=None, metadata=says("floor", "The policy in force is posted for everyone.")
    )


@dataclass(frozen=True, kw_only=True)
class Cjis:
    """What the FBI's CJIS Security Policy asks of identity, access and audit, whatever the state."""

    password_at_least: Setting[int] = field(metadata=says("cjis", "A password has at least {} characters."))
    second_factor: Setting[bool] = field(
        metadata=says("cjis", "Everyone logs in with a second factor.", otherwise="A password is enough.")
    )
    attempts: Setting[int] = field(metadata=says("cjis", "{} failed log-ins lock the account."))
    attempts_within: Setting[Period] = field(
        metadata=says("cjis", "Failed log-ins count together within {}.")
    )
    idle_lock: Setting[Period] = field(metadata=says("cjis", "A session locks after {} without use."))
    idle_exempt: Setting[tuple[str, ...]] = field(metadata=says("cjis", "The idle lock spares: {}."))
    reauthenticate: Setting[Period] = field(metadata=says("cjis", "People log in afresh every {}."))
    disable_after: Setting[Period] = field(
        metadata=says("cjis", "An account is disabled after {} without use.")
    )
    leavers_within: Setting[Period] = field(
        metadata=says("cjis", "A leaver's account is disabled within {}.")
    )
    temporary_at_most: Setting[Period] = field(
        metadata=says("cjis", "A temporary account lives for at most {}.")
    )
    threat_within: Setting[Period] = field(
        metadata=says("cjis", "On a threat an account is disabled within {}.")
    )
    account_review: Setting[Period] = field(
        metadata=says("cjis", "Accounts and rights are reviewed every {}.")
    )
    training_every: Setting[Period] = field(metadata=says("cjis", "Security awareness is trained every {}."))
    log_kept: Setting[Period] = field(metadata=says("cjis", "The log is kept for at least {}."))
    log_review: Setting[Period] = field(metadata=says("cjis", "The log is reviewed every {}."))
    log_failure: Setting[Period] = field(metadata=says("cjis", "A failure of logging is told within {}."))
    incident_report: Setting[Period] = field(metadata=says("cjis", "An incident is reported within {}."))
