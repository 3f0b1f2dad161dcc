"""Tell records of one plate apart, name columns that were not taken, and keep a refusal in sight."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("hotlists", "0003_sources")]

    operations = [
        migrations.AddField(
            model_name="hotlistentry",
            name="record",
            field=models.CharField(blank=True, db_default="", help_text="by what its source tells it from another entry of the same plate: number or date (HOT-10)", max_length=40),
        ),
        migrations.AddField(
            model_name="hotlistversion",
            name="not_taken",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, help_text="columns of the file that its layout does not take: names, dates of birth and the like", size=None),
        ),
        migrations.AddField(
            model_name="hotlist",
            name="refused_at",
            field=models.DateTimeField(blank=True, help_text="when a file was last refused; none since a good one", null=True),
        ),
        migrations.AddField(
            model_name="hotlist",
            name="refusal",
            field=models.CharField(blank=True, default="", help_text="why, in a sentence", max_length=400),
        ),
    ]
