"""The door where reads come in over HTTP: known by a token, answered in sentences, 200 only after the commit."""

import base64
import json
from datetime import timedelta

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from platekeeper import wire
from platekeeper.office.devices.models import Producer
from platekeeper.office.devices.operations import add_producer
from platekeeper.office.reads.storage import vault

from ..people import NOW, OWNER, an_agency
from ..streets import a_camera, a_jpeg, a_list, an_unattested_camera


class Sender:
    """A camera that sends its reads as the documentation says."""

    def __init__(self) -> None:
        self.agency = an_agency()
        self.camera = a_camera(self.agency)
        self.producer, self.token = add_producer(agency=self.agency, name="car-12", now=NOW)
        self.client = Client(raise_request_exception=False)

    def read(self, text: str = "8ABC123", **changes):
        camera, moment = self.camera.ref, timezone.now().isoformat()  # a read ten minutes old raises no alert
        return {"plate": text, "captured_at": moment, "camera": camera, "source_event_id": text} | changes

    def post(self, *reads, body: bytes | None = None, **headers):
        content = json.dumps({"reads": list(reads)}).encode() if body is None else body
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return self.client.post("/api/reads", content, content_type="application/json", headers=given)


@pytest.fixture
def sender() -> Sender:
    return Sender()


def kept(owner: psycopg.Connection, sender: Sender) -> list[str]:
    rows = owner.execute("SELECT plate FROM read WHERE agency_id = %s ORDER BY plate", [sender.agency.pk])
    return [plate for (plate,) in rows]


class TestToken:
    @pytest.mark.parametrize(
        "given",
        ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer x{token}",
         "Bearer {token} {token}", "Bearer \x00", "Bearer ünïcode"],
    )  # fmt: skip
    def test_that_is_not_good_is_refused_before_anything_is_read(self, given, sender, owner):
        answer = sender.post(sender.read(), Authorization=given.format(token=sender.token))

        assert answer.status_code == 401
        assert "Authorization: Bearer TOKEN" in answer.json()["error"]
        assert kept(owner, sender) == []

    def test_is_demanded(self, sender):
        answer = sender.client.post("/api/reads", b"{}", content_type="application/json")

        assert answer.status_code == 401

    def test_that_was_revoked_is_refused(self, sender, owner):
        Producer.objects.using(OWNER).filter(pk=sender.producer.pk).update(revoked_at=NOW)

        assert sender.post(sender.read()).status_code == 401
        assert kept(owner, sender) == []

    def test_says_whose_the_reads_are(self, sender, owner):
        other = Sender()
        of_another = sender.read(camera=other.camera.ref)

        answer = sender.post(of_another)

        assert [waiting["reason"][:20] for waiting in answer.json()["quarantined"]] == [
            "This agency has no c"
        ]
        assert kept(owner, other) == []

    def test_is_not_kept_in_clear(self, sender, owner):
        row = owner.execute(
            "SELECT producer::text FROM producer WHERE id = %s", [sender.producer.pk]
        ).fetchone()

        assert sender.token not in row[0]

    def test_is_needed_for_nothing_but_posts(self, sender):
        assert sender.client.get("/api/reads").status_code == 405


class TestBadBody:
    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"reads": 1}', b'{"reads": {}}', b"{}", b'"reads"',
         b"[" * 100_000, b'{"reads": ' + b"[" * 100_000, b'{"reads": [' + b"1," * 1000 + b"1]}"],
        ids=lambda body: repr(body[:12]),
    )  # fmt: skip
    def test_is_answered_with_a_sentence(self, body, sender):
        answer = sender.post(body=body)

        assert answer.status_code == 400
        assert answer.json()["error"].endswith(".")

    def test_is_refused_when_it_is_larger_than_allowed(self, sender, monkeypatch):
        monkeypatch.setattr(wire, "LARGEST_BODY_BYTES", 1000)
        monkeypatch.setattr("platekeeper.wire.batch.LARGEST_BODY_BYTES", 1000)

        answer = sender.post(body=b" " * 1001)

        assert answer.status_code == 400
        assert "send fewer reads at a time" in answer.json()["error"]

    def test_is_refused_with_more_than_a_thousand_reads(self, sender, owner):
        answer = sender.post(*(sender.read(f"7XYZ{n:04}") for n in range(1001)))

        assert answer.status_code == 400
        assert kept(owner, sender) == []


class TestBadRead:
    @pytest.mark.parametrize(
        "changes",
        [
            {"plate": ""}, {"plate": "--"}, {"plate": "no plate"}, {"plate": None}, {"plate": "A" * 17}, {"plate": 7},
            {"captured_at": "yesterday"}, {"captured_at": "2026-01-02T03:04:05"}, {"captured_at": None},
            {"captured_at": "1999-12-31T23:59:59Z"}, {"captured_at": "9999-12-31T23:59:59Z"}, {"camera": ""},
            {"camera": None}, {"position": {"lat": 91, "lon": 0}}, {"id": "01890a5d-ac96-774b-bcce-b302099a8057"},
            {"plate": {"raw": "8ABC123", "conf": 2}}, {"images": [{"role": "plate", "data": "bm8gcGljdHVyZQ=="}]},
            {"images": [{"role": "face", "sha256": "0" * 64}]}, {"flags": ["line\nbreak"]},
        ],
        ids=repr,
    )  # fmt: skip
    def test_is_refused_by_its_place_while_the_others_are_taken(self, changes, sender, owner):
        answer = sender.post(
            sender.read("1AAA111"), sender.read("2BBB222", **changes), sender.read("3CCC333")
        )

        assert answer.status_code == 200
        given = answer.json()
        assert [refused["index"] for refused in given["refused"]] == [1]
        assert given["refused"][0]["reason"].endswith(".")
        assert given["stored"] == 2
        assert kept(owner, sender) == ["1AAA111", "3CCC333"]

    def test_that_is_no_object_is_refused_by_its_place(self, sender):
        answer = sender.post(1, "read", None, [], {}, sender.read())

        assert [refused["index"] for refused in answer.json()["refused"]] == [0, 1, 2, 3, 4]
        assert answer.json()["stored"] == 1


class TestBatch:
    def test_of_nothing_is_taken(self, sender):
        answer = sender.post()

        assert (answer.status_code, answer.json()["stored"]) == (200, 0)

    def test_is_on_disk_when_it_is_acknowledged(self, sender, owner):
        a_list(sender.agency, "8ABC123")
        content = base64.b64encode(a_jpeg()).decode()
        reads = [sender.read("8ABC123", images=[{"role": "plate", "data": content}]), sender.read("7XYZ890")]

        answer = sender.post(*reads)

        assert answer.json() == {
            "stored": 2, "known": 0, "hits": 1, "alerts": 1, "quarantined": [], "refused": [],
        }  # fmt: skip
        assert kept(owner, sender) == ["7XYZ890", "8ABC123"]

    def test_sent_again_is_known(self, sender, owner):
        reads = [sender.read("8ABC123"), sender.read("7XYZ890")]
        sender.post(*reads)

        answer = sender.post(*reads)

        assert (answer.json()["stored"], answer.json()["known"]) == (0, 2)
        assert kept(owner, sender) == ["7XYZ890", "8ABC123"]

    def test_tells_which_reads_wait_for_a_person(self, sender):
        unattested = an_unattested_camera(sender.agency)
        future = (NOW + timedelta(days=1)).isoformat()

        answer = sender.post(
            sender.read("1AAA111", camera=unattested.ref),
            sender.read("2BBB222", captured_at=future),
            sender.read(),
        )

        assert answer.status_code == 200
        waiting = answer.json()["quarantined"]
        assert ["public view" in waiting[0]["reason"], "clock" in waiting[1]["reason"]] == [True, True]
        assert answer.json()["stored"] == 1

    def test_in_the_producer_s_own_words_is_kept_as_it_wrote_them(self, sender, owner):
        sender.post(sender.read("8·abc 123"))

        row = owner.execute(
            "SELECT plate, plate_raw FROM read WHERE agency_id = %s", [sender.agency.pk]
        ).fetchone()
        assert row == ("8ABC123", "8·abc 123")


class TestFailure:
    def test_is_never_answered_with_success(self, sender, owner):
        owner.execute(
            f"ALTER TABLE plate ADD CONSTRAINT broken CHECK (agency_id <> {sender.agency.pk}) NOT VALID"
        )
        try:
            answer = sender.post(sender.read())
        finally:
            owner.execute("ALTER TABLE plate DROP CONSTRAINT broken")

        assert answer.status_code == 500
        assert kept(owner, sender) == []
        assert sender.post(sender.read()).json()["stored"] == 1

    def test_of_the_disk_is_answered_with_a_sentence(self, sender, owner):
        folder = vault().folder / str(sender.agency.pk)
        folder.parent.mkdir(exist_ok=True, parents=True)
        folder.write_text("a full disk, for this agency")
        picture = {"role": "plate", "data": base64.b64encode(a_jpeg()).decode()}

        answer = sender.post(sender.read("1AAA111"), sender.read(images=[picture]))

        folder.unlink()
        assert answer.status_code == 507
        assert "the sender will try again" in answer.json()["error"]
        assert kept(owner, sender) == []

    @pytest.mark.parametrize("table", ["read", "plate", "hit"])
    def test_tells_no_log_a_plate(self, table, sender, owner, console):
        a_list(sender.agency, "8ABC123")
        owner.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (agency_id <> {sender.agency.pk}) NOT VALID"
        )
        try:
            answer = sender.post(sender.read())
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT broken")

        assert answer.status_code == 500
        assert "CheckViolation" in console.getvalue(), "it says where to look"
        assert "8ABC123" not in console.getvalue() + answer.content.decode()
