"""One value of a policy with the clause that it stands on, and how to say it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from platekeeper.policy.vocabulary import Strength

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[T_co]):
    """One value of a policy.

    Attributes:
        value: what was decided.
        clauses: the clauses that it stands on, at least one.
        strength: how firmly the policy says it; `silent` where the agency decided for itself.
        decision: the open question of the policies that it answers (`C-3`); empty where there was none.
        note: what an administrator should know about it.
    """

    value: T_co
    clauses: tuple[str, ...]
    strength: Strength = Strength.SHALL
    decision: str = ""
    note: str = ""

    @property
    def clause(self) -> str:
        """The first clause."""
        return self.clauses[0]


def says(
    row: str, sentence: str, *, otherwise: str = "", words: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Return a field's metadata.

    Args:
        row: the parameter of the policies' comparison that it belongs to.
        sentence: how to say it; `{}` is the value.
        otherwise: how to say "no" or "none".
        words: how to say a value that is no words of people; None where it is.
    """
    return {"row": row, "says": sentence, "otherwise": otherwise, "words": words}
