"""The app's place in Django."""

from django.apps import AppConfig


class MisuseConfig(AppConfig):
    """Signs of misuse."""

    name = "platekeeper.office.misuse"
    label = "misuse"
