"""Signing training, issuing documents and acknowledging them: each with its ledger entry (TRN-02 to TRN-06)."""

from datetime import datetime

from platekeeper import policy
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.operations import complete_training
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.learning import documents_in_force, outside_role, signing_role
from platekeeper.office.roster.operations import RosterError, call, encoded
from platekeeper.policy import Role
from platekeeper.policy.people import Course

OWNER = "owner"


def course_of(person: Person, code: str) -> Course:
    """Return a course of a person's policy.

    Args:
        person: who is to take it.
        code: its code.

    Raises:
        RosterError: the policy has no such course.
    """
    courses = profile_of(person.agency).training.courses
    found = next((course for course in courses if course.code == code), None)
    if found is None:
        known = ", ".join(course.code for course in courses)
        raise RosterError(f"The policy has no such course: choose one of {known}.")
    return found


def sign_training(
    actor: Person,
    person: Person,
    *,
    course_code: str,
    topics: list[str],
    completed_at: datetime,
    certificate: str = "",
    outside: str = "",
) -> None:
    """Keep that somebody finished a course.

    Args:
        actor: who signs, not the person; or, for a trainer from outside, the administrator who enters it.
        person: who finished it.
        course_code: the course.
        topics: what was covered; all that the course must cover.
        completed_at: when.
        certificate: its number; needed where somebody certifies the course, and from outside.
        outside: name of a trainer from outside; empty where the actor signs.

    Raises:
        RosterError: something is missing, or nobody may sign so.

    Records:
        `training.completed` or, from outside, `training.attested`.

    Source:
        TRN-02, TRN-04, TRN-05, TRN-06
    """
    course = course_of(person, course_code)
    missing = [topic for topic in course.topics if topic not in topics]
    if missing:
        raise RosterError(f"The course must cover {', '.join(missing)}: complete it first (TRN-04).")
    if (course.certified_by or outside) and not certificate:
        raise RosterError(f"Enter the number of the certificate{_of(course)} (TRN-05).")
    role = outside_role(course) if outside else signing_role(actor, course)
    if role is None:
        wanted = " or ".join(sorted(role.value for role in course.trained_by)) or Role.TRAINER.value
        raise RosterError(f'"{course.title}" is signed by a {wanted}: ask one ({course.clause}).')
    call(
        "sign_training",
        actor.pk,
        person.pk,
        encoded(
            {"course": course.code, "signed_as": role.value, "topics": list(course.topics),
             "completed_at": completed_at.isoformat(), "certified_by": course.certified_by,
             "certificate": certificate, "outside": outside}
        ),
    )  # fmt: skip


def _of(course: Course) -> str:
    return f" of {course.certified_by}" if course.certified_by else ""


def attest_beginning(person: Person, *, trainer: str, now: datetime) -> list[Course]:
    """Keep, on the server itself, what the first people of an agency learnt before it had anybody who could sign.

    Args:
        person: one of the first.
        trainer: name of the trainer from outside.
        now: the present time.

    Returns:
        The courses.
    """
    courses = policy.required_courses(
        profile_of(person.agency), frozenset(policy.Role(role) for role in person.roles)
    )
    for course in courses:
        complete_training(
            person, course_code=course.code, signed_by=f"outside: {trainer}"[:60],
            signed_as=outside_role(course).value, now=now, using=OWNER,
        )  # fmt: skip
    return list(courses)


def issue_document(actor: Person, *, title: str, version: str, place: str, sha256: str = "") -> None:
    """Put a new version of a document in force; everybody must acknowledge it anew.

    Args:
        actor: an administrator or trainer.
        title: one of the policy's documents.
        version: its name.
        place: where people read it.
        sha256: digest of the document, where it was at hand.

    Raises:
        RosterError: the policy has no such document, or the version was issued.

    Records:
        `document.issued`

    Source:
        TRN-04
    """
    if title not in documents_in_force(actor.agency):
        raise RosterError("The policy has no such document: choose one of its list.")
    if not version.strip() or not place.strip():
        raise RosterError("A version has a name and a place where people read it.")
    call("issue_document", actor.pk, title, version.strip(), place.strip(), sha256)


def acknowledge(person: Person, *, title: str, version: str) -> None:
    """Keep that a person read a document in the version in force.

    Args:
        person: who says so, of themselves.
        title: the document.
        version: the version that they were shown.

    Raises:
        RosterError: it is not the version in force.

    Records:
        `document.acknowledged`

    Source:
        TRN-04
    """
    in_force = documents_in_force(person.agency).get(title)
    if in_force is None or in_force[0] != version:
        raise RosterError("This is not the version in force: read and acknowledge that one.")
    call("acknowledge_document", person.pk, title, version)
