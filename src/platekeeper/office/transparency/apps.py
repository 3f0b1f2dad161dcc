"""The app's place in Django."""

from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    """The public page."""

    name = "platekeeper.office.transparency"
    label = "transparency"
