"""Units on the road with readers: who is out, pursuits, and what is broken (OPS)."""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class UnitShift(models.Model):
    """A unit with a reader, from the officer's log-on to the log-off; dispatch is told of it (OPS-01)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="unit_shifts")
    unit = models.CharField(max_length=20, help_text="call sign")
    logged_on_at = models.DateTimeField()
    dispatch_told_at = models.DateTimeField()
    logged_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "unit_shift"
        ordering: ClassVar = ["unit", "-logged_on_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(logged_off_at=None), name="unit_shift_one_a_person"
            )
        ]

    def __str__(self) -> str:
        """Return the call sign."""
        return self.unit


class Pursuit(models.Model):
    """A pursuit in which a unit with a reader has a part; a supervisor approves it (OPS-02, OPS-03)."""

    class Part(models.TextChoices):
        """What the unit does in it."""

        STARTED = "STARTED", "started it"
        CONTINUED = "CONTINUED", "continues it"
        ASSISTED = "ASSISTED", "assists in it"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(UnitShift, on_delete=models.PROTECT, related_name="pursuits")
    part = models.CharField(max_length=12, choices=Part)
    began_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    is_approved = models.BooleanField(null=True, blank=True)
    handover_asked_at = models.DateTimeField(null=True, blank=True)
    handover_excuse = models.CharField(max_length=200, blank=True, help_text="why no marked unit was asked")
    handed_over_to = models.CharField(max_length=20, blank=True, help_text="call sign of the marked unit")
    handed_over_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "pursuit"
        ordering: ClassVar = ["-began_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by=None, is_approved=None)
                | models.Q(answered_at__isnull=False, answered_by__isnull=False, is_approved__isnull=False),
                name="pursuit_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        """Return the call sign and the part."""
        return f"{self.shift.unit} {self.get_part_display()}"


class TroubleTicket(models.Model):
    """A system that does not work, as the officer reports it (OPS-04); administrators help (OPS-05)."""

    class Part(models.TextChoices):
        """What does not work."""

        CAMERA = "CAMERA", "Camera"
        COMPUTER = "COMPUTER", "Computer or screen"
        LINK = "LINK", "Connection to the office"
        POSITION = "POSITION", "Position or time"
        LISTS = "LISTS", "Hot lists"
        OTHER = "OTHER", "Something else"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=20, help_text="call sign or camera")
    part = models.CharField(max_length=12, choices=Part)
    description = models.CharField(max_length=400)
    form = models.CharField(max_length=60, blank=True, help_text="the agency's own form")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "trouble_ticket"
        ordering: ClassVar = ["-opened_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="trouble_ticket_closed_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return its number."""
        return f"Ticket {self.pk}"
