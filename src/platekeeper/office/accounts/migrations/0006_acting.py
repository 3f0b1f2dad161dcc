"""Say in the database who may act now, before any function there acts for a person."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_released"),
    ]

    operations = [
        run_sql_file("platekeeper.office.accounts", "sql/acting.sql"),
    ]
