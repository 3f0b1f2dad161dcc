"""The app's place in Django."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Releases to other agencies."""

    name = "platekeeper.office.sharing"
    label = "sharing"
