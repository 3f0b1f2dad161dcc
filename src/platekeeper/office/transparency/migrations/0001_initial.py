"""Sums for the public page."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):
    """Make the one function that counts for the public."""

    initial = True
    dependencies = [("alerts", "0001_initial")]
    operations = [run_sql_file("platekeeper.office.transparency", "sql/transparency.sql")]
