"""A row of the mandatory table: one rule, broken and kept, under every policy that it concerns."""

from collections.abc import Callable
from dataclasses import dataclass

from platekeeper.policy import Decision, Profile

ALL = ("el-cajon", "los-angeles", "milpitas", "monrovia", "redondo-beach")
LA = ("los-angeles",)
EC = ("el-cajon",)
MO = ("monrovia",)
RB = ("redondo-beach",)


@dataclass(frozen=True)
class Row:
    """How a rule is broken, and how it is kept.

    Attributes:
        tag: the rule.
        broken: a decision that the rule refuses.
        kept: a decision as like it as can be, that is allowed.
        where: slugs of the agencies whose policy has the rule.
    """

    tag: str
    broken: Callable[[Profile], Decision]
    kept: Callable[[Profile], Decision]
    where: tuple[str, ...] = ALL
