"""Kills purges and backups at random points, and looks whether the promises hold; often: `python -m tests.kills`."""

import json
import random
import subprocess
import sys
from pathlib import Path

from .installation import Installation

PASSPHRASE = "correct horse battery staple"
ROOT = Path(__file__).parents[2]

_KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from platekeeper.office.config.backup import make_backup
from platekeeper.office.evidence.backup_keys import Lock
folder, keys, kills, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
lock, chance, killed = Lock.by_passphrase(sys.argv[5]), random.Random(seed), 0
def child():
    pid = os.fork()
    if pid == 0:
        make_backup(database, folder, keys, lock)
        os._exit(0)
    return pid
start = time.monotonic()
os.waitpid(child(), 0)
lasts = time.monotonic() - start
for _ in range(kills):
    pid = child()
    time.sleep(chance.uniform(0, min(lasts, 8)))  # on a busy machine the test would not end otherwise
    os.kill(pid, signal.SIGKILL)
    killed += os.waitpid(pid, 0)[1] == signal.SIGKILL
print(killed)
"""
_WHOLE = """
from pathlib import Path
import sys
from platekeeper.office.config.restore import backups_in, checked
master = database.folder.secret('master.key')
whole = [checked(one, master) for one in backups_in(Path(sys.argv[1]))]
named = [one for one in Path(sys.argv[1]).iterdir() if one.name[0].isdigit()]
assert len(whole) == len(named) >= 1, named
"""
_IN_OFFICE = """
import sys
sys.path.insert(0, {root!r})
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
database = Database.located()
with database.used():
    migrate(database)
    exec(open({script!r}).read())
"""


def ran(
    house: Installation, script: str, *arguments: str, data: Path | None = None, limit_s: int = 280
) -> str:
    """Run a script in the office of an installation."""
    file = house.folder / "script.py"
    file.write_text(script)
    code = _IN_OFFICE.format(root=str(ROOT), script=str(file))
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=house.environment(PLATEKEEPER_DATA=str(data or house.data)),
        capture_output=True, text=True, timeout=limit_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def an_agency_to_purge(house: Installation) -> None:
    """Have an agency with a camera, its database running."""
    place = ("--lat", "33.83", "--lon", "-118.34", "--name", "Gate", "--attested-by", "t")
    house.said("agency", "add", "torrance", "--name", "Torrance", "--profile", "el-cajon", "--by", "t")
    house.said("camera", "add", "torrance", "gate", *place)
    house.said("db", "start")


def killed_purges(house: Installation, rounds: int, seed: int) -> int:
    """Purge round after round, each killed at another point, and let a last one finish; return how many died.

    What is held or young must be there at the end, what was due gone; keys, files and certificates agree.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.functional.purges", str(rounds), str(seed)],
        env=house.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120 + rounds * 30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    _assert_only_what_must_stay_is_there(house, set(told["stay"]), len(told["go"]))
    return int(told["killed"])


def _assert_only_what_must_stay_is_there(house: Installation, stay: set[str], gone: int) -> None:
    with house.connected("owner") as connection:
        for table in ("read", "plate"):
            found = {plate for (plate,) in connection.execute(f"SELECT plate FROM {table}").fetchall()}
            assert found == stay
        keys = {name for (name,) in connection.execute("SELECT name FROM image_key").fetchall()}
        used = {name for (name,) in connection.execute("SELECT DISTINCT key_name FROM image").fetchall()}
        pictures = connection.execute("SELECT DISTINCT key_name, sha256 FROM image").fetchall()
        parts = connection.execute("SELECT sum(purged) FROM purge_part WHERE kind = 'read'").fetchone()
        runs = connection.execute("SELECT count(*) FROM purge_run WHERE finished_at IS NULL").fetchone()
        bodies = connection.execute("SELECT body FROM purge_certificate").fetchall()
    files = [path for path in (house.data / "images").rglob("*") if path.is_file()]
    assert used == keys
    assert sorted(path.name for path in files) == sorted(digest.hex() for _, digest in pictures)
    assert (parts, runs) == ((gone,), (0,))
    told = [one for (body,) in bodies for one in json.loads(body)["destroyed"] if one["kind"] == "read"]
    assert sum(one["count"] for one in told) == gone


def killed_backups(house: Installation, kills: int, seed: int) -> int:
    """Make a whole backup, then kill others; return how many died.

    Every folder that bears a backup's name must be whole, and the next backup must succeed.
    """
    folder, keys = house.folder / "killed", house.folder / "safe" / "killed.json"
    chance = str(random.Random(seed).randrange(1_000_000))
    killed = ran(
        house, _KILLED, str(folder), str(keys), str(kills), chance, PASSPHRASE, limit_s=280 + kills * 20
    )
    ran(house, _WHOLE, str(folder), limit_s=280 + kills * 20)
    (house.folder / "passphrase").write_text(f"{PASSPHRASE}\n")
    passphrase = str(house.folder / "passphrase")
    house.said("backup", str(folder), "--keys", str(keys), "--passphrase-file", passphrase)
    return int(killed.split()[-1])
