"""Cameras and the producers that send for them."""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency


class Camera(models.Model):
    """A reader at a place or on a car."""

    class Kind(models.TextChoices):
        """Where it is mounted."""

        FIXED = "FIXED", "fixed"
        VEHICLE = "VEHICLE", "vehicle"

    class Occasion(models.TextChoices):
        """Why it runs (PUR-15); no suspicion is asked for, so there is no field for one (PUR-03)."""

        FIXED_SITE = "fixed-site", "at a fixed site"
        ROUTINE_PATROL = "routine-patrol", "on routine patrol"
        INVESTIGATION = "investigation", "in an investigation"
        SPECIAL_EFFORT = "special-effort", "in a special effort"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cameras")
    ref = models.CharField(max_length=80, help_text="the name by which producers know it")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FIXED)
    site_group = models.CharField(
        max_length=60, blank=True, help_text="camera group, one axis of access (GOV-09)"
    )
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="America/Los_Angeles")
    public_view_by = models.CharField(
        max_length=120, blank=True, help_text="who attested that it sees only what is in public view (PUR-09)"
    )
    public_view_at = models.DateTimeField(null=True, blank=True)
    occasion = models.CharField(
        max_length=20, choices=Occasion, blank=True, default="", help_text="why it runs (PUR-15)"
    )
    site_kind = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="kind of place, where a law names such places (PUR-15)",
    )
    order_number = models.CharField(
        max_length=80,
        blank=True,
        default="",
        help_text="court order that allows more than public view (PUR-09)",
    )
    order_ends_at = models.DateTimeField(null=True, blank=True)
    deployed_by = models.CharField(
        max_length=150, blank=True, default="", help_text="who ordered its deployment (USR-14)"
    )
    deployed_as = models.CharField(max_length=30, blank=True, default="", help_text="in which role")
    deployed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "camera"
        ordering: ClassVar = ["agency", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "ref"], name="camera_ref_once_an_agency"),
            models.CheckConstraint(
                condition=models.Q(public_view_at__isnull=True, public_view_by="")
                | (models.Q(public_view_at__isnull=False) & ~models.Q(public_view_by="")),
                name="camera_public_view_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return the camera's name."""
        return self.name


class Producer(models.Model):
    """A sender of reads, known by a token of which only the digest is kept."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="producers")
    name = models.CharField(max_length=80)
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "producer"
        ordering: ClassVar = ["agency", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "name"], name="producer_name_once_an_agency"),
        ]

    def __str__(self) -> str:
        """Return the producer's name."""
        return self.name


class TransferClock(models.Model):
    """When a camera on a vehicle last handed over its data (COL-02); moved by `note_transfers()`."""

    camera = models.OneToOneField(
        Camera, on_delete=models.DO_NOTHING, primary_key=True, related_name="transfer_clock"
    )
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    last_at = models.DateTimeField()
    oldest_at = models.DateTimeField()
    transfers = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "transfer_clock"

    def __str__(self) -> str:
        """Return when it last did."""
        return f"{self.last_at:%Y-%m-%d %H:%M}"


class TransferStep(models.Model):
    """A limit that passed, late data that was taken, or a person's word on a vehicle; never changed."""

    class Step(models.TextChoices):
        """What happened."""

        BREACH = "BREACH", "limit passed"
        LATE = "LATE", "late data taken"
        STATED = "STATED", "nothing to hand over"

    pk = models.CompositePrimaryKey("camera_id", "number")
    camera = models.ForeignKey(Camera, on_delete=models.DO_NOTHING, related_name="transfer_steps")
    number = models.IntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    step = models.TextField(choices=Step)
    noted_at = models.DateTimeField()
    counted_from = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    reads = models.BigIntegerField()
    username = models.TextField()
    reason = models.TextField()

    class Meta:
        managed = False
        db_table = "transfer_step"
        ordering: ClassVar = ["-noted_at"]

    def __str__(self) -> str:
        """Return the step."""
        return self.step
