"""Browsers are woken when an alert waits; their makers' services learn nothing of it, and knock at no door of ours."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.alerts.tasks import wake_browsers
from platekeeper.office.notices.models import Delivery, Notice, PushSubscription
from platekeeper.office.notices.operations import deliver
from platekeeper.office.notices.push import PushError, public_key, sealed, subscribe, unsubscribe
from platekeeper.policy import Role

from ..alerts.officers import a_street, an_officer
from ..doors import logged_in
from ..people import a_person, an_agency
from ..streets import a_read, identified, take
from .test_notices import Receiver

CURVE = ec.SECP256R1()


def text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def octets(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


def point(key) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class Browser:
    """A browser with its keys, as RFC 8291 has them; opens what it gets."""

    def __init__(self, private: int | None = None, auth: bytes = b"sixteen bytes ok") -> None:
        self.key = ec.derive_private_key(private, CURVE) if private else ec.generate_private_key(CURVE)
        self.auth = auth

    def keys(self) -> dict[str, str]:
        return {"p256dh": text(point(self.key.public_key())), "auth": text(self.auth)}

    def opened(self, body: bytes) -> bytes:
        salt, theirs, box = body[:16], body[21 : 21 + body[20]], body[21 + body[20] :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        ours = point(self.key.public_key())
        secret = derived(shared, self.auth, b"WebPush: info\0" + ours + theirs, 32)
        key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, box, None)
        assert padded[-1] == 2  # the last record
        return padded[:-1]


@pytest.fixture
def service() -> Iterator[HTTPServer]:
    """A push service on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    server.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with override_settings(PUSH_SERVICES=[server.origin]):
        yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def agency():
    return an_agency()


def subscribed(person, service, place: str = "/push/1") -> Browser:
    browser = Browser()
    subscribe(person=person, endpoint=service.origin + place, **browser.keys(), now=timezone.now())
    return browser


def woken(agency) -> None:
    now = timezone.now()  # not the tests' own: an alert that is ten minutes old wakes nobody
    take(agency, identified(a_read(a_street(agency), captured_at=now)), now=now)
    wake_browsers(now)


class TestSubscribing:
    @pytest.mark.parametrize("endpoint", [
        "http://127.0.0.1:5432/", "https://10.0.0.1/push", "https://push.example/x", "file:///etc/passwd", "",
        "https://fcm.googleapis.com.evil.example/x", "https://evil.example/https://fcm.googleapis.com",
        "https://a@evil.example/fcm.googleapis.com", "http://fcm.googleapis.com/x",
    ])  # fmt: skip
    def test_at_an_address_that_is_no_known_service_is_refused(self, endpoint, agency):
        with pytest.raises(PushError, match="push service"):
            subscribe(person=an_officer(agency), endpoint=endpoint, **Browser().keys(), now=timezone.now())

    @pytest.mark.parametrize("wrong", [{"p256dh": "AAAA"}, {"p256dh": "!"}, {"auth": "short"}, {"auth": ""}])
    def test_with_keys_that_are_none_is_refused(self, wrong, agency):
        keys = Browser().keys() | wrong

        with pytest.raises(PushError, match="keys"):
            subscribe(
                person=an_officer(agency), endpoint="https://fcm.googleapis.com/x", **keys, now=timezone.now()
            )

    def test_keeps_the_latest_five_of_a_person(self, agency):
        officer = an_officer(agency)
        for number in range(7):
            endpoint = f"https://fcm.googleapis.com/{officer.pk}/{number}"
            subscribe(person=officer, endpoint=endpoint, **Browser().keys(), now=timezone.now())

        kept = {one.endpoint[-1] for one in PushSubscription.objects.filter(person=officer)}
        assert kept == set("23456")

    def test_of_another_is_not_ended(self, agency, service):
        subscribed(an_officer(agency), service)

        assert not unsubscribe(person=an_officer(agency), endpoint=f"{service.origin}/push/1")

    def test_goes_by_the_page_and_back(self, agency, service):
        officer = an_officer(agency)
        given = {"endpoint": f"{service.origin}/p", **Browser().keys()}
        door = logged_in(officer)

        refused = door.post(reverse("notices:push"), given | {"on": "1", "endpoint": "https://x.example/"})
        taken = door.post(reverse("notices:push"), given | {"on": "1"})
        known = PushSubscription.objects.filter(person=officer).count()
        door.post(reverse("notices:push"), given)

        assert refused.status_code == 422
        assert "push service" in refused.json()["error"]
        assert (taken.json(), known) == ({"on": True}, 1)
        assert not PushSubscription.objects.filter(person=officer).exists()

    def test_shows_a_key_of_this_installation(self, agency):
        page = logged_in(an_officer(agency)).get(reverse("notices:messages")).content.decode()
        before = public_key()

        with override_settings(PUSH_KEY=b"another installation's own secret"):
            other = public_key()

        assert before in page
        assert other != before

    def test_has_its_script_at_the_top_and_for_everybody(self, database):
        answer = Client().get("/push-worker.js")

        assert answer.headers["Content-Type"] == "text/javascript"
        assert b"showNotification" in answer.content
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


class TestSealing:
    def test_is_what_the_standard_s_example_says(self):
        """RFC 8291, appendix A."""
        auth = octets("BTBZMqHH6r4Tts7J_aSIgg")
        browser = Browser(int.from_bytes(octets("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), auth)
        ours = ec.derive_private_key(
            int.from_bytes(octets("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), CURVE
        )

        body = sealed(
            b"When I grow up, I want to be a watermelon", **browser.keys(),
            salt=octets("DGv6ra1nlYgDCS1FRnbzlw"), key=ours,
        )  # fmt: skip

        assert text(body) == (
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P"
            "Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        )
        assert browser.opened(body) == b"When I grow up, I want to be a watermelon"

    def test_is_never_the_same_twice(self):
        browser = Browser()

        assert sealed(b"x", **browser.keys()) != sealed(b"x", **browser.keys())


class TestWaking:
    def test_says_that_an_alert_waits_and_no_plate(self, agency, service, owner):
        browser = subscribed(an_officer(agency), service)

        woken(agency)
        deliver(timezone.now())

        ((headers, body),) = service.got
        assert json.loads(browser.opened(body)) == {
            "title": "Platekeeper", "text": "An alert waits", "link": "/alerts/",
        }  # fmt: skip
        token, key = (part.split("=", 1)[1] for part in headers["Authorization"][6:].split(", "))
        ours = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, octets(key))
        assert jwt.decode(token, ours, algorithms=["ES256"], audience=service.origin)
        assert (headers["Content-Encoding"], headers["TTL"], headers["Urgency"]) == (
            "aes128gcm",
            "600",
            "high",
        )
        kept = owner.execute("SELECT n::text FROM notice n WHERE agency_id = %s", [agency.pk]).fetchall()
        assert "8ABC123" not in str(kept)

    def test_is_once_an_alert_and_fills_nobody_s_messages(self, agency, service):
        officer = an_officer(agency)
        subscribed(officer, service)

        woken(agency)
        wake_browsers(timezone.now())

        assert Notice.objects.filter(agency=agency, kind="alert").count() == 1
        assert not Notice.objects.filter(recipient=officer).exists()

    def test_is_not_for_whoever_may_not_receive_alerts(self, agency, service):
        subscribed(a_person(agency, Role.AUDITOR), service)

        woken(agency)

        assert not Delivery.objects.filter(notice__agency=agency).exists()

    def test_is_not_for_another_agency(self, agency, service):
        subscribed(an_officer(an_agency()), service)

        woken(agency)

        assert not Delivery.objects.filter(notice__agency=agency).exists()

    def test_is_tried_again_while_the_alert_is_fresh(self, agency, service):
        subscribed(an_officer(agency), service)
        service.answers.extend([500, 503])
        woken(agency)

        now = timezone.now()
        for minutes in (0, 1, 4):
            deliver(now + timedelta(minutes=minutes))

        assert len(service.got) == 3
        assert Delivery.objects.get(notice__agency=agency).delivered_at == now + timedelta(minutes=4)

    def test_is_given_up_in_peace_when_the_alert_is_old(self, agency, service):
        subscribed(an_officer(agency), service)
        admin = a_person(agency, Role.ADMINISTRATOR)
        service.answers.append(500)
        woken(agency)

        now = timezone.now()
        deliver(now)
        deliver(now + timedelta(minutes=11))

        assert len(service.got) == 1
        assert Delivery.objects.get(notice__agency=agency).next_at is None
        assert not Notice.objects.filter(recipient=admin).exists()

    @pytest.mark.parametrize("status", [404, 410])
    def test_forgets_a_browser_that_is_gone(self, status, agency, service):
        officer = an_officer(agency)
        subscribed(officer, service)
        service.answers.append(status)
        woken(agency)

        now = timezone.now()
        deliver(now)
        deliver(now + timedelta(minutes=2))

        assert not PushSubscription.objects.filter(person=officer).exists()
        assert len(service.got) == 1
        assert Delivery.objects.get(notice__agency=agency).next_at is None
