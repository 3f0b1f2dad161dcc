"""After a purge and the next vacuum, no file of the database holds a purged plate any more (promise 5)."""

import threading
from datetime import timedelta

import psycopg
import pytest

from platekeeper.office.config.residue import StillSeen, write_anew
from platekeeper.office.retention.operations import purge

from .archives import ago, an_archive, seen

# letters in no order that a format, a token or another test's drawn plate would have by chance
_GONE, _GONE_LATER, _STAYS = "ZQXJVK", "ZQXJVWQ", "ZQXJYWQ"


class TestFiles:
    @pytest.mark.slow
    def test_of_the_database_hold_no_purged_plate_after_a_vacuum(self, database):
        server = database.embedded
        agency, camera = an_archive("el-cajon")
        moment = ago(days=40)
        gone = [_GONE + letter for letter in "0123456789ABCDEFGHIJKLMNOPQRST"]
        for number, plate in enumerate([*gone, _STAYS]):
            at = ago(days=3) if plate == _STAYS else moment + timedelta(seconds=number)
            seen(agency, camera, plate, at, arrived=at, pictures=False)
        with psycopg.connect(server.superuser_address("platekeeper"), autocommit=True) as superuser:
            superuser.execute("ANALYZE")  # statistics quote plates, too
            superuser.execute("CHECKPOINT")
            assert self.files_with(server.cluster, _GONE)

        purge([agency], by="test")
        write_anew(server.superuser_address("platekeeper"))

        assert self.files_with(server.cluster, _GONE) == []
        assert self.files_with(server.cluster, _STAYS)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("where", "at_work"),
        [
            pytest.param("platekeeper", "SELECT count(*) FROM read", id="reading"),
            pytest.param("postgres", "SELECT pg_current_xact_id()", id="writing in another database"),
        ],
    )
    def test_hold_none_though_somebody_who_still_saw_it_was_at_work(self, database, where, at_work):
        server = database.embedded
        agency, camera = an_archive("el-cajon")
        seen(agency, camera, _GONE_LATER, ago(days=40), arrived=ago(days=40), pictures=False)
        address = server.superuser_address("platekeeper")
        with psycopg.connect(server.superuser_address(where)) as older:
            older.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            older.execute(at_work)  # what was there when this transaction began is kept until it ends
            purge([agency], by="test")
            with pytest.raises(StillSeen, match="end it, and say `platekeeper db vacuum` again"):
                write_anew(address, patience=0.5)
            threading.Timer(1, older.close).start()
            write_anew(address)

        assert self.files_with(server.cluster, _GONE_LATER) == []

    def files_with(self, folder, text: str) -> list:
        forms = text.encode(), text[::-1].encode()  # as it is, and as the index of ends holds it
        files = [path for path in folder.rglob("*") if path.is_file()]
        return [file.name for file in files if any(form in file.read_bytes() for form in forms)]
