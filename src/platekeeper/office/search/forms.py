"""The question and the reason for asking it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property

from platekeeper import plates, policy
from platekeeper.office.access.forms import mark_wanted
from platekeeper.office.access.inquiries import Cover
from platekeeper.office.access.operations import colleague, colleague_named
from platekeeper.office.access.screening import covers_for
from platekeeper.office.accounts.models import Person
from platekeeper.office.devices.models import Camera
from platekeeper.office.search.places import Circle, Place, PlaceError, points_in, polygon, street
from platekeeper.office.search.questions import VEHICLE_PARTS, Question
from platekeeper.office.ui.wording import US_STATES
from platekeeper.policy.vocabulary import DataElement

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")
_CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_LINES = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
_DAYS = [(1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (7, "Sun")]
_ELEMENT_OF = {
    "color": DataElement.COLOR,
    "make": DataElement.MAKE,
    "model": DataElement.MAKE,
    "body": DataElement.BODY,
}
STREET_WIDTH_M = 40


class WhyForm(forms.Form):
    """Purpose, case and reason: asked before anything is shown (SRC-01, SRC-02)."""

    purpose = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    case_number = forms.CharField(required=False, max_length=60)
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    on_behalf_of = forms.CharField(required=False, max_length=120)
    release = forms.ChoiceField(required=False)

    def __init__(self, profile: policy.Profile, person: Person, *args: Any, **kwargs: Any) -> None:
        """Offer what the agency has.

        Args:
            profile: the policy in force; its purposes are offered.
            person: who asks; the agency's cameras are offered, and the releases that cover what they look up.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        self.profile, self.person, self.agency = profile, person, person.agency
        self.fields["release"].choices = self._offered  # type: ignore[attr-defined]  # asked for only when needed
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
        mark_wanted(self, profile)

    @cached_property
    def covers(self) -> dict[str, Cover]:
        """The approved releases under which the person may look up for another agency, by number."""
        return {str(cover.id): cover for cover in covers_for(self.person, timezone.now())}

    def _offered(self) -> list[tuple[str, str]]:
        return [("", "Nobody of another agency"), *((key, _said_of(one)) for key, one in self.covers.items())]

    def clean_on_behalf_of(self) -> str:
        """Return a colleague as records name them; whoever is none stays as typed, to be refused."""
        typed: str = self.cleaned_data["on_behalf_of"].strip()
        member = colleague_named(self.agency, typed) if typed else None
        return colleague(member) if member else typed

    def clean(self) -> dict[str, Any]:
        """Take purpose and case from the release under which it is asked: no other ones were approved."""
        given = super().clean() or {}
        if not given.get("release"):
            return given
        cover = self.covers[given["release"]]
        if given.get("on_behalf_of"):
            self.add_error(
                "release", "Look up for a colleague or under a release, not both: empty one of the two."
            )
        for name, approved in (("purpose", cover.purpose), ("case_number", cover.case_number)):
            if given.get(name, "").strip() not in {"", approved}:
                said = self._said(name, approved)
                self.add_error(name, f"The release was approved for {said}: choose that, or leave it empty.")
            given[name] = approved
        return given

    def _said(self, name: str, approved: str) -> str:
        purpose = self.profile.purpose(approved) if name == "purpose" else None
        return f"“{purpose.title}”" if purpose else f"case {approved}"

    def why(self) -> dict[str, str]:
        """Return purpose, case, reason, beneficiary and release as an inquiry takes them, after `is_valid`."""
        names = ("purpose", "case_number", "reason", "on_behalf_of", "release")
        why = {name: self.cleaned_data[name].strip() for name in names}
        return {**why, "on_behalf_of": self.covers[why["release"]].recipient} if why["release"] else why


def _said_of(cover: Cover) -> str:
    named = f", {', '.join(cover.plates)} alone" if cover.plates else ""
    return f"{cover.recipient}: case {cover.case_number}{named}"


class PlaceFields(forms.Form):
    """A place: around a point, inside an outline or along a street; drawn on the map or typed."""

    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    radius_m = forms.FloatField(required=False, min_value=10, max_value=50_000, initial=500)
    outline = forms.CharField(required=False, max_length=4000, widget=_LINES)
    street = forms.CharField(required=False, max_length=4000, widget=_LINES)
    street_width_m = forms.FloatField(required=False, min_value=5, max_value=2000, initial=STREET_WIDTH_M)

    def clean(self) -> dict[str, Any]:
        """Refuse two places at once, and places that are none."""
        given = super().clean() or {}
        try:
            given["place"] = _place(given)
        except PlaceError as error:
            raise ValidationError(str(error)) from error
        return given


def _place(given: dict[str, Any]) -> Place | None:
    has_middle = given.get("latitude") is not None and given.get("longitude") is not None
    outline, line = given.get("outline") or "", given.get("street") or ""
    if has_middle + bool(outline.strip()) + bool(line.strip()) > 1:
        raise PlaceError("Choose one place: around a point, inside an area, or along a street.")
    if has_middle:
        return Circle(given["latitude"], given["longitude"], given.get("radius_m") or 500)
    if outline.strip():
        return polygon(points_in(outline))
    if line.strip():
        return street(points_in(line), given.get("street_width_m") or STREET_WIDTH_M)
    return None


class SearchForm(PlaceFields, WhyForm):
    """Plate, time, place and vehicle; purpose, case and reason (SRC-01, SRC-02)."""

    plate = forms.CharField(required=False, max_length=32)
    look_alikes = forms.BooleanField(required=False)
    region = forms.ChoiceField(
        required=False,
        choices=[("", "Any state"), *((f"US-{code}", name) for code, name in US_STATES.items())],
    )
    captured_from = forms.DateTimeField(required=False, widget=MOMENT)
    captured_to = forms.DateTimeField(required=False, widget=MOMENT)
    clock_from = forms.TimeField(required=False, widget=_CLOCK)
    clock_to = forms.TimeField(required=False, widget=_CLOCK)
    weekdays = forms.TypedMultipleChoiceField(
        required=False, choices=_DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    cameras = forms.ModelMultipleChoiceField(queryset=Camera.objects.none(), required=False)
    color = forms.CharField(required=False, max_length=30)
    make = forms.CharField(required=False, max_length=30)
    model = forms.CharField(required=False, max_length=30)
    body = forms.CharField(required=False, max_length=30)

    def __init__(self, profile: policy.Profile, person: Person, *args: Any, **kwargs: Any) -> None:
        """Offer what the agency has.

        Args:
            profile: the policy in force; its purposes are offered, and the parts of a description that it stores.
            person: who asks; their agency's cameras are offered.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(profile, person, *args, **kwargs)
        self.fields["cameras"].queryset = Camera.objects.filter(agency=self.agency)  # type: ignore[attr-defined]
        for part, element in _ELEMENT_OF.items():
            if element not in profile.data.elements.value:  # what is never stored is not asked for (PUR-16)
                del self.fields[part]

    def clean_plate(self) -> str:
        """Refuse a plate that no pattern can be made of, with its remedy."""
        typed: str = self.cleaned_data["plate"].strip()
        if typed:
            try:
                plates.PlatePattern.parse(typed)
            except plates.PlatesError as error:
                raise ValidationError(str(error)) from error
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse questions that make no sense or ask for everything."""
        given = super().clean()
        check_window(given)
        clock = (given.get("clock_from"), given.get("clock_to"))
        if not self.errors and (clock[0] is None) != (clock[1] is None):
            raise ValidationError("A time of day needs both ends: fill both, or neither.")
        if clock[0] is not None and clock[0] == clock[1]:
            raise ValidationError("The time of day ends when it begins: leave both empty for the whole day.")
        if not self.errors and not (given.get("plate") or given.get("place") or given.get("cameras")):
            raise ValidationError(
                "Name a plate or a part of it, a place, or cameras: nothing is searched for everything."
            )
        has_window = given.get("captured_from") and given.get("captured_to")
        if not self.errors and not given.get("plate") and not has_window:
            raise ValidationError(
                "A search without a plate needs both ends of a time window: fill From and To."
            )
        return given

    def question(self) -> Question:
        """Return the question that was asked, after `is_valid`."""
        given = self.cleaned_data
        clock = (given["clock_from"], given["clock_to"]) if given.get("clock_from") is not None else None
        return Question(
            plate=given["plate"],
            lookalikes=given["look_alikes"],
            region=given["region"],
            since=given.get("captured_from"),
            until=given.get("captured_to"),
            clock=clock,
            weekdays=tuple(sorted(given["weekdays"])),
            cameras=tuple(camera.pk for camera in given["cameras"]),
            place=given.get("place"),
            vehicle=tuple(
                (part, given[part].strip().lower())
                for part in sorted(VEHICLE_PARTS)
                if given.get(part, "").strip()
            ),
        )


def check_window(given: dict[str, Any], since: str = "captured_from", until: str = "captured_to") -> None:
    """Refuse a time window that ends before it begins.

    Args:
        given: a form's values.
        since: name of its beginning.
        until: name of its end.

    Raises:
        ValidationError: it is reversed.
    """
    start: datetime | None = given.get(since)
    end: datetime | None = given.get(until)
    if start and end and start >= end:
        raise ValidationError("The time window ends before it begins: swap From and To.")
