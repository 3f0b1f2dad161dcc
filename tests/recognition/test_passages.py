from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from platekeeper.recognition import Engine
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.passages import (
    Passage,
    PassageReader,
    PassageRules,
    clearness,
    is_still,
    passages_of,
    thumbnail,
)
from platekeeper.recognition.results import Candidate, PlateReading, PlateRegion, Recognition
from platekeeper.recognition.seams import EngineFailed
from platekeeper.recognition.videos import SourceFrame, UnreadableFile
from tests.recognition.drawn import captioned, plate, street


def scene(x: int | None, text: str = "8ABC123", *, seed: int = 7) -> np.ndarray:
    """Draw a street with a plate at x, or without one."""
    frame = street(seed=seed)
    if x is not None:
        frame[200:260, x : x + 220] = plate(text)
    return frame


def film(*scenes: np.ndarray, fps: float = 10.0, start: int = 0) -> list[SourceFrame]:
    return [
        SourceFrame("film", pixels, start + number, (start + number) / fps)
        for number, pixels in enumerate(scenes)
    ]


@dataclass
class ScriptedEngine:
    """Finds a bright plate where it is drawn, reads what it was told to, and counts its work."""

    texts: Iterator[tuple[str, float]]
    searched: int = 0
    crops: list[BgrFrame] = field(default_factory=list)

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        self.searched += 1
        rows, columns = np.nonzero((frame[:, :, 0] == 240) & (frame[:, :, 1] == 240))
        if len(rows) < 3000:
            return []
        x1, x2, y1, y2 = float(columns.min()), float(columns.max()), float(rows.min()), float(rows.max())
        return [PlateRegion(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 0.9)]

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        self.crops.append(crop)
        text, sure = next(self.texts)
        return PlateReading(text, sure, (), (Candidate(text, sure),), text)

    def engine(self) -> Engine:
        return Engine("scripted", "1", self, self)


def reading(*texts: str) -> ScriptedEngine:
    return ScriptedEngine(iter([(text, 0.9) for text in texts]))


def told(engine: ScriptedEngine, frames: list[SourceFrame], **rules: float) -> list[Passage]:
    outcomes = list(passages_of(frames, engine.engine(), PassageRules(**rules)))  # type: ignore[arg-type]
    assert not any(isinstance(each, UnreadableFile) for each in outcomes)
    return [each for each in outcomes if isinstance(each, Passage)]


class TestPassagesOf:
    def test_tells_nothing_of_an_empty_street(self) -> None:
        assert told(reading(), film(*(scene(None, seed=at) for at in range(4)))) == []

    def test_drops_what_was_seen_only_once(self) -> None:
        assert told(reading("8ABC123"), film(scene(None), scene(100), scene(None, seed=3))) == []

    def test_passes_on_what_could_not_be_read(self) -> None:
        problem = UnreadableFile("film", "it is cut short", "copy it again")

        assert list(passages_of([*film(scene(None)), problem], reading().engine())) == [problem]

    def test_tells_one_passage_with_its_span_and_best_frame(self) -> None:
        blurred = scene(100)
        blurred[200:260, 100:320] = np.clip(blurred[200:260, 100:320], 200, 240)
        frames = film(blurred, scene(140), scene(180), scene(220))

        (passage,) = told(reading("8ABC123", "8ABC123", "8ABC123"), frames)

        assert passage.found.reading.text == "8ABC123"
        assert (passage.started_s, passage.ended_s, passage.looks) == (0.0, 0.3, 4)
        assert passage.best.frame in {1, 2, 3}
        assert passage.found.region.box[0] == 100 + 40 * passage.best.frame

    def test_fuses_what_the_best_frames_say(self) -> None:
        engine = ScriptedEngine(iter([("8ABC123", 0.9), ("BABC123", 0.6), ("8ABC123", 0.9)]))

        (passage,) = told(engine, film(*(scene(x) for x in range(100, 300, 40))))

        assert len(engine.crops) == 3
        assert passage.found.reading.text == "8ABC123"
        assert passage.found.reading.confidence > 0.9

    def test_tells_a_passage_once_it_has_gone_by(self) -> None:
        reader = PassageReader(reading("8ABC123", "8ABC123").engine(), PassageRules(gone_s=0.2))
        frames = film(scene(100), scene(140), *(scene(None, seed=at) for at in range(5)))

        counts = [len(reader.see(frame)) for frame in frames]

        assert counts == [0, 0, 0, 0, 1, 0, 0]
        assert reader.end() == []

    def test_tells_a_plate_in_view_at_once_on_a_live_stream_and_not_again(self) -> None:
        reader = PassageReader(reading(*["8ABC123"] * 3).engine(), PassageRules(settled_s=0.3))

        counts = [len(reader.see(frame)) for frame in film(*(scene(100 + 3 * at) for at in range(8)))]

        assert counts == [0, 0, 0, 1, 0, 0, 0, 0]
        assert reader.end() == []

    def test_tells_the_same_plate_again_only_after_a_while(self) -> None:
        def passing(start: int) -> list[SourceFrame]:
            return film(scene(100), scene(140), *(scene(None, seed=at) for at in range(15)), start=start)

        soon = told(reading(*["8ABC123"] * 4), [*passing(0), *passing(20)])
        late = told(reading(*["8ABC123"] * 4), [*passing(0), *passing(200)])
        other = told(reading("8ABC123", "8ABC123", "7XYZ482", "7XYZ482"), [*passing(0), *passing(20)])

        assert [len(soon), len(late), len(other)] == [1, 2, 2]

    def test_does_not_search_still_frames(self) -> None:
        engine = reading("8ABC123", "8ABC123")

        passages = told(engine, film(scene(100), scene(140), *[scene(140)] * 20))

        assert engine.searched == 2
        assert passages[0].ended_s == pytest.approx(2.1)

    def test_does_not_take_a_plate_for_parked_that_has_left_a_still_street(self) -> None:
        reader = PassageReader(reading("8ABC123", "8ABC123").engine(), PassageRules(gone_s=0.5))

        counts = [len(reader.see(frame)) for frame in film(scene(100), scene(140), *[scene(None)] * 20)]

        assert counts.index(1) == 7
        assert sum(counts) == 1

    def test_drops_what_stands_on_one_spot_and_changes_its_text(self) -> None:
        def ticking(*texts: str) -> list[Passage]:
            frames = film(*(scene(200, seed=at) for at in range(30)))
            return told(reading(*texts), frames)

        assert ticking("123301", "123302", "123302") == []
        assert [each.found.reading.text for each in ticking(*["8ABC123"] * 3)] == ["8ABC123"]

    def test_keeps_a_bounded_number_of_crops_and_plates(self) -> None:
        engine = reading(*["8ABC123"] * 3)
        reader = PassageReader(engine.engine(), PassageRules(live=4))

        for frame in film(*(scene(100 + at % 50) for at in range(200))):
            reader.see(frame)

        assert len(reader._followed) <= 4
        assert all(len(each.crops) <= 3 for each in reader._followed)
        reader.end()
        assert len(engine.crops) == 3

    def test_lets_the_oldest_go_when_too_many_are_followed(self) -> None:
        reader = PassageReader(reading().engine(), PassageRules(live=1))

        for frame in film(scene(0), scene(400)):
            reader.see(frame)

        assert [each.track.number for each in reader._followed] == [1]

    def test_remembers_captions_and_leaves_out_what_stands_beside_them(self) -> None:
        engine = reading("8ABC123", "8ABC123").engine()
        seen: list[int] = []

        def choose(read: object) -> list[Recognition]:
            given = list(read)  # type: ignore[call-overload]
            seen.append(len(given))
            return []

        refusing = Engine("refusing", "1", engine.finder, engine.reader, choose=choose)
        frames = film(scene(100), scene(140), *(scene(None, seed=at) for at in range(15)))

        assert list(passages_of(frames, refusing)) == []
        assert seen == sorted(seen)
        assert seen[-1] == 1


@dataclass
class FailingEngine(ScriptedEngine):
    """Fails at some searches and some readings, counted from 0."""

    failing_searches: frozenset[int] = frozenset()
    failing_readings: frozenset[int] = frozenset()

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        regions = super().find_plates(frame)
        if self.searched - 1 in self.failing_searches:
            raise EngineFailed("the service failed, it answers 503", "look into its log")
        return regions

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        reading = super().read_plate(crop)
        if len(self.crops) - 1 in self.failing_readings:
            raise EngineFailed("the service failed, it answers 503", "look into its log")
        return reading


class TestFailingEngine:
    def failing(self, **fails: frozenset[int]) -> list[str]:
        engine = FailingEngine(iter([("8ABC123", 0.9)] * 3), **fails)
        outcomes = passages_of(film(*(scene(100 + 20 * at) for at in range(6))), engine.engine())
        return [each.found.reading.text if isinstance(each, Passage) else str(each) for each in outcomes]

    def test_is_told_once_for_several_frames_in_a_row_and_the_rest_is_read(self) -> None:
        assert self.failing(failing_searches=frozenset({1, 2, 4})) == [
            "film: at 0.1 s the service failed, it answers 503; look into its log.",
            "film: at 0.4 s the service failed, it answers 503; look into its log.",
            "8ABC123",
        ]

    def test_costs_a_passage_no_more_than_the_crops_that_it_fails_at(self) -> None:
        assert self.failing(failing_readings=frozenset({0, 2})) == ["8ABC123"]

    def test_is_told_where_no_crop_of_a_passage_is_read(self) -> None:
        (told,) = self.failing(failing_readings=frozenset({0, 1, 2}))

        assert told.endswith("s the service failed, it answers 503; look into its log.")


class TestRealEngine:
    def test_reads_a_passing_plate_once_and_no_caption(self, text_engine: Engine) -> None:
        scenes = [
            captioned(scene(60 + 50 * at, "7XYZ482"), f"2018-05-11 12:33:0{at} CAM12") for at in range(6)
        ]

        passages = list(passages_of(film(*scenes, fps=5), text_engine))

        assert [each.found.reading.text for each in passages if isinstance(each, Passage)] == ["7XYZ482"]


class TestStill:
    def test_is_never_the_first_frame(self) -> None:
        assert not is_still(None, thumbnail(street()))

    def test_bears_the_sensors_noise(self) -> None:
        noisy = np.clip(
            street().astype(int) + np.random.default_rng(5).normal(0, 8, (360, 640, 3)), 0, 255
        ).astype(np.uint8)

        assert is_still(thumbnail(street()), thumbnail(noisy))

    def test_sees_a_plate_move(self) -> None:
        assert not is_still(thumbnail(scene(100)), thumbnail(scene(110)))


class TestClearness:
    def test_falls_with_blur_and_size(self) -> None:
        sharp = plate("8ABC123")
        soft = np.repeat(np.repeat(sharp[::6, ::6], 6, axis=0), 6, axis=1)
        flat = np.full_like(sharp, 128)

        grades = [clearness(each) for each in (sharp, soft[:, :100], flat)]

        assert all(better > worse for better, worse in pairwise(grades))
        assert grades[-1] == 0

    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            clearness(np.zeros((4, 4), np.uint8))
