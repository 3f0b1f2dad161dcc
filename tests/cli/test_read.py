import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.recognition.drawn import street, street_with
from tests.recognition.local_service import LocalService, serving
from tests.recognition.test_services import SNAPSHOT
from tests.recognition.test_sources import picture, video

# a test run in the background has interruptions switched off, and its children inherit that
HEEDS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
READ = [sys.executable, "-c", f"{HEEDS}; from platekeeper.cli import main; main()", "read"]
KEYS = [
    "file",
    "frame",
    "time_s",
    "plate",
    "confidence",
    "box",
    "corners",
    "region",
    "candidates",
    "characters",
    "ms",
]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a process of its own."""
    command = [*READ, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


class TestBadInput:
    def test_a_bad_file_is_told_and_the_rest_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").touch()
        (tmp_path / "b.jpg").write_text("no picture")
        picture(tmp_path / "c.png")
        (tmp_path / "d.mp4").write_text("no video")

        done = run("--json", tmp_path)

        assert done.returncode == 1
        assert [json.loads(line)["plate"] for line in done.stdout.splitlines()] == ["8ABC123"]
        assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
            str(tmp_path / name) for name in ("a.jpg", "b.jpg", "d.mp4")
        ]

    def test_a_bad_answer_of_a_service_is_told_and_the_rest_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in "abc":
            picture(tmp_path / f"{name}.png")
        with serving(LocalService(SNAPSHOT, failing=frozenset({0}))) as service:
            monkeypatch.setenv("PLATEKEEPER_ENGINE_URL", service.address)
            done = run("--json", "--engine", "platerecognizer", tmp_path)

        assert done.returncode == 1
        assert [json.loads(line)["plate"] for line in done.stdout.splitlines()] == ["8ABC123"] * 2
        assert done.stderr.startswith(
            f"{tmp_path / 'a.png'}: the recognition service platerecognizer failed, it answers 503;"
        )
        assert done.stderr.count("\n") == 1

    def test_an_empty_folder_is_one_sentence(self, tmp_path: Path) -> None:
        done = run("--json", tmp_path)

        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr
            == f"{tmp_path}: the folder holds no pictures and no videos; name a folder that does.\n"
        )

    def test_a_missing_file_and_an_unknown_engine_are_one_sentence(self, tmp_path: Path) -> None:
        missing, unknown = run(tmp_path / "nothing.jpg"), run("--engine", "nothing", tmp_path)

        assert missing.returncode == unknown.returncode == 1
        assert "no such file or folder" in missing.stderr
        assert "no recognition engine 'nothing'" in unknown.stderr
        assert "Traceback" not in missing.stderr + unknown.stderr

    def test_a_stop_from_the_keyboard_ends_with_a_sentence(self, tmp_path: Path) -> None:
        for number in range(300):
            picture(tmp_path / f"{number:03}.jpg", street())
        command = [*READ, "--json", str(tmp_path)]

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reading:
            assert reading.stdout is not None
            reading.stdout.readline()
            reading.send_signal(signal.SIGINT)
            _, told = reading.communicate(timeout=60)

        assert reading.returncode == 130
        assert told.strip().startswith("Stopped.")
        assert "Traceback" not in told


class TestJson:
    def test_gives_a_line_a_plate_with_the_keys_of_the_contract(self, tmp_path: Path) -> None:
        done = run("--json", picture(tmp_path / "a.png", street_with("7XYZ482", "3DEF567")))

        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0
        assert done.stderr == ""
        assert sorted(line["plate"] for line in lines) == ["3DEF567", "7XYZ482"]
        for line in lines:
            assert list(line) == KEYS
            assert line["file"] == str(tmp_path / "a.png")
            assert [len(corner) for corner in line["corners"]] == [2, 2, 2, 2]
            assert line["candidates"][0] == {"text": line["plate"], "confidence": line["confidence"]}
            assert [character["text"] for character in line["characters"]] == list(line["plate"])
            assert line["box"][0] < line["box"][2]
            assert line["ms"] > 0

    def test_gives_one_line_without_a_plate_for_an_empty_picture(self, tmp_path: Path) -> None:
        done = run("--json", picture(tmp_path / "a.png", street()))

        (line,) = [json.loads(text) for text in done.stdout.splitlines()]
        assert done.returncode == 0
        assert list(line) == KEYS
        assert line["plate"] is None

    def test_gives_one_line_a_passage_of_a_video(self, tmp_path: Path) -> None:
        scenes = [street_with("7XYZ482", at=(60 + 40 * number, 200)) for number in range(8)]
        done = run("--json", "--every", "0.2", video(tmp_path / "a.avi", scenes, fps=10))

        (line,) = [json.loads(text) for text in done.stdout.splitlines()]
        assert done.returncode == 0
        assert list(line) == [*KEYS, "span_s"]
        assert line["plate"] == "7XYZ482"
        assert line["frame"] / 10 == pytest.approx(line["time_s"], abs=0.11)
        assert line["span_s"] == pytest.approx([0, 0.6], abs=0.11)

    def test_gives_one_line_without_a_plate_for_an_empty_video(self, tmp_path: Path) -> None:
        done = run("--json", video(tmp_path / "a.avi", [street()] * 12))

        (line,) = [json.loads(text) for text in done.stdout.splitlines()]
        assert list(line) == KEYS
        assert (line["plate"], line["frame"], line["time_s"]) == (None, None, None)

    def test_reads_pictures_of_every_make(self, tmp_path: Path) -> None:
        plain = picture(tmp_path / "plain.png")
        with Image.open(plain) as image:
            image.convert("L").save(tmp_path / "grey.png")
            image.convert("CMYK").save(tmp_path / "cmyk.jpg")
            image.convert("RGBA").save(tmp_path / "alpha.webp")
            exif = Image.Exif()
            exif[0x0112] = 3
            image.transpose(Image.Transpose.ROTATE_180).save(tmp_path / "turned.jpg", exif=exif)
            image.resize((7680, 4320)).save(tmp_path / "8k.jpg")

        done = run("--json", "--engine", "rapidocr", tmp_path)

        assert done.returncode == 0
        assert [json.loads(text)["plate"] for text in done.stdout.splitlines()] == ["8ABC123"] * 6

    def test_writes_each_line_at_once(self, tmp_path: Path) -> None:
        for number in range(200):
            picture(tmp_path / f"{number:03}.jpg", street())
        command = [*READ, "--json", str(tmp_path)]

        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reading:
            assert reading.stdout is not None
            first = json.loads(reading.stdout.readline())
            still_reading = reading.poll() is None
            reading.stdout.close()
            reading.wait(timeout=60)

        assert first["file"].endswith("000.jpg")
        assert still_reading
        assert reading.returncode != 0


class TestTable:
    def test_shows_plates_to_people(self, tmp_path: Path) -> None:
        picture(tmp_path / "a.png")
        picture(tmp_path / "b.png", street())

        done = run(tmp_path)

        rows = done.stdout.splitlines()
        assert rows[0].split() == ["plate", "sure", "box", "time", "file"]
        assert rows[1].startswith("8ABC123 ")
        assert rows[2].startswith("- ")
        assert done.stderr == ""
