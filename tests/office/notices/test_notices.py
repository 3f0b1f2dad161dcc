"""Messages reach whom they are for, once, and go out until they arrive."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg
import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from platekeeper.office.accounts.models import Designation
from platekeeper.office.jobs.models import JobRun
from platekeeper.office.jobs.operations import CUSTODIAN
from platekeeper.office.jobs.schedule import scheduled
from platekeeper.office.notices.models import Channel, Delivery, Notice
from platekeeper.office.notices.operations import NoticeError, add_address, deliver, tell, webhook_key
from platekeeper.office.notices.tasks import report_overdue_jobs
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency

NOW = timezone.now()


def told(agency, to, **changes) -> int:
    given = {"kind": "report", "subject": "An attempt to log in was refused.", "now": NOW} | changes
    return tell(agency=agency, to=to, **given)


def subjects_of(person) -> list[str]:
    return [one.subject for one in Notice.objects.filter(recipient=person)]


class Receiver(BaseHTTPRequestHandler):
    """A webhook's receiver: answers what the test says and keeps what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers, body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class TestTell:
    def test_reaches_the_person_only(self):
        agency = an_agency()
        one, other = a_person(agency), a_person(agency)

        assert told(agency, one) == 1

        assert (len(subjects_of(one)), subjects_of(other)) == (1, [])

    def test_reaches_those_in_a_role_of_that_agency_who_still_work(self):
        agency = an_agency()
        here = a_person(agency, Role.SUPERVISOR)
        left = a_person(agency, Role.SUPERVISOR, separated_at=NOW)
        elsewhere = a_person(an_agency(), Role.SUPERVISOR)

        assert told(agency, Role.SUPERVISOR) == 1

        assert [len(subjects_of(one)) for one in (here, left, elsewhere)] == [1, 0, 0]

    def test_with_a_key_is_told_once(self):
        agency = an_agency()
        person = a_person(agency)

        assert [told(agency, person, key="training-30"), told(agency, person, key="training-30")] == [1, 0]

    def test_with_a_key_is_told_once_even_past_the_check(self, web):
        agency = an_agency()
        person = a_person(agency)
        told(agency, person, key="k")

        with pytest.raises(psycopg.errors.UniqueViolation):
            web.execute(
                "INSERT INTO notice (agency_id, recipient_id, office, kind, subject, body, link, key, created_at)"
                " VALUES (%s, %s, '', 'report', 's', '', '', 'k', now())",
                [agency.pk, person.pk],
            )

    def test_reaches_the_present_holder_of_an_office(self):
        agency = an_agency()
        former, present = a_person(agency), a_person(agency)
        for person, since, until in ((former, 60, 30), (present, 29, None)):
            Designation.objects.using(OWNER).create(
                agency=agency, duty="misuse", title="Standards", holder=person.full_name,
                held_from=NOW.date() - timedelta(days=since),
                held_to=None if until is None else NOW.date() - timedelta(days=until),
            )  # fmt: skip

        told(agency, "misuse")

        assert (subjects_of(former), len(subjects_of(present))) == ([], 1)

    def test_to_an_office_without_holder_and_address_reaches_the_administrators(self):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)

        told(agency, "misuse", key="once")
        told(agency, "misuse", key="once")

        (notice,) = Notice.objects.filter(recipient=admin)
        assert "has no address" in notice.body

    def test_cannot_be_unsaid_by_the_pages(self, web):
        agency = an_agency()
        person = a_person(agency)
        told(agency, person)

        for statement in ("DELETE FROM notice", "UPDATE notice SET subject = ''", "DELETE FROM delivery"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement)


class TestAddress:
    @pytest.mark.parametrize(
        ("channel", "target"),
        [
            (Channel.EMAIL, "nobody"),
            (Channel.WEBHOOK, "http://police.example/hook"),
            (Channel.WEBHOOK, "file:///etc/passwd"),
            (Channel.WEBHOOK, ""),
        ],
    )
    def test_that_is_none_or_not_safe_is_refused(self, channel, target):
        with pytest.raises(NoticeError, match=r"e-mail address|https"):
            add_address(agency=an_agency(), office="misuse", channel=channel, target=target)


class TestWebhook:
    def test_carries_the_message_signed(self, receiver):
        agency = an_agency()
        add_address(agency=agency, office="misuse", channel=Channel.WEBHOOK, target=receiver.url)
        told(agency, "misuse", link="/messages/")

        assert deliver(NOW) >= 1

        ((headers, body),) = receiver.got
        made = hmac.new(webhook_key(receiver.url).encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Platekeeper-Signature"] == f"sha256={made}"
        assert json.loads(body)["agency"] == agency.slug

    @pytest.mark.parametrize("status", [302, 404, 500])
    def test_that_is_not_taken_is_tried_later_and_arrives_once(self, status, receiver):
        agency = an_agency()
        add_address(agency=agency, office="misuse", channel=Channel.WEBHOOK, target=receiver.url)
        receiver.answers.append(status)
        told(agency, "misuse")

        deliver(NOW)
        waiting = Delivery.objects.get(notice__agency=agency)
        early = (waiting.delivered_at, waiting.error, waiting.next_at > NOW)
        for wait in (timedelta(0), timedelta(minutes=1), timedelta(hours=3)):
            deliver(NOW + wait)

        assert early == (None, f"The receiver answered {status}.", True)
        assert Delivery.objects.get(notice__agency=agency).delivered_at == NOW + timedelta(minutes=1)
        assert len(receiver.got) == 2

    def test_that_never_arrives_is_given_up_and_told(self, receiver):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)
        add_address(agency=agency, office="misuse", channel=Channel.WEBHOOK, target=receiver.url)
        receiver.answers.extend([500] * 40)
        told(agency, "misuse")

        moment = NOW
        for _ in range(25):
            moment += timedelta(hours=3)
            deliver(moment)

        assert Delivery.objects.get(notice__agency=agency, channel=Channel.WEBHOOK).next_at is None
        assert subjects_of(admin) == ["A message could not be delivered."]


class TestMail:
    def test_says_what_and_where_and_waits_for_a_server_that_is_there(self):
        agency = an_agency()
        person = a_person(agency, email="robin@police.example")
        with override_settings(
            EMAIL_HOST="127.0.0.1", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"
        ):
            told(agency, person, link="/messages/")

            deliver(NOW)

        (sent,) = [one for one in mail.outbox if one.to == ["robin@police.example"]]
        assert "An attempt to log in was refused." in sent.body
        assert "http://127.0.0.1:8000/messages/" in sent.body

    def test_without_a_server_is_not_even_tried(self):
        agency = an_agency()
        told(agency, a_person(agency, email="robin@police.example"))

        assert not Delivery.objects.filter(notice__agency=agency).exists()


class TestPage:
    def test_shows_ones_own_and_counts_the_unseen(self):
        agency = an_agency()
        person = a_person(agency)
        told(agency, person, subject="Renew your training.")
        told(agency, a_person(agency), subject="For somebody else.")

        page = logged_in(person).get("/messages/").content.decode()

        assert "Renew your training." in page
        assert "For somebody else." not in page

    def test_of_another_cannot_be_opened(self):
        agency = an_agency()
        told(agency, a_person(agency))
        notice = Notice.objects.filter(agency=agency).get()

        answer = logged_in(a_person(agency)).post(f"/messages/{notice.pk}/")

        assert answer.status_code == 404
        notice.refresh_from_db()
        assert notice.seen_at is None

    @pytest.mark.parametrize(
        ("link", "place"), [("/alerts/", "/alerts/"), ("//evil.example/", "/messages/"), ("", "/messages/")]
    )
    def test_opens_what_it_is_about_and_nothing_outside(self, link, place):
        agency = an_agency()
        person = a_person(agency)
        told(agency, person, link=link)
        notice = Notice.objects.get(recipient=person)

        answer = logged_in(person).post(f"/messages/{notice.pk}/")

        notice.refresh_from_db()
        assert (answer.url, notice.seen_at is not None) == (place, True)

    def test_marks_all_as_seen(self):
        agency = an_agency()
        person, other = a_person(agency), a_person(agency)
        for one in (person, person, other):
            told(agency, one)

        logged_in(person).post("/messages/seen/")

        unseen = Notice.objects.filter(agency=agency, seen_at__isnull=True)
        assert [one.recipient for one in unseen] == [other]


class TestOverdueJobs:
    def test_are_told_to_administrators_once(self):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)
        job = scheduled()[0]
        runs = JobRun.objects.using(CUSTODIAN)
        runs.update_or_create(
            pk=job.name, defaults={"succeeded_at": NOW - timedelta(days=900), "error": "No."}
        )

        for _ in range(2):
            report_overdue_jobs(NOW)

        runs.update_or_create(pk=job.name, defaults={"succeeded_at": NOW, "error": ""})
        assert [one for one in subjects_of(admin) if job.name in one] == [
            (
                f"The job {job.name} ({job.clause}) has not succeeded since "
                f"{NOW - timedelta(days=900):%Y-%m-%d %H:%M} UTC."
            )
        ]
