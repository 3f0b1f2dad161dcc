"""A purge that is killed wherever it stands: at the next start it finishes, and what was held is still there."""

import json
import subprocess
import sys

import pytest

from tests.functional.installation import Installation, installation

ROUNDS = 50


@pytest.fixture
def house():
    with installation() as made:
        place = ("--lat", "33.83", "--lon", "-118.34", "--name", "Gate", "--attested-by", "t")
        made.said("agency", "add", "torrance", "--name", "Torrance", "--profile", "el-cajon", "--by", "t")
        made.said("camera", "add", "torrance", "gate", *place)
        made.said("db", "start")
        yield made


@pytest.mark.slow
@pytest.mark.timeout(1500)
class TestKill:
    def test_at_fifty_random_points_loses_nothing_held_and_leaves_nothing_due(self, house):
        done = subprocess.run(
            [sys.executable, "-m", "tests.functional.purges", str(ROUNDS)],
            env=house.environment(),
            capture_output=True,
            text=True,
            timeout=1400,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.splitlines()[-1])

        assert told["killed"] > ROUNDS / 2
        self.assert_only_what_must_stay_is_there(house, set(told["stay"]), len(told["go"]))

    def assert_only_what_must_stay_is_there(self, house: Installation, stay: set[str], gone: int) -> None:
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
        assert len(files) == len(pictures)
        assert (parts, runs) == ((gone,), (0,))
        told = [one for (body,) in bodies for one in json.loads(body)["destroyed"] if one["kind"] == "read"]
        assert sum(one["count"] for one in told) == gone
