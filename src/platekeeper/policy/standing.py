"""Whether somebody may do a thing at all: account, role, title, authorization, entitlement.

These rules know the person and the function, not the particular inquiry, so they also answer "what may I do,
and why not" and tell a button why it is disabled. Training has a module of its own.
"""

from datetime import datetime

from platekeeper.policy.decision import Refusal, Rule
from platekeeper.policy.facts import AccessFacts
from platekeeper.policy.period import Period
from platekeeper.policy.vocabulary import (
    CHANGING,
    DISCLOSING,
    INQUIRING,
    QUERYING,
    DataSource,
    Duty,
    Function,
    Role,
)

_TECHNICAL = frozenset({Function.ADMINISTER_USERS, Function.MAINTAIN_SYSTEM, Function.SEARCH_DELETED})
_TECHNICIANS = frozenset({Role.ADMINISTRATOR, Role.IT, Role.VENDOR})
_DATA_USERS = frozenset(
    {
        Role.PATROL_OFFICER,
        Role.DISPATCHER,
        Role.DETECTIVE,
        Role.ANALYST,
        Role.SUPERVISOR,
        Role.HIT_ONLY_OFFICER,
    }
)
_ALWAYS_ENTITLED = frozenset({DataSource.DEPARTMENT})


def _insider(facts: AccessFacts) -> bool:
    return not facts.outsider


def _beyond_hits(facts: AccessFacts) -> bool:
    # an account that only ever receives hits is no data user's (Los Angeles, Data Users note)
    return _insider(facts) and facts.person.roles != {Role.HIT_ONLY_OFFICER}


def _vendor(facts: AccessFacts) -> bool:
    return Role.VENDOR in facts.person.roles


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def last_sign_of_use(facts: AccessFacts, *others: datetime | None) -> datetime | None:
    """Return when the account was last used or made, or its person finished the reorientation, or another sign."""
    person, course = facts.person, facts.profile.training.reorientation_course.value
    learnt = [done.completed_at for done in person.trainings if done.course == course]
    signs = [person.last_used_at, person.created_at, *others, *learnt]
    return max((sign for sign in signs if sign is not None and sign <= facts.now), default=None)


def _lapsed(last: datetime | None, period: Period | None, now: datetime) -> bool:
    return last is not None and period is not None and last < period.cutoff(now)


def _shared(facts: AccessFacts) -> Refusal | None:
    if facts.person.individual:
        return None
    return Refusal("This account is shared by several people.", "Log in with an account of your own.")


def _separated(facts: AccessFacts) -> Refusal | None:
    left = facts.person.separated_at
    if left is None or left > facts.now:
        return None
    return Refusal(
        f"This person left the agency on {_day(left)}.",
        "Ask the administrator, who deactivates and deletes the account.",
    )


def _disabled(facts: AccessFacts) -> Refusal | None:
    disabled = facts.person.disabled_at
    if disabled is None or disabled > facts.now:
        return None
    return Refusal(
        f"This account was deactivated on {_day(disabled)}.",
        "Ask the administrator to review it and enable it anew.",
        report_to=facts.profile.users.improper_logins_to.value,
    )


def _suspended(facts: AccessFacts) -> Refusal | None:
    until = facts.person.suspended_until
    if until is None or until <= facts.now:
        return None
    return Refusal(
        f"This account is switched off after misuse until {_day(until)}.",
        "Wait for that day, or ask the office that decided.",
        report_to=facts.profile.users.improper_logins_to.value,
    )


def _unused(facts: AccessFacts) -> Refusal | None:
    # that an administrator enabled the account anew is no use of it: after a year of none it is always disabled before
    training = facts.profile.training
    period = training.reorientation_after.value
    if not _lapsed(last_sign_of_use(facts), period, facts.now) or period is None:
        return None
    return Refusal(
        f"This account was not used for {period.words}.",
        f"Complete the reorientation training: {training.reorientation_after.clause}.",
        clause=training.reorientation_after.clause,
    )


def _idle(facts: AccessFacts) -> Refusal | None:
    period = facts.profile.cjis.disable_after
    if not _lapsed(last_sign_of_use(facts, facts.person.enabled_at), period.value, facts.now):
        return None
    return Refusal(
        f"This account was not used for {period.value.words} and is disabled.",
        "Ask the administrator to enable it anew.",
        clause=period.clause,
    )


def _unlisted_title(facts: AccessFacts) -> Refusal | None:
    if not facts.profile.users.titles_closed.value:
        nameless = facts.profile.states("GOV-05") and not facts.person.title.strip()
        return (
            Refusal("Your job title is not recorded.", "Ask the administrator to record it.")
            if nameless
            else None
        )
    listed = next((entry for entry in facts.profile.users.titles if entry.title == facts.person.title), None)
    if listed is None:
        return Refusal(
            f'The job title "{facts.person.title}" is not on the list of those who may use the system.',
            "Ask the administrator to correct your title or to publish a list that holds it.",
        )
    beyond = facts.person.roles - listed.roles
    if beyond:
        return Refusal(
            f'The job title "{listed.title}" does not carry the role {min(beyond)}.',
            "Ask the administrator to assign a role that the title carries.",
            clause=listed.clause,
        )
    return None


def _unlisted(facts: AccessFacts) -> Refusal | None:
    if facts.person.roles & facts.profile.roles.keys():
        return None
    return Refusal(
        "Your account has no role that this agency's policy knows.",
        "Ask the administrator to assign you a role.",
    )


def _mixed(facts: AccessFacts) -> Refusal | None:
    roles = facts.person.roles
    searching = roles & _DATA_USERS
    apart = facts.profile.users.administrators_apart.value
    barred = {Role.AUDITOR} | ({Role.ADMINISTRATOR} if apart else set())
    both = roles & barred
    if not (both and searching):
        return None
    return Refusal(
        f"One person cannot be {min(both)} and {min(searching)} at once.",
        "Ask the administrator to take one of the roles away.",
    )


def _hit_only(facts: AccessFacts) -> Refusal | None:
    others = facts.person.roles - {Role.HIT_ONLY_OFFICER}
    if others or facts.request.function not in CHANGING | INQUIRING:
        return None
    return Refusal(
        "Officers in equipped cars receive hits and can neither inquire nor add, remove or change anything.",
        "Ask a data user, or your supervisor for an authorization as one.",
    )


def _visiting(facts: AccessFacts) -> Refusal | None:
    if facts.request.function is not Function.MAINTAIN_SYSTEM:
        return Refusal(
            "Vendors have access for maintenance and repair only.", "Ask a member of the agency to do it."
        )
    visit = facts.person.visit
    longest = facts.profile.users.vendor_visit.value
    in_force = (
        visit is not None
        and bool(visit.ticket and visit.admitted_by)
        and visit.valid_from <= facts.now < visit.valid_to
        and visit.valid_to <= longest.after(visit.valid_from)
    )
    if in_force:
        return None
    return Refusal(
        "No maintenance visit is admitted for this vendor now.",
        f"Ask the administrator for an admission with a ticket, for at most {longest.words}.",
    )


def _operating(facts: AccessFacts) -> Refusal | None:
    if Role.IT not in facts.person.roles or facts.request.function not in DISCLOSING:
        return None
    return Refusal(
        "The technology department runs the system and does not see its data.",
        "Ask a data user to make the inquiry.",
    )


def _not_technical(facts: AccessFacts) -> Refusal | None:
    if facts.request.function not in _TECHNICAL or facts.person.roles & _TECHNICIANS:
        return None
    return _for_others(facts, "Only the system's administrators may", _TECHNICIANS)


def _ungranted(facts: AccessFacts) -> Refusal | None:
    function, roles = facts.request.function, facts.profile.roles
    if any(function in roles[role].functions for role in facts.person.roles & roles.keys()):
        return None
    return _for_others(facts, "None of your roles may", frozenset(Role))


def _for_others(facts: AccessFacts, said: str, among: frozenset[Role]) -> Refusal:
    """Refuse a function by naming the roles that have it, each with its clause."""
    function, roles = facts.request.function, facts.profile.roles
    able = {role: right for role, right in roles.items() if role in among and function in right.functions}
    office = facts.profile.duties[Duty.ADMINISTRATION].value
    if not able:
        return Refusal(
            f"No role of this agency may {function.in_words}.",
            f"If the work needs it, ask the {office} to publish a policy that gives it to a role.",
        )
    who = " or ".join(f'"{right.title}" ({right.clause})' for right in able.values())
    return Refusal(
        f"{said} {function.in_words}: that is for {who}.",
        f"Ask one of them to do it, or the {office} about your roles.",
        clause=next(iter(able.values())).clause,
    )


def _limited(facts: AccessFacts) -> Refusal | None:
    limit = facts.profile.users.inquiries_limited_to
    if not limit.value or facts.person.title in limit.value:
        return None
    return Refusal(
        f"Inquiries are restricted to {' and '.join(limit.value)}.",
        "Ask one of them to make it.",
        clause=limit.clause,
    )


def _unauthorized(facts: AccessFacts) -> Refusal | None:
    if not facts.profile.users.written_authorization.value:
        return None
    given, clause = facts.person.authorization, facts.profile.users.written_authorization.clause
    self_made = given is not None and facts.person.username in {given.supervisor, given.granted_by}
    if given is None or not given.document or self_made or given.authorized_at > facts.now:
        return Refusal(
            "Your supervisor has not authorized you in writing to query.",
            "Ask your supervisor for the written authorization.",
            clause=clause,
        )
    if not given.granted_by or given.granted_at is None or given.granted_at > facts.now:
        return Refusal(
            "The technical bureau has not granted you permission to query yet.",
            "Ask the bureau, which has your supervisor's authorization.",
            clause=clause,
        )
    return None


def _without_right(facts: AccessFacts) -> Refusal | None:
    if not facts.profile.access.need_and_right.value or facts.person.assignment.strip():
        return None
    return Refusal(
        "Your assignment, which gives you the right to know, is not recorded.",
        "Ask the administrator to record your assignment.",
    )


def _unentitled(facts: AccessFacts) -> Refusal | None:
    asked = facts.request.sources
    if not facts.profile.users.entitlements_required.value:
        asked &= {DataSource.NCIC_RESTRICTED}
    missing = asked - facts.person.entitlements - _ALWAYS_ENTITLED
    if not missing:
        return None
    return Refusal(
        f"You are not authorized for {min(missing)} data.", "Ask the administrator for that authorization."
    )


def _asks_deleted_or_queries(facts: AccessFacts) -> bool:
    return _insider(facts) and facts.request.function in INQUIRING


def _inquires(facts: AccessFacts) -> bool:
    return facts.request.function in INQUIRING


def _queries(facts: AccessFacts) -> bool:
    return _insider(facts) and facts.request.function in QUERYING - {Function.SEARCH_DELETED}


ACCOUNT_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("individual-account", "USR-01", _shared),
    Rule("employed", "USR-11", _separated),
    Rule("active-account", "USR-10", _disabled),
    Rule("not-suspended", "USR-09", _suspended),
    Rule("used-within-the-year", "USR-12", _unused, _beyond_hits),
    Rule("used-lately", "SEC-01", _idle),
)

ROLE_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("vendor-maintains-only", "USR-07", _visiting, _vendor),
    Rule("listed-personnel", "USR-02", _unlisted, _insider),
    Rule("listed-title", "GOV-05", _unlisted_title, _insider),
    Rule("roles-apart", "USR-05", _mixed),
    Rule("hits-only", "USR-06", _hit_only, lambda facts: Role.HIT_ONLY_OFFICER in facts.person.roles),
    Rule("operations-without-search", "GOV-08", _operating),
    Rule("technicians-only", "USR-13", _not_technical),
    Rule("function-granted", "GOV-09", _ungranted, _insider),
    Rule("inquiries-limited", "USR-03", _limited, _queries),
    Rule("two-step-authorization", "USR-04", _unauthorized, _asks_deleted_or_queries),
    Rule("right-to-know", "PUR-13", _without_right, _inquires),
    Rule("source-entitlement", "USR-08", _unentitled),
)
