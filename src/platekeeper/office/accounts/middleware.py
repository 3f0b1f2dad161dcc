"""Two doors behind the log-in: one's own password and second factor, and a session that may still go on."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.accounts import sessions
from platekeeper.office.accounts.factors import has_strong_factor
from platekeeper.office.accounts.lockout import decide_stay
from platekeeper.office.accounts.models import Person, PersonSession, Terminal
from platekeeper.office.accounts.operations import give_up_first_password
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.accounts.signals import session_ended
from platekeeper.office.accounts.terminals import terminal_of
from platekeeper.policy import Allowed, Denied
from platekeeper.policy.appointment import decide_use
from platekeeper.policy.session import Session, decide_session

TERMINAL_COOKIE = "platekeeper_terminal"
DEVICE_COOKIE = "platekeeper_device"
_A_YEAR_SECONDS = 366 * 86400

_NOTED_EVERY = timedelta(seconds=30)
# what a page asks for by itself, as its scripts say, is not use: an unattended board would never lock (CJIS AC-11)
_STREAMS = "/stream/"
_BY_ITSELF = "Platekeeper-By-Itself"
_DESK = "desk"


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
    """Ends a session that was revoked, is idle or too old, or came in by one factor (CJIS AC-11, AC-12, IA-2)."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead to the log-in with the reason.

        Args:
            request: the request.
        """
        response = self._answer(request)
        if request.path == reverse("account_login") and DEVICE_COOKIE not in request.COOKIES:
            keep_cookie(response, DEVICE_COOKIE, secrets.token_urlsafe(24), _A_YEAR_SECONDS)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, Person) or request.path.startswith("/static/"):
            return self.get_response(request)
        now = timezone.now()
        kept = _kept(request)
        if kept is None or kept.ended_at is not None:
            because = (kept and kept.ended_because) or "The session is over. Log in again."
            return _out(request, because)
        terminal = terminal_of(request.COOKIES.get(TERMINAL_COOKIE, ""), person.agency, now)
        session = _session(request, terminal)
        decision = decide_session(profile_of(person.agency), session, now)
        if isinstance(decision, Allowed):
            decision = decide_stay(person, now) or decision
        if isinstance(decision, Denied):
            sessions.end(kept, by=sessions.POLICY, because=decision.reason, now=now)
            session_ended.send(SessionRules, person=person, decision=decision)
            return _out(request, f"{decision.reason} {decision.remedy}")
        if now - session.last_active_at > _NOTED_EVERY and not _is_by_itself(request):
            request.session["last_active_at"] = now.isoformat()
            sessions.note_use(kept, now)
        request.idle_seconds = _idle_seconds(person, terminal)  # type: ignore[attr-defined]  # for the page's own lock
        return self.get_response(request)


def _is_by_itself(request: HttpRequest) -> bool:
    is_picture = (
        request.headers.get("Sec-Fetch-Dest") == "image"
    )  # it comes with a page or with a part of one
    return is_picture or request.path.endswith(_STREAMS) or _BY_ITSELF in request.headers


def keep_cookie(response: HttpResponseBase, name: str, value: str, lasts_seconds: int) -> None:
    """Put a cookie on an answer that no script reads and no other site's form carries.

    Args:
        response: any answer.
        name: the cookie's name.
        value: its value.
        lasts_seconds: how long the browser keeps it.
    """
    response.set_cookie(
        name, value, max_age=lasts_seconds, httponly=True, secure=settings.HTTPS, samesite="Lax"
    )


def _kept(request: HttpRequest) -> PersonSession | None:
    number = request.session.get("session_id")
    return PersonSession.objects.filter(pk=number).first() if number else None


def _out(request: HttpRequest, because: str) -> HttpResponseBase:
    logout(request)
    request.session["ended_because"] = because
    return _led(request, f"{reverse('account_login')}?next={request.path}")


def _idle_seconds(person: Person, terminal: Terminal | None) -> int | None:
    rules = profile_of(person.agency).cjis
    if terminal is not None and terminal.kind in rules.idle_exempt.value:
        return None
    now = timezone.now()
    return int((now - rules.idle_lock.value.cutoff(now)).total_seconds())


def _first_duty(person: Person, request: HttpRequest) -> str | None:
    if person.must_choose_password:
        return reverse("accounts:password")
    if not request.session.get("second_factor") and not has_strong_factor(person):
        return reverse("mfa_activate_totp")
    return None


def _led(request: HttpRequest, target: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _session(request: HttpRequest, terminal: Terminal | None) -> Session:
    kept = request.session
    doors = ("accounts:password", "mfa_activate_totp", "account_reauthenticate", "account_logout")
    on_the_way = request.path in {reverse(door) for door in doors}
    return Session(
        authenticated_at=datetime.fromisoformat(kept.get("authenticated_at", "1970-01-01T00:00:00+00:00")),
        last_active_at=datetime.fromisoformat(kept.get("last_active_at", "1970-01-01T00:00:00+00:00")),
        second_factor=bool(kept.get("second_factor")) or on_the_way,
        banner_accepted=bool(kept.get("banner_accepted")),
        terminal=terminal.kind if terminal else _DESK,
    )


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: Person, **_: object) -> None:
    """Note when, where and how a session began; the log-in form takes nobody who did not accept the banner.

    Coming in is use of the account, too, for many work here who never look at a read; but it mends no year without.

    Args:
        request: the request.
        user: who logged in.
    """
    now = timezone.now()
    methods = request.session.get("account_authentication_methods", [])
    kept = sessions.begin(
        user,
        source=source_of(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        device_token=request.COOKIES.get(DEVICE_COOKIE, ""),
        terminal=terminal_of(request.COOKIES.get(TERMINAL_COOKIE, ""), user.agency, now),
        now=now,
    )
    if isinstance(decide_use(profile_of(user.agency), facts_of(user), now), Allowed):
        Person.objects.filter(pk=user.pk).update(last_used_at=now)
    request.session["session_id"] = str(kept.pk)
    request.session["authenticated_at"] = now.isoformat()
    request.session["last_active_at"] = now.isoformat()
    request.session["banner_accepted"] = True
    ways = {method.get("method") for method in methods}
    request.session["second_factor"] = "mfa" in ways or getattr(request, "asserted_second_factor", False)
    if "federation" in ways and user.must_choose_password:
        give_up_first_password(user)
        update_session_auth_hash(request, user)


@receiver(user_logged_out)
def leave_session(request: HttpRequest, user: Person | None, **_: object) -> None:
    """Note that somebody logged out.

    Args:
        request: the request.
        user: who, if anybody was logged in.
    """
    kept = _kept(request) if isinstance(user, Person) else None
    if kept is not None and isinstance(user, Person):
        sessions.end(kept, by=user.username, because="Logged out.", now=timezone.now())


@receiver(authenticator_added)
def accept_new_factor(request: HttpRequest, **_: object) -> None:
    """Count a factor that was just shown to work.

    Args:
        request: the request.
    """
    request.session["second_factor"] = True
