"""What one agency's policy says: a tree of settings, each with the clause that it stands on.

Nothing is decided here and nothing has a default: a value that a profile does not state is a problem that
`check.check_profile` names. The sentences beside the fields are what `platekeeper policy show` and the public
page print; `{}` stands for the value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from platekeeper.policy.clauses import Citations
from platekeeper.policy.conduct import Alerts, Breach, HotLists, Posting, Quality, Sharing
from platekeeper.policy.floor import Cjis, Floor
from platekeeper.policy.keeping import Audit, Data, Retention
from platekeeper.policy.people import Access, AuthorizedPurpose, Purposes, RoleRights, Training, Users
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import BarredPurpose, Duty, InterestReason, RecipientClass, Role


@dataclass(frozen=True, kw_only=True)
class ConflictDecision:
    """How one open question of the policies is decided here.

    Attributes:
        setting: path of the setting that carries it, such as `users.inquiries_limited_to`.
        choice: what was chosen, a few words.
        why: one sentence or two.
    """

    setting: str
    choice: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One agency's policy.

    Attributes:
        slug: the agency, as in addresses and grants: `el-cajon`.
        code: the policy, as in clauses: `EC`.
        name: the agency's name.
        policy_title: what the policy calls itself.
        revision: the profile's own version, for people.
        digest: SHA-256 of the profile, its floor and the CJIS rules, hexadecimal.
        state: two letters.
        timezone: IANA name; periods are counted in UTC, this is for showing and for reports.
        duties: the office that answers for each duty.
        roles: rights by role; a role that is not there has none.
        decisions: the open questions, by item.
    """

    slug: str
    code: str
    name: str
    policy_title: str
    revision: str
    digest: str
    state: str
    timezone: str
    floor: Floor
    cjis: Cjis
    citations: Citations
    sections: Mapping[str, str]
    duties: Mapping[Duty, Setting[str]]
    purposes: Purposes
    access: Access
    roles: Mapping[Role, RoleRights]
    users: Users
    training: Training
    data: Data
    retention: Retention
    audit: Audit
    hot_lists: HotLists
    alerts: Alerts
    sharing: Sharing
    quality: Quality
    breach: Breach
    posting: Posting
    decisions: Mapping[str, ConflictDecision]

    @cached_property  # every rule that is asked names it
    def version(self) -> str:
        """The version that decisions and access records name: the revision and the start of the digest."""
        return f"{self.revision}+{self.digest[:12]}"

    @cached_property
    def barred_purposes(self) -> frozenset[BarredPurpose]:
        """The purposes that nobody may have here, by the policy and by the law beneath it."""
        floor = self.floor.barred_purposes
        return self.sharing.barred_purposes.value | (floor.value if floor else frozenset())

    @cached_property
    def barred_recipients(self) -> frozenset[RecipientClass]:
        """Who may have nothing, by the policy and by the law beneath it."""
        floor = self.floor.barred_recipients
        return self.sharing.barred_recipients.value | (floor.value if floor else frozenset())

    @cached_property
    def barred_interests(self) -> frozenset[InterestReason]:
        """Why no vehicle is looked for, by the policy and by the law beneath it."""
        floor = self.floor.barred_interests
        return self.hot_lists.barred_interests.value | (floor.value if floor else frozenset())

    def clauses_of(self, obligation: str) -> tuple[str, ...]:
        """Return the clauses that an obligation stands on here, the agency's own first.

        Raises:
            KeyError: there is no such obligation.
        """
        return self.citations.of(obligation)

    def clause_of(self, obligation: str) -> str:
        """Return the first of `clauses_of`."""
        return self.clauses_of(obligation)[0]

    def states(self, obligation: str) -> bool:
        """Whether the agency's own policy states an obligation, rather than a law above it.

        Raises:
            KeyError: there is no such obligation.
        """
        return self.clause_of(obligation).startswith(f"{self.code} ")

    def purpose(self, code: str) -> AuthorizedPurpose | None:
        """Return the authorized purpose of that code, or None."""
        return next((purpose for purpose in self.purposes.authorized if purpose.code == code), None)
