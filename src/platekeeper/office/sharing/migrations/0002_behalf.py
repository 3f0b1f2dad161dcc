"""Let nobody look up for another agency without its release, and let a release rest on legal process."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0001_initial'),
        ('access', '0003_events'),
    ]

    operations = [
        run_sql_file("platekeeper.office.sharing", "sql/behalf.sql"),
    ]
