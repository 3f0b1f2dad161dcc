"""Let a compliance report count access records."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [("access", "0001_initial")]

    operations = [run_sql_file("platekeeper.office.compliance", "sql/compliance.sql")]
