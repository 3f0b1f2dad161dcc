"""Where and why a camera runs; cameras that are there already run on the usual occasion of their kind."""

from django.db import migrations, models

_USUAL = (
    "UPDATE camera SET occasion = CASE kind WHEN 'FIXED' THEN 'fixed-site' ELSE 'routine-patrol' END WHERE occasion = ''"
)
_OCCASIONS = [
    ("fixed-site", "at a fixed site"),
    ("routine-patrol", "on routine patrol"),
    ("investigation", "in an investigation"),
    ("special-effort", "in a special effort"),
]


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial")]

    operations = [
        migrations.AddField(
            "camera", "occasion",
            models.CharField(
                max_length=20, blank=True, choices=_OCCASIONS, default="", help_text="why it runs (PUR-15)"
            ),
        ),
        migrations.AddField(
            "camera", "site_kind",
            models.CharField(
                max_length=40, blank=True, default="", help_text="kind of place, where a law names such places (PUR-15)"
            ),
        ),
        migrations.AddField(
            "camera", "order_number",
            models.CharField(
                max_length=80, blank=True, default="",
                help_text="court order that allows more than public view (PUR-09)",
            ),
        ),
        migrations.AddField("camera", "order_ends_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField(
            "camera", "deployed_by",
            models.CharField(max_length=150, blank=True, default="", help_text="who ordered its deployment (USR-14)"),
        ),
        migrations.AddField(
            "camera", "deployed_as",
            models.CharField(max_length=30, blank=True, default="", help_text="in which role"),
        ),
        migrations.AddField("camera", "deployed_at", models.DateTimeField(null=True, blank=True)),
        migrations.RunSQL(_USUAL, migrations.RunSQL.noop),
    ]  # fmt: skip
