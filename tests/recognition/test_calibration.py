import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.recognition.calibration import calibrate, calibrated, fit_points
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading

READING = PlateReading("8C", 0.8, candidates=(Candidate("8C", 0.8), Candidate("BC", 0.1)))


class TestCalibrate:
    @pytest.mark.parametrize(("said", "right"), [(0.0, 0.1), (0.25, 0.35), (0.5, 0.6), (1.0, 0.6)])
    def test_draws_straight_lines_between_points(self, said: float, right: float) -> None:
        assert calibrate(said, ((0.0, 0.1), (0.5, 0.6))) == pytest.approx(right)


class TestCalibrated:
    def test_leaves_an_empty_reading_as_it_is(self) -> None:
        assert calibrated(NOTHING_READ, ((0.0, 0.5), (1.0, 0.5))) == NOTHING_READ

    def test_gives_the_other_candidates_what_the_best_loses(self) -> None:
        sober = calibrated(READING, ((0.0, 0.0), (1.0, 0.75)))

        assert sober.confidence == pytest.approx(0.6)
        assert [(c.text, c.confidence) for c in sober.candidates] == [("8C", 0.6), ("BC", 0.2)]

    def test_never_lifts_another_candidate_above_the_best(self) -> None:
        sober = calibrated(READING, ((0.0, 0.05), (1.0, 0.05)))

        assert sober.text == "8C"
        assert sober.candidates[0].confidence >= sober.candidates[1].confidence


class TestFitPoints:
    def test_refuses_arrays_that_do_not_belong_together(self) -> None:
        with pytest.raises(ValueError, match="two arrays of one shape"):
            fit_points(np.zeros(3), np.zeros(2, dtype=bool))

    def test_finds_how_often_a_model_is_right(self) -> None:
        random = np.random.default_rng(3)
        said = random.uniform(0, 1, 20_000)
        right = random.uniform(0, 1, 20_000) < said**2

        points = fit_points(said, right)

        assert len(points) <= 20
        for at in (0.3, 0.5, 0.9):
            assert calibrate(at, points) == pytest.approx(at**2, abs=0.05)

    def test_makes_no_certainty_of_a_few_right_readings(self) -> None:
        assert calibrate(0.9, fit_points(np.array([0.9, 0.91]), np.array([True, True]))) <= 0.75

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
    def test_never_falls(self, seen: list[tuple[float, bool]]) -> None:
        said, right = np.array([s for s, _ in seen]), np.array([r for _, r in seen])

        points = fit_points(said, right, at_most=5)

        assert len(points) <= 5
        assert list(points) == sorted(points)
        assert [p for _, p in points] == sorted(p for _, p in points)
        assert all(0 < p < 1 for _, p in points)
