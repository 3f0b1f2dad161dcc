import numpy as np

from training.mounts import lit, recess

CORNERS = np.array([[90, 110], [170, 114], [169, 150], [89, 146]], np.float32)


def _grey() -> np.ndarray:
    return np.full((256, 256), 100, np.uint8)


class TestRecess:
    def test_is_drawn_around_the_plate_and_not_over_the_whole_street(self):
        rng = np.random.default_rng(1)
        changed = np.zeros((256, 256), bool)
        for _ in range(20):
            picture = _grey()
            recess(rng, picture, CORNERS)
            changed |= picture != 100

        assert changed[100:160, 80:180].mean() > 0.9
        assert not changed[:20].any()
        assert not changed[-20:].any()

    def test_has_an_edge_that_runs_along_with_the_plate(self):
        picture = _grey()
        recess(np.random.default_rng(4), picture, CORNERS)

        steps = np.abs(np.diff(picture[:, 130].astype(int)))

        assert (steps > 12).sum() >= 2

    def test_is_the_same_for_the_same_seed(self):
        first, second = _grey(), _grey()
        recess(np.random.default_rng(2), first, CORNERS)
        recess(np.random.default_rng(2), second, CORNERS)

        assert np.array_equal(first, second)

    def test_fits_a_plate_that_leaves_the_picture(self):
        picture = _grey()

        recess(np.random.default_rng(3), picture, CORNERS - np.float32(120))

        assert picture.shape == (256, 256)


class TestLit:
    def test_brightens_the_upper_edge_of_the_plate_and_darkens_nothing(self):
        picture = _grey()

        lit(np.random.default_rng(5), picture, CORNERS, share=1.0)

        assert picture.min() == 100
        assert picture[95:125, 85:175].max() > 200
        assert picture[145:].max() < picture[95:125].max()

    def test_leaves_most_plates_as_they_are(self):
        rng, untouched = np.random.default_rng(6), 0
        for _ in range(100):
            picture = _grey()
            lit(rng, picture, CORNERS)
            untouched += bool((picture == 100).all())

        assert 75 <= untouched <= 97
