"""Logging in, choosing a password, registering terminals."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm

from platekeeper.office.accounts.models import Terminal
from platekeeper.office.accounts.providers import AnyProvider


class LogInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Username, password, and the banner that must be accepted (GOV-10, CJIS AC-8)."""

    understood = forms.BooleanField(
        label="I understand",
        error_messages={"required": "Read the notice and tick that you understand it, then log in."},
    )

    @property
    def providers(self) -> list[AnyProvider]:
        """The identity providers that agencies of this installation have."""
        return list(settings.SIGN_IN.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave out what this product does not offer.

        Args:
            args: allauth's.
            kwargs: allauth's.
        """
        super().__init__(*args, **kwargs)
        self.fields[
            "password"
        ].help_text = ""  # nobody resets a password by mail; an administrator issues one
        self.fields.pop("remember", None)  # CJIS IA-5 j: sessions are not persistent


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """The person's own password, after the one-time one."""


class TerminalForm(forms.Form):
    """A terminal that the idle lock shall spare (CJIS AC-11)."""

    name = forms.CharField(max_length=80, help_text="What people call it, such as Unit 12.")
    kind = forms.ChoiceField(choices=Terminal.Kind.choices, label="Class")
    secured_by = forms.CharField(
        max_length=200,
        label="What keeps others away from it",
        help_text="Such as: locked vehicle, crew aboard.",
    )
    expires_on = forms.DateField(
        label="Counts until", help_text="At most a year.", widget=forms.DateInput(attrs={"type": "date"})
    )


class EnrolForm(forms.Form):
    """The code that makes a device a registered terminal."""

    code = forms.CharField(max_length=40, help_text="As your administrator was shown it.")
