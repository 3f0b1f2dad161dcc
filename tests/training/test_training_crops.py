from itertools import islice

import numpy as np
import pytest

from training import patrol
from training.boxes import found_plates, overlap
from training.crops import CROP_HEIGHT, CROP_WIDTH, LONGEST, crops, encoded
from training.ctc import decoded, folded
from training.finder_targets import STRIDE, targets


class TestCrops:
    def test_have_the_readers_shape_and_a_text_that_fits(self):
        drawn = list(islice(crops(1), 30))

        assert all(c.picture.shape == (CROP_HEIGHT, CROP_WIDTH) for c in drawn)
        assert all(c.picture.dtype == np.uint8 for c in drawn)
        assert all(1 <= len(c.text) <= LONGEST for c in drawn)

    def test_are_the_same_for_the_same_seed(self):
        first, second = (list(islice(crops(2), 9)) for _ in range(2))

        assert [c.text for c in first] == [c.text for c in second]
        assert all(np.array_equal(a.picture, b.picture) for a, b in zip(first, second, strict=True))


class TestTexts:
    def test_keep_class_zero_for_the_blank(self):
        assert encoded("0Z").tolist() == [1, 36] + [0] * (LONGEST - 2)

    def test_are_read_back_from_columns_with_repeats_apart(self):
        columns = np.full((1, 6, 37), -9.0, np.float32)
        for i, c in enumerate([11, 11, 0, 11, 2, 0]):
            columns[0, i, c] = -0.1

        assert decoded(columns)[0][0] == "AA1"

    def test_fold_only_the_letters_that_look_like_digits(self):
        assert folded("IO8B") == "108B"


class TestTargets:
    def test_lead_back_to_the_corners_they_were_made_from(self):
        plate = np.array([[40, 60], [120, 70], [118, 108], [38, 98]], np.float32)

        target = targets([plate], True, 256)
        found = found_plates(np.clip(target.wanted[0], 0, 1), target.corners)

        assert len(found) == 1
        assert found[0].corners == pytest.approx(plate, abs=0.01)

    def test_ignore_a_plate_whose_middle_is_outside(self):
        plate = np.array([[-90, 60], [20, 60], [20, 100], [-90, 100]], np.float32)

        assert targets([plate], True, 256).wanted[0].max() <= 0

    def test_always_give_a_small_plate_one_cell(self):
        plate = np.array([[100, 100], [112, 100], [112, 106], [100, 106]], np.float32)

        target = targets([plate], True, 256)

        assert target.wanted[0, 100 // STRIDE, 104 // STRIDE] == 1

    def test_learn_less_from_boxes_than_from_corners(self):
        plate = np.array([[40, 60], [120, 60], [120, 100], [40, 100]], np.float32)

        assert targets([plate], False, 256).wanted[1].max() < targets([plate], True, 256).wanted[1].max()


class TestOverlap:
    def test_of_boxes_apart_is_nothing(self):
        assert overlap(np.array([0, 0, 1, 1.0]), np.array([2, 2, 3, 3.0])) == 0

    def test_of_a_box_with_itself_is_one(self):
        assert overlap(np.array([0, 0, 4, 2.0]), np.array([0, 0, 4, 2.0])) == 1


class TestPatrolSplit:
    def test_never_shows_a_car_to_both_halves(self):
        if not patrol.plates():
            pytest.skip("the patrol photographs are not beside this project")

        texts = [
            {p.text for p in patrol.plates() if p.text and patrol.is_quoted(p.text) == q}
            for q in (False, True)
        ]

        assert texts[0]
        assert texts[1]
        assert not texts[0] & texts[1]
        assert not patrol.files_of_half(quoted=False) & patrol.files_of_half(quoted=True)

    def test_is_empty_without_the_photographs(self, tmp_path):
        assert patrol.plates(tmp_path) == []
