"""The app's place in Django."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """What auditors read."""

    name = "platekeeper.office.audits"
    label = "audits"
