"""Logging in and choosing a password."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm


class LogInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Username, password, and the banner that must be accepted (GOV-10, CJIS AC-8)."""

    understood = forms.BooleanField(
        label="I understand",
        error_messages={"required": "Read the notice and tick that you understand it, then log in."},
    )

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
