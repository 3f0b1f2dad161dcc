"""The plain facts that decisions are made from.

Nobody here knows where they come from: the office reads them from its database, a field unit from its spool,
a test writes them down. Moments are aware datetimes, groups and lists are frozen, and what is not known is
None or empty.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from platekeeper.policy.people import Course
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import (
    ApprovalKind,
    DataKind,
    DataSource,
    Function,
    MisuseFlag,
    RecipientClass,
    Role,
)


@dataclass(frozen=True, kw_only=True)
class TrainingCompletion:
    """Somebody finished a course.

    Attributes:
        course: its code.
        completed_at: when.
        signed_by: username of whoever signed.
        signed_as: the signer's role.
        topics: what was covered.
        certified_by: who certified the course; empty where nobody did.
    """

    course: str
    completed_at: datetime
    signed_by: str
    signed_as: Role
    topics: frozenset[str] = frozenset()
    certified_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """The two steps before somebody may query (USR-04).

    Attributes:
        supervisor: username of whoever authorized in writing.
        document: name or digest of the writing.
        authorized_at: when.
        granted_by: username of the bureau's member who granted; empty until then.
        granted_at: when; None until then.
    """

    supervisor: str
    document: str
    authorized_at: datetime
    granted_by: str = ""
    granted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MaintenanceVisit:
    """A vendor's admission for maintenance or repair (USR-07), half-open."""

    ticket: str
    admitted_by: str
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whoever wants something.

    Attributes:
        username: unique, of one natural person.
        agency: slug of the agency that the person belongs to.
        roles: what the person is there.
        title: job title.
        assignment: where the person works: the lawful authority to ask ("right to know").
        individual: False for an account that several people share.
        created_at: when the account was made; None where that is not known.
        last_used_at: last use of the account; None where it was never used.
        enabled_at: when an administrator last enabled the account anew; None where nobody had to.
        separated_at: when the person left; None while employed.
        disabled_at: when the account was disabled for another reason; None while it is not.
        suspended_until: end of a suspension for misuse, exclusive; None where there is none.
        on_duty: as the roster says.
        trainings: every completion.
        acknowledged: documents acknowledged in the version in force.
        authorization: see `Authorization`.
        entitlements: further sources of data that the person was authorized for.
        camera_groups: groups whose data the person's class may see; None means all.
        visit: a vendor's admission.
    """

    username: str
    agency: str
    roles: frozenset[Role]
    title: str = ""
    assignment: str = ""
    individual: bool = True
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    enabled_at: datetime | None = None
    separated_at: datetime | None = None
    disabled_at: datetime | None = None
    suspended_until: datetime | None = None
    on_duty: bool = True
    trainings: tuple[TrainingCompletion, ...] = ()
    acknowledged: frozenset[str] = frozenset()
    authorization: Authorization | None = None
    entitlements: frozenset[DataSource] = frozenset()
    camera_groups: frozenset[str] | None = None
    visit: MaintenanceVisit | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A second person's consent to one inquiry."""

    kind: ApprovalKind
    by: str
    role: Role
    on_duty: bool
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Beneficiary:
    """Somebody for whom an inquiry is made: giving access counts as access (SRC-05).

    Attributes:
        name: the person.
        organization: theirs.
        recipient: what kind of agency that is.
        is_own: whether the person belongs to the agency of whoever inquires.
        is_released: whether an approved request for release covers what is looked up or leaves (SHR-03).
        member: what is known of the person, where it is a colleague of whoever inquires.
    """

    name: str
    organization: str
    recipient: RecipientClass = RecipientClass.LOCAL_POLICE
    is_own: bool = True
    is_released: bool = False
    member: Person | None = None


@dataclass(frozen=True, kw_only=True)
class ParentRecord:
    """The access record that an inquiry goes on from: opening a read or an image of a search's results.

    Attributes:
        accessed_at: when it was written.
        username: whose it is.
        purpose: its purpose code.
        case_number: its number.
        reason: its reason.
    """

    accessed_at: datetime
    username: str
    purpose: str
    case_number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An agreement under which another agency's people inquire here, half-open (SHR-08, SHR-09).

    Attributes:
        agency: slug of the other agency.
        recipient: what kind of agency it is.
        valid_from: when it begins.
        valid_to: when it ends; None where it has no end.
        forbids_onward: whether it holds the clause against passing data on.
        functions: what the other agency's people may do.
        kinds: with which data.
        camera_groups: of which cameras; None means all.
    """

    agency: str
    recipient: RecipientClass
    valid_from: datetime
    valid_to: datetime | None
    forbids_onward: bool
    functions: frozenset[Function]
    kinds: frozenset[DataKind]
    camera_groups: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class AccessRequest:
    """What somebody wants to do.

    Attributes:
        function: what.
        data_agency: slug of the agency whose data it concerns.
        purpose: code of an authorized purpose.
        case_number: case, incident or administrative number, as typed.
        case_known: what a connected case registry says of it; None where none is connected.
        reason: in words.
        on_behalf_of: for whom, where not for oneself.
        kinds: kinds of data asked for; empty means all that the person may see.
        sources: further sources whose data would show.
        asked_from: start of the time asked about; None means as far back as visible.
        asked_to: its end, exclusive; None means up to now.
        parent: the record it goes on from.
        approvals: consents of second persons.
        flags: what the misuse detectors found.
        sensitive_place: whether the area touches a registered lawful event or sensitive place.
        agreement: the agreement under which an outsider asks.
        approved_query: whether it is the very query of an approved request for deleted data.
        rms_queued: whether the entry for the records management system can be queued.
        recorded: whether an access record can be written now; False while logging fails.
    """

    function: Function
    data_agency: str
    purpose: str = ""
    case_number: str = ""
    case_known: bool | None = None
    reason: str = ""
    on_behalf_of: Beneficiary | None = None
    kinds: frozenset[DataKind] = frozenset()
    sources: frozenset[DataSource] = frozenset()
    asked_from: datetime | None = None
    asked_to: datetime | None = None
    parent: ParentRecord | None = None
    approvals: tuple[Approval, ...] = ()
    flags: frozenset[MisuseFlag] = frozenset()
    sensitive_place: bool = False
    agreement: Agreement | None = None
    approved_query: bool = False
    rms_queued: bool = True
    recorded: bool = True


@dataclass(frozen=True, kw_only=True)
class AccessFacts:
    """One question to the policy: may this person do this now?"""

    profile: Profile
    person: Person
    request: AccessRequest
    now: datetime

    @property
    def outsider(self) -> bool:
        """Whether the person belongs to another agency than the one whose policy decides."""
        return self.person.agency != self.profile.slug

    @cached_property  # nine rules ask
    def required(self) -> tuple[tuple[Course, TrainingCompletion | None], ...]:
        """The courses needed before access, each with the person's latest completion of it up to now."""
        done: dict[str, TrainingCompletion] = {}
        for one in sorted(self.person.trainings, key=lambda one: one.completed_at):
            if one.completed_at <= self.now:
                done[one.course] = one
        courses = self.profile.training.required(self.person.roles)
        return tuple((course, done.get(course.code)) for course in courses)

    @property
    def purpose(self) -> str:
        """The purpose code stated, else the parent record's."""
        return self.request.purpose or (self.request.parent.purpose if self.request.parent else "")

    @property
    def case_number(self) -> str:
        """The number stated, else the parent record's."""
        return (
            self.request.case_number or (self.request.parent.case_number if self.request.parent else "")
        ).strip()

    @property
    def reason(self) -> str:
        """The reason stated, else the parent record's."""
        return self.request.reason.strip() or (self.request.parent.reason if self.request.parent else "")

    def approved(self, kind: ApprovalKind) -> bool:
        """Whether somebody else who may consented: a supervisor or commander on duty."""
        return any(
            approval.kind is kind
            and approval.by != self.person.username
            and approval.on_duty
            and approval.role in {Role.SUPERVISOR, Role.COMMANDER}
            and approval.approved_at <= self.now
            for approval in self.request.approvals
        )
