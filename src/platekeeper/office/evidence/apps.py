"""The app's place in Django."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Packages for a court."""

    name = "platekeeper.office.evidence"
    label = "evidence"
