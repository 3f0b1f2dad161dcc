"""The app's place in Django."""

from django.apps import AppConfig


class ReadsConfig(AppConfig):
    """Reads and their images."""

    name = "platekeeper.office.reads"
    label = "reads"
