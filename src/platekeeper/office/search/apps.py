"""The app's place in Django."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Searches."""

    name = "platekeeper.office.search"
    label = "search"

    def ready(self) -> None:
        """Screen every inquiry for sensitive places, and find the consents of second persons."""
        from platekeeper.office.access import screening  # noqa: PLC0415  # models are not ready before
        from platekeeper.office.search import requests, sensitive  # noqa: PLC0415

        screening.register(self.label, screen=sensitive.screen, consents=requests.consents)
