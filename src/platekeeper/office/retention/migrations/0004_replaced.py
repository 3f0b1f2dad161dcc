"""Forget the entries of hot-list versions that others replaced (HOT-04)."""

from django.db import migrations

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0003_rest'),
        ('hotlists', '0006_replaced'),
    ]

    operations = [
        run_sql_file("platekeeper.office.retention", "sql/replaced.sql"),
    ]
