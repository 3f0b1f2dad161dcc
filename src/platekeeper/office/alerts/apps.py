"""The app's place in Django."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Hits and alerts."""

    name = "platekeeper.office.alerts"
    label = "alerts"
