"""The app's place in Django."""

from django.apps import AppConfig


class RosterConfig(AppConfig):
    """Who works here, as what."""

    name = "platekeeper.office.roster"
    label = "roster"
