"""What a form that asks for purpose, case and reason says about them, so that nobody learns it by a refusal."""

from django import forms

from platekeeper.policy import Profile
from platekeeper.policy.vocabulary import CaseRule


def mark_wanted(form: forms.Form, profile: Profile) -> None:
    """Let a form call optional only what the policy does not ask for; the refusal with its clause stays the policy's.

    Args:
        form: it has the fields case_number and reason.
        profile: the policy in force.
    """
    always = all(purpose.needs_case for purpose in profile.purposes.authorized)
    for name, is_wanted in (("case_number", always), ("reason", profile.access.reason_required.value)):
        form.fields[name].is_wanted = is_wanted  # type: ignore[attr-defined]


def case_hint(profile: Profile) -> str:
    """Say how the agency writes a case number, and when one may be left out.

    Args:
        profile: the policy in force.
    """
    access = profile.access
    example = f"Such as {access.case_number_example.value}."
    if access.case_required.value is CaseRule.NUMBER_OR_COSIGN:
        return f"{example} Without one a supervisor has to co-sign."
    without = [purpose.title for purpose in profile.purposes.authorized if not purpose.needs_case]
    return f"{example} Not needed for: {'; '.join(without)}." if without else example
