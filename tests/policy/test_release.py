"""Which plates a request for release names: the database holds the same (tests/office/sharing/test_named_plates.py)."""

import pytest

from platekeeper.plates import PlatesError
from platekeeper.policy.release import names_plate


class TestNamesPlate:
    @pytest.mark.parametrize("asked", ["8ABC124", "8AB*", "8ABC12?", "?8ABC123"])
    def test_names_no_other_and_no_wider_pattern(self, asked):
        assert not names_plate(["8ABC123", "7XY?12*"], asked)

    @pytest.mark.parametrize("asked", ["8ABC123", "8abc-123", "BABCI23", "7XY?12*", "7XY912", "7XYA1234"])
    def test_names_what_it_says_and_what_looks_like_it(self, asked):
        assert names_plate(["8ABC123", "7XY?12*"], asked)

    def test_names_everything_where_it_names_nothing(self):
        assert names_plate([], "8AB*")

    def test_refuses_what_is_no_plate(self):
        with pytest.raises(PlatesError):
            names_plate(["8ABC123"], "***")
