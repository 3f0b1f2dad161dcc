import numpy as np
import pytest

from training.refine_samples import HEIGHT, INNER, WIDTH, cut, guessed, samples, shifts_of
from training.street_sets import SIZE, street_pictures

CORNERS = np.array([[60, 70], [180, 78], [178, 132], [58, 124]], np.float32)


class TestShiftsOf:
    def test_are_nothing_for_an_exact_guess(self):
        _, warp = cut(np.zeros((256, 256), np.uint8), CORNERS)

        assert shifts_of(warp, CORNERS) == pytest.approx(np.zeros(8), abs=1e-4)

    def test_lead_from_the_guess_to_the_plate(self):
        guess = CORNERS + np.float32([6, 0])
        picture = np.zeros((256, 256), np.uint8)
        picture[124:132, 58:66] = 255  # around the plate's bottom left

        crop, warp = cut(picture, guess)
        x, y = (INNER + shifts_of(warp, CORNERS).reshape(4, 2))[3] * (WIDTH, HEIGHT)

        assert x < INNER[3, 0] * WIDTH
        assert crop[round(y) : round(y) + 4, round(x) : round(x) + 4].max() > 100


class TestGuessed:
    def test_stays_near_the_plate(self):
        rng = np.random.default_rng(3)
        guesses = np.stack([guessed(rng, CORNERS) for _ in range(200)])

        assert np.abs(guesses.mean(axis=(0, 1)) - CORNERS.mean(axis=0)).max() < 3
        assert np.abs(guesses - CORNERS).mean() < 15


class TestSamples:
    def test_are_the_same_for_the_same_seed(self, tmp_path):
        first, second = (next(samples(5, folder=tmp_path)) for _ in range(2))

        assert first.crop.shape == (HEIGHT, WIDTH)
        assert first.weight == 1
        assert np.array_equal(first.crop, second.crop)
        assert np.array_equal(first.shifts, second.shifts)


class TestStreetPictures:
    def test_show_one_whole_plate_and_are_the_same_every_time(self):
        (street,), (again,) = (list(street_pictures("yaw 30", 1)) for _ in range(2))

        assert street.picture.shape == (SIZE[1], SIZE[0], 3)
        assert np.array_equal(street.picture, again.picture)
        assert street.text
        assert (street.corners >= 0).all()
        assert (street.corners < SIZE).all()
