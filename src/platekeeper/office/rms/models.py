"""How an agency's records management system is reached, its cases, and what it is to hear.

The outbox itself (`rms_request`, `rms_attempt`) is SQL alone: its rows hold what was asked, so the pages' role
cannot read them, `open_access()` writes them, and none is ever changed or removed.
"""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency


class Connection(models.Model):
    """How one agency's records management system is reached; empty where it is not."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="rms", primary_key=True)
    cases_folder = models.CharField(
        max_length=300, blank=True, help_text="where it drops CSV files of its cases"
    )
    cases_url = models.CharField(max_length=300, blank=True, help_text="where it answers about one case")
    outbox_folder = models.CharField(max_length=300, blank=True, help_text="where it picks up requests")
    outbox_url = models.CharField(max_length=300, blank=True, help_text="where it takes requests")
    token_file = models.CharField(max_length=300, blank=True, help_text="a file with its bearer token")
    classification = models.CharField(max_length=60, blank=True, help_text="how every access is filed there")

    class Meta:
        db_table = "rms_connection"

    def __str__(self) -> str:
        """Return the agency's name."""
        return self.agency.name


class CaseList(models.Model):
    """One file of cases as it was taken; the latest counts."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="case_lists")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "case_list"
        ordering: ClassVar = ["-taken_at"]

    def __str__(self) -> str:
        """Return the file's name."""
        return self.name


class KnownCase(models.Model):
    """One case or incident of the latest file."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="known_cases")
    number = models.CharField(max_length=64)
    is_open = models.BooleanField()

    class Meta:
        db_table = "known_case"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "number"], name="known_case_number"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return self.number
