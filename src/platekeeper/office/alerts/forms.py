"""What people enter with a step of an alert, made into its detail; a sentence where something is missing."""

from collections.abc import Callable, Mapping
from typing import Any

from platekeeper.office.alerts import lifecycle as steps
from platekeeper.office.alerts.models import Disposition
from platekeeper.office.alerts.onfile import AGREES, DIFFERS, NOT_LISTED, NOT_LOOKED
from platekeeper.office.alerts.queries import AlertView
from platekeeper.office.alerts.stepping import AlertError
from platekeeper.policy import Profile
from platekeeper.policy.vocabulary import VisualPart

# how somebody can ask whether an entry still stands (ALR-02)
CHANNELS = {
    "dispatcher": "Dispatcher",
    "CLETS": "CLETS, own query",
    "department-device": "Department device",
    "telephone": "Telephone to the entering agency",
}
_LONGEST = {"mismatch": 20, "note": 400, "reason": 400, "channel": 40, "reference": 60, "supervisor": 120}
_SHORTEST_REASON = 8

Given = Mapping[str, str]


def detail_of(step: steps.Step, given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    """Return the detail of a step from what was posted.

    Args:
        step: the step.
        given: the posted fields.
        subject: the alert.
        profile: policy of the agency whose alert it is.

    Raises:
        AlertError: something is missing; the sentence says what.
    """
    return _READERS.get(step.name, _note)(given, subject, profile)


def _text(given: Given, name: str) -> str:
    return " ".join(given.get(name, "").replace("\0", "").split())[: _LONGEST[name]]  # no column holds NUL


def _note(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:  # noqa: ARG001  # readers' signature
    return {name: text for name in ("mismatch", "note") if (text := _text(given, name))}


def _parts(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    listed = subject.parts_listed
    parts = {part.value: _compared(given, part.value, listed) for part in VisualPart}
    missing = [part.value for part in profile.alerts.visual_parts.value if parts[part.value] == NOT_LOOKED]
    if missing:
        raise AlertError(f"Look at the picture and tick {', '.join(missing)} first (ALR-03).")
    return {"parts": parts}


def _compared(given: Given, name: str, listed: frozenset[str]) -> str:
    if name not in listed:
        return NOT_LISTED
    return AGREES if given.get(name) == "on" else NOT_LOOKED


def _difference(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    named = given.get("mismatch", "").lower()
    if named not in set(VisualPart):
        raise AlertError("Say what a second person must look at: characters, state or vehicle (ALR-03).")
    return {"parts": {named: DIFFERS}, **_note({"note": given.get("note", "")}, subject, profile)}


def _status(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    channel = _text(given, "channel")
    if channel not in CHANNELS:
        raise AlertError(f"Say how you asked: {', '.join(CHANNELS.values())} (ALR-02).")
    return {"channel": channel, **_note(given, subject, profile)}


def _reason(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:  # noqa: ARG001
    reason = _text(given, "reason")
    if len(reason) < _SHORTEST_REASON:
        raise AlertError("Say why, in a few words that a supervisor will understand.")
    return {"reason": reason}


def _exigency(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    told, supervisor = given.get("supervisor_told") == "on", _text(given, "supervisor")
    return {
        **_reason(given, subject, profile),
        "supervisor_told": told and bool(supervisor),
        "supervisor": supervisor,
    }


def _wrong_entry(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    hit = subject.hit
    named = {"version_id": hit.version_id, "entry_number": hit.entry_number, "list": hit.list_name}
    return {**_reason(given, subject, profile), **named}


def _outcome(given: Given, subject: AlertView, profile: Profile) -> dict[str, Any]:
    disposition = given.get("disposition", "")
    if disposition not in Disposition.values:
        raise AlertError("Choose how it ended (ALR-06).")
    reference = _text(given, "reference")
    if subject.stopped_at and not reference:
        raise AlertError(
            "Give the number of the call for service or the report that notes the stop (ALR-06)."
        )
    return {"disposition": disposition, "reference": reference, **_note(given, subject, profile)}


_READERS: Mapping[str, Callable[[Given, AlertView, Profile], dict[str, Any]]] = {
    steps.VERIFY.name: _parts,
    steps.DIFFER.name: _difference,
    steps.SECOND_LOOK.name: _parts,
    steps.CONFIRM_STATUS.name: _status,
    steps.NO_ANSWER.name: _status,
    steps.ENTRY_WITHDRAWN.name: _status,
    steps.IMPRACTICABLE.name: _reason,
    steps.EXIGENT.name: _exigency,
    steps.UNSEEN.name: _reason,
    steps.STATE_SUSPICION.name: _reason,
    steps.ENTRY_WRONG.name: _wrong_entry,
    steps.CLOSE.name: _outcome,
}
