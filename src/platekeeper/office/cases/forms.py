"""What opens a case."""

from typing import Any

from django import forms

from platekeeper import policy


class CaseForm(forms.Form):
    """Number, offence and purpose."""

    number = forms.CharField(max_length=64)
    title = forms.CharField(max_length=200)
    purpose = forms.ChoiceField()

    def __init__(self, profile: policy.Profile, *args: Any, **kwargs: Any) -> None:
        """Offer the agency's purposes.

        Args:
            profile: the policy in force.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(*args, **kwargs)
        purposes = [(purpose.code, purpose.title) for purpose in profile.purposes.authorized]
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]
