"""One-time codes: each is taken once, whatever restarts in between, and wrong ones count towards the lock.

Source: CJIS IA-5(1)(d), AC-7; RFC 6238 5.2.
"""

from datetime import datetime
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from platekeeper.office.accounts.lockout import decide_attempt, in_turn
from platekeeper.office.accounts.models import Person
from platekeeper.policy import Denied

_PERIOD_SECONDS = 30
_STRONG = ("totp", "webauthn")
_USED = "This code was used already: wait for the next one."


def has_strong_factor(person: Person) -> bool:
    """Tell whether somebody set up a second factor of ours: an authenticator app or a passkey.

    Args:
        person: who.
    """
    return bool(Authenticator.objects.filter(user=person, type__in=_STRONG).exists())


def take_code(person: Person, now: datetime) -> bool:
    """Take the code of the present period, unless it or a later one was taken; two who try at once do not both succeed.

    Args:
        person: whose code.
        now: the present time.

    Returns:
        Whether it was taken.
    """
    step = int(now.timestamp()) // _PERIOD_SECONDS
    return bool(Person.objects.filter(pk=person.pk, last_code_step__lt=step).update(last_code_step=step))


class _Once:
    """What each form for a code asks besides the code's being right."""

    user: Person
    authenticator: Authenticator

    def clean_code(self) -> Any:
        """Refuse on a locked account, and a code that was used; of several at once each in its turn."""
        with in_turn(self.user):
            return self._taken()

    def _taken(self) -> Any:
        decision = decide_attempt(self.user, timezone.now())
        if isinstance(decision, Denied):
            raise ValidationError(f"{decision.reason} {decision.remedy}")
        code = super().clean_code()  # type: ignore[misc]  # the form's
        if self.authenticator.type == Authenticator.Type.TOTP and not take_code(self.user, timezone.now()):
            raise ValidationError(_USED)
        return code


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second factor at log-in."""


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second factor before something delicate."""


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of an authenticator app; it opens nothing else."""

    def clean_code(self) -> Any:
        """Take the code."""
        code = super().clean_code()
        if not take_code(self.user, timezone.now()):
            raise ValidationError(_USED)
        return code
