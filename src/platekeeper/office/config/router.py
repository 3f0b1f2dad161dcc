"""Which connection may do what with the schema."""


class OwnerMigrates:
    """Only the owner's connection changes the schema; the others could not if they tried."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:  # noqa: ARG002  # Django's signature
        """Tell whether migrations may run over this connection.

        Args:
            db: the connection's alias.
            app_label: the app; every app is the owner's.
            hints: Django's, unused.
        """
        return db == "owner"

    def allow_relation(self, first: object, second: object, **hints: object) -> bool:  # noqa: ARG002  # Django's signature
        """Tell that objects may refer to each other whatever connection brought them: it is one database.

        Args:
            first: an object.
            second: another.
            hints: Django's, unused.
        """
        return True
