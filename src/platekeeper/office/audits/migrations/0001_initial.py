"""Make the function that finds every access record about a plate."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('reads', '0001_initial'),
        ('alerts', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.office.audits", "sql/trail.sql"),
    ]
