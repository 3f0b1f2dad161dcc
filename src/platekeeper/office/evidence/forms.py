"""Which reads are copied out, for whom and why."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from platekeeper import policy
from platekeeper.office.access.forms import mark_wanted
from platekeeper.office.sharing.queries import Release

_SEPARATORS = re.compile(r"[\s,;]+")


class SheetForm(forms.Form):
    """Purpose, case and reason of what is copied out (SRC-01, SRC-02)."""

    purpose = forms.ChoiceField(widget=forms.RadioSelect)
    case_number = forms.CharField(required=False, max_length=60)
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, profile: policy.Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the purposes that the agency's policy authorizes.

        Args:
            profile: the policy in force.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
        mark_wanted(self, profile)


class PackageForm(SheetForm):
    """Reads of a package and for whom it is, besides why (AUD-08, SHR-03).

    Under a release, purpose and case are those that were approved.
    """

    reads = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=200_000, strip=True)
    release = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False, widget=forms.RadioSelect)

    def __init__(
        self, profile: policy.Profile, releases: Sequence[Release], *args: Any, **kwargs: Any
    ) -> None:
        """Offer the agency's own case file, and what may leave for others.

        Args:
            profile: the policy in force.
            releases: the approved requests.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(profile, *args, **kwargs)
        offered = [
            (str(one.request.pk), f"{one.recipient}: case {one.request.case_number}") for one in releases
        ]
        self.fields["release"].choices = [("", "Our own case file"), *offered]  # type: ignore[attr-defined]
        self.fields["purpose"].required = False
        self._releases = {one.request.pk: one for one in releases}

    def clean(self) -> dict[str, Any]:
        """Take purpose and case from the release, where there is one; without, a purpose is asked for."""
        given = super().clean() or {}
        release = self.chosen
        if release is not None:
            given |= {"purpose": release.request.purpose_code, "case_number": release.request.case_number}
        elif not given.get("purpose") and "purpose" not in self.errors:
            self.add_error("purpose", "Choose the purpose: this field is required.")
        return given

    @property
    def chosen(self) -> Release | None:
        """The release that was chosen, once the form is checked."""
        chosen = self.cleaned_data.get("release")
        return self._releases[chosen] if chosen else None

    def clean_reads(self) -> tuple[UUID, ...]:
        """Return the reads' numbers, each once, in the order in which they were given."""
        return read_ids_in(self.cleaned_data["reads"])


def read_ids_in(text: str) -> tuple[UUID, ...]:
    """Return the numbers of reads in a text, each once.

    Args:
        text: numbers with spaces, commas or line ends between them.

    Raises:
        ValidationError: a word is no read's number.
    """
    found: dict[UUID, None] = {}
    for word in filter(None, _SEPARATORS.split(text)):
        try:
            found[UUID(word)] = None
        except ValueError:
            raise ValidationError(
                f"“{word[:40]}” is no read's number: copy it from the read's page, where it stands as Read."
            ) from None
    return tuple(found)
