"""Two doors behind the log-in: one's own password and second factor, and a session that may still go on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import session_ended
from platekeeper.policy import Denied
from platekeeper.policy.session import Session, decide_session

_NOTED_EVERY = timedelta(seconds=30)
# what a page asks for by itself is not use: an unattended board would never lock (CJIS AC-11)
_BY_ITSELF = ("/alerts/stream/", "/card/")
_STRONG = ("totp", "webauthn")


class _Layer:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response


class FirstDuties(_Layer):
    """Sends whoever still has a one-time password to choose their own, and then to set up a second factor."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or redirect.

        Args:
            request: the request.
        """
        person = request.user
        if isinstance(person, Person):
            target = _first_duty(person, request)
            free = (target or "", reverse("account_logout"), reverse("account_reauthenticate"), "/static/")
            if target and not request.path.startswith(free):
                return _led(request, target)
        return self.get_response(request)


class SessionRules(_Layer):
    """Ends a session that was idle too long, is too old, or came in by one factor (CJIS AC-11, IA-2, IA-5 j)."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead to the log-in with the reason.

        Args:
            request: the request.
        """
        person = request.user
        if not isinstance(person, Person) or request.path.startswith("/static/"):
            return self.get_response(request)
        now = timezone.now()
        session = _session(request)
        decision = decide_session(profile_of(person.agency), session, now)
        if isinstance(decision, Denied):
            session_ended.send(SessionRules, person=person, decision=decision)
            logout(request)
            request.session["ended_because"] = f"{decision.reason} {decision.remedy}"
            return _led(request, f"{reverse('account_login')}?next={request.path}")
        if now - session.last_active_at > _NOTED_EVERY and not request.path.endswith(_BY_ITSELF):
            request.session["last_active_at"] = now.isoformat()
        return self.get_response(request)


def _first_duty(person: Person, request: HttpRequest) -> str | None:
    if person.must_choose_password:
        return reverse("accounts:password")
    if not request.session.get("second_factor") and not _has_second_factor(person):
        return reverse("mfa_activate_totp")
    return None


def _has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person, type__in=_STRONG).exists())


def _led(request: HttpRequest, target: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _session(request: HttpRequest) -> Session:
    kept = request.session
    doors = ("accounts:password", "mfa_activate_totp", "account_reauthenticate", "account_logout")
    on_the_way = request.path in {reverse(door) for door in doors}
    return Session(
        authenticated_at=datetime.fromisoformat(kept.get("authenticated_at", "1970-01-01T00:00:00+00:00")),
        last_active_at=datetime.fromisoformat(kept.get("last_active_at", "1970-01-01T00:00:00+00:00")),
        second_factor=bool(kept.get("second_factor")) or on_the_way,
        banner_accepted=bool(kept.get("banner_accepted")),
        terminal=kept.get("terminal", "desk"),
    )


@receiver(user_logged_in)
def begin_session(request: HttpRequest, **_: object) -> None:
    """Note when and how a session began; the log-in form takes nobody who did not accept the banner.

    Args:
        request: the request.
    """
    now = timezone.now().isoformat()
    methods = request.session.get("account_authentication_methods", [])
    request.session["authenticated_at"] = now
    request.session["last_active_at"] = now
    request.session["banner_accepted"] = True
    request.session["second_factor"] = any(method.get("method") == "mfa" for method in methods)


@receiver(authenticator_added)
def accept_new_factor(request: HttpRequest, **_: object) -> None:
    """Count a factor that was just shown to work.

    Args:
        request: the request.
    """
    request.session["second_factor"] = True
