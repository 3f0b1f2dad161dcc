"""The ways in which a profile could loosen the law beneath it, one value each."""

from collections.abc import Callable
from dataclasses import dataclass

from platekeeper.policy.floor import Floor
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import CaseRule, DataElement


@dataclass(frozen=True)
class Limit:
    """One way in which a profile could loosen its floor.

    Attributes:
        path: dotted path of the profile's value.
        floor: name of the floor's setting.
        kept: whether the profile keeps to it.
        remedy: what to write instead.
    """

    path: str
    floor: str
    kept: Callable[[Profile, Floor], bool]
    remedy: str


def _no_longer(ours: Period | None, limit: Setting[Period] | None) -> bool:
    return limit is None or (ours is not None and ours.ends_by(limit.value))


LIMITS: tuple[Limit, ...] = (
    Limit(
        "retention.purge",
        "purge_at_most",
        lambda ours, floor: _no_longer(ours.retention.purge.value, floor.purge_at_most),
        "Shorten the purge.",
    ),
    Limit(
        "retention.access_records",
        "access_records_at_least",
        lambda ours, floor: (
            floor.access_records_at_least is None
            or floor.access_records_at_least.value.ends_by(ours.retention.access_records.value)
        ),
        "Keep access records longer.",
    ),
    Limit(
        "purposes.authorized",
        "purposes",
        lambda ours, floor: (
            floor.purposes is None
            or {purpose.code for purpose in ours.purposes.authorized} <= set(floor.purposes.value)
        ),
        "List only purposes that the law lists, by its codes.",
    ),
    Limit(
        "sharing.barred_purposes",
        "barred_purposes",
        lambda ours, floor: (
            floor.barred_purposes is None or ours.sharing.barred_purposes.value >= floor.barred_purposes.value
        ),
        "Bar what the law bars.",
    ),
    Limit(
        "sharing.recipients",
        "barred_recipients",
        lambda ours, floor: (
            floor.barred_recipients is None
            or (
                ours.sharing.barred_recipients.value >= floor.barred_recipients.value
                and not ours.sharing.recipients.value & floor.barred_recipients.value
            )
        ),
        "Bar the recipients that the law bars, and allow none of them.",
    ),
    Limit(
        "hot_lists.barred_interests",
        "barred_interests",
        lambda ours, floor: (
            floor.barred_interests is None
            or (
                ours.hot_lists.barred_interests.value >= floor.barred_interests.value
                and not ours.hot_lists.interests.value & floor.barred_interests.value
            )
        ),
        "Bar the categories that the law bars.",
    ),
    Limit(
        "hot_lists.refresh_within",
        "refresh_within",
        lambda ours, floor: _no_longer(ours.hot_lists.refresh_within.value, floor.refresh_within),
        "Fetch the lists more often.",
    ),
    Limit(
        "hot_lists.refresh_at_shift_start",
        "refresh_at_shift_start",
        lambda ours, floor: not floor.refresh_at_shift_start or ours.hot_lists.refresh_at_shift_start.value,
        "Fetch the lists at the start of each shift.",
    ),
    Limit(
        "hot_lists.entry_ends_with_shift",
        "entry_ends_with_shift",
        lambda ours, floor: not floor.entry_ends_with_shift or ours.hot_lists.entry_ends_with_shift.value,
        "Let entries by hand end with the shift.",
    ),
    Limit(
        "access.case_required",
        "query_needs_case",
        lambda ours, floor: (
            not floor.query_needs_case
            or (
                ours.access.case_required.value is CaseRule.NUMBER
                and all(purpose.needs_case for purpose in ours.purposes.authorized)
            )
        ),
        "Ask for a number, for every purpose.",
    ),
    Limit(
        "alerts.disposition",
        "disposition",
        lambda ours, floor: not floor.disposition or ours.alerts.disposition.value,
        "Have the outcome of a stop noted.",
    ),
    Limit(
        "data.elements",
        "occupant_images_barred",
        lambda ours, floor: (
            not floor.occupant_images_barred or DataElement.SCENE_IMAGE not in ours.data.elements.value
        ),
        "Leave out scene-image.",
    ),
    Limit(
        "audit.every",
        "audit_every",
        lambda ours, floor: _no_longer(ours.audit.every.value, floor.audit_every),
        "Audit more often.",
    ),
    Limit(
        "posting.policy",
        "posting",
        lambda ours, floor: not floor.posting or ours.posting.policy.value,
        "Post the policy.",
    ),
)
