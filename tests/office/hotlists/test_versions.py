"""Versions of a list: made of changes too, swapped whole while reads are matched, and changed by no role."""

import os
import threading

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from platekeeper.intake.hotlists import layout_from
from platekeeper.office.hotlists.loading import load_file
from platekeeper.office.hotlists.models import HotListVersion

from ..people import NOW, OWNER, an_agency
from ..streets import a_camera, a_read, take
from .files import (
    IN_FORCE,
    WHOLE,
    a_downloaded_list,
    a_list_in_force,
    california,
    count_of,
    load,
    plates_in_force,
    written,
)


def incremental(*lines):
    layout = layout_from(
        b'name = "changes"\ntitle = "Changes"\nmode = "incremental"\nstates = "usps"\n[[shapes]]\ndelimiter = ","\n'
        b"columns = [3, 4]\nfields = { action = 0, plate = 1, state = 2, category = 3 }\n[category]\nwords = true\n"
    )
    return layout, "".join(f"{line}\n" for line in lines)


class TestIncrementalFile:
    def test_adds_to_the_version_in_force_and_removes_from_it(self, owner, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path)
        layout, text = incremental("A,9NEW001,CA,stolen vehicle", "D,8ABC123,CA", "D,7XYZ890,NV")

        load_file(
            hot_list=hot_list,
            path=written(tmp_path, "day.csv", text),
            layout=layout,
            actor="admin.one",
            now=NOW,
        )

        assert plates_in_force(owner, hot_list) == ["7XYZ890", "6WXN208", "5TYU660", "9NEW001"]

    @pytest.mark.parametrize(
        ("lines", "there"),
        [
            (("A,9NEW001,CA,stolen", "D,9NEW001,CA"), 0),
            (("D,9NEW001,CA", "A,9NEW001,CA,stolen"), 1),
            (("A,9NEW001,CA,stolen", "A,9NEW001,CA,stolen"), 1),
            (("A,9NEW001,CA,stolen", "D,9NEW001,"), 0),
            (("A,9NEW001,CA,stolen", "A,9NEW001,CA,wanted person", "D,9NEW001,CA,wanted person"), 1),
            (("A,9NOW001,CA,stolen", "D,9N0W001,CA"), 0),
        ],
    )
    def test_is_followed_in_its_order(self, owner, tmp_path, lines, there):
        hot_list = a_list_in_force(an_agency(), tmp_path)
        layout, text = incremental(*lines)

        load_file(
            hot_list=hot_list,
            path=written(tmp_path, "day.csv", text),
            layout=layout,
            actor="admin.one",
            now=NOW,
        )

        new = [plate for plate in plates_in_force(owner, hot_list) if plate not in IN_FORCE]
        assert len(new) == there

    def test_counts_once_however_often_it_comes(self, owner, tmp_path):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)
        for name, line in (
            ("one", "A,9NEW001,CA,stolen"),
            ("two", "D,9NEW001,CA"),
            ("one", "A,9NEW001,CA,stolen"),
        ):
            layout, text = incremental(line)
            load_file(
                hot_list=hot_list,
                path=written(tmp_path, name, text),
                layout=layout,
                actor="admin.one",
                now=NOW,
            )

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)
        assert count_of(owner, "hot_list_version", agency) == 3


class TestSwap:
    def test_is_seen_whole_or_not_at_all_while_reads_are_matched(self, owner, tmp_path):
        agency = an_agency()
        camera, hot_list = a_camera(agency), a_list_in_force(agency, tmp_path, "8ABC123")
        pipe = tmp_path / "svs.pipe"
        os.mkfifo(pipe)
        header, first, rest = california("9NEW001", "9NEW002").split("\n", 2)
        loader = threading.Thread(target=_load_and_close, args=(hot_list, pipe))
        loader.start()
        with pipe.open("w") as stream:
            print(header, first, sep="\n", file=stream, flush=True)

            during = take(agency, a_read(camera, "8ABC123"), a_read(camera, "9NEW001")).receipt

            stream.write(rest)
        loader.join()
        after = take(agency, a_read(camera, "8ABC123"), a_read(camera, "9NEW002")).receipt

        assert (during.hits, after.hits) == (1, 1)
        assert plates_in_force(owner, hot_list) == ["9NEW001", "9NEW002"]


class TestRoles:
    @pytest.mark.parametrize("role", ["web", "auditor", "custodian"])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE hot_list SET current_id = NULL",
            "UPDATE hot_list SET drop_share = 1",
            "DELETE FROM hot_list",
            "UPDATE hot_list_version SET sha256 = ''",
            "INSERT INTO hot_list_version SELECT * FROM hot_list_version",
            "DELETE FROM hot_list_version",
            "INSERT INTO hot_list_entry SELECT * FROM hot_list_entry",
            "UPDATE hot_list_entry SET plate = 'MINE'",
            "DELETE FROM hot_list_entry",
            "COPY hot_list_entry FROM STDIN",
        ],
    )
    def test_of_the_pages_cannot_change_a_list(self, connect, role, statement):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE hot_list_version SET sha256 = ''",
            "UPDATE hot_list_version SET accepted = 0",
            "DELETE FROM hot_list_version",
            "UPDATE hot_list_entry SET plate = 'MINE'",
            "DELETE FROM hot_list_entry",
            "UPDATE hot_list SET entitlement = 'mine'",
            "UPDATE hot_list SET drop_share = 1",
        ],
    )
    def test_that_loads_lists_changes_no_version(self, connect, statement):
        with pytest.raises(InsufficientPrivilege):
            connect("ingest").execute(statement)


class TestRecord:
    def test_that_cannot_be_written_leaves_the_old_version(self, owner, tmp_path, monkeypatch):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)

        def broken(**given):
            raise psycopg.OperationalError("no ledger")

        monkeypatch.setattr("platekeeper.office.hotlists.versions.record_event", broken)
        with pytest.raises(psycopg.OperationalError):
            load(hot_list, written(tmp_path, "svs.tbl", WHOLE))

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)
        assert count_of(owner, "hot_list_version", agency) == 1


def _load_and_close(hot_list, path):
    from django.db import connections

    load(hot_list, path)
    connections.close_all()


def test_versions_know_their_digest(tmp_path):
    loaded = load(a_downloaded_list(an_agency()), written(tmp_path, "svs.tbl", WHOLE))

    stored = HotListVersion.objects.using(OWNER).get(pk=loaded.version.pk)

    assert len(bytes(stored.sha256)) == 32
    assert (stored.accepted, stored.rejected) == (4, 0)
