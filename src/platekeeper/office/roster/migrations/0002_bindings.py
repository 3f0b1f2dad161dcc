"""Bind people to their identity provider's subjects, and release them, by functions of the database alone."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ("roster", "0001_initial"),
        ("accounts", "0007_bindings"),
    ]

    operations = [
        run_sql_file("platekeeper.office.roster", "sql/bindings.sql"),
    ]
