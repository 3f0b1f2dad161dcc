"""Which entries of a file an agency may keep: its policy's word on each category (HOT-02, HOT-12, PUR-10)."""

import re

from platekeeper.intake.hotlists import RESTRICTED_CATEGORIES, categories
from platekeeper.policy import Profile
from platekeeper.policy.vocabulary import InterestReason

# category of a list -> why a vehicle is of interest, in the words of the policies
INTERESTS: dict[str, InterestReason] = {
    "A": InterestReason.AMBER,
    "B": InterestReason.STOLEN_VEHICLE,
    "C": InterestReason.SUPERVISED_RELEASE,
    "F": InterestReason.FELONY_VEHICLE,
    "H": InterestReason.PROTECTION_ORDER,
    "K": InterestReason.PROTECTIVE_INTEREST,
    "L": InterestReason.VIOLENT_PERSON,
    "M": InterestReason.MISSING_PERSON,
    "N": InterestReason.IMMIGRATION,
    "P": InterestReason.STOLEN_PLATE,
    "R": InterestReason.STOLEN_VEHICLE,
    "T": InterestReason.GANG_OR_TERRORIST,
    "V": InterestReason.STOLEN_VEHICLE,
    "W": InterestReason.WANTED_PERSON,
    "X": InterestReason.SEX_OFFENDER,
    "CHILD": InterestReason.MISSING_PERSON,
    "EXPIRED": InterestReason.FLAGGED_BY_DMV,
    "OTHER": InterestReason.LOCAL_BOLO,
    "SUSPENDED": InterestReason.FLAGGED_BY_DMV,
    "THREAT": InterestReason.VIOLENT_PERSON,
}


def categories_left_out(profile: Profile, *, entitled: bool) -> frozenset[str]:
    """Return the categories of which nothing is stored.

    Args:
        profile: the agency's policy; its legal floor counts too.
        entitled: whether the agency may have NCIC's restricted files.

    Returns:
        Codes of `intake.hotlists.categories`.

    Source:
        HOT-02, HOT-12, PUR-10
    """
    kept = profile.hot_lists.interests.value - profile.barred_interests
    by_policy = {code for code, interest in INTERESTS.items() if interest not in kept}
    return frozenset(by_policy | (set() if entitled else RESTRICTED_CATEGORIES))


def stored_category(code: str) -> str:
    """Return the code under which a category is stored and shown in words: `V` is `STOLEN_VEHICLE`.

    Args:
        code: of `intake.hotlists.categories`.
    """
    return re.sub(r"[^A-Z]+", "_", categories()[code].name.upper())
