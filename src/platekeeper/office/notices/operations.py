"""Tells people and offices something, and sends it out of the house until it arrives."""

import hashlib
import hmac
import logging
import smtplib
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.notices.models import Address, Channel, Delivery, Notice, PushSubscription
from platekeeper.office.notices.push import STALE_SECONDS, headers_for, sealed
from platekeeper.office.notices.queries import having_role, holders
from platekeeper.policy import Role

log = logging.getLogger("platekeeper.notices")
OWNER, WEB = "owner", "default"
_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(hours=2)
_TRIES = 20  # with ever longer waits, a day and a half
_TIMEOUT_S = 10
_AT_ONCE = 100
_FAILED = "delivery-failed"


class NoticeError(PlatekeeperError):
    """A message cannot be sent where it should."""


def tell(
    *,
    agency: Agency,
    to: Person | Role | str,
    kind: str,
    subject: str,
    now: datetime,
    body: str = "",
    link: str = "",
    key: str = "",
) -> int:
    """Tell a person, everybody in a role, or an office something.

    An office reaches the people who hold it and the addresses noted for it; where it has neither, the administrators
    get the message, because nothing that a policy wants reported may vanish (USR-10).

    Args:
        agency: whose message it is.
        to: a person, a role, or an office (a duty of the policy, e.g. "misuse").
        kind: what sort of message, a slug; receivers sort by it.
        subject: one sentence, at most 160 characters, without plates and without names of private people.
        now: the present time.
        body: more sentences; the same rule.
        link: a page of this office, where the details are, behind its gate.
        key: if given, the same person or office is told once.

    Returns:
        How many messages were newly made.
    """
    office = to if isinstance(to, str) and not isinstance(to, Role) else ""
    people = _people(agency, to, now)
    notices = [
        Notice(
            agency=agency, recipient=person, office=office, kind=kind, subject=subject[:160], body=body, link=link,
            key=key, created_at=now,
        )
        for person in people
    ]  # fmt: skip
    addresses = list(Address.objects.using(WEB).filter(agency=agency, office=office)) if office else []
    if office and (addresses or not people):
        notices.append(
            Notice(
                agency=agency, office=office, kind=kind, subject=subject[:160], body=body, link=link, key=key,
                created_at=now,
            )
        )  # fmt: skip
    made = 0
    with transaction.atomic(using=WEB):
        for notice in notices:
            made += _keep(notice, addresses, now)
    if office and not people and not addresses and made:
        tell(
            agency=agency, to=Role.ADMINISTRATOR, kind=kind, subject=subject, body=f"{body}\nNobody holds the office "
            f"“{office}” and it has no address: pass this on, then designate somebody.".strip(), link=link, key=key,
            now=now,
        )  # fmt: skip
    return made


def _people(agency: Agency, to: Person | Role | str, now: datetime) -> list[Person]:
    if isinstance(to, Person):
        return [to]
    if isinstance(to, Role):
        return list(having_role(agency, to))
    return list(holders(agency, to, now.date()))


def _keep(notice: Notice, addresses: list[Address], now: datetime) -> int:
    if notice.key:
        known = Notice.objects.using(WEB).filter(
            agency=notice.agency, recipient=notice.recipient, office=notice.office, key=notice.key
        )
        if known.exists():
            return 0
    notice.save(force_insert=True, using=WEB)  # whichever connection brought the agency
    if notice.recipient is None:
        ways = [(address.channel, address.target) for address in addresses]
    else:
        ways = [(Channel.EMAIL.value, notice.recipient.email)] if notice.recipient.email else []
    Delivery.objects.using(WEB).bulk_create(
        Delivery(notice=notice, channel=channel, target=target, next_at=now)
        for channel, target in ways
        if channel != Channel.EMAIL or settings.EMAIL_HOST
    )
    return 1


def knock(
    *,
    agency: Agency,
    office: str,
    kind: str,
    subject: str,
    link: str,
    key: str,
    subscriptions: list[PushSubscription],
    now: datetime,
) -> bool:
    """Wake browsers that asked for it, and tell an office's addresses; nobody's messages fill up with it.

    Args:
        agency: whose message it is.
        office: whose addresses get it, too.
        kind: what sort of message.
        subject: one sentence; all that a browser is told besides the link.
        link: a page of this office.
        key: it is told once.
        subscriptions: the browsers.
        now: the present time.

    Returns:
        Whether anybody was to be told.
    """
    addresses = Address.objects.using(WEB).filter(agency=agency, office=office)
    ways = [
        Delivery(channel=one.channel, target=one.target, next_at=now)
        for one in addresses
        if one.channel != Channel.EMAIL or settings.EMAIL_HOST
    ]
    ways += [
        Delivery(
            channel=Channel.PUSH, target=urlsplit(one.endpoint).netloc[:300], subscription=one, next_at=now
        )
        for one in subscriptions
    ]
    if not ways:
        return False
    notice = Notice(
        agency=agency, office=office, kind=kind, subject=subject, link=link, key=key, created_at=now
    )
    with transaction.atomic(using=WEB):
        notice.save(force_insert=True, using=WEB)
        for way in ways:
            way.notice = notice
        Delivery.objects.using(WEB).bulk_create(ways)
    return True


def see(notice: Notice, now: datetime) -> None:
    """Note that its recipient saw a message.

    Args:
        notice: the message.
        now: the present time.
    """
    if notice.seen_at is None:
        notice.seen_at = now
        notice.save(update_fields=["seen_at"])


def see_all(person: Person, now: datetime) -> int:
    """Note that a person saw all their messages.

    Args:
        person: whose.
        now: the present time.

    Returns:
        How many were new to them.
    """
    return Notice.objects.filter(recipient=person, seen_at__isnull=True).update(seen_at=now)


def add_address(*, agency: Agency, office: str, channel: Channel, target: str) -> Address:
    """Note where messages to an office go.

    Args:
        agency: the agency.
        office: a duty of the policy, e.g. "misuse".
        channel: e-mail or webhook.
        target: an e-mail address, or an https address (http on this machine only).

    Raises:
        NoticeError: the target is none.
    """
    if channel is Channel.EMAIL:
        try:
            validate_email(target)
        except ValidationError as error:
            raise NoticeError(
                f"{target!r} is no e-mail address: write one like desk@police.example."
            ) from error
    else:
        parts = urlsplit(target)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (
            ("http", "127.0.0.1"), ("http", "localhost"),
        ):  # fmt: skip
            raise NoticeError(f"{target!r} is not safe: a webhook needs an https address.")
    return Address.objects.using(OWNER).get_or_create(
        agency=agency, office=office, channel=channel.value, target=target
    )[0]


def deliver(now: datetime) -> int:
    """Send what waits; what does not arrive is tried again, ever more slowly, and at last given up, told loudly.

    A message that went out just before a crash goes out again: receivers tell doubles by its number.

    Args:
        now: the present time.

    Returns:
        How many arrived.
    """
    waiting = Delivery.objects.select_related("notice__agency", "notice__recipient", "subscription").filter(
        next_at__lte=now
    )
    return sum(_try(delivery, now) for delivery in waiting.order_by("next_at")[:_AT_ONCE])


def _try(delivery: Delivery, now: datetime) -> bool:
    delivery.attempts += 1
    if _is_pointless(delivery, now):
        delivery.next_at, delivery.error = None, "The browser is subscribed no more, or the alert is old."
        delivery.save(update_fields=["attempts", "next_at", "error"])
        return False
    try:
        _send(delivery, now)
    except (OSError, HTTPException, smtplib.SMTPException) as error:
        delivery.error = _reason(error)
        wait = min(_FIRST_RETRY * 2 ** (delivery.attempts - 1), _LAST_RETRY)
        delivery.next_at = now + wait if delivery.attempts < _TRIES else None
    else:
        delivery.delivered_at, delivery.next_at, delivery.error = now, None, ""
    delivery.save(update_fields=["attempts", "delivered_at", "next_at", "error"])
    if delivery.next_at is None and delivery.delivered_at is None:
        _give_up(delivery, now)
    return delivery.delivered_at is not None


def _is_pointless(delivery: Delivery, now: datetime) -> bool:
    """An old alert wakes nobody, and a browser that is gone is nobody's loss: the boards show what is open."""
    if delivery.channel != Channel.PUSH:
        return False
    is_old = delivery.notice.created_at < now - timedelta(seconds=STALE_SECONDS)
    return is_old or delivery.subscription is None


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"The receiver answered {error.code}."
    return f"{type(error).__name__}: the receiver cannot be reached."


def _give_up(delivery: Delivery, now: datetime) -> None:
    notice = delivery.notice
    log.error("Message %s could not be delivered by %s and was given up.", notice.pk, delivery.channel)
    if notice.kind == _FAILED:
        return
    tell(
        agency=notice.agency, to=Role.ADMINISTRATOR, kind=_FAILED, subject="A message could not be delivered.",
        body=f"{delivery.get_channel_display()} to {delivery.target} failed {delivery.attempts} times: "
        f"{delivery.error} The message was: {notice.subject}", link=notice.link, now=now, key=f"delivery-{delivery.pk}",
    )  # fmt: skip


def _send(delivery: Delivery, now: datetime) -> None:
    notice = delivery.notice
    if delivery.subscription is not None:
        _push(delivery.subscription, notice, now)
        return
    if delivery.channel == Channel.EMAIL:
        link = f"{settings.PUBLIC_ADDRESS}{notice.link}" if notice.link else ""
        text = "\n\n".join(filter(None, (notice.subject, notice.body, link)))
        EmailMessage(f"[Platekeeper] {notice.subject}", text, to=[delivery.target]).send()
        return
    content = msgspec.json.encode(
        {
            "id": notice.pk, "agency": notice.agency.slug, "office": notice.office, "kind": notice.kind,
            "subject": notice.subject, "body": notice.body, "link": notice.link, "created_at": notice.created_at,
        }
    )  # fmt: skip
    _post(
        delivery.target,
        content,
        {"Content-Type": "application/json", "X-Platekeeper-Signature": signature(content, delivery.target)},
    )


def _push(browser: PushSubscription, notice: Notice, now: datetime) -> None:
    content = msgspec.json.encode({"title": "Platekeeper", "text": notice.subject, "link": notice.link})
    try:
        _post(
            browser.endpoint,
            sealed(content, browser.p256dh, browser.auth),
            headers_for(browser.endpoint, now),
        )
    except urllib.error.HTTPError as error:
        if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:  # RFC 8030 7.3: it is subscribed no more
            PushSubscription.objects.filter(pk=browser.pk).delete()
        raise


def _post(target: str, content: bytes, headers: dict[str, str]) -> None:
    # add_address and push.subscribe let https through, and http to this machine only where somebody set it up
    request = urllib.request.Request(target, content, headers)  # noqa: S310
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_S) as answer:
        answer.read(1024)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A receiver that moved is noted anew by an administrator, not followed."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def signature(content: bytes, target: str) -> str:
    """Return what proves to a webhook's receiver that a message is ours: `sha256=` and an HMAC in hexadecimal.

    Args:
        content: the request's body.
        target: the receiver's address; each has a key of its own.

    Source: RFC 2104.
    """
    return "sha256=" + hmac.new(webhook_key(target).encode(), content, hashlib.sha256).hexdigest()


def webhook_key(target: str) -> str:
    """Return the key that a receiver checks signatures with.

    Args:
        target: the receiver's address.
    """
    return hmac.new(settings.SECRET_KEY.encode(), f"webhook {target}".encode(), hashlib.sha256).hexdigest()
