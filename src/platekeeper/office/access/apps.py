"""The app's place in Django."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access records and the gate."""

    name = "platekeeper.office.access"
    label = "access"

    def ready(self) -> None:
        """Start entering log-ins in the ledger."""
        from platekeeper.office.access import doorbook  # noqa: F401, PLC0415  # its receivers connect on import
