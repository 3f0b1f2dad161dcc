import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.scenes import HEIGHT, SCENES, WIDTH, draw_scene

PICTURES = Path(__file__).resolve().parents[2] / "src/platekeeper/demo/pictures"


class TestShippedScenes:
    def test_are_listed_each_with_its_picture(self):
        rows = json.loads((PICTURES / "scenes.json").read_text())

        assert (
            {r["file"] for r in rows} == {p.name for p in PICTURES.glob("*.jpg")} == {s.file for s in SCENES}
        )

    def test_stay_under_three_megabytes(self):
        assert sum(p.stat().st_size for p in PICTURES.iterdir()) < 3_000_000

    def test_show_one_street_without_a_plate_and_two_with_two_cars(self):
        counts = [len(s.cars) for s in SCENES]

        assert counts.count(0) == 1
        assert counts.count(2) == 2

    def test_show_one_car_on_several_streets(self):
        rows = json.loads((PICTURES / "scenes.json").read_text())

        assert sum(r["plate"] == "7KLM392" for r in rows) >= 4


class TestDrawScene:
    @pytest.mark.parametrize("index", [0, 5, 8])
    def test_is_the_same_every_time(self, index):
        first, second = (draw_scene(SCENES[index]) for _ in range(2))

        assert first.shape == (HEIGHT, WIDTH, 3)
        assert np.array_equal(first, second)

    def test_is_grey_at_night(self):
        night = draw_scene(next(s for s in SCENES if s.time == "night" and s.cars))

        assert np.ptp(cv2.resize(night, (64, 36)).astype(int)[:30], axis=2).max() <= 2
