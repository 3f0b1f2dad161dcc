"""Let a board ask whether anything changed since it was drawn."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [("alerts", "0002_telling")]

    operations = [run_sql_file("platekeeper.office.alerts", "sql/news.sql")]
