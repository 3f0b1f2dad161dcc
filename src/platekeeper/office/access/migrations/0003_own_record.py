"""Let what is opened in the course of a record go on under its release."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_erasing'),
    ]

    operations = [
        run_sql_file("platekeeper.office.access", "sql/own_record.sql"),
    ]
