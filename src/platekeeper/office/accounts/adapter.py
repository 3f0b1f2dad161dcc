"""How allauth works here: nobody signs up, every attempt is kept, secrets are sealed."""

import contextlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from platekeeper.office.accounts.bindings import another_subject, bind, word_behind
from platekeeper.office.accounts.lockout import decide_attempt, in_turn, note_attempt
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.sealing import open_text, seal_text
from platekeeper.office.accounts.signals import login_failed, login_refused
from platekeeper.policy import Denied

_MFA_STAGE = "allauth.mfa.stages.AuthenticateStage"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by an administrator (USR-02), never by their owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Tell that nobody may sign up.

        Args:
            request: the request.
        """
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  # allauth's signature
        """Return where a person goes after logging in.

        Args:
            request: the request.
        """
        return "/"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Look at one password of an account at a time.

        Args:
            request: the request.
            credentials: username and password.
        """
        person = _named(credentials)
        with in_turn(person) if person else contextlib.nullcontext():
            return super().authenticate(request, **credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse an attempt on a locked or deactivated account, and tell of it (USR-10).

        Args:
            request: the request.
            credentials: username and password.

        Raises:
            ValidationError: the policy refuses; its sentence is shown.
        """
        person = _named(credentials)
        decision = decide_attempt(person, timezone.now()) if person else None
        # before allauth's own limit by address: that would hide the lock, its remedy and the attempt on it
        if isinstance(decision, Denied):
            login_refused.send(Adapter, person=person, decision=decision, source=source_of(request))
            raise ValidationError(f"{decision.reason} {decision.remedy}")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep a failed attempt.

        Args:
            request: the request.
            credentials: username and password; neither is kept, an unknown name may be a password typed too early.
        """
        person = _named(credentials)
        locked = person is not None and note_attempt(
            person, succeeded=False, source=source_of(request), now=timezone.now()
        )
        login_failed.send(Adapter, person=person, locked=locked, source=source_of(request))

    def login(self, request: HttpRequest, user: Person) -> None:
        """Let somebody in whose factors all held; one whom an identity provider named is bound to its subject first.

        Args:
            request: the request.
            user: who.

        Raises:
            ImmediateHttpResponse: another was bound while this log-in was under way.
        """
        word = word_behind(request, user)
        if word is not None and word["subject"] and not bind(user, word["issuer"], word["subject"]):
            refusal = another_subject(user)
            login_refused.send(Adapter, person=user, decision=refusal, source=source_of(request))
            sentence = f"{refusal.reason} {refusal.remedy}"
            raise ImmediateHttpResponse(
                render(request, "account/not_let_in.html", {"sentence": sentence}, status=403)
            )
        super().login(request, user)

    def get_login_stages(self) -> list[str]:
        """Leave out the second factor where an identity provider asked for one and the agency takes its word."""
        stages: list[str] = super().get_login_stages()
        asserted = getattr(context.request, "asserted_second_factor", False)
        return [stage for stage in stages if not (asserted and stage == _MFA_STAGE)]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: pages tell what happened themselves.

        Args:
            args: allauth's.
            kwargs: allauth's.
        """


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of second factors are sealed with a key of the data folder; the last factor cannot be taken off."""

    def encrypt(self, text: str) -> str:
        """Seal a secret.

        Args:
            text: the secret.
        """
        return seal_text(text, settings.MASTER_KEY)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret.

        Args:
            encrypted_text: as `encrypt` made it.
        """
        return open_text(encrypted_text, settings.MASTER_KEY)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Tell whether a factor may be removed: only while another strong one stays (CJIS IA-2).

        Args:
            authenticator: the factor.
        """
        strong = {"totp", "webauthn"}
        others = authenticator.user.authenticator_set.exclude(pk=authenticator.pk)
        return authenticator.type not in strong or others.filter(type__in=strong).exists()


def _named(credentials: dict[str, Any]) -> Person | None:
    # whose password is tried, allauth tells without regard to case: so it is for the lock
    username = str(credentials.get("username") or "")
    return Person.objects.select_related("agency").filter(username__iexact=username).first()
