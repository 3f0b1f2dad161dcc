"""Which rules enforce which obligation: the registry, gathered from the rules themselves.

A test holds it against `clauses.toml` and against the rows of the tests: the three are one set, so that no
clause stays without a check and no check without a violation that was tried.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from platekeeper.policy.access import BENEFICIARY_RULES, OUTSIDER_RULES
from platekeeper.policy.alerts import ALERT_RULES
from platekeeper.policy.capture import CANVASS_RULES, DEPLOYMENT_RULES, ELEMENT_RULES
from platekeeper.policy.clauses import obligations
from platekeeper.policy.decision import Rule
from platekeeper.policy.destruction import CHANGE_RULES, PURGE_RULES, RECORD_RULES
from platekeeper.policy.governance import CHANGE_OF_SETTINGS_RULES, PROGRAMME_RULES
from platekeeper.policy.handing_over import HAND_OVER_RULES
from platekeeper.policy.holds import HOLD_RULES
from platekeeper.policy.hotlists import CANCELLATION_RULES, ENTRY_RULES, LIST_RULES
from platekeeper.policy.inquiry import INQUIRY_RULES
from platekeeper.policy.old_data import OLD_DATA_RULES
from platekeeper.policy.patrol import UNIT_RULES
from platekeeper.policy.session import LOGIN_RULES, SESSION_RULES
from platekeeper.policy.sharing import RELEASE_RULES
from platekeeper.policy.standing import ACCOUNT_RULES, ROLE_RULES
from platekeeper.policy.training import TRAINING_RULES
from platekeeper.policy.transfer import TRANSFER_RULES

# Groups of obligations that policy decides whole; the others are met elsewhere in the product.
_GROUPS = frozenset({"GOV", "PUR", "USR", "TRN", "SRC", "RET", "HLD", "HOT", "ALR"})
_SINGLE = frozenset({"AUD-01", "AUD-08", "QUA-02", "SEC-01"})

RULES: tuple[Rule[Any], ...] = (
    *ACCOUNT_RULES,
    *OUTSIDER_RULES,
    *ROLE_RULES,
    *TRAINING_RULES,
    *INQUIRY_RULES,
    *BENEFICIARY_RULES,
    *ALERT_RULES,
    *LIST_RULES,
    *ENTRY_RULES,
    *CANCELLATION_RULES,
    *RELEASE_RULES,
    *HAND_OVER_RULES,
    *PURGE_RULES,
    *RECORD_RULES,
    *CHANGE_RULES,
    *HOLD_RULES,
    *OLD_DATA_RULES,
    *PROGRAMME_RULES,
    *CHANGE_OF_SETTINGS_RULES,
    *DEPLOYMENT_RULES,
    *CANVASS_RULES,
    *ELEMENT_RULES,
    *SESSION_RULES,
    *LOGIN_RULES,
    *UNIT_RULES,
    *TRANSFER_RULES,
)


def in_scope() -> frozenset[str]:
    """Return the obligations that this package decides whole."""
    return frozenset(key for key in obligations() if key[:3] in _GROUPS or key in _SINGLE)


@cache
def checks() -> Mapping[str, tuple[str, ...]]:
    """Return the tags of the rules that enforce each obligation; also of obligations beyond `in_scope`."""
    return MappingProxyType({key: tags for key in obligations() if (tags := tuple(_tags(key, RULES)))})


def _tags(obligation: str, rules: Iterable[Rule[Any]]) -> Iterable[str]:
    return (rule.tag for rule in rules if rule.obligation == obligation)
