"""Hot lists: a list has versions, a version has entries, and one version is in force (HOT-04, C-10)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class HotList(models.Model):
    """A list of plates from one source, for stated purposes (HOT-02)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="hot_lists")
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    authority = models.CharField(
        max_length=120, blank=True, help_text="by which authority the agency has it (HOT-02)"
    )
    purpose = models.CharField(max_length=60, help_text="authorised purpose that its alerts serve (PUR-01)")
    lookalikes = models.BooleanField(
        default=True, help_text="also report plates that differ by look-alike characters only"
    )
    current = models.ForeignKey(
        "HotListVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    activated_by = models.CharField(
        max_length=120, blank=True, help_text="administrator or designee (HOT-01)"
    )
    layout = models.CharField(
        max_length=40, blank=True, help_text="of the file it last came in; empty for the agency's own entries"
    )
    fetched_at = models.DateTimeField(
        null=True, blank=True, help_text="when a whole file last came, a new one or the same again (HOT-03)"
    )
    in_force_at = models.DateTimeField(
        null=True, blank=True, help_text="when the version in force replaced the one before it (HOT-04)"
    )
    refused_at = models.DateTimeField(
        null=True, blank=True, help_text="when a file was last refused; none since a good one"
    )
    refusal = models.CharField(max_length=400, blank=True, default="", help_text="why, in a sentence")
    waiting = models.ForeignKey(
        "HotListVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="a whole file that nobody expects, until a person accepts it or a good one comes",
    )  # fmt: skip
    max_age_hours = models.PositiveSmallIntegerField(
        default=24, help_text="its source makes it at least this often; an older statement is stale (HOT-03)"
    )
    is_own = models.BooleanField(
        default=False, help_text="the agency's own entries, each requested and approved (HOT-05, HOT-06)"
    )
    drop_share = models.FloatField(
        default=0.5,
        help_text="a new version that loses more than this share of its entries waits for a person",
    )
    entitlement = models.CharField(
        max_length=120, blank=True,
        help_text="what entitles the agency to NCIC's restricted files; without it their entries are left out",
    )  # fmt: skip

    class Meta:
        db_table = "hot_list"
        ordering: ClassVar = ["agency", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "name"], name="hot_list_name_once_an_agency"),
            models.UniqueConstraint(
                fields=["agency"], condition=models.Q(is_own=True), name="hot_list_own_once_an_agency"
            ),
            models.CheckConstraint(
                condition=models.Q(drop_share__gte=0, drop_share__lte=1),
                name="hot_list_drop_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        """Return the list's name."""
        return self.name


class HotListVersion(models.Model):
    """One state of a list, never changed after it came into force."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    hot_list = models.ForeignKey(HotList, on_delete=models.PROTECT, related_name="versions")
    sha256 = models.BinaryField(max_length=32)
    listed_at = models.DateTimeField(
        help_text="when its source says it was made; its age is shown on alerts (HOT-03)"
    )
    loaded_at = models.DateTimeField()
    accepted = models.IntegerField()
    rejected = models.IntegerField(default=0)
    excluded = models.JSONField(
        default=dict, help_text="category -> number left out by policy (HOT-02, PUR-10)"
    )
    not_taken = ArrayField(
        models.CharField(max_length=60), default=list, db_default=[],
        help_text="columns of the file that its layout does not take: names, dates of birth and the like",
    )  # fmt: skip

    class Meta:
        db_table = "hot_list_version"
        ordering: ClassVar = ["-loaded_at"]

    def __str__(self) -> str:
        """Return when it was loaded."""
        return f"{self.loaded_at:%Y-%m-%d %H:%M}"


class HotListEntry(models.Model):
    """A plate of interest in one version of a list."""

    pk = models.CompositePrimaryKey("agency_id", "version_id", "number")
    # no foreign keys in the database: a check a row would double the time of a million rows, versions are never
    # deleted, and the one function that writes entries has just made theirs (storage facts, section 4)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    version = models.ForeignKey(
        HotListVersion, on_delete=models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    number = models.IntegerField(help_text="place in the version, from 1")
    plate = models.CharField(
        max_length=16, help_text="as the list spells it, A-Z0-9; ? and * where it is known in part"
    )
    match_key = models.CharField(max_length=16, help_text="letter O as digit 0, for matching only (HOT-04)")
    fold = models.CharField(max_length=16, help_text="look-alikes folded, for matching only")
    region = models.CharField(
        max_length=6, blank=True, help_text="ISO 3166-2, empty if the list does not say"
    )
    category = models.CharField(max_length=40)
    record = models.CharField(
        max_length=40, blank=True, db_default="",
        help_text="by what its source tells it from another entry of the same plate: number or date (HOT-10)",
    )  # fmt: skip
    vehicle = models.CharField(max_length=120, blank=True)
    case_agent = models.CharField(max_length=120, blank=True)
    case_number = models.CharField(max_length=60, blank=True)
    synopsis = models.CharField(max_length=400, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "hot_list_entry"
        indexes: ClassVar = [
            models.Index(fields=["agency", "fold"], name="hot_list_entry_fold"),
            models.Index(
                fields=["agency", "version"],
                condition=models.Q(plate__regex="[?*]"),
                name="hot_list_entry_partial",
            ),
        ]

    def __str__(self) -> str:
        """Return the category, never the plate: this text reaches logs."""
        return self.category


class ListSource(models.Model):
    """Where a list's files are fetched from, and how the last attempt went; secrets lie in the data folder."""

    hot_list = models.OneToOneField(
        HotList, on_delete=models.PROTECT, primary_key=True, related_name="fetched_from"
    )
    url = models.CharField(max_length=300, help_text="https, sftp or a folder of this machine as file:///")
    layout = models.CharField(max_length=40)
    category = models.CharField(max_length=20, blank=True, help_text="of lists whose lines do not say why")
    every_minutes = models.PositiveIntegerField(default=720, help_text="at least daily (HOT-03)")
    tag = models.CharField(
        max_length=200, blank=True, help_text="the server's name for the file that came last"
    )
    tried_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="since the last good attempt")
    error = models.CharField(max_length=400, blank=True, help_text="why the last attempt failed")

    class Meta:
        db_table = "list_source"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(every_minutes__gte=1, every_minutes__lte=1440), name="list_source_daily"
            )
        ]

    def __str__(self) -> str:
        """Return where it comes from."""
        return self.url


class EntryRequest(models.Model):
    """Somebody's request for an entry of the agency's own; never changed, its steps say what became of it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="entry_requests")
    plate = models.CharField(max_length=16, help_text="A-Z0-9; ? and * where it is known in part (PUR-04)")
    region = models.CharField(max_length=6, blank=True)
    vehicle = models.CharField(max_length=120, blank=True)
    interest = models.CharField(max_length=40, help_text="why the vehicle is of interest (HOT-12)")
    purpose = models.CharField(max_length=60)
    case_agent = models.CharField(max_length=120, blank=True)
    case_number = models.CharField(max_length=60, blank=True)
    synopsis = models.CharField(max_length=400, blank=True)
    report_attested = models.BooleanField(help_text="the case report documents it (HOT-05)")
    is_personal = models.BooleanField(help_text="it concerns the requester's own circle (PUR-05)")
    expires_at = models.DateTimeField()
    shift_ends_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()

    class Meta:
        db_table = "entry_request"
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [models.Index(fields=["agency", "-requested_at"], name="entry_request_agency")]

    def __str__(self) -> str:
        """Return the case, never the plate: this text reaches logs."""
        return self.case_number or f"request {self.pk}"


class EntryStep(models.Model):
    """What somebody decided about a request; rows are only added."""

    request = models.ForeignKey(EntryRequest, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    on_duty = models.BooleanField(help_text="as the roster said at that moment (HOT-06)")
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "entry_step"
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        """Return what was decided."""
        return self.step
