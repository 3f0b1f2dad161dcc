"""What was shown is on record even if the server dies in that moment (promise 1, ADR 0011)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that another operating-system user can pass through, as PostgreSQL may need to."""
    path = Path(tempfile.mkdtemp(prefix="platekeeper-crash-"))
    path.chmod(0o711)
    yield path
    house = (path / "data" / "postgres").resolve()
    if not house.is_relative_to(path):
        shutil.rmtree(house.parent, ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def left_after_a_crash(folder: Path, how: str) -> list[int]:
    """Return how many access records and ledger entries of a just opened access survive the server's death."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.office.access.crash", how],
        cwd=_ROOT,
        env={**os.environ, "PLATEKEEPER_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    left: list[int] = json.loads(result.stdout.splitlines()[-1])
    return left


class TestOpenedAccess:
    @pytest.mark.parametrize("how", ["no-flush", "no-flush-and-ask"])
    def test_is_lost_in_a_crash_if_nobody_waits_for_the_disk(self, folder, how):
        assert left_after_a_crash(folder, how) == [0, 0]

    @pytest.mark.parametrize("how", ["flush", "flush-and-ask"])
    def test_is_still_on_record_after_the_server_was_killed(self, folder, how):
        assert left_after_a_crash(folder, how) == [1, 1]
