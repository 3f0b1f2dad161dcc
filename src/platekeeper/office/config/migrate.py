"""Brings a database to the present schema, and its roles to their present rights."""

import os

import django
import psycopg
from django.core.management import call_command

from platekeeper.office.config.database import Database
from platekeeper.office.config.privileges import apply_privileges


def set_up_django() -> None:
    """Load Django with this project's settings; harmless to repeat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platekeeper.office.config.settings")
    django.setup()


def migrate(database: Database) -> None:
    """Run all migrations as `owner`, then give every role its rights.

    Args:
        database: a running database, prepared.
    """
    set_up_django()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    with psycopg.connect(database.address("owner")) as connection:
        apply_privileges(connection)
