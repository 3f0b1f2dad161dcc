"""Hits, alerts and their steps as the gate shows them."""

from typing import ClassVar

from django.db import models

from platekeeper.office.devices.models import Camera


class HitKind(models.TextChoices):
    """How the read and the entry agree."""

    EXACT = "EXACT", "exact"
    LOOKALIKE = "LOOKALIKE", "possible: look-alike characters differ"


class AlertState(models.TextChoices):
    """Where an alert stands; `lifecycle.MOVES` says what may follow what."""

    RAISED = "RAISED", "new"
    ACKNOWLEDGED = "ACKNOWLEDGED", "somebody looks at it"
    VERIFIED = "VERIFIED", "picture and list agree"
    REJECTED = "REJECTED", "not this vehicle"


class Hit(models.Model):
    """A read that matched an entry in force, with the read it is about (ALR)."""

    pk = models.CompositePrimaryKey("read_id", "version_id", "entry_number")
    agency_id = models.IntegerField()
    read_at = models.DateTimeField()
    read_id = models.UUIDField()
    version_id = models.BigIntegerField()
    entry_number = models.IntegerField()
    alert_id = models.UUIDField()
    hit_at = models.DateTimeField()
    kind = models.TextField(choices=HitKind)
    late = models.BooleanField()
    list_name = models.TextField()
    listed_at = models.DateTimeField()
    purpose = models.TextField()
    entry = models.JSONField()
    plate = models.TextField()
    plate_raw = models.TextField()
    region = models.TextField(null=True)  # noqa: DJ001  # unknown is not the empty region
    confidence = models.FloatField(null=True)
    camera = models.ForeignKey(Camera, on_delete=models.DO_NOTHING, db_constraint=False)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    received_at = models.DateTimeField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "visible_hit"
        ordering: ClassVar = ["kind", "list_name"]

    def __str__(self) -> str:
        """Return the list's name."""
        return self.list_name


class Alert(models.Model):
    """The work that a passage of a listed vehicle makes."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.IntegerField()
    raised_at = models.DateTimeField()
    read_at = models.DateTimeField()
    read_id = models.UUIDField()
    state = models.TextField(choices=AlertState)
    steps = models.IntegerField()
    last_by = models.TextField(null=True)  # noqa: DJ001  # nobody yet is not the nameless
    last_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "visible_alert"
        ordering: ClassVar = ["-raised_at", "-id"]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class AlertStep(models.Model):
    """What somebody did about an alert."""

    pk = models.CompositePrimaryKey("alert_id", "number")
    agency_id = models.IntegerField()
    alert_id = models.UUIDField()
    number = models.IntegerField()
    state = models.TextField(choices=AlertState)
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    username = models.TextField()
    full_name = models.TextField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "visible_alert_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return the state it led to."""
        return self.state
