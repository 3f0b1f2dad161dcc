"""The app's place in Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages to people and offices."""

    name = "platekeeper.office.notices"
    label = "notices"
