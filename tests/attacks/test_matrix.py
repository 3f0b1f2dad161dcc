"""Every address by every role: who is let in, and that nobody sees another agency's data (IDOR)."""

import pytest

from .matrix import ABROAD, ANSWERS, PUBLIC, Outcome, asked
from .scene import Scene

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def outcomes(scene: Scene) -> list[Outcome]:
    return [*asked(scene), *asked(scene, of=ABROAD), *asked(scene, "POST", of=ABROAD), *asked(scene, "POST")]


def told(outcomes: list[Outcome]) -> list[str]:
    return [
        f"{one.method} {one.name} as {one.who}: {one.status} {one.location} {one.leaks}" for one in outcomes
    ]


class TestEveryAddress:
    def test_answers_everybody_with_a_sentence_and_never_breaks(self, outcomes):
        assert told([one for one in outcomes if one.status not in ANSWERS]) == []

    def test_shows_nobody_what_is_another_agency_s(self, outcomes):
        assert told([one for one in outcomes if one.leaks]) == []

    def test_wants_a_log_in_unless_it_is_public(self, outcomes):
        let_in = [
            one
            for one in outcomes
            if one.who == "nobody" and one.name not in PUBLIC and not _turned_away(one)
        ]

        assert told(let_in) == []

    def test_was_asked_for(self, outcomes):
        assert len({one.name for one in outcomes}) > 40
        assert len({one.who for one in outcomes}) == 9


def _turned_away(one: Outcome) -> bool:
    return one.location.startswith("/log/in/") or one.status in {401, 403, 404, 405}
