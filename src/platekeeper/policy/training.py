"""Which courses somebody needs, and whether they were completed as the policy asks (TRN-01 to TRN-07).

A course that is certified, that somebody particular must teach, or that belongs to officers who only receive
hits has an obligation of its own; each fault is refused under the obligation that it breaks.
"""

from collections.abc import Callable

from platekeeper.policy.decision import Refusal, Rule
from platekeeper.policy.facts import AccessFacts, TrainingCompletion
from platekeeper.policy.people import Course
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import Role

_Fault = Callable[[AccessFacts, Course, TrainingCompletion], bool]
_SIGNERS = frozenset({Role.TRAINER})


def required_courses(profile: Profile, roles: frozenset[Role]) -> tuple[Course, ...]:
    """Return the courses that somebody with these roles must have completed before access.

    Args:
        profile: the agency's policy.
        roles: what the person is.

    Returns:
        Courses in the profile's order; the reorientation course is not among them.
    """
    return profile.training.required(roles)


def last_completion(facts: AccessFacts, course: Course) -> TrainingCompletion | None:
    """Return the person's latest completion of a course up to now, or None."""
    done = [
        one for one in facts.person.trainings if one.course == course.code and one.completed_at <= facts.now
    ]
    return max(done, key=lambda one: one.completed_at, default=None)


def _signed_wrongly(facts: AccessFacts, course: Course, done: TrainingCompletion) -> bool:
    return not course.trained_by and (
        done.signed_as not in _SIGNERS or done.signed_by == facts.person.username
    )


def _taught_wrongly(facts: AccessFacts, course: Course, done: TrainingCompletion) -> bool:
    return bool(course.trained_by) and (
        done.signed_as not in course.trained_by or done.signed_by == facts.person.username
    )


def _uncertified(_: AccessFacts, course: Course, done: TrainingCompletion) -> bool:
    return bool(course.certified_by) and done.certified_by != course.certified_by


def _incomplete(_: AccessFacts, course: Course, done: TrainingCompletion) -> bool:
    return not done.topics.issuperset(course.topics)


def _expired(facts: AccessFacts, course: Course, done: TrainingCompletion) -> bool:
    return course.valid_for is not None and done.completed_at < course.valid_for.cutoff(facts.now)


def _on_the_job(course: Course) -> bool:
    return course.roles == {Role.HIT_ONLY_OFFICER}


def _kind(course: Course) -> str:
    """Return the obligation under which it is refused that a course is missing."""
    if _on_the_job(course):
        return "TRN-07"
    if course.certified_by:
        return "TRN-05"
    return "TRN-06" if course.trained_by else "TRN-01"


def _missing(obligation: str) -> Callable[[AccessFacts], Refusal | None]:
    def finds(facts: AccessFacts) -> Refusal | None:
        for course, done in facts.required:
            if done is None and _kind(course) == obligation:
                return Refusal(
                    f'You have not completed the training "{course.title}".',
                    "Complete it and have it signed.",
                    clause=course.clause,
                )
        return None

    return finds


def _faulty(fault: _Fault, reason: str, remedy: str) -> Callable[[AccessFacts], Refusal | None]:
    def finds(facts: AccessFacts) -> Refusal | None:
        for course, done in facts.required:
            if done is not None and fault(facts, course, done):
                return Refusal(reason.format(course.title), remedy.format(course.title), clause=course.clause)
        return None

    return finds


def _both(
    first: Callable[[AccessFacts], Refusal | None], then: Callable[[AccessFacts], Refusal | None]
) -> Callable[[AccessFacts], Refusal | None]:
    return lambda facts: first(facts) or then(facts)


def _unread(facts: AccessFacts) -> Refusal | None:
    documents = facts.profile.training.documents
    missing = set(documents.value) - facts.person.acknowledged
    if not missing:
        return None
    return Refusal(
        f'You have not acknowledged "{min(missing)}" in the version in force.',
        "Read it and acknowledge it.",
        clause=documents.clause,
    )


def _insider(facts: AccessFacts) -> bool:
    return not facts.outsider


TRAINING_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("trained-before-access", "TRN-01", _missing("TRN-01"), _insider),
    Rule(
        "certified-course",
        "TRN-05",
        _both(
            _missing("TRN-05"),
            _faulty(
                _uncertified, 'Your completion of "{}" is not certified.', "Complete the certified course."
            ),
        ),
        _insider,
    ),
    Rule(
        "administrator-trained",
        "TRN-06",
        _both(
            _missing("TRN-06"),
            _faulty(
                _taught_wrongly,
                'Your completion of "{}" is not signed by anybody who may teach it.',
                "Have it signed by a current administrator or the vendor.",
            ),
        ),
        _insider,
    ),
    Rule("on-the-job-training", "TRN-07", _missing("TRN-07"), _insider),
    Rule(
        "signed-by-a-trainer",
        "TRN-02",
        _faulty(
            _signed_wrongly,
            'Your completion of "{}" is not signed by a trainer.',
            "Ask the training office to sign it.",
        ),
        _insider,
    ),
    Rule(
        "training-current",
        "TRN-03",
        _faulty(_expired, 'Your training "{}" has expired.', "Complete it again."),
        _insider,
    ),
    Rule(
        "training-content",
        "TRN-04",
        _both(
            _faulty(
                _incomplete,
                'Your completion of "{}" does not cover all that it must.',
                "Complete the missing parts.",
            ),
            _unread,
        ),
        _insider,
    ),
)
