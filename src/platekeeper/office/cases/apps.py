"""The app's place in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """A detective's cases."""

    name = "platekeeper.office.cases"
    label = "cases"
