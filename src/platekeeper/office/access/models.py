"""Access records as the auditor's view shows them; they are written by `open_access()` in the database alone."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AccessRecord(models.Model):
    """Who looked at what, when, for which purpose and case (SRC-01); read through the gate."""

    id = models.UUIDField(primary_key=True)
    agency_id = models.IntegerField()
    accessed_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    username = models.TextField()
    full_name = models.TextField()
    organization = models.TextField()
    on_behalf_of = models.TextField()
    function = models.TextField()
    query = models.JSONField()
    purpose = models.TextField()
    case_number = models.TextField()
    reason = models.TextField()
    outcome = models.TextField()
    clauses = ArrayField(models.TextField())
    explanation = models.TextField()
    policy_version = models.TextField()
    parent_id = models.UUIDField(null=True)
    source = models.TextField()
    case_known = models.BooleanField(null=True)

    class Meta:
        managed = False
        db_table = "visible_access_record"
        ordering: ClassVar = ["-accessed_at"]

    def __str__(self) -> str:
        """Return the record's id."""
        return str(self.id)


class Grant(models.Model):
    """What a record opened; read through the gate."""

    pk = models.CompositePrimaryKey("access_id", "data_agency_id")
    access_id = models.UUIDField()
    data_agency_id = models.IntegerField()
    agency_name = models.TextField()
    visible_from = models.DateTimeField()
    kinds = ArrayField(models.TextField())
    camera_ids = ArrayField(models.BigIntegerField(), null=True)
    read_ids = ArrayField(models.UUIDField(), null=True)

    class Meta:
        managed = False
        db_table = "visible_access_grant"

    def __str__(self) -> str:
        """Return whose data it opened."""
        return self.agency_name

    @property
    def read_count(self) -> int | None:
        """How many single reads it opened, or None where it opened all."""
        return None if self.read_ids is None else len(self.read_ids)


class Entry(models.Model):
    """The ledger entry that seals a record, with its hashes computed anew; read through the gate."""

    sequence = models.BigIntegerField(primary_key=True)
    access_id = models.UUIDField()
    entry_at = models.DateTimeField()
    event = models.TextField()
    actor = models.TextField()
    chain_hash = models.BinaryField()
    previous_hash = models.BinaryField(null=True)
    details = models.TextField(null=True)  # noqa: DJ001  # erased is not empty
    is_intact = models.BooleanField()

    class Meta:
        managed = False
        db_table = "visible_entry"

    def __str__(self) -> str:
        """Return the event."""
        return self.event
