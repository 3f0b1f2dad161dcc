"""How logically deleted reads are searched (RET-06, RET-07).

A request passes through four people in turn, each somebody else; the last runs the approved query and nothing
more.
"""

from dataclasses import dataclass
from enum import StrEnum

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule, at
from platekeeper.policy.profile import Profile


class OldDataStep(StrEnum):
    """What somebody wants to do with a request for deleted data, in this order."""

    REQUEST = "request"
    SUBMIT = "submit"
    APPROVE = "approve"
    EXECUTE = "execute"
    HAND_OVER = "hand-over"


@dataclass(frozen=True, kw_only=True)
class OldDataRequest:
    """A request to search logically deleted reads, and who did what so far.

    Attributes:
        circumstance: code of one of the policy's circumstances.
        condition: which of its conditions is met; empty where it has none.
        order_number: of the court order, where the circumstance is one.
        data_wanted: what is asked for, in words.
        query_digest: digest of the query that was approved; empty before.
        executed_digest: digest of the query that is to run.
        investigator: username.
        commanding_officer: username of whoever wrote the form; empty before.
        bureau_commander: username of whoever approved; empty before.
        administrator: username of whoever runs it; empty before.
        handed_to: username of whoever receives the result.
    """

    circumstance: str
    condition: str = ""
    order_number: str = ""
    data_wanted: str = ""
    query_digest: str = ""
    executed_digest: str = ""
    investigator: str = ""
    commanding_officer: str = ""
    bureau_commander: str = ""
    administrator: str = ""
    handed_to: str = ""


@dataclass(frozen=True, kw_only=True)
class OldDataFacts:
    """One question: may this step be taken?"""

    profile: Profile
    request: OldDataRequest
    step: OldDataStep


def _no_circumstance(facts: OldDataFacts) -> Refusal | None:
    listed = {one.code: one for one in facts.profile.retention.old_data}
    chosen = listed.get(facts.request.circumstance)
    if chosen is None:
        return Refusal(
            "Deleted reads are searched in the listed circumstances only.",
            "Choose the circumstance that the investigation meets, or do without them.",
        )
    if chosen.conditions and facts.request.condition not in chosen.conditions:
        return Refusal(
            f"{chosen.title} counts only with {' or '.join(chosen.conditions)}.",
            "State which of these is met.",
            clause=chosen.clause,
        )
    if chosen.needs_order and not facts.request.order_number.strip():
        return Refusal("The number of the court order is not stated.", "State it.", clause=chosen.clause)
    return None


def _chain_broken(facts: OldDataFacts) -> Refusal | None:
    request, steps = facts.request, tuple(OldDataStep)
    chain = (
        request.investigator,
        request.commanding_officer,
        request.bureau_commander,
        request.administrator,
    )
    reached = chain[: min(steps.index(facts.step) + 1, len(chain))]
    titles = (
        "investigator",
        "investigator's commanding officer",
        "bureau's commanding officer",
        "administrator",
    )
    missing = next((title for title, name in zip(titles, reached, strict=False) if not name), None)
    if missing is not None:
        return Refusal(f"The {missing} has not acted yet.", f"Wait for the {missing}: each acts in turn.")
    if len(set(reached)) < len(reached):
        return Refusal(
            "One person stands for two in this chain.",
            "Four different people act: have another one take the step.",
        )
    return None


def _another_query(facts: OldDataFacts) -> Refusal | None:
    request = facts.request
    if request.query_digest and request.executed_digest == request.query_digest:
        return None
    return Refusal(
        "The query is not the one that was approved.", "Run the approved query, or request another approval."
    )


def _undescribed(facts: OldDataFacts) -> Refusal | None:
    if facts.request.data_wanted.strip():
        return None
    return Refusal("The form does not specify the data wanted.", "Specify it: plate or place, and the time.")


def _handed_astray(facts: OldDataFacts) -> Refusal | None:
    if facts.request.handed_to == facts.request.investigator:
        return None
    return Refusal("The result goes to the investigator who asked.", "Hand it to the investigator.")


OLD_DATA_RULES: tuple[Rule[OldDataFacts], ...] = (
    Rule("circumstance-met", "RET-06", _no_circumstance),
    Rule("data-specified", "RET-07", _undescribed, at(OldDataStep.SUBMIT, OldDataStep.APPROVE)),
    Rule("four-people-in-turn", "RET-07", _chain_broken),
    Rule("approved-query", "RET-07", _another_query, at(OldDataStep.EXECUTE, OldDataStep.HAND_OVER)),
    Rule("handed-to-the-investigator", "RET-07", _handed_astray, at(OldDataStep.HAND_OVER)),
)


def decide_old_data_step(profile: Profile, request: OldDataRequest, step: OldDataStep) -> Decision:
    """Decide whether a step may be taken with a request for logically deleted reads.

    Args:
        profile: policy of the agency whose reads they are.
        request: the request with the step's own actor filled in.
        step: what is wanted.

    Source:
        RET-06, RET-07
    """
    return AllOf(OLD_DATA_RULES).decide(OldDataFacts(profile=profile, request=request, step=step))
