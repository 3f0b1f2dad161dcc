"""Which reads are copied out, for whom and why."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from platekeeper import policy
from platekeeper.office.access.forms import mark_wanted

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
    """Reads and recipient of a package, besides why (AUD-08)."""

    reads = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=200_000, strip=True)
    on_behalf_of = forms.CharField(max_length=200)

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
