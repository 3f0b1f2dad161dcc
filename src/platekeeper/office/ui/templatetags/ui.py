"""The tags and filters that pages are built from; each shows one component of the design system.

A template hands "" to a tag for what its context leaves out, so each of them takes "" as "not known".
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from platekeeper.office.ui import comparison, wording

register = template.Library()

_UNKNOWN_IDS: tuple[object, ...] = (uuid.UUID(int=0), 0)


def _now(context: Context) -> datetime:
    """The moment the page speaks of: a view may fix it as `now`, else it is the present one."""
    given = context.get("now")
    return given if isinstance(given, datetime) else timezone.now()


def _to_the_second(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z")


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one symbol of ui/icons.svg; it never carries meaning without words beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name
    )


@register.inclusion_tag("ui/components/plate.html")
def plate(text: str, region: str = "", size: str = "") -> dict[str, Any]:
    """Show a plate text as a plate.

    Args:
        text: the plate text.
        region: ISO 3166-2 code or a state's letters; "US-" is not shown.
        size: "sm", "" or "lg".
    """
    shown = (region or "").removeprefix("US-")
    return {"text": text, "spelled": " ".join(text or ""), "region": shown, "size": size}


@register.inclusion_tag("ui/components/compare.html")
def compare(read: str, listed: str, confidences: Sequence[float] | None = None) -> dict[str, Any]:
    """Lay the camera's text over the list's, character by character, with every difference marked."""
    compared = comparison.columns(read, listed, confidences or ())
    return {
        "columns": compared,
        "has_confidences": any(column.confidence is not None for column in compared),
        "sentence": comparison.difference_in_words(compared),
    }


@register.inclusion_tag("ui/components/confidence.html")
def confidence(value: float | None) -> dict[str, Any]:
    """Show a confidence in [0, 1] as a bar, a percentage and words; None as "not stated"."""
    if not isinstance(value, float | int):
        return {"known": False}
    words = wording.confidence_in_words(value)
    return {"known": True, "percent": wording.percent_of(value), "words": words}


@register.inclusion_tag("ui/components/badge.html")
def hit_kind(kind: str, likelihood: float | None = None) -> dict[str, Any]:
    """Say whether a hit is exact or a possible look-alike, and how likely that one is."""
    if kind.upper() == "EXACT":
        return {"words": wording.Words("Exact match", "exact", "exact")}
    chance = f": {round(likelihood * 100)} %" if isinstance(likelihood, float) else ""
    return {"words": wording.Words(f"Possible look-alike{chance}", "lookalike", "about")}


@register.inclusion_tag("ui/components/badge.html")
def state_badge(code: str) -> dict[str, Any]:
    """Show a lifecycle state or an outcome by its code."""
    return {"words": wording.state_in_words(str(code))}


@register.inclusion_tag("ui/components/badge.html", takes_context=True)
def list_age(context: Context, fetched_at: datetime | None) -> dict[str, Any]:
    """Say how old a hot list is; an old one is marked (HOT-03, HOT-08)."""
    return {"words": wording.list_age_in_words(fetched_at or None, _now(context))}


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None) -> SafeString | str:
    """Say how long ago a moment was; page.js keeps it true."""
    if not at:
        return "never"
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        at.isoformat(),
        _to_the_second(at),
        wording.age_in_words(_now(context) - at),
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Show a moment to the second, in the agency's zone, as a court would want it."""
    if not at:
        return "not known"
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(), local.strftime("%Y-%m-%d %H:%M:%S %Z")
    )


@register.filter
def words(code: object) -> str:
    """Show a database code in words."""
    return wording.code_in_words(str(code))


@register.filter
def region(code: str) -> str:
    """Name the place that a plate is from: "US-CA" becomes "California", other codes stay."""
    return wording.region_in_words(code or "")


@register.filter
def char_confidences(seen: object) -> list[float]:
    """List how sure the reader was of each character of a read or a hit, as its stored message says it."""
    detail = getattr(seen, "detail", None) or {}
    plate_part = detail.get("plate") or {}
    places = plate_part.get("characters") or ()
    return list(plate_part.get("char_conf") or (max(place.values(), default=0.0) for place in places))


@register.filter
def picture_roles(owner: object) -> list[str]:
    """List the roles of the pictures that `picture_src` can find for a read or an alert."""
    names = [*(getattr(owner, "pictures", None) or ()), *(getattr(owner, "roles", None) or ())]
    return list(dict.fromkeys(names))


@register.filter
def asked(query: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """List what a recorded query asked, without the parts left empty: ("Plate", "7ABC123"), ..."""
    given = sorted((query or {}).items(), key=lambda part: _ASKED_FIRST.get(part[0], len(_ASKED_FIRST)))
    shown = ((_ASKED_AS.get(name, name.replace("_", " ")), _in_words(name, value)) for name, value in given)
    return [(name[0].upper() + name[1:], value) for name, value in shown if value]


def _moment_said(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return _to_the_second(at) if at.tzinfo else text


_ASKED_AS = {"since": "from", "until": "to", "analysis": "asked for", "lookalikes": "look-alikes"}
_ASKED_FIRST = {name: place for place, name in enumerate(("analysis", "plate", "since", "until"))}


def _in_words(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{part.lower()} {said}" for part, said in asked(value))
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if value in (None, "", False):
        return ""
    if name in ("since", "until"):
        return _moment_said(str(value))
    return "yes" if value is True else str(value).replace("-", " ") if name == "analysis" else str(value)


@register.filter
def percent(value: float) -> int:
    """Show a confidence in whole percent, rounded down."""
    return wording.percent_of(value or 0.0)


@register.filter
def grouped(number: int | None) -> str:
    """Show a count with its thousands apart: 182340 becomes "182,340"."""
    return f"{number:,}" if isinstance(number, int) else ""


@register.filter
def lookup(mapping: Mapping[str, object] | None, key: str) -> object | None:
    """Give one value of a mapping by a key that is a variable; None where it is missing."""
    return mapping.get(key) if mapping else None


@register.filter
def refusal_of(decision: object) -> object | None:
    """Give the decision back where it denies, else None: the server decides in any case."""
    return decision if getattr(decision, "reason", "") and getattr(decision, "clause", "") else None


@register.filter
def refusals(decisions: Sequence[tuple[Any, Any]]) -> list[tuple[Any, list[Any]]]:
    """Give each refusal with everything that it refuses: one sentence may stand for a dozen functions."""
    found: dict[tuple[str, ...], tuple[Any, list[Any]]] = {}
    for function, decision in decisions:
        if refusal_of(decision):
            said = (decision.reason, decision.remedy, decision.clause)
            found.setdefault(said, (decision, []))[1].append(function)
    return list(found.values())


@register.inclusion_tag("ui/components/refusal.html")
def refusal(
    decision: object, title: str = "This is not allowed", heading: str = "h2", record_id: object = ""
) -> dict[str, Any]:
    """Show why something is refused: clause, reason and remedy.

    Args:
        decision: what denied it.
        title: what is refused.
        heading: "h1" where it is the page's own.
        record_id: the access record that keeps the refusal, where one was written.
    """
    return {"refusal": decision, "title": title, "heading": heading, "record_id": record_id}


@register.inclusion_tag("ui/components/field.html")
def field(
    bound: BoundField | None, label: str = "", hint: str = "", kind: str = "", placeholder: str = ""
) -> dict[str, Any]:
    """Show one form field with its label, help and errors tied to it for those who hear the page.

    Args:
        bound: the field; nothing is shown where the form has none. It is called optional unless it is required, or
            the form set `is_wanted` on it: what the policy asks for is refused with a clause, not as a faulty form.
        label: overrides the field's own label.
        hint: overrides the field's own help text.
        kind: "plate" for plate texts, "code" for one-time codes, "" otherwise.
        placeholder: an example inside the empty field.
    """
    if not bound:
        return {"field": None}
    attributes: dict[str, Any] = {"autocomplete": bound.field.widget.attrs.get("autocomplete", "off")}
    if placeholder:
        attributes["placeholder"] = placeholder
    if kind == "plate":
        attributes |= {"autocapitalize": "characters", "spellcheck": "false"}
    if kind == "code":
        attributes |= {"inputmode": "numeric", "autofocus": True}
    help_text = hint or bound.help_text
    described = [f"{bound.auto_id}-help"] * bool(help_text) + [f"{bound.auto_id}-error"] * bool(bound.errors)
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "field": bound,
        "label": label or bound.label,
        "help_text": help_text,
        "kind": kind,
        "is_optional": not (bound.field.required or getattr(bound.field, "is_wanted", False)),
        "is_box": getattr(bound.field.widget, "input_type", "") == "checkbox",
        "widget": bound.as_widget(attrs=attributes),
    }


@register.inclusion_tag("ui/components/map.html")
def place_map(
    points: Sequence[Mapping[str, object]] | None,
    name: str,
    size: str = "",
    pick: str = "",
    more: str = "",
    draw: str = "",
) -> dict[str, Any]:
    """Draw a map of points: over the tiles of settings.MAP_TILES, or over a metric grid where there are none.

    Args:
        points: each with kind ("camera" or "read"), lat, lon, label and, where there is one, url and note.
        name: unique on the page; the points' JSON script is "NAME-points".
        size: "small" or "".
        pick: three field names "latitude,longitude,radius_m" that a click on the map fills.
        more: id of a further JSON script of points that may come and go, as results do.
        draw: id of the fields of a place that a script of the page lets people draw.
    """
    return {
        "points": list(points or ()),
        "name": name,
        "points_id": f"{name}-points",
        "more": more,
        "size": size,
        "pick": pick,
        "draw": draw,
        "tile_url": getattr(settings, "MAP_TILES", ""),
        "tile_credit": getattr(settings, "MAP_TILES_CREDIT", ""),
    }


@register.inclusion_tag("ui/components/strip.html")
def time_strip(cells: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Draw counts over time as bars.

    Args:
        cells: in order of time, each with label and count.
        label: what is counted, for those who hear the page.
    """
    highest = max((int(cell["count"]) for cell in cells), default=0)
    bars = [
        {
            "x": place * 10,
            "y": 32 - height,
            "height": height,
            "text": f"{cell['label']}: {cell['count']}",
        }
        for place, cell in enumerate(cells)
        if (height := round(30 * int(cell["count"]) / highest, 1) if highest else 0)
    ]
    return {
        "bars": bars,
        "width": max(len(cells), 1) * 10,
        "cells": cells,
        "label": label,
        "highest": highest,
    }


@register.simple_tag
def count(rows: Sequence[object], *, is_work: bool = True) -> SafeString:
    """Say how many there are beside a heading; it asks for the eye only where they are work that waits.

    Args:
        rows: what is counted.
        is_work: whether somebody must do something about each of them.
    """
    calm = "" if rows and is_work else " count--calm"
    return format_html('<span class="count{}">{}</span>', calm, len(rows))


@register.simple_tag
def picture_src(owner: object, read_id: object, roles: str, because: object) -> str:
    """Give the source of a picture: its data where the view put them there, else the address of reads:image.

    Args:
        owner: a read or an alert with pictures (role -> picture with data_uri, or a source) or roles (names).
        read_id: the read that the picture belongs to.
        roles: roles that will do, the best first, separated by spaces.
        because: the access record in whose course the picture is opened.

    Returns:
        The source; empty where there is no such picture.
    """
    pictures = getattr(owner, "pictures", None) or {}
    names = getattr(owner, "roles", None) or ()
    for role in roles.split():
        if role in pictures:
            return str(getattr(pictures[role], "data_uri", pictures[role]))
        if role in names:
            return f"{reverse('reads:image', args=[read_id, role])}?because={because}"
    return ""


@register.simple_tag
def url_for_id(viewname: str, stand_in: str) -> str:
    """Give the address of a page about one thing with `stand_in` in the place of its id."""
    for unknown in _UNKNOWN_IDS:
        try:
            return stand_in.join(reverse(viewname, args=[unknown]).rsplit(str(unknown), 1))
        except NoReverseMatch:
            continue
    raise NoReverseMatch(
        f"{viewname} takes neither a UUID nor a number: give its URL pattern one such argument."
    )
