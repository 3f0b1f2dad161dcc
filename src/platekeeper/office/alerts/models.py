"""Hits, alerts and their steps as the gate shows them."""

from typing import ClassVar

from django.db import models

from platekeeper.office.devices.models import Camera
from platekeeper.policy.vocabulary import VisualPart


class HitKind(models.TextChoices):
    """How the read and the entry agree."""

    EXACT = "EXACT", "exact"
    LOOKALIKE = "LOOKALIKE", "possible: look-alike characters differ"
    PARTIAL = "PARTIAL", "possible: the listed plate is known in part"


class AlertState(models.TextChoices):
    """Where an alert stands; `lifecycle.MOVES` says what may follow what."""

    RAISED = "RAISED", "new"
    ACKNOWLEDGED = "ACKNOWLEDGED", "somebody looks at it"
    STATUS_CONFIRMED = "STATUS_CONFIRMED", "the entry still stands"
    VERIFIED = "VERIFIED", "picture and list agree"
    SUSPICION_STATED = "SUSPICION_STATED", "reasonable suspicion is stated"
    STOPPED = "STOPPED", "the vehicle was stopped"
    CLOSED = "CLOSED", "dealt with"
    CONTRADICTED = "CONTRADICTED", "state or vehicle contradict the list: a second person must look"
    REJECTED = "REJECTED", "not this vehicle"
    WITHDRAWN = "WITHDRAWN", "withdrawn: the reading or the entry no longer stands"
    EXPIRED = "EXPIRED", "nobody dealt with it in time"


class Disposition(models.TextChoices):
    """How the contact after an alert ended (ALR-06)."""

    RECOVERED = "RECOVERED", "Vehicle recovered"
    ARREST = "ARREST", "Arrest"
    CITATION = "CITATION", "Citation"
    RELEASED = "RELEASED", "Driver released"
    WRONG_VEHICLE = "WRONG_VEHICLE", "Released: not the listed vehicle"
    WRONG_ENTRY = "WRONG_ENTRY", "Released: the entry was wrong"
    NOT_FOUND = "NOT_FOUND", "Vehicle not found, no stop"
    HANDED_OVER = "HANDED_OVER", "Handed to another unit or agency, no stop"
    NO_ACTION = "NO_ACTION", "No action taken"


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
    explanation = models.JSONField(help_text="why they match: see `explanation.Explanation`")
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

    @property
    def likelihood(self) -> float | None:
        """How likely the reading is the listed plate, 0..1; None where its producer did not say how sure it was."""
        value = self.explanation.get("likelihood")
        return None if value is None else float(value)

    @property
    def contradictions(self) -> frozenset[VisualPart]:
        """What the reader itself saw otherwise than the list says (ALR-03)."""
        return frozenset(VisualPart(part) for part in self.explanation.get("contradictions", ()))


class Alert(models.Model):
    """The work that a passage of a listed vehicle makes."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.IntegerField()
    raised_at = models.DateTimeField()
    read_at = models.DateTimeField()
    read_id = models.UUIDField()
    demands = models.JSONField(help_text="what the policy in force when it was raised asks before which step")
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
    step = models.TextField(help_text="its name in `lifecycle`")
    state = models.TextField(choices=AlertState)
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True, help_text="none where the system did it")
    username = models.TextField()
    full_name = models.TextField()
    access_id = models.UUIDField(null=True, help_text="the access in whose course it was taken")
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "visible_alert_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return the state it led to."""
        return self.state


class EntryCancellation(models.Model):
    """An entry that somebody found wrong: it raises no alerts here until its source drops it (HOT-10)."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.IntegerField()
    alert_id = models.UUIDField()
    hot_list_id = models.BigIntegerField()
    list_name = models.TextField()
    plate = models.TextField()
    region = models.TextField(blank=True)
    category = models.TextField()
    reason = models.TextField()
    cancelled_by = models.TextField()
    cancelled_at = models.DateTimeField()
    broadcast_by = models.TextField(blank=True)
    broadcast_at = models.DateTimeField(null=True, help_text="when Communications put it on the air")
    dropped_at = models.DateTimeField(null=True, help_text="when the source's list no longer held it")

    class Meta:
        managed = False
        db_table = "visible_entry_cancellation"
        ordering: ClassVar = ["-cancelled_at"]

    def __str__(self) -> str:
        """Return the list's name, never the plate: this text reaches logs."""
        return self.list_name
