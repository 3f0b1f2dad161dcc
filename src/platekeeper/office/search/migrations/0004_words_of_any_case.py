"""Find a description of a vehicle in whatever case its camera writes it; a database of before gets the functions anew."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0003_lanes'),
    ]

    operations = [
        run_sql_file("platekeeper.office.search", "sql/search.sql"),
    ]
