"""The question and the reason for asking it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from platekeeper import plates, policy
from platekeeper.office.accounts.models import Agency
from platekeeper.office.devices.models import Camera
from platekeeper.office.search.queries import Circle, Question

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")


class SearchForm(forms.Form):
    """Plate, time and place; purpose, case and reason (SRC-01, SRC-02)."""

    plate = forms.CharField(required=False, max_length=32)
    look_alikes = forms.BooleanField(required=False)
    captured_from = forms.DateTimeField(required=False, widget=_MOMENT)
    captured_to = forms.DateTimeField(required=False, widget=_MOMENT)
    cameras = forms.ModelMultipleChoiceField(queryset=Camera.objects.none(), required=False)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    radius_m = forms.FloatField(required=False, min_value=10, max_value=50_000, initial=500)
    purpose = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    case_number = forms.CharField(required=False, max_length=60)
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    on_behalf_of = forms.CharField(required=False, max_length=120)

    def __init__(self, profile: policy.Profile, agency: Agency, *args: Any, **kwargs: Any) -> None:
        """Offer what the agency has.

        Args:
            profile: the policy in force; its purposes are offered.
            agency: whose cameras are offered.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
        self.fields["cameras"].queryset = Camera.objects.filter(agency=agency)  # type: ignore[attr-defined]

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
        given = super().clean() or {}
        since, until = given.get("captured_from"), given.get("captured_to")
        if since and until and since >= until:
            raise ValidationError("The time window ends before it begins: swap From and To.")
        has_place = given.get("latitude") is not None and given.get("longitude") is not None
        if not self.errors and not (given.get("plate") or has_place or given.get("cameras")):
            raise ValidationError(
                "Name a plate or a part of it, a place, or cameras: nothing is searched for everything."
            )
        if not self.errors and not given.get("plate") and not (since and until):
            raise ValidationError(
                "A search without a plate needs both ends of a time window: fill From and To."
            )
        return given

    def question(self) -> Question:
        """Return the question that was asked, after `is_valid`."""
        given = self.cleaned_data
        circle = None
        if given.get("latitude") is not None and given.get("longitude") is not None:
            circle = Circle(given["latitude"], given["longitude"], given.get("radius_m") or 500)
        since: datetime | None = given.get("captured_from")
        return Question(
            plate=given["plate"],
            lookalikes=given["look_alikes"],
            since=since,
            until=given.get("captured_to"),
            cameras=tuple(camera.pk for camera in given["cameras"]),
            circle=circle,
        )
