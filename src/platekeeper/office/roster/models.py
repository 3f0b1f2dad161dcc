"""What an agency issues to its people: documents in versions, and orders of deployment.

People themselves, their training and the offices they hold are kept by `accounts`, which every app may know.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class IssuedDocument(models.Model):
    """One version of a document that the policy has people acknowledge (TRN-04); the newest is in force."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="issued_documents")
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    place = models.CharField(max_length=300, help_text="where people read it")
    sha256 = models.CharField(max_length=64, blank=True)
    issued_by = models.CharField(max_length=60)
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "issued_document"
        ordering: ClassVar = ["title", "-issued_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "title", "version"], name="issued_document_once")
        ]

    def __str__(self) -> str:
        """Return title and version."""
        return f"{self.title}, version {self.version}"


class Acknowledgement(models.Model):
    """Somebody read a document in a version, and said so (TRN-04); kept for good."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acknowledgements")
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    acknowledged_at = models.DateTimeField()

    class Meta:
        db_table = "acknowledgement"
        ordering: ClassVar = ["-acknowledged_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "title", "version"], name="acknowledgement_once")
        ]

    def __str__(self) -> str:
        """Return title and version."""
        return f"{self.title}, version {self.version}"


class DeploymentOrder(models.Model):
    """The administrator's order to use cameras for a particular effort, for a time (USR-14); half-open."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="deployment_orders")
    effort = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    camera_groups = ArrayField(models.CharField(max_length=60), default=list)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    ordered_by = models.CharField(max_length=60)
    ordered_at = models.DateTimeField()

    class Meta:
        db_table = "deployment_order"
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to")), name="deployment_order_period"
            )
        ]

    def __str__(self) -> str:
        """Return the effort."""
        return self.effort
