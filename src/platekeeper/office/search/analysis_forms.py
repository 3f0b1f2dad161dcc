"""Questions about one vehicle, two places, or the surroundings of a crime."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from platekeeper import plates, policy
from platekeeper.office.accounts.models import Person
from platekeeper.office.search.forms import MOMENT, PlaceFields, WhyForm, check_window
from platekeeper.office.search.models import PlaceKind
from platekeeper.office.search.questions import Question
from platekeeper.policy.capture import CanvassFacts, decide_canvass


class VehicleForm(WhyForm):
    """One vehicle and a time window."""

    plate = forms.CharField(max_length=32)
    look_alikes = forms.BooleanField(required=False)
    captured_from = forms.DateTimeField(widget=MOMENT)
    captured_to = forms.DateTimeField(widget=MOMENT)

    def clean_plate(self) -> str:
        """Refuse what is no whole plate."""
        typed: str = self.cleaned_data["plate"].strip()
        try:
            pattern = plates.PlatePattern.parse(typed)
        except plates.PlatesError as error:
            raise ValidationError(str(error)) from error
        if pattern.kind is not plates.PatternKind.EXACT:
            raise ValidationError("Name the whole plate: this page is about one vehicle.")
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse a reversed window."""
        given = super().clean() or {}
        check_window(given)
        return given

    def question(self) -> Question:
        """Return the question that was asked, after `is_valid`."""
        given = self.cleaned_data
        return Question(
            plate=given["plate"],
            lookalikes=given["look_alikes"],
            since=given["captured_from"],
            until=given["captured_to"],
        )


class CompanionsForm(VehicleForm):
    """One vehicle, and how close another must come how often."""

    seconds = forms.IntegerField(min_value=1, max_value=600, initial=60)
    least = forms.IntegerField(min_value=2, max_value=50, initial=2)


class SpotForm(PlaceFields):
    """A place and a time window."""

    captured_from = forms.DateTimeField(widget=MOMENT)
    captured_to = forms.DateTimeField(widget=MOMENT)

    def clean(self) -> dict[str, Any]:
        """Refuse a reversed window, and no place."""
        given = super().clean()
        check_window(given)
        if not self.errors and given.get("place") is None:
            raise ValidationError("Name the place: click the map, or type it.")
        return given

    def question(self) -> Question:
        """Return the question that was asked, after `is_valid`."""
        given = self.cleaned_data
        return Question(since=given["captured_from"], until=given["captured_to"], place=given["place"])


class CanvassForm(SpotForm, WhyForm):
    """A crime scene: what happened, where, when, and which unit canvasses it (PUR-04)."""

    incident = forms.CharField(max_length=120)
    unit = forms.CharField(max_length=120)

    def __init__(self, profile: policy.Profile, person: Person, *args: Any, **kwargs: Any) -> None:
        """Offer what the agency has.

        Args:
            profile: the policy in force.
            person: who canvasses.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(profile, person, *args, **kwargs)
        self.profile = profile
        self.fields["case_number"].required = True

    def clean(self) -> dict[str, Any]:
        """Refuse a canvass that does not say what the policy wants recorded (PUR-04)."""
        given = super().clean()
        if self.errors:
            return given
        decision = decide_canvass(
            CanvassFacts(
                profile=self.profile, incident=given["incident"], area=str(given["place"].as_record()),
                canvassed_from=given["captured_from"], canvassed_to=given["captured_to"], unit=given["unit"],
            )
        )  # fmt: skip
        if isinstance(decision, policy.Denied):
            raise ValidationError(str(decision))
        return given


class RegistryForm(PlaceFields):
    """A lawful event or a sensitive place (PUR-08)."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=PlaceKind.choices)
    valid_from = forms.DateTimeField(required=False, widget=MOMENT)
    valid_to = forms.DateTimeField(required=False, widget=MOMENT)

    def clean(self) -> dict[str, Any]:
        """Refuse a reversed window, and no place."""
        given = super().clean()
        check_window(given, "valid_from", "valid_to")
        if not self.errors and given.get("place") is None:
            raise ValidationError("Name the place: click the map, or type it.")
        return given
