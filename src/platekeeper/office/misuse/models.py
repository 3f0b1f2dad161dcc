"""Plates that belong to people here, what the detectors found, and who judges it from outside."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class RelationKind(models.TextChoices):
    """Whose a plate is."""

    OWN = "OWN", "My own vehicle"
    HOUSEHOLD = "HOUSEHOLD", "A vehicle of my household"


class PlateRelation(models.Model):
    """A plate that belongs to somebody here, as a keyed digest: nobody can read the plate from it (PUR-05)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="plate_relations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plate_relations")
    kind = models.CharField(max_length=10, choices=RelationKind.choices)
    label = models.CharField(max_length=60, help_text="words to know it again, such as: the blue one")
    digest = models.BinaryField()
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "plate_relation"
        ordering: ClassVar = ["-entered_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="plate_relation_ended_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return its label, never a plate."""
        return self.label


class Finding(models.Model):
    """What a detector found, once however often it is found again; reviewed by a person, never by the subject."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="misuse_findings")
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="misuse_findings")
    detector = models.CharField(max_length=30)
    key = models.CharField(max_length=64, help_text="digest of what the detector calls the same finding")
    explanation = models.CharField(max_length=300)
    obligation = models.CharField(max_length=10)
    is_outside = models.BooleanField(help_text="about somebody who leads: judged by the outside reviewer")
    records = ArrayField(models.UUIDField(), help_text="the access records that show it")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    found_at = models.DateTimeField()

    class Meta:
        db_table = "misuse_finding"
        ordering: ClassVar = ["-found_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "key"], name="misuse_finding_once"),
        ]

    def __str__(self) -> str:
        """Return the detector."""
        return self.detector


class Judgement(models.TextChoices):
    """What the reviewer found."""

    ORDINARY = "ORDINARY", "Ordinary work"
    MISTAKE = "MISTAKE", "A mistake, talked about"
    MISUSE = "MISUSE", "Misuse: referred for discipline"


class Review(models.Model):
    """The judgement about a finding; made once, never changed."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="review")
    judgement = models.CharField(max_length=10, choices=Judgement.choices)
    note = models.CharField(max_length=500)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="misuse_reviews")
    reviewed_at = models.DateTimeField()

    class Meta:
        db_table = "misuse_review"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(note=""), name="misuse_review_note"),
        ]

    def __str__(self) -> str:
        """Return the judgement."""
        return self.judgement


class OutsideReviewer(models.Model):
    """Somebody from outside the chain of command who judges findings about those who lead."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="outside_reviewers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews_for")
    organization = models.CharField(max_length=120)
    named_by = models.CharField(max_length=60)
    named_at = models.DateTimeField()
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "outside_reviewer"
        ordering: ClassVar = ["named_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="outside_reviewer_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="outside_reviewer_ended_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return the person's name."""
        return str(self.person)
