"""Playing pictures: every one is read once, an interruption loses and doubles nothing, bad files are told."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from platekeeper.demo import play as playing
from platekeeper.demo.play import DemoError, Outcome, play
from platekeeper.office.accounts.models import Agency
from platekeeper.recognition import Engine
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.results import PlateReading, PlateRegion, Recognition
from platekeeper.recognition.sources import UnreadableFile
from tests.office.people import NOW


class EngineSimulator:
    """Reads tiny pictures: what is written on each was told to it, by the picture's colour."""

    def __init__(self) -> None:
        self.texts: dict[tuple[int, ...], list[str]] = {}
        self.opened = 0
        self.pictures_read = 0
        self.stops_after: int | None = None

    def shows(self, file: Path, *texts: str) -> Path:
        colour = tuple(secrets.token_bytes(3))
        self.texts[colour] = list(texts)
        cv2.imwrite(str(file), np.full((40, 80, 3), colour, np.uint8))
        return file

    def read(self, frame: BgrFrame) -> list[Recognition]:
        if self.stops_after is not None and self.pictures_read >= self.stops_after:
            raise KeyboardInterrupt
        self.pictures_read += 1
        region = PlateRegion(((10.0, 10.0), (70.0, 10.0), (70.0, 30.0), (10.0, 30.0)), 0.9)
        texts = self.texts[tuple(int(value) for value in frame[0, 0])]
        return [Recognition(region, PlateReading(text, 0.95, raw=text)) for text in texts]

    def open(self, _name: str) -> Engine:
        self.opened += 1
        nothing: Callable[..., list] = lambda *_: []  # noqa: E731  # never asked: frames are read at once
        return Engine("simulator", "1", finder=nothing, reader=nothing, at_once=self.read)


@pytest.fixture
def engine(monkeypatch) -> EngineSimulator:
    made = EngineSimulator()
    monkeypatch.setattr(playing, "open_engine", made.open)
    return made


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    return made


@pytest.fixture
def played(stages, folder, tmp_path) -> Callable[[], Outcome]:
    return lambda: play(stages, folder, tmp_path / "diary.json", NOW, lambda done, total: None)


def reads_of(owner, plate: str) -> list[str]:
    rows = owner.execute(
        "SELECT a.slug FROM read r JOIN agency a ON a.id = r.agency_id WHERE plate = %s ORDER BY 1", [plate]
    )
    return [slug for (slug,) in rows]


def a_plate() -> str:
    return "9" + "".join(secrets.choice("ACEFHJKLMNPRTUVWXY") for _ in range(5))


class TestPictures:
    @pytest.mark.parametrize("where", ["rtsp://127.0.0.1/stream", "http://127.0.0.1/video.mjpg"])
    def test_come_from_a_folder(self, where, stages, tmp_path):
        with pytest.raises((DemoError, UnreadableFile)):
            play(stages, Path(where), tmp_path / "diary.json", NOW, lambda done, total: None)

    def test_are_missed_in_an_empty_folder(self, played, engine):
        with pytest.raises(UnreadableFile):
            played()

    def test_that_cannot_be_read_are_told_and_the_others_read(self, played, engine, folder, owner):
        plate = a_plate()
        (folder / "01-broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
        (folder / "02-empty.png").touch()
        engine.shows(folder / "03-main-street.png", plate)

        outcome = played()

        assert ["broken.jpg" in outcome.unread[0], "02-empty.png" in outcome.unread[1]] == [True, True]
        assert len(outcome.unread) == 2
        assert (outcome.pictures, outcome.plates, outcome.stored) == (1, 1, 1)
        assert reads_of(owner, plate) == ["redondo-beach"]

    def test_without_a_plate_count_as_read(self, played, engine, folder):
        engine.shows(folder / "01-empty-street.png")

        outcome = played()

        assert (outcome.pictures, outcome.plates, outcome.stored) == (1, 0, 0)

    def test_belong_to_the_camera_of_their_street_and_others_go_round(self, played, engine, folder, owner):
        here, there = a_plate(), [a_plate() for _ in range(5)]
        engine.shows(folder / "01-station-plaza.png", here)
        for number, plate in enumerate(there):
            engine.shows(folder / f"9{number}-holiday.png", plate)

        played()

        assert reads_of(owner, here) == ["los-angeles"]
        assert len({reads_of(owner, plate)[0] for plate in there}) == 5


class TestAgain:
    def test_finds_every_read_known_and_opens_no_engine(self, played, engine, folder, owner):
        plate, other = a_plate(), a_plate()
        engine.shows(folder / "01-main-street.png", plate, other)
        first = played()

        second = played()

        assert (first.stored, first.known) == (2, 0)
        assert (second.stored, second.known, second.pictures, second.plates) == (0, 2, 1, 2)
        assert engine.opened == 1
        assert len(reads_of(owner, plate)) == len(reads_of(owner, other)) == 1

    def test_without_its_diary_of_a_picture_s_end_doubles_nothing(
        self, played, engine, folder, tmp_path, owner
    ):
        # power fails after the reads were stored and before the diary says so
        plate = a_plate()
        engine.shows(folder / "01-main-street.png", plate)
        played()
        diary = tmp_path / "diary.json"
        known = json.loads(diary.read_text())
        diary.write_text(json.dumps({key: {"taken_at": entry["taken_at"]} for key, entry in known.items()}))

        outcome = played()

        assert (outcome.stored, outcome.known) == (0, 1)
        assert len(reads_of(owner, plate)) == 1

    @pytest.mark.parametrize("stops_after", [0, 1, 2])
    def test_after_an_interruption_reads_the_rest(self, stops_after, played, engine, folder, owner):
        texts = [a_plate() for _ in range(3)]
        for number, plate in enumerate(texts):
            engine.shows(folder / f"0{number}-main-street.png", plate)
        engine.stops_after = stops_after
        with pytest.raises(KeyboardInterrupt):
            played()
        engine.stops_after = None

        outcome = played()

        assert (outcome.stored, outcome.known, outcome.pictures) == (3 - stops_after, stops_after, 3)
        assert [len(reads_of(owner, plate)) for plate in texts] == [1, 1, 1]

    def test_reads_pictures_that_came_since(self, played, engine, folder, owner):
        engine.shows(folder / "01-main-street.png", a_plate())
        played()
        plate = a_plate()
        engine.shows(folder / "02-main-street.png", plate)

        outcome = played()

        assert (outcome.stored, outcome.known) == (1, 1)
        assert len(reads_of(owner, plate)) == 1

    def test_knows_a_picture_by_what_it_shows_not_by_its_name(self, played, engine, folder, owner):
        plate = a_plate()
        file = engine.shows(folder / "01-main-street.png", plate)
        played()
        file.rename(folder / "77-main-street.png")

        assert played().stored == 0
        assert len(reads_of(owner, plate)) == 1


class TestAlerts:
    def test_are_raised_for_what_is_listed(self, played, engine, folder, owner):
        engine.shows(folder / "01-main-street.png", "8ABD017")
        agency = Agency.objects.using("owner").get(slug="redondo-beach")

        outcome = played()

        assert (outcome.hits, outcome.alerts) == (1, 1)
        kinds = owner.execute("SELECT DISTINCT kind FROM hit WHERE agency_id = %s", [agency.pk]).fetchall()
        assert ("EXACT",) in kinds
