"""Make the functions that search, the requests for consent, sensitive places and canvasses."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("reads", "0001_initial"),
        ("access", "0001_initial"),
    ]

    operations = [
        run_sql_file("platekeeper.office.search", "sql/search.sql"),
        run_sql_file("platekeeper.office.search", "sql/analyses.sql"),
        run_sql_file("platekeeper.office.search", "sql/requests.sql"),
    ]
