"""Backup and restore as an administrator does them, with a purge between, and with the power failing."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from platekeeper.office.config.restore import backups_in

from .installation import Installation, migrated
from .killing import PASSPHRASE, killed_backups, ran

KILLS = 3  # fifty: python -m tests.kills

FILL = """
from datetime import timedelta
import msgspec
from django.utils import timezone
from tests.office.people import an_agency
from tests.office.streets import a_camera, a_list, a_picture, a_read, take
agency, now = an_agency(), timezone.now()
camera = a_camera(agency)
a_list(agency, "8ABC123")
def seen(plate, at):
    return a_read(camera, plate, captured_at=at, images=(a_picture(), a_picture("context")))
old = now - timedelta(days=70)
take(agency, seen("OLD1111", old), seen("OLD2222", old), now=old)
take(agency, seen("8ABC123", now - timedelta(seconds=9)), seen("NEW1111", now - timedelta(seconds=8)), now=now)
"""
# what a purge of the old day does to the tables; how it comes to it is the purge's own test
DESTROY = """
from platekeeper.office.evidence.tasks import destroy_backup_keys
from django.db import connections
from django.utils import timezone
import shutil, pathlib
from django.conf import settings
with connections["owner"].cursor() as cursor:
    cursor.execute("SELECT DISTINCT key_name FROM image WHERE read_at < now() - interval '1 month'")
    names = [name for (name,) in cursor.fetchall()]
    for table in ("image", "read"):
        cursor.execute(f"DELETE FROM {table} WHERE read_at < now() - interval '1 month'")
    cursor.execute("DELETE FROM plate WHERE plate LIKE 'OLD%'")
    cursor.execute("DELETE FROM image_key WHERE name = ANY(%s)", [names])
for name in names:
    shutil.rmtree(pathlib.Path(settings.DATA_FOLDER, "images", "1", name))
print(destroy_backup_keys(timezone.now()))
"""
LOOK = """
import json
from django.db import connections
with connections["owner"].cursor() as cursor:
    def all_of(query):
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
    print(json.dumps({
        "reads": all_of("SELECT plate FROM read ORDER BY 1"), "plates": all_of("SELECT plate FROM plate ORDER BY 1"),
        "hits": all_of("SELECT entry->>'plate' FROM hit"), "images": len(all_of("SELECT role FROM image")),
        "events": all_of("SELECT event FROM ledger_entry WHERE event LIKE 'backup.%' ORDER BY sequence"),
        "opened": all_of("SELECT count(*) FROM image JOIN image_key k ON k.name = key_name"),
    }))
"""


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with migrated() as house:
        (house.folder / "passphrase").write_text(f"{PASSPHRASE}\n")
        ran(house, FILL)
        yield house


def given(house: Installation, keys: str = "keys.json") -> list[str]:
    safe = house.folder / "safe" / keys
    return [
        str(house.folder / "backups"),
        "--keys",
        str(safe),
        "--passphrase-file",
        str(house.folder / "passphrase"),
    ]


def contents_of(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
class TestBackup:
    """In this order: each goes on from what the one before left."""

    def test_keeps_its_word(self, house):
        self._is_refused_where_its_keys_would_lie_in_it(house)
        self._holds_no_plate_and_no_key_in_clear(house)
        self._brings_everything_back(house)
        self._is_refused_into_a_folder_that_is_not_empty(house)
        self._nothing_purged_since_comes_back(house)
        self._the_backup_alone_opens_nothing_of_it(house)
        self._the_next_one_drops_pictures_that_nobody_can_open(house)
        self._a_changed_byte_is_found_before_anything_is_restored(house)
        self._a_restore_that_did_not_end_lets_nobody_in(house)
        self._killed_anywhere_it_leaves_no_backup_that_is_none(house)

    def _is_refused_where_its_keys_would_lie_in_it(self, house):
        backups, _, _, *passphrase = given(house)

        done = house.run("backup", backups, "--keys", f"{backups}/keys.json", *passphrase)

        assert (done.returncode, "keep it elsewhere" in done.stderr) == (1, True)

    def _holds_no_plate_and_no_key_in_clear(self, house):
        house.said("backup", *given(house))

        master = (house.data / "secrets" / "master.key").read_bytes()
        for content in contents_of(house.folder / "backups"):
            assert not any(text in content for text in (b"OLD1111", b"NEW1111", b"8ABC123", master))
        assert master not in (house.folder / "safe" / "keys.json").read_bytes()
        assert len(list((house.folder / "backups" / "pictures").rglob("*/*/*/*"))) == 8

    def _brings_everything_back(self, house):
        shutil.copytree(house.folder / "safe", house.folder / "hidden")
        data = house.folder / "whole"

        done = house.run("restore", *given(house), PLATEKEEPER_DATA=str(data))

        assert done.returncode == 0, done.stderr
        found = json.loads(ran(house, LOOK, data=data))
        assert found["reads"] == found["plates"] == ["8ABC123", "NEW1111", "OLD1111", "OLD2222"]
        assert (found["images"], found["opened"], found["hits"]) == (8, [8], ["8ABC123"])
        assert found["events"] == ["backup.restored"]
        assert len(list((data / "images").rglob("*/*/*/*"))) == 8

    def _is_refused_into_a_folder_that_is_not_empty(self, house):
        done = house.run("restore", *given(house))

        assert (done.returncode, "is not empty" in done.stderr) == (1, True)

    def _nothing_purged_since_comes_back(self, house):
        assert ran(house, DESTROY).strip() == "2"  # the old day, and what of it could have been kept
        data = house.folder / "purged"

        done = house.run("restore", *given(house), PLATEKEEPER_DATA=str(data))

        assert "2 were passed over" in done.stdout, done.stderr
        found = json.loads(ran(house, LOOK, data=data))
        assert found["reads"] == found["plates"] == ["8ABC123", "NEW1111"]
        assert found["images"] == 4
        assert not [path for path in (data / "images").rglob("*") if "OLD" in path.name]
        assert len(list((data / "images").rglob("*/*/*/*"))) == 4

    def _the_backup_alone_opens_nothing_of_it(self, house):
        keys = json.loads((house.folder / "safe" / "keys.json").read_bytes())
        live = json.loads((house.data / "secrets" / "backup.keys").read_bytes())
        old = json.loads((house.folder / "hidden" / "keys.json").read_bytes())

        names = {name for _, name, _ in keys["slices"]}
        assert names == {name for _, name, _ in live} < {name for _, name, _ in old["slices"]}
        assert len(keys["images"]) == 1 < len(old["images"])

    def _the_next_one_drops_pictures_that_nobody_can_open(self, house):
        house.said("backup", *given(house))

        assert len(list((house.folder / "backups" / "pictures").rglob("*/*/*/*"))) == 4
        assert len(backups_in(house.folder / "backups")) == 2

    def _a_changed_byte_is_found_before_anything_is_restored(self, house):
        copied = house.folder / "copied"
        shutil.copytree(house.folder / "backups", copied)
        dump = backups_in(copied)[-1] / "database.dump"
        content = bytearray(dump.read_bytes())
        content[len(content) // 2] ^= 1
        dump.write_bytes(content)
        data = house.folder / "damaged"

        done = house.run("restore", str(copied), *given(house)[1:], PLATEKEEPER_DATA=str(data))

        assert (done.returncode, "database.dump" in done.stderr) == (1, True)
        assert not data.exists()

    def _a_restore_that_did_not_end_lets_nobody_in(self, house):
        data = house.folder / "unfinished"
        (data / "secrets").mkdir(parents=True)
        (data / "restore.unfinished").touch()

        done = house.run("migrate", PLATEKEEPER_DATA=str(data))

        assert (done.returncode, "has not ended" in done.stderr) == (1, True)

    def _killed_anywhere_it_leaves_no_backup_that_is_none(self, house):
        killed_backups(house, KILLS, seed=7)
