"""The app that carries templates, static files and template tags for all others."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Presentation only: no models, no views."""

    name = "platekeeper.office.ui"
    label = "ui"
    verbose_name = "Presentation"
