"""Who may be given a copy that was made: a member of the agency, or whom a release covers (SHR-03, SHR-11)."""

from dataclasses import dataclass

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule
from platekeeper.policy.profile import Profile


@dataclass(frozen=True, kw_only=True)
class HandOverFacts:
    """One question: may this copy be given into these hands?

    Attributes:
        profile: policy of the agency whose data it is.
        receiver: who receives it, in words.
        is_own: whether they are a member of that agency.
        is_released: whether an approved request for release covers the copy.
    """

    profile: Profile
    receiver: str
    is_own: bool
    is_released: bool


def _handed_to_strangers(facts: HandOverFacts) -> Refusal | None:
    if facts.is_own or facts.is_released:
        return None
    return Refusal(
        f'"{facts.receiver[:80]}" is nobody of your agency, and no approved request for release covers this copy.',
        "Enter the other agency's request under Releases and have it approved; inside, name the member who takes it.",
        clause=facts.profile.sharing.approval.clause,
    )


HAND_OVER_RULES: tuple[Rule[HandOverFacts], ...] = (
    Rule("handed-over-only-by-release", "SHR-03", _handed_to_strangers),
)
HAND_OVER: AllOf[HandOverFacts] = AllOf(HAND_OVER_RULES)


def decide_hand_over(profile: Profile, receiver: str, *, is_own: bool, is_released: bool) -> Decision:
    """Decide whether a copy of reads may be handed to somebody.

    Args:
        profile: policy of the agency whose data it is.
        receiver: who receives it, in words.
        is_own: whether they are a member of that agency.
        is_released: whether an approved request for release covers the copy.

    Source:
        SHR-03, SHR-11
    """
    facts = HandOverFacts(profile=profile, receiver=receiver, is_own=is_own, is_released=is_released)
    return HAND_OVER.decide(facts)
