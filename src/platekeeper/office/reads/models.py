"""Reads and images as the gate shows them; they are inserted by `operations.store_reads` alone, and never changed."""

from typing import ClassVar

from django.db import models

from platekeeper.office.devices.models import Camera


class Read(models.Model):
    """One plate, read once at a place and time (COL-04); seen through the gate."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.IntegerField()
    read_at = models.DateTimeField()
    received_at = models.DateTimeField()
    camera = models.ForeignKey(Camera, on_delete=models.DO_NOTHING, db_constraint=False)
    plate = models.TextField()
    plate_raw = models.TextField()
    region = models.TextField(null=True)  # noqa: DJ001  # unknown is not the empty region
    confidence = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    cell = models.IntegerField(null=True)
    passage_id = models.UUIDField()
    revision = models.SmallIntegerField()
    producer = models.TextField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "visible_read"
        ordering: ClassVar = ["-read_at", "-id"]

    def __str__(self) -> str:
        """Return the id, never the plate: this text reaches logs."""
        return str(self.id)


class Image(models.Model):
    """A picture of a read: where its sealed bytes are and the wrapped key that opens them; seen through the gate."""

    pk = models.CompositePrimaryKey("read_id", "role")
    agency_id = models.IntegerField()
    read_at = models.DateTimeField()
    read_id = models.UUIDField()
    role = models.TextField()
    sha256 = models.BinaryField()
    media_type = models.TextField()
    size_bytes = models.IntegerField()
    key_name = models.TextField()
    wrapped = models.BinaryField()

    class Meta:
        managed = False
        db_table = "visible_image"

    def __str__(self) -> str:
        """Return the role."""
        return self.role
