"""What searching keeps beside the access records: sensitive places and canvasses."""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class PlaceKind(models.TextChoices):
    """Why an area needs a supervisor's approval."""

    PLACE = "PLACE", "Sensitive place"
    EVENT = "EVENT", "Lawful event"


class SensitivePlace(models.Model):
    """An area, for a time or for good, that is searched only with a supervisor's approval (PUR-08)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sensitive_places")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=PlaceKind.choices)
    area = models.JSONField(help_text="as search.places writes it")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "sensitive_place"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="sensitive_place_ended_at_with_by",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_from__lt=models.F("valid_to")),
                name="sensitive_place_period",
            ),
        ]

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class Canvass(models.Model):
    """A canvass of the surroundings of a crime, as it was ordered (PUR-04)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="canvasses")
    case_number = models.CharField(max_length=64)
    incident = models.CharField(max_length=120)
    area = models.JSONField(help_text="as search.places writes it")
    since = models.DateTimeField()
    until = models.DateTimeField()
    unit = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="canvasses")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "canvass"
        ordering: ClassVar = ["-recorded_at"]

    def __str__(self) -> str:
        """Return the incident."""
        return self.incident
