"""The app's place in Django."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Searches."""

    name = "platekeeper.office.search"
    label = "search"
