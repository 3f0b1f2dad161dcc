"""Keep who somebody is at an identity provider (CJIS IA-4)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_acting"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderBinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=300)),
                ("subject", models.CharField(max_length=255)),
                ("bound_at", models.DateTimeField()),
                ("release_asked_by", models.CharField(blank=True, default="", max_length=60)),
                ("release_asked_at", models.DateTimeField(blank=True, null=True)),
                ("release_because", models.CharField(blank=True, default="", max_length=200)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bindings", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "provider_binding",
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="provider_binding_one_person"),
                    models.UniqueConstraint(fields=("person", "issuer"), name="provider_binding_one_subject"),
                ],
            },
        ),
    ]
