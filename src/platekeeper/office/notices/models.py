"""Messages, where they go, and whether they got there."""

from typing import ClassVar

from django.db import models

from platekeeper.office.accounts.models import Agency, Person


class Channel(models.TextChoices):
    """Ways out of this installation."""

    EMAIL = "EMAIL", "E-mail"
    WEBHOOK = "WEBHOOK", "Webhook"
    PUSH = "PUSH", "Web push"


class Address(models.Model):
    """Where messages to an office go besides the pages of the people who hold it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="addresses")
    office = models.CharField(max_length=80, help_text="a duty of the policy, e.g. misuse")
    channel = models.CharField(max_length=10, choices=Channel)
    target = models.CharField(max_length=300)

    class Meta:
        db_table = "address"
        ordering: ClassVar = ["agency", "office", "channel"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "office", "channel", "target"], name="address_once")
        ]

    def __str__(self) -> str:
        """Return office and target."""
        return f"{self.office}: {self.target}"


class Notice(models.Model):
    """One message to one person, or to an office's addresses; never with a plate or a private person's name."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="notices")
    recipient = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="notices", null=True, blank=True
    )
    office = models.CharField(
        max_length=80, blank=True, help_text="the office that was addressed, if one was"
    )
    kind = models.SlugField(max_length=60)
    subject = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True, help_text="a page of this office")
    key = models.CharField(max_length=160, blank=True, help_text="the same key is told once")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notice"
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-created_at"], name="notice_recipient"),
            models.Index(
                fields=["recipient"], condition=models.Q(seen_at__isnull=True), name="notice_unseen"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "recipient", "office", "key"],
                condition=~models.Q(key=""),
                nulls_distinct=False,
                name="notice_once",
            )
        ]

    def __str__(self) -> str:
        """Return the subject."""
        return self.subject


class PushSubscription(models.Model):
    """A browser that asked to be told when an alert waits (RFC 8030); gone when its service says so."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100, help_text="the browser's public key")
    auth = models.CharField(max_length=40, help_text="the secret it shares with us")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "push_subscription"
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        """Return whose it is, never the address: whoever has it can be reached by it."""
        return f"browser of {self.person_id}"


class Delivery(models.Model):
    """One message on its way out; it is tried until it arrives or is given up (USR-10)."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    target = models.CharField(max_length=300)
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, help_text="empty once delivered or given up")
    delivered_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "delivery"
        ordering: ClassVar = ["next_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="delivery_waiting"
            )
        ]

    def __str__(self) -> str:
        """Return channel and target."""
        return f"{self.channel} to {self.target}"
