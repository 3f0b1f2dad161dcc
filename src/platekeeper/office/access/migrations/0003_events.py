"""Let the pages tell the ledger of what they do, event by event, and of nothing that other functions do."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_erasing'),
    ]

    operations = [
        run_sql_file("platekeeper.office.access", "sql/events.sql"),
    ]
