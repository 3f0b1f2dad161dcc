"""The app's place in Django."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Obligations and their state."""

    name = "platekeeper.office.compliance"
    label = "compliance"
