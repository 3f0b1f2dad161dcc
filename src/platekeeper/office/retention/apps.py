"""The app's place in Django."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Keeping, holding, destroying."""

    name = "platekeeper.office.retention"
    label = "retention"
