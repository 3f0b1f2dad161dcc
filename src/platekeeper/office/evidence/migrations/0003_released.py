"""Let a package name the release that covers it; none is sealed or handed to strangers without (SHR-03)."""

from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ("evidence", "0002_slices"),
        ("sharing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencepackage",
            name="release_id",
            field=models.UUIDField(
                null=True, help_text="the approved request under which it leaves; None for the own case file"
            ),
        ),
        run_sql_file("platekeeper.office.evidence", "sql/released.sql"),
    ]
