"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and agencies."""

    name = "platekeeper.office.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Start noting when and how sessions begin."""
        from platekeeper.office.accounts import middleware  # noqa: F401, PLC0415  # its receivers connect on import
