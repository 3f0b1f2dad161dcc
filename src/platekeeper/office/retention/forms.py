"""What people fill in to hold, release, and ask for deleted data."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from platekeeper import plates
from platekeeper.office.retention.holds import HoldRequest
from platekeeper.office.retention.models import HoldScope
from platekeeper.office.retention.old_data import Wanted
from platekeeper.policy import Profile

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")
_WORDS = forms.Textarea(attrs={"rows": 2})


class HoldForm(forms.Form):
    """A written request to keep data (HLD-03)."""

    kind = forms.ChoiceField(label="Needed as")
    case_number = forms.CharField(max_length=60, label="Case or DR number")
    reason = forms.CharField(max_length=500, label="Specific reason", widget=_WORDS)
    contact = forms.CharField(max_length=120, label="How to reach the investigator")
    scope = forms.ChoiceField(
        label="What to keep",
        choices=[(one.value, one.label.capitalize()) for one in HoldScope if one is not HoldScope.READS],
        initial=HoldScope.PLATE.value,
        widget=forms.RadioSelect,
    )
    plate = forms.CharField(required=False, max_length=16, label="Plate")
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, label="Latitude")
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, label="Longitude")
    radius_m = forms.FloatField(
        required=False, min_value=10, max_value=50_000, label="Radius, metres", initial=200
    )
    covers_from = forms.DateTimeField(required=False, widget=_MOMENT, label="Captured from")
    covers_to = forms.DateTimeField(required=False, widget=_MOMENT, label="Captured to")

    def __init__(self, profile: Profile, *args: Any, single: bool = False, **kwargs: Any) -> None:
        """Offer the policy's exceptions.

        Args:
            profile: the agency's policy.
            args: Django's.
            single: whether single reads were handed over by another page.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        kinds = [(one, one[:1].upper() + one[1:]) for one in profile.retention.exceptions.value]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        for name in ("plate", "latitude", "longitude", "radius_m"):
            self.fields[name].is_wanted = True  # type: ignore[attr-defined]  # by the scope that shows them
        if single:
            for name in ("scope", "plate", "latitude", "longitude", "radius_m", "covers_from", "covers_to"):
                del self.fields[name]
        self.single = single

    def clean_plate(self) -> str:
        """Return the plate in its normal form."""
        return plates.normalize(self.cleaned_data["plate"])

    def clean(self) -> dict[str, Any]:
        """Refuse a scope that nothing was said about."""
        given = super().clean() or {}
        since, until = given.get("covers_from"), given.get("covers_to")
        if since and until and since >= until:
            self.add_error("covers_to", "The time ends before it begins: swap the two.")
        if given.get("scope") == HoldScope.PLATE and not given.get("plate"):
            self.add_error("plate", "Name the plate.")
        if given.get("scope") == HoldScope.AREA:
            for name in ("latitude", "longitude", "radius_m", "covers_from", "covers_to"):
                if given.get(name) is None:
                    self.add_error(name, "A place needs this.")
        return given

    def hold(self, reads: tuple[Any, ...] = ()) -> HoldRequest:
        """Return what was asked for, after `is_valid`.

        Args:
            reads: moment and id of single reads, where those are kept.
        """
        given = self.cleaned_data
        scope = HoldScope.READS if self.single else HoldScope(given["scope"])
        is_area = scope is HoldScope.AREA
        return HoldRequest(
            kind=given["kind"], case_number=given["case_number"], reason=given["reason"], contact=given["contact"],
            scope=scope, reads=reads, plate=given.get("plate", "") if scope is HoldScope.PLATE else "",
            lat=given.get("latitude") if is_area else None, lon=given.get("longitude") if is_area else None,
            radius_m=given.get("radius_m") if is_area else None,
            covers_from=given.get("covers_from"), covers_to=given.get("covers_to"),
        )  # fmt: skip


class HoldStepForm(forms.Form):
    """What a step of a hold states."""

    note = forms.CharField(required=False, max_length=500, label="Note", widget=_WORDS)
    property_number = forms.CharField(required=False, max_length=60, label="Property number")
    disposed_at = forms.DateField(
        required=False, label="Finally disposed on", widget=forms.DateInput(attrs={"type": "date"})
    )
    authority = forms.CharField(required=False, max_length=120, label="Who decided it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call optional only what no step asks for.

        Args:
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        for name in ("property_number", "disposed_at", "authority"):
            self.fields[name].is_wanted = True  # type: ignore[attr-defined]

    def detail(self) -> dict[str, str]:
        """Return what was stated, after `is_valid`."""
        given = self.cleaned_data
        disposed = given.get("disposed_at")
        stated = {
            "note": given.get("note", ""),
            "property_number": given.get("property_number", ""),
            "authority": given.get("authority", ""),
            "disposed_at": f"{disposed:%Y-%m-%d}T00:00:00+00:00" if disposed else "",
        }
        return {name: value for name, value in stated.items() if value}


class OldDataForm(forms.Form):
    """A request to search logically deleted reads (RET-06)."""

    circumstance = forms.ChoiceField(label="Circumstance", widget=forms.RadioSelect)
    condition = forms.ChoiceField(required=False, label="With which condition is it met?")
    order_number = forms.CharField(required=False, max_length=60, label="Number of the court order")
    case_number = forms.CharField(max_length=60, label="Case or DR number")
    data_wanted = forms.CharField(max_length=500, label="Data wanted, in words", widget=_WORDS)
    plate = forms.CharField(max_length=16, label="Plate")
    since = forms.DateTimeField(widget=_MOMENT, label="Captured from")
    until = forms.DateTimeField(widget=_MOMENT, label="Captured to")

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the policy's circumstances.

        Args:
            profile: the agency's policy.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        listed = profile.retention.old_data
        conditions = [(one, one) for circumstance in listed for one in circumstance.conditions]
        self.fields["circumstance"].choices = [(one.code, one.title) for one in listed]  # type: ignore[attr-defined]
        self.fields["condition"].choices = [("", "Choose one"), *conditions]  # type: ignore[attr-defined]
        for name in ("condition", "order_number"):
            self.fields[name].is_wanted = True  # type: ignore[attr-defined]  # by the circumstance that shows them

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins, or that lies ahead."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since >= until:
            raise ValidationError("The time ends before it begins: swap the two.")
        if since and since > timezone.now():
            raise ValidationError("This time lies ahead: name the time of the past that is wanted.")
        return given

    def wanted(self) -> Wanted:
        """Return what was asked for, after `is_valid`."""
        return Wanted(**self.cleaned_data)


class StatementForm(forms.Form):
    """Why a vehicle had nothing to hand over (COL-02)."""

    camera = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300, label="Why it had nothing to hand over")


class ConfirmationForm(forms.Form):
    """What a host confirmed (RET-08)."""

    source = forms.ChoiceField(label="Of which data")
    covers_before = forms.DateField(
        label="Destroyed: captured before", widget=forms.DateInput(attrs={"type": "date"})
    )
    confirmed_by = forms.CharField(max_length=120, label="Who at the host confirms it")
    reference = forms.CharField(max_length=120, label="Letter or ticket")

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the hosts that the policy names; of other custodians nothing is certified here (RET-09).

        Args:
            profile: the agency's policy.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        hosts = [(one.source, one.title) for one in profile.retention.sources if not one.custodian]
        self.fields["source"].choices = hosts  # type: ignore[attr-defined]
