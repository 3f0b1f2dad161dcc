"""Documents, acknowledgements, deployment orders, and the functions by which alone people are changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from platekeeper.office.sql_files import run_sql_file

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("accounts", "0003_roster"),
        ("access", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                _ID,
                ("title", models.CharField(max_length=120)),
                ("version", models.CharField(max_length=40)),
                ("place", models.CharField(help_text="where people read it", max_length=300)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("issued_by", models.CharField(max_length=60)),
                ("issued_at", models.DateTimeField()),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="issued_documents", to="accounts.agency")),
            ],
            options={
                "db_table": "issued_document",
                "ordering": ["title", "-issued_at"],
                "constraints": [models.UniqueConstraint(fields=("agency", "title", "version"), name="issued_document_once")],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                _ID,
                ("title", models.CharField(max_length=120)),
                ("version", models.CharField(max_length=40)),
                ("acknowledged_at", models.DateTimeField()),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acknowledgements", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "acknowledgement",
                "ordering": ["-acknowledged_at"],
                "constraints": [models.UniqueConstraint(fields=("person", "title", "version"), name="acknowledgement_once")],
            },
        ),
        migrations.CreateModel(
            name="DeploymentOrder",
            fields=[
                _ID,
                ("effort", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200)),
                ("camera_groups", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField()),
                ("ordered_by", models.CharField(max_length=60)),
                ("ordered_at", models.DateTimeField()),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deployment_orders", to="accounts.agency")),
            ],
            options={
                "db_table": "deployment_order",
                "ordering": ["-valid_from"],
                "constraints": [models.CheckConstraint(condition=models.Q(("valid_from__lt", models.F("valid_to"))), name="deployment_order_period")],
            },
        ),
        run_sql_file("platekeeper.office.roster", "sql/roster.sql"),
    ]
