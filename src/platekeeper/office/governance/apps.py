"""The app's place in Django."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """The policy in force."""

    name = "platekeeper.office.governance"
    label = "governance"
