"""The app's place in Django."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access records and the gate."""

    name = "platekeeper.office.access"
    label = "access"
