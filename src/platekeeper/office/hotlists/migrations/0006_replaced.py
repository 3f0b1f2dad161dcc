"""Know since when a version is in force: what it replaced is forgotten after a while."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("hotlists", "0005_waiting")]

    operations = [
        migrations.AddField(
            model_name="hotlist",
            name="in_force_at",
            field=models.DateTimeField(blank=True, help_text="when the version in force replaced the one before it (HOT-04)", null=True),
        ),
    ]
