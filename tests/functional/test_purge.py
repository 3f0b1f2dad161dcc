"""A purge that is killed wherever it stands: at the next start it finishes, and what was held is still there."""

import pytest

from .installation import migrated
from .killing import an_agency_to_purge, killed_purges

ROUNDS = 5  # fifty: python -m tests.kills


@pytest.mark.slow
@pytest.mark.timeout(600)
class TestKill:
    def test_at_random_points_loses_nothing_held_and_leaves_nothing_due(self):
        with migrated() as house:
            an_agency_to_purge(house)

            killed = killed_purges(house, ROUNDS, seed=427)

        assert killed > ROUNDS / 2
