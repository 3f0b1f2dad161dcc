"""Requests for release, their steps, and agreements; written by functions of the database alone (sql/sharing.sql)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class StepName(models.TextChoices):
    """What was done with a request; `lifecycle.MOVES` says what may follow what."""

    ASK = "ASK", "Entered"
    APPROVE = "APPROVE", "Approved"
    REFUSE = "REFUSE", "Refused"
    WITHDRAW = "WITHDRAW", "Withdrawn"
    PACK = "PACK", "Package sealed"
    RELEASE = "RELEASE", "Handed over"


class ReleaseRequest(models.Model):
    """Another agency's request for reads, as it came in, with its letter (SHR-02, SHR-05)."""

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    recipient_class = models.TextField(help_text="policy's RecipientClass, as it was declared")
    recipient_agency = models.TextField()
    recipient_state = models.TextField(help_text="two letters; empty where it is of no state")
    requester = models.TextField()
    contact = models.TextField()
    verified_by = models.TextField(help_text="how the official was verified (SHR-13)")
    purpose_code = models.TextField()
    purpose = models.TextField(help_text="the need to know, in words")
    authority = models.TextField(help_text="the right to know, in words (PUR-13)")
    disclaims = ArrayField(models.TextField())
    case_number = models.TextField(help_text="under which the copy is made here")
    their_number = models.TextField()
    data_wanted = models.TextField()
    plates = ArrayField(models.TextField(), help_text="those that it names; empty where it names none")
    letter = models.BinaryField(null=True)
    letter_name = models.TextField()
    letter_sha256 = models.BinaryField(null=True, max_length=32)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="+")
    asked_by_name = models.TextField(help_text="username; a text copy outlives the account (C-7)")
    process = models.TextField(help_text="policy's LegalProcess; empty where it rests on none")
    process_number = models.TextField()
    process_issuer = models.TextField()

    class Meta:
        managed = False
        db_table = "release_request"
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        """Return the recipient as packages and records name it."""
        return f"{self.requester}, {self.recipient_agency}"


class ReleaseStep(models.Model):
    """One step of a request, never changed; the latest that moved it is where it stands."""

    pk = models.CompositePrimaryKey("request_id", "number")
    request = models.ForeignKey(ReleaseRequest, on_delete=models.DO_NOTHING, related_name="steps")
    number = models.IntegerField()
    step = models.TextField(choices=StepName)
    taken_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)  # None: the policy refused it at once
    username = models.TextField()
    full_name = models.TextField()
    detail = models.JSONField()

    class Meta:
        managed = False
        db_table = "release_step"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        """Return what was done."""
        return self.step


class Agreement(models.Model):
    """An interagency agreement that somebody reviewed (SHR-08, SHR-09)."""

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    recipient_agency = models.TextField()
    recipient_class = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    forbids_onward = models.BooleanField(help_text="it holds the clause against passing data on (SHR-09)")
    document = models.TextField(help_text="its number, and where it is kept")
    noted_at = models.DateTimeField()
    noted_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField()
    ended_because = models.TextField()

    class Meta:
        managed = False
        db_table = "interagency_agreement"
        ordering: ClassVar = ["recipient_agency", "-valid_from"]

    def __str__(self) -> str:
        """Return the other agency."""
        return self.recipient_agency
