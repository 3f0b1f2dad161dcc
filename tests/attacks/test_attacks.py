"""Each attack of the table, tried against a running server and database."""

import pytest

from .attacks import ATTACKS, Attack
from .scene import Scene

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class TestAttack:
    @pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
    def test_does_not_succeed(self, attack: Attack, scene: Scene):
        assert attack.attempt(scene)
