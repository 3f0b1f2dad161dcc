"""The ledger's pages: an auditor checks on a machine of their own what they get there, and each look is on record."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from platekeeper.office.access.keeping import kept_book, sign_ledger
from platekeeper.office.access.ledger import rotate_key
from platekeeper.office.access.operations import open_access
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, a_searcher, an_agency, an_inquiry

LEDGER = "/audits/ledger/"
DOWNLOADS = ("public.key", "checkpoint.txt", "export.jsonl", "since/1.jsonl")


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def auditor(agency):
    return logged_in(a_person(agency, Role.AUDITOR))


@pytest.fixture
def record(agency):
    person = a_searcher(agency)
    grant = open_access(person=person, agency=agency, inquiry=an_inquiry(agency), now=timezone.now())
    return grant.record_id


def verified(folder, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier that was downloaded, with nothing but Python, where it was downloaded."""
    return subprocess.run(
        [sys.executable, "-I", "verify.py", name, "--key", "public.key", *more],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


class TestWhoMay:
    @pytest.mark.parametrize("name", ["", *DOWNLOADS])
    @pytest.mark.parametrize("role", [Role.DETECTIVE, Role.SUPERVISOR])
    def test_is_refused_with_a_record_to_whoever_may_not_browse(self, agency, owner, name, role):
        person = a_person(agency, role)

        answer = logged_in(person).get(LEDGER + name)

        assert answer.status_code == 403
        kept = owner.execute("SELECT outcome FROM access_record WHERE person_id = %s", [person.pk]).fetchall()
        assert kept == [("DENIED",)]

    @pytest.mark.parametrize("name", ["", *DOWNLOADS])
    def test_leaves_a_record_of_each_look(self, agency, owner, name):
        person = a_person(agency, Role.AUDITOR)
        sign_ledger(timezone.now())

        assert logged_in(person).get(LEDGER + name).status_code == 200

        kept = owner.execute("SELECT query FROM access_record WHERE person_id = %s", [person.pk]).fetchall()
        assert len(kept) == 1
        assert "ledger" in kept[0][0]


class TestLedger:
    def test_shows_the_latest_checkpoint_and_where_it_is_published(self, auditor):
        sign_ledger(timezone.now())

        said = text_of(auditor.get(LEDGER))

        assert "signed every hour" in said
        assert "published" in said
        assert "platekeeper/" in said

    def test_says_how_many_entries_nobody_vouches_for_yet(self, auditor):
        sign_ledger(timezone.now())

        assert "Not signed yet 1 since" in text_of(auditor.get(LEDGER))  # this very look

    def test_export_is_verified_elsewhere_with_python_alone(self, auditor, record, tmp_path):
        sign_ledger(timezone.now())
        for name in ("verify.py", "public.key", "checkpoint.txt", "export.jsonl"):
            (tmp_path / name).write_bytes(content_of(auditor.get(LEDGER + name)))

        found = verified(tmp_path, "export.jsonl", "--checkpoint", "checkpoint.txt")

        assert found.returncode == 0, found.stdout + found.stderr

    def test_export_holds_what_its_own_agency_did_and_nothing_of_others(self, auditor, record):
        other = an_agency()
        theirs = open_access(
            person=a_searcher(other), agency=other, inquiry=an_inquiry(other), now=timezone.now()
        ).record_id

        content = content_of(auditor.get(f"{LEDGER}export.jsonl")).decode()

        assert str(record) in content
        assert str(theirs) not in content
        assert other.slug not in content

    def test_that_was_cut_is_found_out(self, auditor, record, tmp_path):
        sign_ledger(timezone.now())
        for name in ("verify.py", "public.key", "checkpoint.txt", "export.jsonl"):
            (tmp_path / name).write_bytes(content_of(auditor.get(LEDGER + name)))
        lines = (tmp_path / "export.jsonl").read_bytes().splitlines(keepends=True)
        (tmp_path / "export.jsonl").write_bytes(b"".join(lines[:-3]))

        assert verified(tmp_path, "export.jsonl", "--checkpoint", "checkpoint.txt").returncode == 1

    def test_has_no_proof_since_a_checkpoint_that_is_none(self, auditor):
        assert auditor.get(f"{LEDGER}since/999999999.jsonl").status_code == 404


class TestProofOfARecord:
    @pytest.mark.parametrize("handed_over", [False, True])
    def test_is_verified_elsewhere(self, handed_over, auditor, record, tmp_path):
        if handed_over:
            origin = kept_book().signing_key().public.origin
            rotate_key(Path(settings.DATA_FOLDER) / "secrets", origin, settings.AUDITOR_ADDRESS, by="ada")
        sign_ledger(timezone.now())
        (tmp_path / "proof.jsonl").write_bytes(
            content_of(auditor.get(f"/audits/records/{record}/proof.jsonl"))
        )
        for name in ("verify.py", "public.key"):
            (tmp_path / name).write_bytes(content_of(auditor.get(LEDGER + name)))

        found = verified(tmp_path, "proof.jsonl")

        assert found.returncode == 0, found.stdout + found.stderr
        assert str(record) in (tmp_path / "proof.jsonl").read_text()

    def test_waits_for_the_next_checkpoint(self, auditor, agency):
        sign_ledger(timezone.now())
        record = open_access(
            person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
        ).record_id

        answer = auditor.get(f"/audits/records/{record}/proof.jsonl")

        assert answer.status_code == 409
        assert "within the hour" in text_of(answer)

    def test_of_another_agencys_record_is_not_there(self, auditor):
        other = an_agency()
        theirs = open_access(
            person=a_searcher(other), agency=other, inquiry=an_inquiry(other), now=timezone.now()
        ).record_id

        assert auditor.get(f"/audits/records/{theirs}/proof.jsonl").status_code == 404


class TestRecord:
    def test_names_the_version_the_checkpoint_and_the_proof(self, auditor, record):
        sign_ledger(timezone.now())

        said = text_of(auditor.get(f"/audits/records/{record}/"))

        assert "version 1" in said
        assert "covered by the signed checkpoint over" in said
        assert "Download the proof" in said

    def test_is_found_by_the_plate_that_was_asked(self, auditor, record):
        found = auditor.get("/audits/records/", {"plate": "8abc"}).content.decode()
        missed = auditor.get("/audits/records/", {"plate": "9ZZZ"}).content.decode()

        assert str(record) in found
        assert str(record) not in missed
