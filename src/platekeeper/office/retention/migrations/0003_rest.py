"""Keep in quarantine what any hold covers; end access records without what else the ledger tells (RET-04, AUD-01)."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0002_elsewhere'),
        ('access', '0002_erasing'),
        ('hotlists', '0002_entries'),
    ]

    operations = [
        run_sql_file("platekeeper.office.retention", "sql/rest.sql"),
    ]
