import csv

import cv2
import numpy as np
import pytest

from training.plates import Foundry, Mix
from training.replanted import SETS, Hung, replant, write_replanted

PLACE = np.array([[80, 100], [180, 100], [180, 122], [80, 122]], np.float32)
CAR, GROUND, INK = 90, 190, 40
FOUNDRY = Foundry(np.random.default_rng(1), 4)


def _car() -> np.ndarray:
    """Draw a car's grey with a plate of stripes."""
    picture = np.full((256, 256), CAR, np.uint8)
    picture[100:122, 80:180] = GROUND
    picture[105:117, 84:176:4] = INK
    return picture


def _replanted(picture: np.ndarray, seed: int = 2, mix: Mix = SETS["american"]) -> list[Hung]:
    return replant(np.random.default_rng(seed), picture, [PLACE], FOUNDRY, mix)


class TestReplant:
    @pytest.mark.parametrize("seed", range(6))
    def test_leaves_nothing_of_the_plate_that_hung_there(self, seed):
        picture = _car()

        (hung,) = _replanted(picture, seed)
        drawn = np.zeros(picture.shape, np.uint8)
        cv2.fillConvexPoly(drawn, np.round(hung.corners).astype(np.int32), 255)
        around = cv2.dilate(drawn, np.ones((9, 9))) == 0

        assert np.abs(picture[around].astype(int) - CAR).max() < 15  # ground and ink were 100 and 50 away

    @pytest.mark.parametrize("seed", range(6))
    def test_hangs_the_plate_where_its_corners_say_and_in_the_light_of_the_one_before(self, seed):
        picture = _car()

        (hung,) = _replanted(picture, seed)
        x, y = hung.corners.mean(axis=0)
        inside = picture[round(y) - 6 : round(y) + 6, round(x) - 12 : round(x) + 12]

        assert np.abs(np.array([x, y]) - PLACE.mean(axis=0)).max() < 15
        assert np.ptp(inside.astype(int)) > 25
        assert inside.max() <= GROUND * 1.5
        assert hung.text.isalnum()

    def test_draws_plates_as_wide_as_their_country_has_them(self):
        widths = {
            name: np.mean([np.ptp(_replanted(_car(), seed, mix)[0].corners[:, 0]) for seed in range(20)])
            for name, mix in SETS.items()
        }

        assert widths["american"] < widths["brazilian"] < widths["european"]

    def test_leaves_out_places_beyond_the_picture(self):
        picture = _car()

        assert replant(np.random.default_rng(1), picture, [PLACE + 400], FOUNDRY, SETS["american"]) == []
        assert np.array_equal(picture, _car())


class TestWriteReplanted:
    def test_writes_pictures_and_the_table_that_measuring_wants(self, tmp_path):
        photographs, folder = tmp_path / "photographs", tmp_path / "replanted"
        (photographs / "images").mkdir(parents=True)
        cv2.imwrite(str(photographs / "images" / "a.jpg"), _car())
        (photographs / "plates.csv").write_text("file,x1,y1,x2,y2,plate\na.jpg,80,100,180,122,\n")

        count = write_replanted(folder, quoted=False, mix=SETS["european"], photographs=photographs)

        (row,) = csv.DictReader((folder / "plates.csv").read_text().splitlines())
        assert count == 1
        assert row["file"] == "a.jpg"
        assert row["plate"]
        assert float(row["x1"]) < 130 < float(row["x2"])
        assert cv2.imread(str(folder / "images" / "a.jpg")).shape == (256, 256, 3)
