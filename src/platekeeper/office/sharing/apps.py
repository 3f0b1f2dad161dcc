"""The app's place in Django."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Releases to other agencies."""

    name = "platekeeper.office.sharing"
    label = "sharing"

    def ready(self) -> None:
        """Screen every inquiry that is made for another agency, and offer the releases that cover one."""
        from platekeeper.office.access import screening  # noqa: PLC0415  # models are not ready before
        from platekeeper.office.sharing import covering  # noqa: PLC0415

        screening.register(self.label, screen=covering.screen, covers=covering.covers)
