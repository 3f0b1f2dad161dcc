"""The app's place in Django."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Cameras and producers."""

    name = "platekeeper.office.devices"
    label = "devices"
