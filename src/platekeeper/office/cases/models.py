"""A case: who works on it, and what they gathered. Reads are named here, never copied (promise 2)."""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class CaseFile(models.Model):
    """One case or incident, under the number that the agency gives it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=64)
    title = models.CharField(
        max_length=200, help_text="the offence; it is the reason of every look at the case"
    )
    purpose = models.CharField(max_length=60)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases_opened")
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "case_file"
        ordering: ClassVar = ["-opened_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "number"], name="case_file_number"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(closed_by="")),
                name="case_file_closed_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return self.number


class CaseMember(models.Model):
    """Somebody who works on a case, from when to when."""

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="case_memberships")
    added_by = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    removed_by = models.CharField(max_length=60, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "case_member"
        ordering: ClassVar = ["added_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=models.Q(removed_at__isnull=True),
                name="case_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removed_by="")
                | (models.Q(removed_at__isnull=False) & ~models.Q(removed_by="")),
                name="case_member_removed_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return the person's name."""
        return str(self.person)


class ItemKind(models.TextChoices):
    """What was gathered."""

    SEARCH = "SEARCH", "Search"
    READ = "READ", "Read"
    NOTE = "NOTE", "Note"


class CaseItem(models.Model):
    """Something gathered: a search by its record, a read by its id, or a note."""

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    access_id = models.UUIDField(
        null=True, help_text="the access record: of the search, or in which the read was seen"
    )
    read_id = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    text = models.TextField(blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="case_items")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "case_item"
        ordering: ClassVar = ["-added_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="SEARCH", access_id__isnull=False, read_id__isnull=True, read_at__isnull=True)
                | models.Q(kind="READ", access_id__isnull=False, read_id__isnull=False, read_at__isnull=False)
                | (models.Q(kind="NOTE", access_id__isnull=True, read_id__isnull=True) & ~models.Q(text="")),
                name="case_item_kind",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "access_id", "read_id"],
                condition=models.Q(kind="SEARCH"), name="case_item_search_once", nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["case", "read_id"], condition=models.Q(kind="READ"), name="case_item_read_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        """Return its kind."""
        return self.kind
