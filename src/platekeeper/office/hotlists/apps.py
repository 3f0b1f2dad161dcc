"""The app's place in Django."""

from django.apps import AppConfig


class HotlistsConfig(AppConfig):
    """Hot lists."""

    name = "platekeeper.office.hotlists"
    label = "hotlists"
