"""Proposals to change an agency's profile, what became of them, and what an agency attests.

Rows of all three are written by functions of the database alone and never changed. The versions themselves stand
in `accounts`, below, because everything asks for the one in force.
"""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency


class ProfileProposal(models.Model):
    """A changed profile that somebody wants in force."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="profile_proposals")
    based_on = models.PositiveIntegerField(help_text="the version that was in force when it was proposed")
    text = models.TextField(help_text="TOML")
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=120, help_text="what decisions will name")
    reason = models.TextField()
    concerns_retention = models.BooleanField(help_text="then both roles must agree (GOV-07)")
    proposed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    proposed_as = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()

    class Meta:
        db_table = "profile_proposal"
        ordering: ClassVar = ["-proposed_at"]

    def __str__(self) -> str:
        """Return what it would be called."""
        return self.version


class ProfileAnswer(models.Model):
    """What became of a proposal: one answer, by one person, for good."""

    class Outcome(models.TextChoices):
        """How it was answered."""

        ADOPTED = "ADOPTED", "in force"
        REFUSED = "REFUSED", "refused"
        WITHDRAWN = "WITHDRAWN", "withdrawn by the proposer"

    proposal = models.OneToOneField(
        ProfileProposal, on_delete=models.PROTECT, related_name="answer", primary_key=True
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.TextField()
    answered_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    answered_as = models.CharField(max_length=40)
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "profile_answer"

    def __str__(self) -> str:
        """Return the outcome in words."""
        return self.Outcome(self.outcome).label


class Attestation(models.Model):
    """An agency's word that it did what no software can see, such as writing its procedures (GOV-04, GOV-13).

    It counts until `valid_until`; the next one does not replace it, it follows it.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="attestations")
    obligation = models.CharField(max_length=10)
    statement = models.TextField()
    document = models.CharField(max_length=200, blank=True, help_text="where the paper lies")
    attested_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    attested_as = models.CharField(max_length=40)
    attested_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        db_table = "attestation"
        ordering: ClassVar = ["-attested_at"]
        indexes: ClassVar = [
            models.Index(fields=["agency", "obligation", "-attested_at"], name="attestation_obligation")
        ]

    def __str__(self) -> str:
        """Return the obligation."""
        return self.obligation
