"""Count failed log-ins anew from the release of a lock, so that it lets its person in at once (CJIS AC-7)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_doors"),
    ]

    operations = [
        migrations.AddField("person", "released_at", models.DateTimeField(blank=True, help_text="when a lock was last released: failures before count no more", null=True)),
    ]
