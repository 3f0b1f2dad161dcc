"""The app's place in Django."""

from django.apps import AppConfig


class MisuseConfig(AppConfig):
    """Signs of misuse."""

    name = "platekeeper.office.misuse"
    label = "misuse"

    def ready(self) -> None:
        """Screen every inquiry."""
        from platekeeper.office.access import screening  # noqa: PLC0415  # models are not ready before
        from platekeeper.office.misuse.screening import screen  # noqa: PLC0415

        screening.register(self.label, screen=screen)
