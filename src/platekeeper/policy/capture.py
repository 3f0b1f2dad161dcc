"""Where readers may run, and what may be stored of what they see (PUR, COL-04, USR-14)."""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import INDISPENSABLE, DataElement, Role

_SPECIAL = "special-effort"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A camera, or a car with cameras, at work.

    Attributes:
        occasion: why it runs: `routine-patrol`, `investigation`, `fixed-site`, `special-effort`; empty where
            nobody says.
        public_view: whether somebody attested that it sees only what is in public view.
        order_number: of a court order that allows more; empty where there is none.
        order_ends_at: when that order ends.
        place: kind of place, as the floor's excluded places name them.
        suspicion_asked: whether the operator was asked for suspicion or probable cause before running it.
        ordered_by_role: role of whoever ordered a special effort; None where nobody did.
    """

    occasion: str
    public_view: bool
    order_number: str = ""
    order_ends_at: datetime | None = None
    place: str = ""
    suspicion_asked: bool = False
    ordered_by_role: Role | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentFacts:
    """One question: may reads of this deployment be taken in?"""

    profile: Profile
    deployment: Deployment
    now: datetime


def _out_of_view(facts: DeploymentFacts) -> Refusal | None:
    deployment, rule = facts.deployment, facts.profile.data.public_view_only
    ends = deployment.order_ends_at
    ordered = bool(deployment.order_number.strip()) and ends is not None and facts.now < ends
    if deployment.public_view or ordered or not rule.value:
        return None
    return Refusal(
        "Nobody attested that this camera sees only what is in public view, and no court order allows more.",
        "Attest it, or enter the order's number and end.",
        clause=rule.clause,
    )


def _unfair(facts: DeploymentFacts) -> Refusal | None:
    floor = facts.profile.floor.excluded_places
    if floor is not None and facts.deployment.place in floor.value:
        return Refusal(
            f"Nothing is captured at {facts.deployment.place}.",
            "Move the camera elsewhere.",
            clause=floor.clause,
        )
    if facts.deployment.occasion.strip():
        return None
    return Refusal(
        "It is not said on which occasion this camera runs.", "State the occasion, such as routine patrol."
    )


def _suspicion_asked(facts: DeploymentFacts) -> Refusal | None:
    if not facts.deployment.suspicion_asked:
        return None
    return Refusal(
        "Running a reader needs no suspicion; asking for it here would blur the question asked at the stop.",
        "Remove the question; suspicion is stated with the alert.",
    )


def _unordered(facts: DeploymentFacts) -> Refusal | None:
    deployment = facts.deployment
    if deployment.occasion != _SPECIAL or deployment.ordered_by_role is Role.ADMINISTRATOR:
        return None
    return Refusal(
        "A special effort was not ordered by the administrator.",
        "Ask the administrator for the deployment order.",
    )


DEPLOYMENT_RULES: tuple[Rule[DeploymentFacts], ...] = (
    Rule("public-view-or-order", "PUR-09", _out_of_view),
    Rule("fair-collection", "PUR-15", _unfair),
    Rule("no-suspicion-to-run", "PUR-03", _suspicion_asked),
    Rule("special-effort-ordered", "USR-14", _unordered),
)


@dataclass(frozen=True, kw_only=True)
class CanvassFacts:
    """One question: is this canvass of a crime scene recorded as it should be?

    Attributes:
        profile: the agency's policy.
        incident: number of the incident.
        area: where, in words or as a polygon.
        canvassed_from: when it began.
        canvassed_to: when it ended, exclusive.
        unit: the car.
    """

    profile: Profile
    incident: str
    area: str
    canvassed_from: datetime
    canvassed_to: datetime
    unit: str


def _unrecorded_canvass(facts: CanvassFacts) -> Refusal | None:
    named = facts.incident.strip() and facts.area.strip() and facts.unit.strip()
    if named and facts.canvassed_from < facts.canvassed_to:
        return None
    return Refusal(
        "The canvass does not state incident, area, time and unit.",
        "State all four; the end lies after the beginning.",
    )


CANVASS_RULES: tuple[Rule[CanvassFacts], ...] = (Rule("canvass-recorded", "PUR-04", _unrecorded_canvass),)


@dataclass(frozen=True, kw_only=True)
class ElementFacts:
    """One question: may these elements be stored?"""

    profile: Profile
    elements: frozenset[DataElement]


def allowed_elements(profile: Profile) -> frozenset[DataElement]:
    """Return what may be stored about a passage.

    Source:
        PUR-16, C-8
    """
    barred = profile.floor.occupant_images_barred
    scene = {DataElement.SCENE_IMAGE} if barred is not None and barred.value else set()
    return profile.data.elements.value - scene


def _too_much(facts: ElementFacts) -> Refusal | None:
    beyond = facts.elements - allowed_elements(facts.profile)
    if not beyond:
        return None
    return Refusal(
        f"This agency does not store {', '.join(sorted(beyond)).replace('-', ' ')}.",
        "Drop it before storing.",
        clause=facts.profile.data.elements.clause,
    )


def _too_little(facts: ElementFacts) -> Refusal | None:
    missing = INDISPENSABLE - facts.elements
    if not missing:
        return None
    return Refusal(
        f"A read without its {', '.join(sorted(missing))} is incomplete.", "Set it aside until that is known."
    )


ELEMENT_RULES: tuple[Rule[ElementFacts], ...] = (
    Rule("elements-allowed", "PUR-16", _too_much),
    Rule("read-complete", "COL-04", _too_little),
)


def decide_deployment(profile: Profile, deployment: Deployment, now: datetime) -> Decision:
    """Decide whether reads of a deployment may be taken in.

    Source:
        PUR-03, PUR-09, PUR-15, USR-14
    """
    return AllOf(DEPLOYMENT_RULES).decide(DeploymentFacts(profile=profile, deployment=deployment, now=now))


def decide_canvass(canvass: CanvassFacts) -> Decision:
    """Decide whether a canvass is recorded as it should be.

    Source:
        PUR-04
    """
    return AllOf(CANVASS_RULES).decide(canvass)


def decide_elements(profile: Profile, elements: frozenset[DataElement]) -> Decision:
    """Decide whether a read may be stored with these elements.

    Source:
        PUR-16, COL-04
    """
    return AllOf(ELEMENT_RULES).decide(ElementFacts(profile=profile, elements=elements))
