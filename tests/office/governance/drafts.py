"""Changed profiles: each from the shipped one of an agency, with the least that makes the difference."""

from platekeeper.office.accounts.models import Agency, ProfileVersion


def in_force(agency: Agency) -> str:
    current = Agency.objects.get(pk=agency.pk)
    return ProfileVersion.objects.get(agency=agency, number=current.profile_number).text


def renamed(agency: Agency, title: str = "432 ALPR, second edition") -> str:
    """Return a profile that calls itself something else and rules as before."""
    return _with(agency, "policy_title", title)


def revised(agency: Agency, revision: str = "2") -> str:
    return _with(agency, "revision", revision)


def kept_longer(agency: Agency) -> str:
    """Return a profile whose access records are kept for ten years."""
    lines = in_force(agency).splitlines()
    return (
        "\n".join(
            'access_records = { value = "P10Y", clause = "RB 432.6" }'
            if line.startswith("access_records")
            else line
            for line in lines
        )
        + "\n"
    )


def ending_with_shift(agency: Agency) -> str:
    """Return a profile whose entries by hand end with the shift, as Nebraska's law has it (NE 60-3204)."""
    text = in_force(agency)
    begun = "entry_ends_with_shift = { value = "
    assert f"{begun}false" in text
    return text.replace(f"{begun}false", f"{begun}true")


def _with(agency: Agency, name: str, value: str) -> str:
    lines = in_force(agency).splitlines()
    number = next(i for i, line in enumerate(lines) if line.startswith(f"{name} = "))
    lines[number] = f'{name} = "{value}"'
    return "\n".join(lines) + "\n"
