"""How many reads an answer has in all, on whichever page somebody stands."""

from datetime import timedelta

import pytest

from platekeeper.office.access.operations import open_access
from platekeeper.office.search.queries import PAGE, Answer, Question, reads_matching

from ..people import NOW, a_searcher, an_agency, an_inquiry
from ..streets import a_camera, a_read, take


@pytest.fixture
def agency():
    return an_agency()


def passed(agency, times: int) -> None:
    camera = a_camera(agency)
    take(agency, *(a_read(camera, "8ABC123") for _ in range(times)))


def found(agency, after=None) -> Answer:
    grant = open_access(person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=NOW)
    return reads_matching(grant, Question(plate="8ABC123"), after=after)


class TestTotal:
    def test_is_none_where_nothing_passed(self, agency):
        answer = found(agency)

        assert (answer.total, answer.found, answer.next_key) == (0, (), None)

    @pytest.mark.parametrize("times", [1, PAGE])
    def test_of_one_page_is_what_it_shows(self, times, agency):
        passed(agency, times)

        answer = found(agency)

        assert (answer.total, len(answer.found), answer.next_key) == (times, times, None)

    def test_is_the_same_on_every_page(self, agency):
        passed(agency, PAGE + 2)

        first = found(agency)
        second = found(agency, after=first.next_key)

        assert (first.total, len(first.found)) == (PAGE + 2, PAGE)
        assert (second.total, len(second.found), second.next_key) == (PAGE + 2, 2, None)

    def test_holds_what_arrived_late_and_not_what_arrived_too_long_ago(self, agency):
        camera, days = a_camera(agency), timedelta(days=2000)  # periods begin with the arrival (RB 432.5)
        take(agency, *(a_read(camera, captured_at=NOW - days) for _ in range(PAGE)), now=NOW - days)
        take(agency, *(a_read(camera, captured_at=NOW - days) for _ in range(PAGE)))
        take(agency, *(a_read(camera) for _ in range(PAGE)))

        assert found(agency).total == 2 * PAGE
