"""The ledger is kept: signed, verified, published, its keys handed over; and nothing is shown while that fails."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.verify import PublicKey
from platekeeper.office.access.events import record_event
from platekeeper.office.access.keeping import kept_book, sign_ledger, verify_ledger
from platekeeper.office.access.keys import KeyRing
from platekeeper.office.access.ledger import rotate_key
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.access.publishing import UnpublishedError, publish_checkpoints
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..people import a_person, a_searcher, an_agency, an_inquiry

SECRETS = Path(settings.DATA_FOLDER) / "secrets"


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture(autouse=True)
def whole(database):
    """A ledger that holds, whatever the test before did to it."""
    sign_ledger(timezone.now())
    verify_ledger(timezone.now())


@pytest.fixture
def superuser(database):
    with psycopg.connect(database.embedded.superuser_address("platekeeper"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def broken(superuser, agency):
    """A ledger whose latest entry a superuser changed, and that was signed in between in vain."""
    number = record_event(agency=agency.slug, event="camera.deployed", actor="alice", subject="x", details={})
    _set_actor(superuser, number, "mallory")
    with pytest.raises(LedgerError) as told:
        sign_ledger(timezone.now())
    yield str(told.value), number
    _set_actor(superuser, number, "alice")
    sign_ledger(timezone.now())


def _set_actor(superuser: psycopg.Connection, number: int, actor: str) -> None:
    superuser.execute("ALTER TABLE ledger_entry DISABLE TRIGGER refuse_change")
    try:
        superuser.execute("UPDATE ledger_entry SET actor = %s WHERE sequence = %s", [actor, number])
    finally:
        superuser.execute("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER refuse_change")


class TestWhileTheLedgerDoesNotHold:
    def test_nothing_is_opened_and_the_page_is_told_why(self, broken, agency):
        with pytest.raises(AccessDenied) as refused:
            open_access(
                person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
            )

        assert refused.value.decision.obligation == "SRC-01"
        assert "cannot be recorded" in refused.value.decision.reason
        assert refused.value.record_id is None

    def test_what_was_open_shows_no_more(self, agency, superuser):
        number = record_event(
            agency=agency.slug, event="camera.deployed", actor="alice", subject="x", details={}
        )
        grant = open_access(
            person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
        )
        _set_actor(superuser, number, "mallory")
        with pytest.raises(LedgerError):
            sign_ledger(timezone.now())
        try:
            with grant.used(), connections["default"].cursor() as cursor:
                cursor.execute("SELECT count(*) FROM open_grants('read')")
                shown = cursor.fetchone()
        finally:
            _set_actor(superuser, number, "alice")
            sign_ledger(timezone.now())

        assert shown == (0,)

    def test_raw_sql_opens_nothing(self, broken, web, agency):
        with pytest.raises(psycopg.DatabaseError, match="AU-5"):
            web.execute("SELECT open_access(%s)", [f'{{"person_id": {a_searcher(agency).pk}}}'])

    def test_the_sentence_names_the_entry(self, broken):
        sentence, number = broken

        assert f"{number:,}" in sentence or str(number) in sentence

    def test_the_office_and_the_administrators_are_told_once_an_hour(self, broken, agency):
        admin = a_person(agency, Role.ADMINISTRATOR)
        now = timezone.now().replace(minute=30)
        for _ in range(2):
            with pytest.raises(LedgerError):
                sign_ledger(now)

        told = Notice.objects.filter(agency=agency, kind="ledger-failed", recipient=admin)
        assert told.filter(key=f"ledger-failed-{now:%Y-%m-%d-%H}").count() == 1

    def test_it_is_an_entry_of_its_own(self, broken, owner):
        row = owner.execute("SELECT event, actor FROM ledger_entry ORDER BY sequence DESC LIMIT 1").fetchone()

        assert row == ("ledger.failed", "ledger-signing")

    def test_a_good_verification_does_not_hide_a_bad_signing(self, broken, web):
        with pytest.raises(LedgerError):
            verify_ledger(timezone.now())

        assert web.execute("SELECT ledger_holds()").fetchone() == (False,)

    def test_the_pages_role_cannot_say_otherwise(self, broken, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute("INSERT INTO ledger_state (check_name, holds, sentence) VALUES ('signing', true, '')")


class TestOnceItHoldsAgain:
    def test_everything_opens_as_before(self, agency, superuser, owner):
        number = record_event(
            agency=agency.slug, event="camera.deployed", actor="alice", subject="x", details={}
        )
        _set_actor(superuser, number, "mallory")
        for check in (sign_ledger, verify_ledger):
            with pytest.raises(LedgerError):
                check(timezone.now())
        _set_actor(superuser, number, "alice")

        sign_ledger(timezone.now())
        with pytest.raises(AccessDenied):
            open_access(
                person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
            )
        verify_ledger(timezone.now())

        assert open_access(
            person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
        ).record_id
        states = owner.execute("SELECT holds FROM ledger_state ORDER BY id DESC LIMIT 2").fetchall()
        assert states == [(True,), (True,)]

    @pytest.mark.parametrize("change", ["DELETE FROM ledger_state", "UPDATE ledger_state SET holds = true"])
    def test_no_state_is_changed_by_anybody(self, owner, change):
        with pytest.raises(InsufficientPrivilege):
            owner.execute(change)


class TestSignLedger:
    def test_publishes_what_it_signed(self, agency):
        record_event(agency=agency.slug, event="camera.deployed", actor="alice", subject="x", details={})

        sign_ledger(timezone.now())

        latest = (Path(settings.DATA_FOLDER) / "published" / "checkpoint.txt").read_text()
        assert latest == kept_book().checkpoints()[-1].note.text

    def test_signs_nothing_where_nothing_was_added(self):
        sign_ledger(timezone.now())
        size = len(kept_book().checkpoints())

        sign_ledger(timezone.now())

        assert len(kept_book().checkpoints()) == size

    def test_signs_without_a_time_stamp_where_the_authority_cannot_be_asked(self, agency, tmp_path):
        record_event(agency=agency.slug, event="camera.deployed", actor="alice", subject="x", details={})

        with override_settings(TIMESTAMPS="http://127.0.0.1:9/", TIMESTAMP_ROOTS=str(tmp_path / "none.pem")):
            sign_ledger(timezone.now())

        assert kept_book().checkpoints()[-1].timestamp is None
        assert kept_book().checkpoints()[-1].size == kept_book().size()


class _Shelf:
    """A place that takes files over HTTP."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 201
        self.methods: list[str] = []
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                shelf.methods.append(self.command)
                status = 405 if shelf.status == 405 and self.command == "PUT" else shelf.status
                if shelf.status == 405 and self.command == "POST":
                    status = 200
                if status < 300:
                    shelf.files[self.path.rpartition("/")[2]] = content
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT  # noqa: N815  # http.server's name

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ledger"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "_Shelf":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class TestPublishCheckpoints:
    @pytest.mark.parametrize("status", [201, 405])
    def test_carries_each_checkpoint_once_by_put_or_else_post(self, status):
        sign_ledger(timezone.now())
        book = kept_book()
        with _Shelf() as shelf:
            shelf.status = status
            carried = publish_checkpoints(book, [shelf.url], settings.AUDITOR_ADDRESS)
            again = publish_checkpoints(book, [shelf.url], settings.AUDITOR_ADDRESS)

        assert (carried, again) == (len(book.checkpoints()), 0)
        assert shelf.files["checkpoint.txt"].decode() == book.checkpoints()[-1].note.text
        assert any(name.startswith("key-") for name in shelf.files)

    @pytest.mark.parametrize("status", [302, 403, 500])
    def test_tries_again_what_a_place_did_not_take(self, status, tmp_path):
        sign_ledger(timezone.now())
        book = kept_book()
        with _Shelf() as shelf:
            shelf.status = status
            with pytest.raises(UnpublishedError):
                publish_checkpoints(book, [shelf.url, str(tmp_path)], settings.AUDITOR_ADDRESS)
            shelf.status = 200
            carried = publish_checkpoints(book, [shelf.url, str(tmp_path)], settings.AUDITOR_ADDRESS)

        assert carried == len(book.checkpoints())
        assert (tmp_path / "checkpoint.txt").exists(), "the other place had its own already"

    @pytest.mark.parametrize("place", ["http://127.0.0.1:9/", "http:///x", "/proc/nowhere"])
    def test_says_in_a_sentence_what_is_wrong_with_a_place(self, place):
        sign_ledger(timezone.now())

        with pytest.raises(UnpublishedError, match=r"answer|address|written"):
            publish_checkpoints(kept_book(), [place], settings.AUDITOR_ADDRESS)


class TestRotateKey:
    def test_hands_over_and_the_old_key_goes_on_verifying(self):
        sign_ledger(timezone.now())
        before = kept_book()
        old, entries = before.signing_key(), before.size()

        new = rotate_key(SECRETS, old.public.origin, settings.AUDITOR_ADDRESS, by="ada")
        sign_ledger(timezone.now())
        verify_ledger(timezone.now())

        book = kept_book()
        assert book.signing_key().public == new
        assert book.public_keys()[-2:] == [old.public, new]
        assert book.checkpoints()[-1].note.signatures[0][:4] == new.key_id
        announced = next(iter(book.entries(after=entries)))
        assert (announced.entry.event, announced.entry.actor) == ("ledger-key.announced", "ada")


class _KilledError(Exception):
    """Where the kill comes."""


class TestKeyRing:
    @pytest.fixture
    def ring(self, tmp_path):
        (tmp_path / "ledger.key").write_bytes(bytes(32))
        return KeyRing(tmp_path, "example/ledger")

    def test_forgets_a_hand_over_that_the_ledger_does_not_know_of(self, ring, tmp_path):
        old = ring.current().public

        with pytest.raises(_KilledError):
            ring.rotate(_break, list)
        ring.settled(list)

        assert ring.current().public == old
        assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.key"]

    def test_finishes_a_hand_over_that_the_ledger_knows_of(self, ring, tmp_path, monkeypatch):
        old, entries = ring.current().public, []
        monkeypatch.setattr(KeyRing, "_take_over", _break)
        with pytest.raises(_KilledError):
            ring.rotate(entries.append, lambda: entries)
        monkeypatch.undo()

        ring.settled(lambda: entries)

        new = ring.current().public
        assert entries[0].startswith(f"{new.line} ")
        assert ring.public() == [old, new]
        assert not (tmp_path / "ledger.key.next").exists()

    def test_destroys_the_old_seed(self, ring, tmp_path):
        seed = (tmp_path / "ledger.key").read_bytes()

        ring.rotate(lambda _: None, list)

        assert all(seed not in path.read_bytes() for path in tmp_path.iterdir())
        assert (tmp_path / "ledger.key").stat().st_mode & 0o077 == 0
        assert isinstance(ring.current(), SigningKey)
        assert isinstance(ring.public()[0], PublicKey)


def _break(*_: object) -> None:
    raise _KilledError
