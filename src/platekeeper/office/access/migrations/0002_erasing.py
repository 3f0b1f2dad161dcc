"""Erase details by the event: at the end of AUD-01's period those of accesses go, and no others."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.ledger", "erasing.sql"),
    ]
