"""Say which alerts and cancellations people are to be told of."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [("alerts", "0001_initial")]

    operations = [run_sql_file("platekeeper.office.alerts", "sql/telling.sql")]
