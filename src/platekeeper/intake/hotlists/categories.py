"""Why a vehicle is on a list: the categories and how lists write them."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

OTHER = "OTHER"
IMMIGRATION = "N"


@dataclass(frozen=True)
class Category:
    """A reason for being listed.

    Attributes:
        code: NCIC's letter, or a word of ours where a state has a reason of its own.
        name: for people.
        restricted: whether it stems from an NCIC file that only entitled agencies may use.
        words: pattern that finds it in the words of a list.
    """

    code: str
    name: str
    restricted: bool
    words: re.Pattern[str]


@cache
def categories() -> dict[str, Category]:
    """Return all categories by code; those whose words are looked for first stand first."""
    table = tomllib.loads(resources.files(__package__).joinpath("categories.toml").read_text("utf-8"))
    return {
        code: Category(code, facts["name"], facts.get("restricted", False), re.compile(facts["words"]))
        for code, facts in table.items()
    }


def category_in_words(text: str) -> str:
    """Return the code of the category that a text names; `OTHER` if it names none.

    Args:
        text: as a list writes it, the letter O possibly as the digit 0.
    """
    words = text.upper().replace("0", "O")
    return next(code for code, category in categories().items() if category.words.search(words))


RESTRICTED_CATEGORIES = frozenset(code for code, category in categories().items() if category.restricted)
"""Codes that need an entitlement of the agency (law-and-abuse 3.3)."""
