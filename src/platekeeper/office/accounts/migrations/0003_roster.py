"""What administrators keep of people: suspensions, disabled accounts, vendors' visits, offices without overlap."""

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Ranges make equality something that a core GiST index knows, so no extension is needed. Members whom the holder
# assigns (GOV-02) may be many; of holders there is one a duty and day (GOV-01).
_ONE_HOLDER = """
ALTER TABLE designation ADD CONSTRAINT designation_one_holder EXCLUDE USING gist (
    int8range(agency_id, agency_id, '[]') WITH &&,
    int8range(hashtext(duty), hashtext(duty), '[]') WITH &&,
    daterange(held_from, held_to) WITH &&
) WHERE (delegated_by = '')
"""


def _person(name: str, field: "models.Field[Any, Any]") -> migrations.AddField:
    return migrations.AddField("person", name, field)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_agency_profile_number_profileversion"),
    ]

    operations = [
        _person("employee_number", models.CharField(blank=True, default="", help_text="as the roster of active employees names them (USR-11)", max_length=30)),
        _person("suspended_because", models.CharField(blank=True, default="", max_length=200)),
        _person("suspension_decision", models.CharField(blank=True, default="", help_text="number of the decision", max_length=60)),
        _person("disabled_at", models.DateTimeField(blank=True, help_text="until an administrator enables it", null=True)),
        _person("disabled_because", models.CharField(blank=True, default="", max_length=200)),
        _person("enabled_at", models.DateTimeField(blank=True, help_text="when it was last enabled anew", null=True)),
        _person("camera_groups", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, help_text="empty: every group (GOV-09)", null=True, size=None)),
        _person("authorization_sha256", models.CharField(blank=True, default="", help_text="of the signed document", max_length=64)),
        _person("reset_asked_by", models.CharField(blank=True, default="", help_text="who asked for new second factors", max_length=60)),
        _person("reset_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("trainingcompletion", "certificate", models.CharField(blank=True, default="", help_text="number of the certificate", max_length=60)),
        migrations.AddField("designation", "delegated_by", models.CharField(blank=True, default="", help_text="the holder who assigned this member (GOV-02); empty for holders", max_length=120)),
        migrations.AddField("designation", "order_number", models.CharField(blank=True, default="", help_text="of the appointment in writing", max_length=60)),
        migrations.AddConstraint(
            "designation",
            models.CheckConstraint(condition=models.Q(("held_to__isnull", True), ("held_from__lt", models.F("held_to")), _connector="OR"), name="designation_period"),
        ),
        migrations.RunSQL(_ONE_HOLDER, "ALTER TABLE designation DROP CONSTRAINT designation_one_holder"),
        migrations.CreateModel(
            name="MaintenanceVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket", models.CharField(max_length=60)),
                ("admitted_by", models.CharField(max_length=60)),
                ("admitted_at", models.DateTimeField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, help_text="when its end was noted", null=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "maintenance_visit",
                "ordering": ["-valid_from"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("valid_from__lt", models.F("valid_to"))), name="maintenance_visit_period"),
                    models.CheckConstraint(condition=models.Q(("ticket", ""), _negated=True), name="maintenance_visit_ticket"),
                ],
            },
        ),
    ]
