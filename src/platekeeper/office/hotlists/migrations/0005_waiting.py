"""Let a whole file that nobody expected wait for a person who accepts it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("hotlists", "0004_refusals")]

    operations = [
        migrations.AddField(
            model_name="hotlist",
            name="waiting",
            field=models.ForeignKey(blank=True, help_text="a whole file that nobody expects, until a person accepts it or a good one comes", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotlists.hotlistversion"),
        ),
    ]
