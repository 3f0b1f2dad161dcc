"""Sessions that can be seen and ended, terminals that the idle lock spares, one-time codes taken once."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_BY: dict[str, Any] = {"blank": True, "max_length": 60}
_AT: dict[str, Any] = {"blank": True, "null": True}
_DIGEST: dict[str, Any] = {"blank": True, "max_length": 32, "null": True}


def _paired(model: str, at: str, by: str, name: str) -> migrations.AddConstraint:
    both = models.Q((f"{at}__isnull", False), models.Q((by, ""), _negated=True))
    neither = models.Q((f"{at}__isnull", True), (by, ""))
    return migrations.AddConstraint(
        model, models.CheckConstraint(condition=models.Q(neither, both, _connector="OR"), name=name)
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_roster"),
    ]

    operations = [
        migrations.AddField("person", "last_code_step", models.BigIntegerField(default=0, help_text="period of the last one-time code taken: none of it or before counts again (IA-5)")),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=[("police-vehicle", "vehicle unit in a police vehicle"), ("dispatch", "dispatch console behind physical security"), ("receive-only", "staffed terminal that only receives")], max_length=20)),
                ("secured_by", models.CharField(help_text="what keeps others away from it", max_length=200)),
                ("registered_by", models.CharField(max_length=60)),
                ("registered_at", models.DateTimeField()),
                ("code_sha256", models.BinaryField(unique=True, **_DIGEST)),
                ("code_until", models.DateTimeField(help_text="the code can be typed until then")),
                ("enrolled_by", models.CharField(**_BY)),
                ("enrolled_at", models.DateTimeField(**_AT)),
                ("token_sha256", models.BinaryField(unique=True, **_DIGEST)),
                ("expires_at", models.DateTimeField()),
                ("revoked_by", models.CharField(**_BY)),
                ("revoked_at", models.DateTimeField(**_AT)),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="terminals", to="accounts.agency")),
            ],
            options={"db_table": "terminal", "ordering": ["name", "-registered_at"]},
        ),
        _paired("terminal", "enrolled_at", "enrolled_by", "terminal_enrolled_at_with_by"),
        _paired("terminal", "revoked_at", "revoked_by", "terminal_revoked_at_with_by"),
        migrations.AddConstraint("terminal", models.CheckConstraint(condition=models.Q(("secured_by", ""), _negated=True), name="terminal_says_what_keeps_others_away")),
        migrations.CreateModel(
            name="PersonSession",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
                ("source", models.CharField(blank=True, help_text="network address", max_length=60)),
                ("device", models.CharField(blank=True, help_text="browser and system, as the browser says", max_length=120)),
                ("device_sha256", models.BinaryField(help_text="of the device's cookie", **_DIGEST)),
                ("ended_by", models.CharField(help_text="username, or `policy`", **_BY)),
                ("ended_at", models.DateTimeField(**_AT)),
                ("ended_because", models.CharField(blank=True, max_length=200)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to=settings.AUTH_USER_MODEL)),
                ("terminal", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to="accounts.terminal")),
            ],
            options={
                "db_table": "person_session",
                "ordering": ["-began_at"],
                "indexes": [models.Index(fields=["person", "-began_at"], name="person_session_person")],
            },
        ),
        _paired("personsession", "ended_at", "ended_by", "person_session_ended_at_with_by"),
    ]
