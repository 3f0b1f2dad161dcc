"""Whether somebody may be given a title and roles, how each of their courses stands, whether they lie idle.

These are the rules of `standing` and `training`, asked before a change rather than at an access: the page that
appoints and the gate that lets in can never disagree.
"""

from dataclasses import replace
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision
from platekeeper.policy.facts import AccessFacts, AccessRequest, Person
from platekeeper.policy.people import Course
from platekeeper.policy.profile import Profile
from platekeeper.policy.standing import ACCOUNT_RULES, ROLE_RULES
from platekeeper.policy.training import TRAINING_RULES, last_completion
from platekeeper.policy.vocabulary import Function

_TAGS = ("listed-personnel", "listed-title", "roles-apart")
_APPOINTMENT: AllOf[AccessFacts] = AllOf(tuple(rule for rule in ROLE_RULES if rule.tag in _TAGS))
_COURSE: AllOf[AccessFacts] = AllOf(TRAINING_RULES)
_USED_LATELY = next(rule for rule in ACCOUNT_RULES if rule.tag == "used-lately")
_IN_USE: AllOf[AccessFacts] = AllOf(
    tuple(rule for rule in ACCOUNT_RULES if rule.tag in {"used-lately", "used-within-the-year"})
)


def decide_appointment(profile: Profile, person: Person, now: datetime) -> Decision:
    """Decide whether somebody may hold the title and the roles that these facts name.

    Args:
        profile: policy of the person's agency.
        person: with title and roles as they would be.
        now: aware.

    Source:
        GOV-05, USR-02, USR-05
    """
    return _APPOINTMENT.decide(_bare(profile, person, now))


def decide_course(profile: Profile, person: Person, course: Course, now: datetime) -> Decision:
    """Decide whether one course was completed as the policy asks, whatever the others are like.

    Args:
        profile: policy of the person's agency.
        person: with every completion.
        course: one of the profile's courses.
        now: aware.

    Source:
        TRN-01 to TRN-07
    """
    documents = replace(profile.training.documents, value=())
    alone = replace(profile, training=replace(profile.training, courses=(course,), documents=documents))
    return _COURSE.decide(_bare(alone, person, now))


def expires_at(profile: Profile, person: Person, course: Course, now: datetime) -> datetime | None:
    """Return when somebody's latest completion of a course ends; None where it never does, or there is none.

    Args:
        profile: policy of the person's agency.
        person: with every completion.
        course: the course.
        now: aware.

    Source:
        TRN-03
    """
    done = last_completion(_bare(profile, person, now), course)
    return None if done is None or course.valid_for is None else course.valid_for.after(done.completed_at)


def _bare(profile: Profile, person: Person, now: datetime) -> AccessFacts:
    request = AccessRequest(function=Function.VIEW_READ, data_agency=profile.slug)
    return AccessFacts(profile=profile, person=person, request=request, now=now)


def decide_idle(profile: Profile, person: Person, now: datetime) -> Decision:
    """Decide whether an account was used lately enough to stay enabled.

    Args:
        profile: policy of the person's agency.
        person: whose account.
        now: aware.

    Source:
        CJIS AC-2(3)
    """
    return _USED_LATELY.decide(_bare(profile, person, now))


def decide_use(profile: Profile, person: Person, now: datetime) -> Decision:
    """Decide whether a log-in counts as use; after too long a time without any it does not mend that.

    Args:
        profile: policy of the person's agency.
        person: whose account.
        now: aware.

    Source:
        USR-12, CJIS AC-2(3)
    """
    return _IN_USE.decide(_bare(profile, person, now))
