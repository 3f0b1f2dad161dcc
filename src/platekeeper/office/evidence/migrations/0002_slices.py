"""Keep held reads in quarantine apart in backups, as other held reads."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0001_initial'),
        ('retention', '0003_rest'),
    ]

    operations = [
        run_sql_file("platekeeper.office.evidence", "sql/slices.sql"),
    ]
