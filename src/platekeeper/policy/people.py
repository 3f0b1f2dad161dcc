"""What a policy says of people: for what they use the data, what they state, who they are, what is learnt."""

from dataclasses import dataclass, field

from platekeeper.policy.numbers import spelled
from platekeeper.policy.period import Period
from platekeeper.policy.setting import Setting, says
from platekeeper.policy.vocabulary import CaseRule, DataKind, Function, Role


@dataclass(frozen=True, kw_only=True)
class AuthorizedPurpose:
    """One purpose for which the data may be used.

    Attributes:
        code: what access records store.
        title: what people choose from.
        clause: where the policy names it.
        needs_case: whether an inquiry for it needs the number that `Access.case_required` asks for.
    """

    code: str
    title: str
    clause: str
    needs_case: bool = True


@dataclass(frozen=True, kw_only=True)
class ProhibitedUse:
    """One use that the policy names and forbids."""

    code: str
    title: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class Purposes:
    """For what the data may be used (PUR-01)."""

    closed: Setting[bool] = field(
        metadata=says(
            "purposes",
            "The list of purposes is complete.",
            otherwise="The list of purposes is open: a further one is added by publishing it in the profile.",
        )
    )
    authorized: tuple[AuthorizedPurpose, ...]
    prohibited: tuple[ProhibitedUse, ...]


@dataclass(frozen=True, kw_only=True)
class Access:
    """What must stand beside an inquiry (SRC-01 to SRC-05, PUR-13, PUR-14)."""

    record_fields: Setting[tuple[str, ...]] = field(
        metadata=says("search key", "Every access leaves a record of {}.")
    )
    case_required: Setting[CaseRule] = field(metadata=says("search key", "An inquiry needs {}."))
    reason_required: Setting[bool] = field(
        metadata=says(
            "search key",
            "An inquiry needs a reason in words.",
            otherwise="A reason in words is welcome, not needed.",
        )
    )
    case_number_pattern: Setting[str] = field(
        metadata=says("search key", "A case or incident number is written as {}.", words=spelled)
    )
    case_number_example: Setting[str] = field(
        metadata=says("search key", "A case or incident number looks like {}.")
    )
    need_and_right: Setting[bool] = field(
        metadata=says(
            "search key",
            "A person needs lawful authority (an assignment) and an investigative purpose, recorded apart.",
            otherwise="The purpose of an inquiry is recorded; the person's assignment is not asked for.",
        )
    )
    rms_classification: Setting[str] = field(
        metadata=says(
            "search key",
            "Every access is also documented in the records management system as {}.",
            otherwise="Access is documented here alone.",
        )
    )


@dataclass(frozen=True, kw_only=True)
class RoleRights:
    """What a class of users may do, and with which data (GOV-09)."""

    title: str
    functions: frozenset[Function]
    kinds: frozenset[DataKind]
    clause: str


@dataclass(frozen=True, kw_only=True)
class JobTitle:
    """A job title that may use the system, and as what (GOV-05)."""

    title: str
    roles: frozenset[Role]
    clause: str


@dataclass(frozen=True, kw_only=True)
class Users:
    """Who may have access (GOV-05, USR)."""

    titles_closed: Setting[bool] = field(
        metadata=says(
            "users",
            "Only the listed job titles have access.",
            otherwise="Job titles are recorded, not limited.",
        )
    )
    titles: tuple[JobTitle, ...]
    inquiries_limited_to: Setting[tuple[str, ...]] = field(
        metadata=says(
            "users",
            "Inquiries are made by {} only.",
            otherwise="Everyone whose role may search makes inquiries.",
        )
    )
    written_authorization: Setting[bool] = field(
        metadata=says(
            "users",
            "Before querying, a supervisor authorizes in writing and the technical bureau grants.",
            otherwise="The administrator assigns roles.",
        )
    )
    administrators_apart: Setting[bool] = field(
        metadata=says(
            "users",
            "Administrators and data users are different people.",
            otherwise="An administrator may also be a data user.",
        )
    )
    entitlements_required: Setting[bool] = field(
        metadata=says(
            "users",
            "Department, state and federal data each need an authorization of their own.",
            otherwise="Data of other sources comes under the general rules.",
        )
    )
    vendor_visit: Setting[Period] = field(
        metadata=says(
            "users", "A vendor is let in for maintenance and repair, with a ticket, for at most {}."
        )
    )
    suspension: Setting[bool] = field(
        metadata=says(
            "users",
            "After misuse an account is switched off until a stated date.",
            otherwise="Misuse is dealt with outside the system.",
        )
    )
    improper_logins_to: Setting[str] = field(
        metadata=says(
            "users",
            "Improper log-ins and log-ins of deactivated people are reported at once to: {}.",
            otherwise="Improper log-ins are recorded.",
        )
    )
    leavers: Setting[str] = field(metadata=says("users", "When somebody leaves: {}."))


@dataclass(frozen=True, kw_only=True)
class Course:
    """One course of training (TRN).

    Attributes:
        code: what completions name.
        title: what people read.
        roles: whose course it is; empty means everyone's.
        valid_for: how long a completion counts; None means without end.
        topics: what a completion must cover.
        certified_by: who must have certified the course; empty where nobody must.
        trained_by: roles of whom one must sign; empty means the training office.
        clause: where it is asked for.
    """

    code: str
    title: str
    roles: frozenset[Role]
    valid_for: Period | None
    topics: tuple[str, ...]
    certified_by: str
    trained_by: frozenset[Role]
    clause: str


@dataclass(frozen=True, kw_only=True)
class Training:
    """What must be learnt before access (TRN-01 to TRN-08, USR-12)."""

    courses: tuple[Course, ...]
    documents: Setting[tuple[str, ...]] = field(
        metadata=says(
            "training", "Issued and acknowledged by version: {}.", otherwise="No documents are issued."
        )
    )
    reorientation_after: Setting[Period | None] = field(
        metadata=says(
            "training",
            "After {} without use, reorientation comes before access.",
            otherwise="No reorientation is asked for after a time without use.",
        )
    )
    reorientation_course: Setting[str] = field(
        metadata=says(
            "training", "The course of reorientation is {}.", otherwise="There is no reorientation."
        )
    )

    def required(self, roles: frozenset[Role]) -> tuple[Course, ...]:
        """Return the courses that somebody with these roles must have completed before access.

        Args:
            roles: what the person is.

        Returns:
            Courses in the profile's order; the reorientation course is not among them.
        """
        return tuple(
            course
            for course in self.courses
            if course.code != self.reorientation_course.value and (not course.roles or course.roles & roles)
        )
