"""The app's place in Django."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Units on the road."""

    name = "platekeeper.office.dispatch"
    label = "dispatch"
