"""What somebody fills in to ask for an entry of the agency's own."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.hotlists.entries import NewEntry
from platekeeper.office.hotlists.rows import plate_or_pattern
from platekeeper.office.ui.wording import US_STATES, code_in_words

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")
_LONGEST_SHIFT = timedelta(hours=16)


class EntryForm(forms.Form):
    """A vehicle to look for, and the case that asks for it (HOT-05, HOT-07)."""

    plate = forms.CharField(max_length=32)
    region = forms.ChoiceField(
        required=False,
        choices=[("", "Not known"), *((f"US-{code}", name) for code, name in US_STATES.items())],
    )
    vehicle = forms.CharField(required=False, max_length=120)
    interest = forms.ChoiceField(label="Why it is of interest")
    purpose = forms.ChoiceField()
    case_agent = forms.CharField(required=False, max_length=120)
    case_number = forms.CharField(required=False, max_length=60)
    synopsis = forms.CharField(required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    report_attested = forms.BooleanField(required=False)
    expires_at = forms.DateTimeField(widget=_MOMENT, label="Ends")
    shift_ends_at = forms.DateTimeField(required=False, widget=_MOMENT, label="My shift ends")

    def __init__(self, profile: policy.Profile, *args: Any, **kwargs: Any) -> None:
        """Offer what the policy lets an agency look for.

        Args:
            profile: the policy in force.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        interests = sorted(profile.hot_lists.interests.value)
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["interest"].choices = [(one.value, code_in_words(one.value)) for one in interests]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
        for name in profile.hot_lists.entry_fields.value:
            self.fields[name.replace("-", "_")].is_wanted = True  # type: ignore[attr-defined]
        if not profile.hot_lists.entry_ends_with_shift.value:
            del self.fields["shift_ends_at"]

    def clean_plate(self) -> str:
        """Refuse what is no plate, whole or in part."""
        plate = plate_or_pattern(self.cleaned_data["plate"])
        if not plate:
            raise ValidationError(
                "Write at least two characters of the plate; ? is one unknown, * any number of them."
            )
        return plate

    def clean(self) -> dict[str, Any]:
        """Refuse ends that are past, and shifts that no roster has."""
        given = super().clean() or {}
        now = timezone.now()
        if given.get("expires_at") and given["expires_at"] <= now:
            self.add_error("expires_at", "The end lies in the past: choose a later one.")
        shift = given.get("shift_ends_at")
        if shift and not now < shift <= now + _LONGEST_SHIFT:
            self.add_error("shift_ends_at", "A shift ends within 16 hours from now.")
        return given

    def entry(self) -> NewEntry:
        """Return what was asked for, after `is_valid`."""
        return NewEntry(**self.cleaned_data)
