"""Brings a database to the present schema, and its roles to their present rights."""

import os
from datetime import UTC, datetime

import django
import psycopg
from django.core.management import call_command

from platekeeper.office.config.database import Database
from platekeeper.office.config.privileges import apply_privileges
from platekeeper.office.config.schema import note_schema, parts, refuse_other_schema

_MIGRATING = 7_452_002


def set_up_django() -> None:
    """Load Django with this project's settings; harmless to repeat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
    django.setup()


def migrate(database: Database) -> None:
    """Run all migrations as `owner`, give every role its rights, and publish anew what stands on a changed floor.

    Args:
        database: a running database, prepared.

    Raises:
        SchemaError: the database was made by a newer version, or by another state of this one.
    """
    set_up_django()
    with psycopg.connect(database.address("owner"), autocommit=True) as connection:
        # commands that start together migrate one after the other; the lock ends with the session
        connection.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        known = parts()
        refuse_other_schema(connection, known)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        note_schema(connection, known)
        apply_privileges(connection)
        from platekeeper.office.governance.operations import take_up_floors  # noqa: PLC0415  # Django must be set up

        take_up_floors(datetime.now(UTC))
