"""The app's place in Django."""

from django.apps import AppConfig


class RmsConfig(AppConfig):
    """The records management system next door."""

    name = "platekeeper.office.rms"
    label = "rms"
