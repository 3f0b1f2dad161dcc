"""Schedules, holds, requests for deleted data, purges and their certificates; their tables stand in sql/*.sql.

The rows are written by functions of the database, which see to what must hold, and never changed.
"""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class Schedule(models.Model):
    """How long an agency keeps what, as proposed to administrator and custodian (RET-01, RET-02, GOV-07)."""

    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    number = models.IntegerField()
    policy_version = models.TextField()
    anchor = models.TextField()
    minimum_months = models.IntegerField()
    minimum_seconds = models.BigIntegerField()
    purge_months = models.IntegerField()
    purge_seconds = models.BigIntegerField()
    records_months = models.IntegerField()
    records_seconds = models.BigIntegerField()
    spares_hits = models.BooleanField()
    said = models.JSONField()
    proposed_at = models.DateTimeField()
    proposed_by = models.TextField()

    class Meta:
        managed = False
        db_table = "retention_schedule"
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        """Return its number and the policy it came from."""
        return f"{self.number} ({self.policy_version})"


class Consent(models.Model):
    """One of the two who agreed to a schedule and its first run."""

    pk = models.CompositePrimaryKey("schedule_id", "role")
    schedule = models.ForeignKey(Schedule, on_delete=models.DO_NOTHING, related_name="consents")
    role = models.TextField()
    person_id = models.BigIntegerField()
    username = models.TextField()
    consented_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "retention_consent"
        ordering: ClassVar = ["consented_at"]

    def __str__(self) -> str:
        """Return who agreed."""
        return self.username


class HoldScope(models.TextChoices):
    """What a hold covers."""

    READS = "READS", "single reads"
    PLATE = "PLATE", "a plate"
    AREA = "AREA", "a place and time"
    CASE = "CASE", "everything of the case: hits of its hot-list entries, reads gathered in it"


class HoldStepName(models.TextChoices):
    """What can be done with a hold."""

    REQUEST = "REQUEST", "requested"
    APPROVE = "APPROVE", "approved"
    REFUSE = "REFUSE", "refused"
    BOOK = "BOOK", "booked into evidence"
    ASK = "ASK", "asked whether it is still needed"
    ESCALATE = "ESCALATE", "no answer: told the commanding officer"
    VERIFY = "VERIFY", "still needed"
    ASK_RELEASE = "ASK_RELEASE", "release requested"
    RELEASE = "RELEASE", "released"


class Hold(models.Model):
    """A written request to keep data beyond its schedule (HLD-03); in effect from the moment it is made."""

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    kind = models.TextField()
    case_number = models.TextField()
    reason = models.TextField()
    contact = models.TextField()
    scope = models.TextField(choices=HoldScope)
    plate = models.TextField()
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    covers_from = models.DateTimeField(null=True)
    covers_to = models.DateTimeField(null=True)
    requested_at = models.DateTimeField()
    requested_by = models.TextField()
    requester = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, related_name="+", db_column="requested_by_id"
    )

    class Meta:
        managed = False
        db_table = "hold"
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        """Return its case."""
        return self.case_number


class HoldRead(models.Model):
    """A single read that a hold names."""

    pk = models.CompositePrimaryKey("hold_id", "read_at", "read_id")
    agency_id = models.BigIntegerField()
    hold = models.ForeignKey(Hold, on_delete=models.DO_NOTHING, related_name="reads")
    read_at = models.DateTimeField()
    read_id = models.UUIDField()

    class Meta:
        managed = False
        db_table = "hold_read"

    def __str__(self) -> str:
        """Return the read's id."""
        return str(self.read_id)


class HoldStep(models.Model):
    """What somebody did with a hold, and when."""

    pk = models.CompositePrimaryKey("hold_id", "number")
    agency_id = models.BigIntegerField()
    hold = models.ForeignKey(Hold, on_delete=models.DO_NOTHING, related_name="steps")
    number = models.IntegerField()
    step = models.TextField(choices=HoldStepName)
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    username = models.TextField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "hold_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return the step."""
        return self.step


class OldDataRequest(models.Model):
    """A request to search logically deleted reads (RET-06, RET-07)."""

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    circumstance = models.TextField()
    condition = models.TextField()
    order_number = models.TextField()
    case_number = models.TextField()
    data_wanted = models.TextField()
    query = models.JSONField()
    query_digest = models.TextField()
    requested_at = models.DateTimeField()
    requested_by = models.TextField()
    requester = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, related_name="+", db_column="requested_by_id"
    )

    class Meta:
        managed = False
        db_table = "old_data_request"
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        """Return its case."""
        return self.case_number


class OldDataStep(models.Model):
    """One of the four people acted on a request."""

    pk = models.CompositePrimaryKey("request_id", "number")
    request = models.ForeignKey(OldDataRequest, on_delete=models.DO_NOTHING, related_name="steps")
    number = models.IntegerField()
    step = models.TextField()
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    username = models.TextField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "old_data_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return the step."""
        return self.step


class Run(models.Model):
    """One purge of one agency's data."""

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    schedule = models.ForeignKey(Schedule, on_delete=models.DO_NOTHING, related_name="+")
    reads_before = models.DateTimeField()
    records_before = models.DateTimeField()
    started_at = models.DateTimeField()
    started_by = models.TextField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "purge_run"
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        """Return its id."""
        return str(self.id)


class Part(models.Model):
    """What one step of a purge destroyed."""

    pk = models.CompositePrimaryKey("run_id", "number")
    agency_id = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.DO_NOTHING, related_name="parts")
    number = models.IntegerField()
    kind = models.TextField()
    month = models.DateField(null=True)
    purged = models.BigIntegerField()
    held = models.BigIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    first_id = models.UUIDField(null=True)
    last_id = models.UUIDField(null=True)
    digest = models.BinaryField(null=True)
    done_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "purge_part"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return what kind of data it was."""
        return self.kind


class Certificate(models.Model):
    """The signed statement of what a purge destroyed (RET-02, GOV-07)."""

    run = models.OneToOneField(Run, on_delete=models.DO_NOTHING, primary_key=True, related_name="certificate")
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    body = models.TextField()
    signature = models.BinaryField()
    public_key = models.BinaryField()
    certified_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "purge_certificate"
        ordering: ClassVar = ["-certified_at"]

    def __str__(self) -> str:
        """Return the run's id."""
        return str(self.run_id)


class Forecast(models.Model):
    """What the next purge will do, as the custodian last saw it; the pages cannot look for themselves."""

    agency = models.OneToOneField(Agency, on_delete=models.DO_NOTHING, primary_key=True, related_name="+")
    made_at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        managed = False
        db_table = "purge_forecast"

    def __str__(self) -> str:
        """Return when it was made."""
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class HostConfirmation(models.Model):
    """A host's word that its copy of an agency's data is destroyed (RET-08)."""

    pk = models.CompositePrimaryKey("agency_id", "number")
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    number = models.IntegerField()
    source = models.TextField()
    covers_before = models.DateTimeField()
    confirmed_by = models.TextField()
    reference = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = models.TextField()

    class Meta:
        managed = False
        db_table = "host_confirmation"
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        """Return the source and the day."""
        return f"{self.source} before {self.covers_before:%Y-%m-%d}"
