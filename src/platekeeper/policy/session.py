"""Whether somebody may log in and a log-in may go on: lock, banner, second factor, idle time, age."""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.appointment import decide_idle
from platekeeper.policy.decision import AllOf, Allowed, Decision, Refusal, Rule
from platekeeper.policy.facts import Person
from platekeeper.policy.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Session:
    """One log-in.

    Attributes:
        authenticated_at: last full log-in.
        last_active_at: last use.
        second_factor: whether one was given.
        banner_accepted: whether the log-on banner was accepted.
        terminal: class of the terminal, such as `desk`, `police-vehicle`, `dispatch`, `receive-only`.
    """

    authenticated_at: datetime
    last_active_at: datetime
    second_factor: bool
    banner_accepted: bool
    terminal: str = "desk"


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """One question: may this session go on?"""

    profile: Profile
    session: Session
    now: datetime


def _without_banner(facts: SessionFacts) -> Refusal | None:
    if facts.session.banner_accepted:
        return None
    return Refusal(
        "The banner with the consequences of misuse is not accepted.", "Read it and accept it to go on."
    )


def _single_factor(facts: SessionFacts) -> Refusal | None:
    rule = facts.profile.cjis.second_factor
    if facts.session.second_factor or not rule.value:
        return None
    return Refusal("No second factor was given.", "Give the code or use the passkey.", clause=rule.clause)


def _idle(facts: SessionFacts) -> Refusal | None:
    rules, session = facts.profile.cjis, facts.session
    if (
        session.terminal in rules.idle_exempt.value
        or rules.idle_lock.value.cutoff(facts.now) <= session.last_active_at
    ):
        return None
    return Refusal(
        f"The session was not used for {rules.idle_lock.value.words}.",
        "Log in again to unlock it.",
        clause=rules.idle_lock.clause,
    )


def _aged(facts: SessionFacts) -> Refusal | None:
    rule = facts.profile.cjis.reauthenticate
    if rule.value.cutoff(facts.now) <= facts.session.authenticated_at:
        return None
    return Refusal(
        f"The last log-in was {rule.value.words} ago or more.", "Log in again.", clause=rule.clause
    )


SESSION_RULES: tuple[Rule[SessionFacts], ...] = (
    Rule("banner-accepted", "GOV-10", _without_banner),
    Rule("second-factor", "USR-01", _single_factor),
    Rule("not-idle", "SEC-01", _idle),
    Rule("authenticated-lately", "SEC-01", _aged),
)


def decide_session(profile: Profile, session: Session, now: datetime) -> Decision:
    """Decide whether a session may go on.

    Source:
        GOV-10, USR-01, SEC-01
    """
    return AllOf(SESSION_RULES).decide(SessionFacts(profile=profile, session=session, now=now))


@dataclass(frozen=True, kw_only=True)
class LoginFacts:
    """One question: may this person log in?

    Attributes:
        profile: policy of the person's agency.
        person: who; None where the name is not known.
        failures: failed attempts within the window, this one not counted.
        locked: whether the account is locked until an administrator releases it.
        now: aware.
    """

    profile: Profile
    person: Person | None
    failures: int
    locked: bool
    now: datetime


def _locked(facts: LoginFacts) -> Refusal | None:
    rule = facts.profile.cjis.attempts
    if not facts.locked and facts.failures < rule.value:
        return None
    return Refusal(
        f"The account is locked after {rule.value} failed log-ins.",
        "Ask an administrator to release it.",
        clause=rule.clause,
        report_to=facts.profile.users.improper_logins_to.value,
    )


def _not_admitted(facts: LoginFacts) -> Refusal | None:
    person, to = facts.person, facts.profile.users.improper_logins_to.value
    if person is None:
        return Refusal("Name or password is wrong.", "Try again, or ask the administrator.")
    left = (moment for moment in (person.separated_at, person.disabled_at) if moment is not None)
    gone = any(moment <= facts.now for moment in left)
    suspended = person.suspended_until is not None and facts.now < person.suspended_until
    if not gone and not suspended:
        return None
    return Refusal("This account is deactivated.", "Ask the administrator.", report_to=to)


def _left_idle(facts: LoginFacts) -> Refusal | None:
    if facts.person is None:
        return None
    decision = decide_idle(facts.profile, facts.person, facts.now)
    if isinstance(decision, Allowed):
        return None
    to = facts.profile.users.improper_logins_to.value
    return Refusal(decision.reason, decision.remedy, clause=decision.clause, report_to=to)


LOGIN_RULES: tuple[Rule[LoginFacts], ...] = (
    Rule("not-locked", "SEC-01", _locked),
    Rule("account-admitted", "USR-10", _not_admitted),
    Rule("account-not-idle", "SEC-01", _left_idle),
)


def decide_login(facts: LoginFacts) -> Decision:
    """Decide whether somebody may log in; a refusal names the office that is told of the attempt.

    Source:
        USR-10, CJIS AC-7
    """
    return AllOf(LOGIN_RULES).decide(facts)
