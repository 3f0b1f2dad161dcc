"""After a purge and the next vacuum, no file of the database holds a purged plate any more (promise 5)."""

import threading
from datetime import timedelta

import psycopg
import pytest

from platekeeper.office.config.residue import StillSeen, write_anew
from platekeeper.office.retention.operations import purge

from .archives import ago, an_archive, seen


class TestFiles:
    @pytest.mark.slow
    def test_of_the_database_hold_no_purged_plate_after_a_vacuum(self, database):
        server = database.embedded
        agency, camera = an_archive("el-cajon")
        moment = ago(days=40)
        gone = [f"7QZX{n:03}" for n in range(30)]
        for number, plate in enumerate([*gone, "7QZY999"]):
            at = ago(days=3) if plate == "7QZY999" else moment + timedelta(seconds=number)
            seen(agency, camera, plate, at, arrived=at, pictures=False)
        with psycopg.connect(server.superuser_address("platekeeper"), autocommit=True) as superuser:
            superuser.execute("ANALYZE")  # statistics quote plates, too
            superuser.execute("CHECKPOINT")
            assert self.files_with(server.cluster, b"7QZX")

        purge([agency], by="test")
        write_anew(server.superuser_address("platekeeper"))

        assert self.files_with(server.cluster, b"7QZX") == []
        assert self.files_with(server.cluster, b"7QZY999")

    @pytest.mark.slow
    def test_hold_none_though_somebody_who_still_saw_it_was_at_work(self, database):
        server = database.embedded
        agency, camera = an_archive("el-cajon")
        seen(agency, camera, "7QZW111", ago(days=40), arrived=ago(days=40), pictures=False)
        address = server.superuser_address("platekeeper")
        with psycopg.connect(address) as older:
            older.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            older.execute("SELECT count(*) FROM read")  # this transaction sees the plate until it ends
            purge([agency], by="test")
            with pytest.raises(StillSeen, match="end it, and say `platekeeper db vacuum` again"):
                write_anew(address, patience=0.5)
            threading.Timer(1, older.close).start()
            write_anew(address)

        assert self.files_with(server.cluster, b"7QZW") == []

    def files_with(self, folder, text: bytes) -> list:
        return [path.name for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]
