"""Refusing a whole list file."""

from platekeeper.intake.errors import IntakeError


class HotListRefused(IntakeError):  # noqa: N818  # a refusal, called so by people
    """A file that must not replace the list in force; says why and what to do, never quotes a line."""


class LayoutError(IntakeError):
    """A layout or a saved template that cannot be used."""
