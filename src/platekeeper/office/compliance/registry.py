"""Where each obligation is met: by a rule that some part of the office asks, by people's word, or not yet.

Whether a rule is asked is read off the office's own code, so that a part that is not built is never reported as
enforced. What has no rule stands in `WITHOUT_RULES`, with the truth about it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from platekeeper.policy import (
    access,
    alerts,
    capture,
    destruction,
    governance,
    handing_over,
    holds,
    hotlists,
    inquiry,
    old_data,
    patrol,
    session,
    sharing,
    standing,
    training,
    transfer,
)
from platekeeper.policy import obligations as registered
from platekeeper.policy.decision import Rule


class State(StrEnum):
    """How an obligation stands."""

    ENFORCED = "enforced"
    ATTESTED = "attested"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_BUILT = "not-built"
    OUTSIDE = "outside-software"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Place:
    """Rules that are asked together.

    Attributes:
        rules: the rules.
        asked_by: names of which one must stand in the office's code for the rules to be asked.
        kept_by: what keeps them besides, where it is not code of the office: the database's own refusals.
    """

    rules: tuple[Rule[Any], ...]
    asked_by: tuple[str, ...]
    kept_by: str = ""


PLACES = (
    Place(standing.ACCOUNT_RULES, ("decide_access",)),
    Place(standing.ROLE_RULES, ("decide_access",)),
    Place(training.TRAINING_RULES, ("decide_access",)),
    Place(inquiry.INQUIRY_RULES, ("decide_access",)),
    Place(access.OUTSIDER_RULES, ("decide_access",)),
    Place(access.BENEFICIARY_RULES, ("decide_access",)),
    Place(alerts.ALERT_RULES, ("decide_alert_step",)),
    Place(hotlists.LIST_RULES, ("decide_list",)),
    Place(hotlists.ENTRY_RULES, ("decide_hot_list_entry",)),
    Place(hotlists.CANCELLATION_RULES, ("decide_cancellation",)),
    Place(sharing.RELEASE_RULES, ("decide_release",)),
    Place(handing_over.HAND_OVER_RULES, ("decide_hand_over",)),
    Place(destruction.PURGE_RULES, ("decide_purge", "purge_before")),
    Place(
        destruction.RECORD_RULES,
        ("decide_record_deletion",),
        "the database refuses to change or remove a record",
    ),
    Place(destruction.CHANGE_RULES, ("decide_change",), "no role may update a read or its picture"),
    Place(holds.HOLD_RULES, ("decide_hold_step",)),
    Place(old_data.OLD_DATA_RULES, ("decide_old_data_step",)),
    Place(governance.PROGRAMME_RULES, ("open_points",)),
    Place(governance.CHANGE_OF_SETTINGS_RULES, ("decide_change_of_settings",)),
    Place(capture.DEPLOYMENT_RULES, ("decide_deployment",)),
    Place(capture.CANVASS_RULES, ("decide_canvass",)),
    Place(capture.ELEMENT_RULES, ("decide_elements", "data.elements")),
    Place(session.SESSION_RULES, ("decide_session",)),
    Place(session.LOGIN_RULES, ("decide_login",)),
    Place(patrol.UNIT_RULES, ("decide_unit_step",)),
    Place(transfer.TRANSFER_RULES, ("decide_transfer",)),
)

_AUDIT = "Audits, their draws and their reports are not kept by this version."
# What no rule decides: what is true of it in this version.
WITHOUT_RULES: dict[str, tuple[State, str]] = {
    "AUD-02": (State.NOT_BUILT, _AUDIT),
    "AUD-03": (State.NOT_BUILT, _AUDIT),
    "AUD-04": (State.NOT_BUILT, _AUDIT),
    "AUD-05": (State.NOT_BUILT, _AUDIT),
    "AUD-06": (State.OUTSIDE, "The bureau's inspection is its own work; attest it."),
    "AUD-07": (State.OUTSIDE, "The audit command decides; attest it."),
    "COL-01": (State.NOT_BUILT, "The state of cameras and clocks is not reported by this version."),
    "COL-03": (
        State.ENFORCED,
        "Reads lie in this installation's database, pictures sealed in its data folder.",
    ),
    "OPS-05": (State.OUTSIDE, "Help with malfunctions is the administrators' own work."),
    "PUB-01": (
        State.ENFORCED,
        "The policy's rules stand on the public page; link it from the agency's site.",
    ),
    "PUB-02": (State.ENFORCED, "Duties, titles and holders stand on the public page."),
    "PUB-03": (State.NOT_BUILT, _AUDIT),
    "QUA-01": (State.NOT_BUILT, "Alleged errors are not followed up by this version."),
    "QUA-03": (
        State.ENFORCED,
        "Every read names its producer and camera, every hit its list and that list's source.",
    ),
    "QUA-04": (State.NOT_BUILT, "Labels of reads are not kept by this version."),
    "QUA-05": (State.NOT_BUILT, "Data quality is not reviewed by this version."),
    "QUA-06": (State.ENFORCED, "Each reading keeps its confidence; uncertain ones are shown as such."),
    "SEC-02": (State.OUTSIDE, "Where the server stands and who enters is the agency's to secure; attest it."),
    "SEC-03": (State.NOT_BUILT, "The clock and the forms of a breach are not kept by this version."),
    "SEC-04": (State.OUTSIDE, "A breach follows the agency's own records policy; attest that it is at hand."),
    "SEC-05": (State.OUTSIDE, "Contracts with vendors are the agency's; attest them."),
    "SHR-14": (State.ENFORCED, "The public pages hold sums alone; every other page asks for a log-in."),
    "SHR-15": (
        State.ENFORCED,
        "Who asks for reads and who receives them, with the agreements, stands under Releases.",
    ),
}


@cache
def asked_in(name: str) -> tuple[str, ...]:
    """Return the modules of the office in whose code a name stands.

    Args:
        name: such as `decide_access`.
    """
    # a call, or the reading of a setting; not a word of a docstring
    used = re.compile(rf"(?<!`){re.escape(name)}\b" if "." in name else rf"(?<![\w`]){re.escape(name)}\(")
    # plain text first: the pattern alone takes a second for all names and modules
    return tuple(module for module, text in _sources() if name in text and used.search(text))


@cache
def _sources() -> tuple[tuple[str, str], ...]:
    root = files("platekeeper.office")
    return tuple(sorted(_python(root, "office")))


def _python(folder: Traversable, name: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in {"migrations", "compliance", "__pycache__"}:
            yield from _python(entry, f"{name}.{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{name}.{entry.name.removesuffix('.py')}", entry.read_text("utf-8")


def place_of(tag: str) -> Place:
    """Return where a rule is asked; a place that nobody asks where none names it, so that it counts as not built.

    Args:
        tag: the rule's.
    """
    return next((place for place in PLACES if any(rule.tag == tag for rule in place.rules)), Place((), ()))


def unplaced() -> frozenset[str]:
    """Return the tags of rules that no place names; a test keeps it empty."""
    placed = {rule.tag for place in PLACES for rule in place.rules}
    return frozenset(rule.tag for rule in registered.RULES if rule.tag not in placed)
