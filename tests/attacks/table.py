"""The result table, as Markdown."""

from .attacks import Attack

HEAD = "| Attack | What was tried | What was seen | What stops or shows it |\n|---|---|---|---|"


def row(attack: Attack, seen: str) -> str:
    """Return one attack's row.

    Args:
        attack: the attack.
        seen: what its attempt returned.
    """
    return f"| {attack.name} | {attack.tried} | {seen.replace('|', '/')} | {attack.stopped_by} |"
