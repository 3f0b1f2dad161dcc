"""The app's place in Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """What runs on its own."""

    name = "platekeeper.office.jobs"
    label = "jobs"
