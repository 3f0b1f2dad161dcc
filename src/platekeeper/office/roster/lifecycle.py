"""Every way in which the roster changes a person, as one table: the event, its words, and who may do it.

The database holds the same table (`roster_rules()` in sql/roster.sql) and enforces it; a test keeps the two alike.
"""

from dataclasses import dataclass

from platekeeper.policy import Role


@dataclass(frozen=True, kw_only=True)
class Change:
    """One kind of change.

    Attributes:
        event: what the ledger calls it.
        columns: what the caller may set; the database stamps the rest.
        by: roles that may.
        own: whether people may do it to themselves.
        alone: whether the system may, naming nobody: only where it takes rights away.
        clause: why it exists.
    """

    event: str
    columns: tuple[str, ...]
    by: frozenset[Role]
    own: bool = False
    alone: bool = False
    clause: str


_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_SUPERIORS = frozenset({Role.SUPERVISOR, Role.COMMANDER})

DESCRIBE = Change(
    event="account.described",
    columns=("full_name", "email", "employee_number", "assignment", "is_on_duty"),
    by=_ADMINISTRATOR,
    clause="PUR-13",
)
APPOINT = Change(
    event="account.appointed", columns=("title", "roles", "camera_groups"), by=_ADMINISTRATOR, clause="GOV-09"
)
ENTITLE = Change(event="account.entitled", columns=("entitlements",), by=_ADMINISTRATOR, clause="USR-08")
SUSPEND = Change(
    event="account.suspended",
    columns=("suspended_until", "suspended_because", "suspension_decision"),
    by=_ADMINISTRATOR,
    clause="USR-09",
)
REINSTATE = Change(
    event="account.reinstated",
    columns=("suspended_because", "suspension_decision"),
    by=_ADMINISTRATOR,
    clause="USR-09",
)
DISABLE = Change(
    event="account.disabled", columns=("disabled_because",), by=_ADMINISTRATOR, alone=True, clause="CJIS AC-2"
)
ENABLE = Change(event="account.enabled", columns=(), by=_ADMINISTRATOR, clause="CJIS AC-2")
SEPARATE = Change(event="account.separated", columns=(), by=_ADMINISTRATOR, alone=True, clause="USR-11")
RELEASE = Change(event="account.released", columns=(), by=_ADMINISTRATOR, clause="CJIS AC-7")
ISSUE_PASSWORD = Change(
    event="account.password-issued", columns=("password",), by=_ADMINISTRATOR, clause="USR-01"
)
AUTHORIZE = Change(
    event="authorization.given",
    columns=("authorization_document", "authorization_sha256"),
    by=_SUPERIORS,
    clause="USR-04",
)
GRANT = Change(event="authorization.granted", columns=(), by=_ADMINISTRATOR, clause="USR-04")
REVOKE = Change(
    event="authorization.revoked", columns=(), by=_SUPERIORS | _ADMINISTRATOR, own=True, clause="USR-04"
)

CHANGES: tuple[Change, ...] = (
    DESCRIBE, APPOINT, ENTITLE, SUSPEND, REINSTATE, DISABLE, ENABLE, SEPARATE, RELEASE, ISSUE_PASSWORD, AUTHORIZE,
    GRANT, REVOKE,
)  # fmt: skip
