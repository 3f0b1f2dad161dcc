"""Packages that left, and the steps of their custody; written by functions of the database alone (sql/evidence.sql)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class CustodyState(models.TextChoices):
    """Where a package is; `lifecycle.MOVES` says what may follow what."""

    SEALED = "SEALED", "downloaded, not on a medium yet"
    WRITTEN = "WRITTEN", "on a medium"
    HANDED_OVER = "HANDED_OVER", "handed over"
    BOOKED = "BOOKED", "booked into evidence"
    DISPOSAL_REQUESTED = "DISPOSAL_REQUESTED", "disposal requested"
    DISPOSED = "DISPOSED", "disposed of"
    DISCARDED = "DISCARDED", "discarded"


class EvidencePackage(models.Model):
    """What was copied out, for whom, and the digest by which it is known again (HLD-01)."""

    pk = models.CompositePrimaryKey("agency_id", "id")
    agency_id = models.IntegerField()
    id = models.UUIDField()
    access_id = models.UUIDField(help_text="the export's access record")
    sealed_at = models.DateTimeField()
    sealed_by_id = models.BigIntegerField()
    sealed_by = models.TextField(help_text="username; a text copy outlives the account (C-7)")
    case_number = models.TextField()
    purpose = models.TextField()
    recipient = models.TextField(help_text="person and organization that receive it (AUD-08)")
    release_id = models.UUIDField(
        null=True, help_text="the approved request under which it leaves; None for the own case file"
    )
    read_ids = ArrayField(models.UUIDField())
    pictures = models.IntegerField()
    size_bytes = models.BigIntegerField()
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of its tagmanifest-sha256.txt, as sealed")
    is_stamped = models.BooleanField(help_text="an outside authority stamped its manifest (RFC 3161)")

    class Meta:
        db_table = "evidence_package"
        ordering: ClassVar = ["-sealed_at"]
        indexes: ClassVar = [models.Index(fields=["agency_id", "-sealed_at"], name="evidence_package_time")]

    def __str__(self) -> str:
        """Return its number."""
        return str(self.id)


class CustodyStep(models.Model):
    """One step of a package's way; the latest is where it is."""

    pk = models.CompositePrimaryKey("agency_id", "package_id", "number")
    agency_id = models.IntegerField()
    package_id = models.UUIDField()
    number = models.IntegerField()
    state = models.TextField(choices=CustodyState)
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    username = models.TextField()
    full_name = models.TextField()
    detail = models.JSONField()

    class Meta:
        db_table = "custody_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return the state it led to."""
        return self.state
