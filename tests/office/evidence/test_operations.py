import hashlib
import io
import json
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from platekeeper.evidence.bag import EvidenceError, FolderWriter, ZipWriter
from platekeeper.evidence.verify import MANIFESTS, PROOFS, SEAL, STAMP, Folder, Zip, verify, verify_path
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.office.access.operations import AccessDenied, in_house
from platekeeper.office.evidence.models import CustodyStep, EvidencePackage
from platekeeper.office.evidence.operations import MOST_READS, open_export, package_of, print_sheet
from platekeeper.office.evidence.proofs import public_key
from platekeeper.office.evidence.queries import contents_of
from platekeeper.policy import Function, Role

from ..people import a_person, a_searcher, an_agency, an_inquiry
from .packages import PLATE, a_folder, a_zip, an_export, an_exporter, opened, seen, written


def records_of(owner: psycopg.Connection, agency_id: int) -> list[tuple]:
    return owner.execute(
        "SELECT function, outcome, on_behalf_of FROM access_record WHERE agency_id = %s ORDER BY accessed_at",
        [agency_id],
    ).fetchall()


@pytest.fixture(scope="module")
def folder(database, tmp_path_factory):
    return a_folder(tmp_path_factory.mktemp("evidence") / "package")


class TestOpenExport:
    def test_is_refused_without_a_recipient(self, owner):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE))

        with pytest.raises(AccessDenied, match="who receives"):
            opened(agency, an_exporter(agency), read_ids, on_behalf_of="")

        assert records_of(owner, agency.pk) == [("export", "DENIED", "")]

    def test_is_refused_to_who_may_only_look(self, owner):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE))

        with pytest.raises(AccessDenied):
            opened(agency, a_person(agency, Role.PATROL_OFFICER), read_ids)

    def test_is_refused_for_more_reads_than_a_record_can_name(self):
        agency = an_agency()

        with pytest.raises(EvidenceError, match=f"1 to {MOST_READS}"):
            opened(agency, an_exporter(agency), tuple(uuid4() for _ in range(MOST_READS + 1)))

    def test_finds_nothing_of_another_agency(self):
        agency = an_agency()
        theirs = tuple(seen(an_agency(), PLATE))

        with pytest.raises(EvidenceError, match="None of these reads"):
            opened(agency, an_exporter(agency), theirs)

    def test_an_id_that_is_no_reads_is_passed_over(self):
        agency = an_agency()
        read_ids = (*seen(agency, PLATE), uuid4())

        export = opened(agency, an_exporter(agency), read_ids)

        assert [read.id for read in export.contents.reads] == [read_ids[0]]

    def test_leaves_a_record_with_the_recipient(self, owner):
        export = an_export()

        assert records_of(owner, export.agency.pk)[-1] == ("export", "ALLOWED", in_house(export.person))


class TestPackage:
    def test_holds_under_the_ledgers_key(self, folder):
        verdict = verify_path(folder, [public_key()], signature_holds=signature_holds)

        assert verdict.holds, verdict.sentence

    def test_is_the_same_as_a_zip(self):
        verdict = verify(Zip(io.BytesIO(a_zip())), [public_key()], signature_holds=signature_holds)

        assert verdict.holds, verdict.sentence

    def test_originals_are_byte_exact(self, folder):
        documents = [json.loads(path.read_bytes()) for path in folder.glob("data/reads/*/read.json")]

        assert len(documents) == 2
        for document in documents:
            assert {picture["role"] for picture in document["pictures"]} == {"plate", "context"}
            for picture in document["pictures"]:
                content = (folder / "data" / "reads" / document["id"] / picture["file"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == picture["sha256"]

    def test_tells_every_probability_and_the_entry_as_it_stood(self, folder):
        documents = {json.loads(path.read_bytes())["plate"]: json.loads(path.read_bytes())
                     for path in folder.glob("data/reads/*/read.json")}  # fmt: skip

        places = documents[PLATE]["message"]["plate"]["characters"]
        assert [len(place) for place in places] == [2] * 7
        assert [hit["entry"]["plate"] for hit in documents[PLATE]["hits"]] == [PLATE]
        assert documents["7XYZ999"]["hits"] == []

    def test_every_read_has_a_page(self, folder):
        pages = list(folder.glob("data/reads/*/sheet.pdf"))

        assert len(pages) == 2
        assert all(page.read_bytes().startswith(b"%PDF-") for page in pages)

    def test_says_for_whom_and_why(self, folder):
        index = json.loads((folder / "data" / "package.json").read_bytes())

        assert index["recipient"].endswith(index["agency"])
        assert index["release"] is None
        assert index["case_number"]
        assert index["asked_for"] == len(index["reads"]) == 2

    def test_is_a_conforming_bag(self, folder):
        lines = (folder / MANIFESTS[0]).read_text().splitlines()
        oxum = next(line for line in (folder / "bag-info.txt").read_text().splitlines() if "Oxum" in line)

        payload = [path for path in (folder / "data").rglob("*") if path.is_file()]
        assert {line.split("  ", 1)[1] for line in lines} == {
            path.relative_to(folder).as_posix() for path in payload
        }
        assert oxum == f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}"
        assert (
            folder / "bagit.txt"
        ).read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    def test_holds_the_ledgers_entries_of_its_export_and_its_alerts(self, folder):
        events = [json.loads(line).get("event") for line in (folder / PROOFS).read_bytes().splitlines()]

        assert {"access.opened", "alert.raised"} <= set(events)

    def test_a_picture_that_is_gone_is_said_and_the_rest_is_there(self, tmp_path):
        export = an_export()
        image = export.contents.images[export.contents.reads[0].id][0]
        image.sha256 = bytes(32)

        folder = a_folder(tmp_path / "package", export)

        assert len(list(folder.glob("data/reads/*/*.missing.txt"))) == 1
        assert len(list(folder.glob("data/reads/*/*.jpg"))) == 3
        assert verify_path(folder, signature_holds=signature_holds).holds

    def test_an_unfinished_one_is_sealed_nowhere(self, owner):
        export = an_export()
        pieces = package_of(export, ZipWriter(), timezone.now())
        for _ in range(5):
            next(pieces)

        pieces.close()

        count = owner.execute(
            "SELECT count(*) FROM evidence_package WHERE access_id = %s", [export.grant.record_id]
        )
        assert count.fetchone() == (0,)

    def test_its_row_and_its_first_step_are_written(self):
        export = an_export()
        written(export, ZipWriter())

        package = EvidencePackage.objects.get(agency_id=export.agency.pk, id=export.id)
        steps = CustodyStep.objects.filter(agency_id=export.agency.pk, package_id=export.id)
        assert (package.recipient, package.pictures, len(package.read_ids)) == (in_house(export.person), 4, 2)
        assert [(step.number, step.state) for step in steps] == [(1, "SEALED")]

    def test_an_earlier_look_at_one_of_its_reads_stands_in_the_custody(self, tmp_path):
        agency = an_agency()
        searcher = a_searcher(agency)
        read_ids = tuple(seen(agency, PLATE, "7XYZ999"))
        look = an_inquiry(agency, Function.PRINT, read_ids=read_ids[:1])
        print_sheet(person=searcher, agency=agency, inquiry=look, now=timezone.now())

        folder = a_folder(tmp_path / "package", opened(agency, an_exporter(agency), read_ids))

        accesses = json.loads((folder / "data" / "custody.json").read_bytes())["accesses"]
        first = accesses[0]
        assert (first["username"], first["function"], len(first["reads"])) == (searcher.username, "print", 1)

    def test_a_record_that_opened_more_shows_no_details(self, tmp_path):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE, "7XYZ999"))
        opened(agency, an_exporter(agency), read_ids)

        folder = a_folder(tmp_path / "package", opened(agency, an_exporter(agency), read_ids[:1]))

        entries = [json.loads(line) for line in (folder / PROOFS).read_bytes().splitlines()]
        shown = ["details" in entry for entry in entries if "event" in entry]
        assert shown == [False, True]
        assert str(read_ids[1]) not in (folder / PROOFS).read_text()
        assert verify_path(folder, signature_holds=signature_holds).holds

    def test_without_an_authority_there_is_no_stamp(self, folder):
        assert STAMP not in Folder(folder).names()
        assert SEAL in Folder(folder).names()


class TestSealPackage:
    """What the database promises, whatever the program does."""

    def sealed(self, connection, export, **changes):
        package = {
            "package": str(uuid4()), "read_ids": [str(read.id) for read in export.contents.reads], "pictures": 0,
            "size_bytes": 0, "is_stamped": False,
            "tagmanifest-sha256.txt": "00" * 32, "tagmanifest-sha512.txt": "00" * 64,
        }  # fmt: skip
        connection.execute(
            "SELECT seal_package(%s, %s, %s::jsonb)",
            [changes.get("person", export.person.pk), changes.get("access", export.grant.record_id),
             json.dumps({**package, **changes.get("package", {})})],
        )  # fmt: skip

    def test_refuses_a_package_without_a_recorded_export(self, web):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="recorded export"):
            self.sealed(web, an_export(), access=uuid4())

    def test_refuses_somebody_elses_export(self, web):
        export = an_export()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            self.sealed(web, export, person=an_exporter(export.agency).pk)

    def test_refuses_reads_that_the_export_did_not_open(self, web):
        export = an_export()
        more = seen(export.agency, "5QQQ555")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            self.sealed(web, export, package={"read_ids": [str(more[0])]})

    @pytest.mark.parametrize("table", ["evidence_package", "custody_step"])
    @pytest.mark.parametrize(
        "change", ["DELETE FROM {}", "UPDATE {} SET agency_id = 1", "TRUNCATE {} CASCADE"]
    )
    def test_nobody_changes_what_was_sealed(self, owner, table, change):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(change.format(table))

    @pytest.mark.parametrize("table", ["evidence_package", "custody_step"])
    def test_pages_write_no_rows_of_their_own(self, web, table):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(f"INSERT INTO {table} (agency_id) VALUES (1)")

    def test_who_opened_a_read_is_told_to_exports_only(self, web):
        assert web.execute("SELECT * FROM accesses_to_exported()").fetchall() == []


class TestAccessesToExported:
    def test_a_print_is_told_nothing_of_others(self):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE))
        from platekeeper.office.access.operations import open_access

        grant = open_access(
            person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency, Function.PRINT, read_ids=read_ids),
            now=timezone.now(),
        )  # fmt: skip

        assert contents_of(grant, read_ids).accesses == ()


class TestPrintSheet:
    def test_is_refused_to_whose_class_prints_nothing(self, owner):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE))

        with pytest.raises(AccessDenied):
            print_sheet(
                person=a_person(agency, Role.TRAINER), agency=agency,
                inquiry=an_inquiry(agency, Function.PRINT, read_ids=read_ids), now=timezone.now(),
            )  # fmt: skip

        assert records_of(owner, agency.pk)[-1][:2] == ("print", "DENIED")

    def test_of_a_read_that_is_not_there_is_none(self):
        agency = an_agency()

        inquiry = an_inquiry(agency, Function.PRINT, read_ids=(uuid4(),))

        assert (
            print_sheet(person=a_searcher(agency), agency=agency, inquiry=inquiry, now=timezone.now()) is None
        )

    def test_is_one_page_and_on_record(self, owner):
        agency = an_agency()
        read_ids = tuple(seen(agency, PLATE))

        page = print_sheet(
            person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency, Function.PRINT, read_ids=read_ids),
            now=timezone.now(),
        )  # fmt: skip

        assert page is not None
        assert page.count(b"/Type /Page\n") == 1
        assert records_of(owner, agency.pk)[-1][:2] == ("print", "ALLOWED")


class TestBuildFromAFolderWriter:
    def test_the_ledger_keeps_the_digest_of_what_was_sealed(self, tmp_path, owner):
        export = an_export()
        written(export, FolderWriter(tmp_path / "package"))

        row = owner.execute(
            "SELECT d.details FROM ledger_entry e JOIN ledger_details d USING (sequence)"
            " WHERE e.event = 'evidence.sealed' AND e.subject = %s", [str(export.id)],
        ).fetchone()  # fmt: skip

        digest = hashlib.sha256((tmp_path / "package" / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
        assert json.loads(row[0])["tagmanifest-sha256.txt"] == digest

    def test_open_export_takes_the_inquiry_as_it_is(self):
        export = an_export()

        with pytest.raises(EvidenceError):
            open_export(
                person=export.person, agency=export.agency, inquiry=replace(export.inquiry, read_ids=()),
                now=timezone.now(),
            )  # fmt: skip


def test_the_tests_leave_no_transaction_open():
    assert not connections["default"].in_atomic_block
