"""A disk that fills up while reads come in: nothing is acknowledged that is not kept, and it goes on by itself."""

import base64
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.functional.installation import Installation, installation

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("mount"), reason="a small disk needs root to be mounted"
    ),
]
NOW = datetime.now(UTC)


@pytest.fixture
def house():
    """An installation on a disk of its own, 500 MB large."""
    with installation() as made:
        made.data.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=500m,mode=711", "none", str(made.data)], check=False
        )
        if mounted.returncode:
            pytest.skip("this machine mounts nothing")
        try:
            yield made
        finally:
            if made.server is not None:
                made.stop()
            made.run("db", "stop")
            subprocess.run(["umount", "--lazy", str(made.data)], check=True)


def a_batch(number: int) -> list[dict[str, object]]:
    picture = {"role": "plate", "data": base64.b64encode(b"\xff\xd8\xff\xe0" + os.urandom(200_000)).decode()}
    return [
        {
            "plate": f"{number % 10}KLM{place:03}", "camera": "gate", "source_event_id": f"{number}-{place}",
            "captured_at": (NOW + timedelta(milliseconds=number * 10 + place)).isoformat(),
            "images": [picture],
        }
        for place in range(5)
    ]  # fmt: skip


def fill(folder: Path) -> Path:
    """Leave no byte free."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        except OSError:
            pass
    return ballast


class TestDiskFillingUp:
    def test_refuses_what_it_cannot_keep_and_takes_all_of_it_when_there_is_room_again(
        self, house: Installation
    ):
        house.said("agency", "add", "torrance", "--name", "T", "--profile", "redondo-beach", "--by", "t")
        house.said("camera", "add", "torrance", "gate", "--lat", "33.8", "--lon", "-118.3", "--name", "G",
                   "--attested-by", "t")  # fmt: skip
        token = house.said("producer", "add", "torrance", "spool")
        house.start()
        assert house.post_reads(token, a_batch(0)) is not None

        ballast = fill(house.data)
        refused = [number for number in range(1, 6) if house.post_reads(token, a_batch(number)) is None]
        assert refused, "the disk was not full"
        ballast.unlink()
        deadline = time.monotonic() + 60
        for number in refused:
            while house.post_reads(token, a_batch(number)) is None:
                assert time.monotonic() < deadline, "nothing was taken any more although there is room"
                time.sleep(0.3)

        assert house.stop() == 130
        with house.connected("owner") as owner:
            found = owner.execute("SELECT count(*), count(DISTINCT id) FROM read").fetchone()
            images = owner.execute("SELECT count(*) FROM image").fetchone()
        assert found == (30, 30)
        assert images == (30,)
        assert not [path for path in (house.data / "images").rglob("*.*") if path.is_file()], (
            "drafts are left"
        )
