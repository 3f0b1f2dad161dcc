"""Find reads with statements that a session plans once; a database of before gets the functions anew."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_records'),
        ('reads', '0001_initial'),
    ]

    operations = [
        run_sql_file("platekeeper.office.search", "sql/search.sql"),
    ]
