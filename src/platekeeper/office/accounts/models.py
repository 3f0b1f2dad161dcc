"""Agencies and the people in them.

What a person may do is not decided here: `policy.decide_access` does it from the facts kept here.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Agency(models.Model):
    """A police department, under its own policy."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    profile = models.CharField(
        max_length=60, help_text="the policy profile in force (policy/profiles/*.toml)"
    )
    profile_number = models.PositiveIntegerField(
        default=1, help_text="which of its published versions is in force (GOV-04)"
    )
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        db_table = "agency"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        """Return the agency's name."""
        return self.name


class ProfileVersion(models.Model):
    """One published version of an agency's policy profile; none is ever changed (GOV-04).

    The first comes with the agency. A later one is written by `answer_profile()` in the database alone, after a
    second person agreed, or by the installation where the floor beneath it changed.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="profile_versions")
    number = models.PositiveIntegerField()
    text = models.TextField(help_text="TOML")
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=120, help_text="what decisions and access records name")
    reason = models.TextField()
    proposed_by = models.CharField(max_length=60)
    proposed_as = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60)
    approved_as = models.CharField(max_length=40)
    in_force_from = models.DateTimeField()

    class Meta:
        db_table = "profile_version"
        ordering: ClassVar = ["agency", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "number"], name="profile_version_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="profile_version_from_one"),
        ]

    def __str__(self) -> str:
        """Return its number and the name that decisions give it."""
        return f"{self.number} ({self.version})"


class PersonManager(BaseUserManager["Person"]):
    """Finds people by username; they are made by `operations.add_person` only."""


class Person(AbstractBaseUser):
    """One individual with credentials of their own; there are no shared accounts (USR-01)."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="people")
    title = models.CharField(
        max_length=120, blank=True, help_text="job title, compared with the policy's list (GOV-05)"
    )
    roles = ArrayField(models.CharField(max_length=40), default=list)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    must_choose_password = models.BooleanField(
        default=True, help_text="the present password was a one-time one"
    )
    employee_number = models.CharField(
        max_length=30,
        blank=True,
        default="",
        help_text="as the roster of active employees names them (USR-11)",
    )
    suspended_until = models.DateTimeField(null=True, blank=True, help_text="after misuse (USR-09)")
    suspended_because = models.CharField(max_length=200, blank=True, default="")
    suspension_decision = models.CharField(
        max_length=60, blank=True, default="", help_text="number of the decision"
    )
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="until an administrator enables it")
    disabled_because = models.CharField(max_length=200, blank=True, default="")
    enabled_at = models.DateTimeField(null=True, blank=True, help_text="when it was last enabled anew")
    camera_groups = ArrayField(
        models.CharField(max_length=60), null=True, blank=True, help_text="empty: every group (GOV-09)"
    )
    assignment = models.CharField(
        max_length=120, blank=True, help_text="the lawful authority to ask (PUR-13)"
    )
    is_on_duty = models.BooleanField(default=True, help_text="as the roster says")
    authorized_by = models.CharField(
        max_length=60, blank=True, help_text="supervisor who authorised in writing (USR-04)"
    )
    authorized_at = models.DateTimeField(null=True, blank=True)
    authorization_document = models.CharField(max_length=120, blank=True)
    authorization_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="of the signed document"
    )
    granted_by = models.CharField(max_length=60, blank=True, help_text="who granted for the bureau (USR-04)")
    granted_at = models.DateTimeField(null=True, blank=True)
    entitlements = ArrayField(
        models.CharField(max_length=40), default=list, help_text="further sources (USR-08)"
    )
    acknowledged = ArrayField(
        models.CharField(max_length=120), default=list, help_text="documents read (TRN-04)"
    )
    separated_at = models.DateTimeField(null=True, blank=True, help_text="when the person left (USR-11)")
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text="last use: a log-in, or an access to data (USR-12)"
    )
    locked_at = models.DateTimeField(
        null=True, blank=True, help_text="after failed log-ins, until released (AC-7)"
    )
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="when a lock was last released: failures before count no more"
    )
    last_code_step = models.BigIntegerField(
        default=0,
        help_text="period of the last one-time code taken: none of it or before counts again (IA-5)",
    )
    reset_asked_by = models.CharField(
        max_length=60, blank=True, default="", help_text="who asked for new second factors"
    )
    reset_asked_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["full_name"]

    objects = PersonManager()

    class Meta:
        db_table = "person"
        ordering: ClassVar = ["full_name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(authorized_at__isnull=True, authorized_by="")
                | (models.Q(authorized_at__isnull=False) & ~models.Q(authorized_by="")),
                name="person_authorized_at_with_by",
            ),
            models.CheckConstraint(
                condition=models.Q(granted_at__isnull=True, granted_by="")
                | (models.Q(granted_at__isnull=False) & ~models.Q(granted_by="")),
                name="person_granted_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return the person's name."""
        return self.full_name

    def get_full_name(self) -> str:
        """Return the name as colleagues know it."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the username."""
        return self.username

    # Django's own permission questions: nobody holds any, because the policy decides (GOV-09)
    is_staff = False
    is_superuser = False


class LoginAttempt(models.Model):
    """An attempt to log in as somebody; failures within a quarter of an hour count together (CJIS AC-7)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="login_attempts")
    attempted_at = models.DateTimeField()
    succeeded = models.BooleanField()
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "login_attempt"
        ordering: ClassVar = ["-attempted_at"]
        indexes: ClassVar = [models.Index(fields=["person", "-attempted_at"], name="login_attempt_person")]

    def __str__(self) -> str:
        """Return how it went."""
        return "succeeded" if self.succeeded else "failed"


class TrainingCompletion(models.Model):
    """A course that a person finished, signed by whoever gave it (TRN-01..07)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="training")
    course = models.CharField(max_length=80)
    completed_at = models.DateTimeField()
    completed_by = models.CharField(max_length=60, help_text="username of the trainer who signed (TRN-02)")
    signed_as = models.CharField(max_length=40, help_text="the signer's role")
    topics = ArrayField(models.CharField(max_length=120), default=list)
    certified_by = models.CharField(max_length=60, blank=True, help_text="such as POST (TRN-05)")
    certificate = models.CharField(
        max_length=60, blank=True, default="", help_text="number of the certificate"
    )

    class Meta:
        db_table = "training_completion"
        ordering: ClassVar = ["-completed_at"]

    def __str__(self) -> str:
        """Return the course's name."""
        return self.course


class MaintenanceVisit(models.Model):
    """A vendor let in for maintenance or repair: with a ticket, for a time (USR-07); half-open."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visits")
    ticket = models.CharField(max_length=60)
    admitted_by = models.CharField(max_length=60)
    admitted_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text="when its end was noted")

    class Meta:
        db_table = "maintenance_visit"
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to")), name="maintenance_visit_period"
            ),
            models.CheckConstraint(condition=~models.Q(ticket=""), name="maintenance_visit_ticket"),
        ]

    def __str__(self) -> str:
        """Return the ticket."""
        return self.ticket


class Designation(models.Model):
    """Who holds an office that the policy names, from when to when; half-open (GOV-01, C-1).

    The database lets no two people hold one duty at once; members whom the holder assigns may be many (GOV-02).
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="designations")
    duty = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    holder = models.CharField(max_length=120)
    held_from = models.DateField()
    held_to = models.DateField(null=True, blank=True)
    delegated_by = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="the holder who assigned this member (GOV-02); empty for holders",
    )
    order_number = models.CharField(
        max_length=60, blank=True, default="", help_text="of the appointment in writing"
    )

    class Meta:
        db_table = "designation"
        ordering: ClassVar = ["agency", "duty", "-held_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(held_to__isnull=True) | models.Q(held_from__lt=models.F("held_to")),
                name="designation_period",
            )
        ]

    def __str__(self) -> str:
        """Return title and holder."""
        return f"{self.title}: {self.holder}"


class Terminal(models.Model):
    """A device that the idle lock spares because of where it stands: in a police vehicle, in dispatch (CJIS AC-11).

    It is known by a token in a cookie; only the digest is kept. The token is given once, for a code that an
    administrator makes and that somebody types at the device itself.
    """

    class Kind(models.TextChoices):
        """The classes that the policy spares, in its own words."""

        POLICE_VEHICLE = "police-vehicle", "vehicle unit in a police vehicle"
        DISPATCH = "dispatch", "dispatch console behind physical security"
        RECEIVE_ONLY = "receive-only", "staffed terminal that only receives"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="terminals")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    secured_by = models.CharField(max_length=200, help_text="what keeps others away from it")
    registered_by = models.CharField(max_length=60)
    registered_at = models.DateTimeField()
    code_sha256 = models.BinaryField(max_length=32, unique=True, null=True, blank=True)
    code_until = models.DateTimeField(help_text="the code can be typed until then")
    enrolled_by = models.CharField(max_length=60, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    token_sha256 = models.BinaryField(max_length=32, unique=True, null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=60, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "terminal"
        ordering: ClassVar = ["name", "-registered_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(enrolled_at__isnull=True, enrolled_by="")
                | (models.Q(enrolled_at__isnull=False) & ~models.Q(enrolled_by="")),
                name="terminal_enrolled_at_with_by",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by="")),
                name="terminal_revoked_at_with_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(secured_by=""), name="terminal_says_what_keeps_others_away"
            ),
        ]

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class PersonSession(models.Model):
    """One log-in of one person at one device, from its beginning to its end (USR-01, CJIS AC-12)."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sessions")
    began_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    source = models.CharField(max_length=60, blank=True, help_text="network address")
    device = models.CharField(max_length=120, blank=True, help_text="browser and system, as the browser says")
    device_sha256 = models.BinaryField(
        max_length=32, null=True, blank=True, help_text="of the device's cookie"
    )
    terminal = models.ForeignKey(
        Terminal, on_delete=models.PROTECT, related_name="sessions", null=True, blank=True
    )
    ended_by = models.CharField(max_length=60, blank=True, help_text="username, or `policy`")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "person_session"
        ordering: ClassVar = ["-began_at"]
        indexes: ClassVar = [models.Index(fields=["person", "-began_at"], name="person_session_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="person_session_ended_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        """Return device and beginning."""
        return f"{self.device or 'unknown device'} since {self.began_at:%Y-%m-%d %H:%M}"


class ProviderBinding(models.Model):
    """Who somebody is at an identity provider: its own lasting name for them, never given to somebody else (IA-4)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bindings")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()
    release_asked_by = models.CharField(max_length=60, blank=True, default="")
    release_asked_at = models.DateTimeField(null=True, blank=True)
    release_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "provider_binding"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="provider_binding_one_person"),
            models.UniqueConstraint(fields=["person", "issuer"], name="provider_binding_one_subject"),
        ]

    def __str__(self) -> str:
        """Return the provider's own address."""
        return self.issuer
