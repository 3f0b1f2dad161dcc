"""Rules that a policy may leave open: where it does, their checks refuse nobody and no report calls that enforced."""

from collections.abc import Callable, Mapping

from platekeeper.policy import Profile, Role


def _hit_only(profile: Profile) -> bool:
    return Role.HIT_ONLY_OFFICER in profile.roles


# obligation -> whether the profile asks for it at all
ASKED_FOR: Mapping[str, Callable[[Profile], bool]] = {
    "PUR-13": lambda profile: profile.access.need_and_right.value or profile.states("PUR-13"),
    "TRN-05": lambda profile: any(course.certified_by for course in profile.training.courses),
    "TRN-06": lambda profile: any(
        course.trained_by and Role.ADMINISTRATOR in course.roles for course in profile.training.courses
    ),
    "TRN-07": _hit_only,
    "USR-03": lambda profile: bool(profile.users.inquiries_limited_to.value),
    "USR-04": lambda profile: profile.users.written_authorization.value,
    "USR-06": _hit_only,
    "USR-12": lambda profile: profile.training.reorientation_after.value is not None,
}


def is_left_open(profile: Profile, obligation: str) -> bool:
    """Tell whether a policy neither states an obligation nor asks for it in its profile.

    Args:
        profile: the policy in force.
        obligation: its id.
    """
    asked_for = ASKED_FOR.get(obligation)
    return asked_for is not None and not asked_for(profile)
