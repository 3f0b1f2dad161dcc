"""What people must have learnt and read, what they have, and what is missing (TRN-01 to TRN-05, USR-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person, TrainingCompletion
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.roster.models import IssuedDocument
from platekeeper.policy import Decision, Denied, Function, Profile, Role
from platekeeper.policy.appointment import decide_course, expires_at
from platekeeper.policy.people import Course

SOON = timedelta(days=30)


@dataclass(frozen=True)
class CourseState:
    """One course, and how it stands with a person.

    Attributes:
        course: the course.
        decision: whether it counts now.
        expires_at: when it ends to count; None where it does not.
        is_due_soon: whether that is within thirty days.
    """

    course: Course
    decision: Decision
    expires_at: datetime | None
    is_due_soon: bool

    @property
    def refusal(self) -> Denied | None:
        """Why it does not count, or None."""
        return self.decision if isinstance(self.decision, Denied) else None


@dataclass(frozen=True)
class DocumentState:
    """One document of the policy in the version in force, and whether a person acknowledged it.

    Attributes:
        title: the document.
        version: the version in force.
        place: where it is read; empty where only the policy's own revision is known.
        is_acknowledged: by this person, in this version.
    """

    title: str
    version: str
    place: str
    is_acknowledged: bool


def courses_of(person: Person, now: datetime) -> list[CourseState]:
    """Return every course that a person needs, with how it stands.

    Args:
        person: who.
        now: the present time.
    """
    profile, facts = profile_of(person.agency), facts_of(person)
    states = []
    for course in policy.required_courses(profile, facts.roles):
        ends = expires_at(profile, facts, course, now)
        soon = ends is not None and now < ends <= now + SOON
        states.append(CourseState(course, decide_course(profile, facts, course, now), ends, soon))
    return [*states, *_reorientation(profile, facts, now)]


def titled(person: Person) -> list[TrainingCompletion]:
    """Return all that somebody completed, latest first, each with its `title`, or code where that is lost.

    Args:
        person: who.
    """
    titles = {course.code: course.title for course in profile_of(person.agency).training.courses}
    completed = list(person.training.all())
    for one in completed:
        one.title = titles.get(one.course, one.course)  # type: ignore[attr-defined]  # for pages
    return completed


def _reorientation(profile: Profile, facts: policy.Person, now: datetime) -> list[CourseState]:
    """Return the course that a year without use asks for, if it does now (USR-12)."""
    decision = policy.decide_function(profile, facts, Function.VIEW_READ, now)
    if not isinstance(decision, Denied) or decision.obligation != "USR-12":
        return []
    code = profile.training.reorientation_course.value
    asked = (course for course in profile.training.courses if course.code == code)
    return [CourseState(course, decision, None, is_due_soon=False) for course in asked]


def documents_in_force(agency: Agency) -> dict[str, tuple[str, str]]:
    """Return the version in force of each document that the policy has people acknowledge, and where it is read.

    Args:
        agency: the agency. What it issued no version of counts as the policy's own revision.
    """
    profile = profile_of(agency)
    found = dict.fromkeys(profile.training.documents.value, (profile.revision, ""))
    for issued in IssuedDocument.objects.filter(agency=agency, title__in=found).order_by("issued_at"):
        found[issued.title] = (issued.version, issued.place)
    return found


def documents_of(person: Person, in_force: dict[str, tuple[str, str]] | None = None) -> list[DocumentState]:
    """Return the documents of a person's policy, and which of them they acknowledged.

    Args:
        person: who.
        in_force: what `documents_in_force` gave for their agency, where many people are asked about.
    """
    if in_force is None:
        in_force = documents_in_force(person.agency)
    return [
        DocumentState(title, version, place, title in person.acknowledged)
        for title, (version, place) in sorted(in_force.items())
    ]


def signing_role(signer: Person, course: Course) -> Role | None:
    """Return as what somebody may sign a course: as a trainer, or as one whom the course names (TRN-02, TRN-06).

    Args:
        signer: who would sign.
        course: the course.
    """
    may = course.trained_by or frozenset({Role.TRAINER})
    return next((Role(role) for role in sorted(signer.roles) if role in may), None)


def outside_role(course: Course) -> Role:
    """Return as what a trainer from outside signs a course.

    Args:
        course: the course.
    """
    return Role.VENDOR if Role.VENDOR in course.trained_by else Role.TRAINER
