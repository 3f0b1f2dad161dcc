"""Logging in, choosing a password, registering terminals."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from platekeeper.office.accounts.lockout import decide_attempt, in_turn, note_attempt
from platekeeper.office.accounts.models import Person, Terminal
from platekeeper.office.accounts.providers import AnyProvider
from platekeeper.policy import Denied


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
    """The person's own password, after the one-time one; later it takes the present one, which no passer-by has."""

    old_password = forms.CharField(
        label="Your present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, user: Person, *args: Any, **kwargs: Any) -> None:
        """Ask for the present password where there is one that the person chose.

        Args:
            user: whose password.
            args: Django's.
            kwargs: Django's.
        """
        super().__init__(user, *args, **kwargs)
        if user.must_choose_password or not user.has_usable_password():
            del self.fields["old_password"]

    def clean_old_password(self) -> str:
        """Refuse another one, and count it as a failed log-in; of several at once each in its turn (CJIS AC-7)."""
        with in_turn(self.user):
            return self._known()

    def _known(self) -> str:
        person, now = self.user, timezone.now()
        decision = decide_attempt(person, now)
        if isinstance(decision, Denied):
            raise ValidationError(f"{decision.reason} {decision.remedy}")
        given = str(self.cleaned_data["old_password"])
        if not person.check_password(given):
            note_attempt(person, succeeded=False, source="", now=now)
            raise ValidationError("This is not your present password: type it again.")
        return given


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
