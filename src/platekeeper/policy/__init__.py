"""What a policy says, as data, and what follows from it, as pure functions over plain facts.

Standard library only: no database, no clock, no network, no exceptions for refusals. `load_profile` gives an
agency's policy; the `decide_...` functions answer `Allowed` or `Denied(clause, reason, remedy)`. What
deliberately does not live
here: who somebody really is, what time it is, and that an access was recorded; the office sees to those, and
the database guarantees the last.
"""

from platekeeper.policy.access import decide_access, decide_cross_agency, decide_function, explain
from platekeeper.policy.decision import Allowed, Decision, Denied
from platekeeper.policy.facts import (
    AccessRequest,
    Agreement,
    Approval,
    Authorization,
    Beneficiary,
    MaintenanceVisit,
    ParentRecord,
    Person,
    TrainingCompletion,
)
from platekeeper.policy.library import PolicyError, load_profile, parse_profile, profiles
from platekeeper.policy.profile import Profile
from platekeeper.policy.retention import purge_before, purge_due_at, visible_from, visible_until
from platekeeper.policy.training import required_courses
from platekeeper.policy.vocabulary import Anchor, ApprovalKind, DataElement, DataKind, Duty, Function, Role

__all__ = [
    "AccessRequest",
    "Agreement",
    "Allowed",
    "Anchor",
    "Approval",
    "ApprovalKind",
    "Authorization",
    "Beneficiary",
    "DataElement",
    "DataKind",
    "Decision",
    "Denied",
    "Duty",
    "Function",
    "MaintenanceVisit",
    "ParentRecord",
    "Person",
    "PolicyError",
    "Profile",
    "Role",
    "TrainingCompletion",
    "decide_access",
    "decide_cross_agency",
    "decide_function",
    "explain",
    "load_profile",
    "parse_profile",
    "profiles",
    "purge_before",
    "purge_due_at",
    "required_courses",
    "visible_from",
    "visible_until",
]
