"""Numbers, codes and ages in the words that pages use, with the tone (colour, icon) that goes with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# El Cajon 427.5.1: lists are fetched at least daily; an older one is said to be old on every alert (HOT-03).
LIST_STALE_AFTER = timedelta(hours=24)

_CONFIDENCES = (
    (0.95, "very sure", "ok"),
    (0.85, "sure", "ok"),
    (0.7, "fairly sure", "warn"),
    (0.5, "doubtful", "warn"),
    (0.0, "very doubtful", "danger"),
)

# Codes of lifecycle states and outcomes that stand out; every other code is shown without a tone.
_TONES = {
    "RAISED": ("danger", "bell"),
    "ACKNOWLEDGED": ("accent", "eye"),
    "CONFIRMED": ("accent", "check"),
    "STATUS_CONFIRMED": ("accent", "check"),
    "VERIFIED": ("ok", "check"),
    "SUSPICION_STATED": ("ok", "check"),
    "STOPPED": ("warn", "clock"),
    "CONTRADICTED": ("danger", "stop"),
    "EXPIRED": ("", "clock"),
    "WAITING": ("warn", "clock"),
    "RUNNING": ("ok", "check"),
    "ALLOWED": ("ok", "check"),
    "ASKED": ("warn", "clock"),
    "APPROVED": ("ok", "check"),
    "REFUSED": ("danger", "stop"),
    "RELEASED": ("accent", "person"),
    "REJECTED": ("", "cross"),
    "WITHDRAWN": ("", "cross"),
    "DENIED": ("danger", "stop"),
    "SEALED": ("warn", "clock"),
    "WRITTEN": ("warn", "clock"),
    "HANDED_OVER": ("accent", "person"),
    "BOOKED": ("ok", "check"),
    "DISPOSAL_REQUESTED": ("accent", "question"),
}
_TEXTS = {
    "DENIED": "Refused",
    "ASKED": "Waits for review",
    "RELEASED": "Handed over",
    "SEALED": "Not on a medium yet",
    "WRITTEN": "On a medium",
    "RAISED": "New",
    "REJECTED": "Not a match",
    "CONTRADICTED": "Contradiction",
    "SUSPICION_STATED": "Checked",
}


_ABBREVIATIONS = {"api": "API", "it": "IT", "amber": "AMBER alert", "alpr-user": "ALPR user"}

# ISO 3166-2:US
US_STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its tone.

    Attributes:
        text: what is shown.
        tone: a badge of components.css ("ok", "warn", "danger", "accent", "exact", "lookalike"), "" for none.
        icon: a symbol of ui/icons.svg, "" for none.
    """

    text: str
    tone: str = ""
    icon: str = ""


def confidence_in_words(value: float) -> Words:
    """Say how sure the reader was.

    Args:
        value: confidence in [0, 1]; values outside are taken as the nearer end.

    Returns:
        Words and tone.
    """
    _, text, tone = next((row for row in _CONFIDENCES if value >= row[0]), _CONFIDENCES[-1])
    return Words(text, tone)


def percent_of(value: float) -> int:
    """Give a confidence in whole percent, never more than it is: 0.998 is 99, not 100.

    Args:
        value: confidence; values outside [0, 1] are taken as the nearer end.

    Returns:
        0..100.
    """
    return int(min(max(value, 0.0), 1.0) * 100 + 1e-9)


def code_in_words(code: str) -> str:
    """Turn a code into words: "STATUS_CONFIRMED" and "status-confirmed" into "Status confirmed".

    Args:
        code: words joined by underscores or hyphens; or words with spaces, which are only given a capital.

    Returns:
        Words with a capital first letter.
    """
    if " " in code:
        return code[:1].upper() + code[1:]
    return _ABBREVIATIONS.get(code.lower()) or code.replace("_", " ").replace("-", " ").lower().capitalize()


def state_in_words(code: str) -> Words:
    """Words and tone for a lifecycle state or an outcome.

    Args:
        code: the database code.

    Returns:
        Words, tone and icon.
    """
    tone, icon = _TONES.get(code.upper(), ("", ""))
    return Words(_TEXTS.get(code.upper(), code_in_words(code)), tone, icon)


def age_in_words(age: timedelta) -> str:
    """Say how long ago something was, as page.js does, so that the page does not jump when it takes over.

    Args:
        age: now minus then; negative ages count as none.

    Returns:
        "just now", "5 min ago", "3 h ago" or "4 days ago".
    """
    seconds = age.total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        return f"{max(1, int(seconds / 60 + 0.5))} min ago"
    if seconds < 48 * 3600:
        return f"{int(seconds / 3600 + 0.5)} h ago"
    return f"{int(seconds / 86400 + 0.5)} days ago"


def list_age_in_words(fetched_at: datetime | None, now: datetime) -> Words:
    """Say how old a hot list is, and whether that is too old.

    Args:
        fetched_at: when the version in force was fetched; None where nobody knows.
        now: the present moment.

    Returns:
        Words, tone and icon.

    Source:
        El Cajon 427.5.1 (HOT-03, HOT-08)
    """
    if fetched_at is None:
        return Words("List of unknown age", "danger", "warning")
    age = now - fetched_at
    if age > LIST_STALE_AFTER:
        return Words(f"List is old: fetched {age_in_words(age)}", "danger", "warning")
    return Words(f"List fetched {age_in_words(age)}", "", "clock")


def region_in_words(code: str) -> str:
    """Name the place that a plate is from.

    Args:
        code: ISO 3166-2 code, or a state's two letters.

    Returns:
        The state's name, or the code where it is not a state of the United States.
    """
    return US_STATES.get(code.removeprefix("US-"), code)
