"""Finding reads by plate, time and place; the answer is that of the question and of the grant."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper import plates
from platekeeper.office.access.operations import AccessGrant, open_access
from platekeeper.office.reads.places import distance_m
from platekeeper.office.search.queries import PAGE, Circle, Question, reads_matching
from platekeeper.wire import Position

from ..people import NOW, a_searcher, an_agency, an_inquiry
from ..streets import LAT, LON, a_camera, a_read, take

TEXTS = ("8ABC123", "BABC123", "8ABC12", "8ABCI23", "8A8C123", "7XYZ890", "8ABC1234", "O0O0O0", "000000", "A")


def a_grant(agency, person=None) -> AccessGrant:
    asker = person or a_searcher(agency)
    return open_access(person=asker, agency=agency, inquiry=an_inquiry(agency), now=NOW)


def found(agency, **question) -> list[str]:
    answer = reads_matching(a_grant(agency), Question(**question))
    assert answer.total == len(answer.found)
    return [one.read.plate for one in answer.found]


@pytest.fixture(scope="module")
def agency(database):
    made = an_agency()
    camera = a_camera(made)
    moments = (NOW - timedelta(minutes=number) for number in itertools.count(1))
    take(
        made,
        *(a_read(camera, text, captured_at=moment) for text, moment in zip(TEXTS, moments, strict=False)),
    )
    return made


class TestPlate:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("8ABC123", ["8ABC123"]),
            ("8abc 123", ["8ABC123"]),
            ("8ABC", []),
            ("8ABC*", ["8ABC123", "8ABC12", "8ABCI23", "8ABC1234"]),
            ("*123", ["8ABC123", "BABC123", "8A8C123"]),
            ("*BC1*", ["8ABC123", "BABC123", "8ABC12", "8ABC1234"]),
            ("?ABC123", ["8ABC123", "BABC123"]),
            ("8A?C1?3", ["8ABC123", "8A8C123"]),
            ("8ABC12?", ["8ABC123"]),
            ("8ABC12*", ["8ABC123", "8ABC12", "8ABC1234"]),
            ("99*", []),
        ],
    )  # fmt: skip
    def test_finds_what_fits_and_newest_first(self, asked, expected, agency):
        assert found(agency, plate=asked) == expected

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("8ABC123", ["8ABC123", "BABC123", "8ABCI23", "8A8C123"]),
            ("000000", ["O0O0O0", "000000"]),
            ("9ABC123", []),
            ("8A?C123", ["8ABC123", "BABC123", "8ABCI23", "8A8C123"]),
            ("*BCIZ*", ["8ABC123", "BABC123", "8ABC12", "8ABCI23", "8A8C123", "8ABC1234"]),
        ],
    )
    def test_finds_look_alikes_where_they_are_wanted(self, asked, expected, agency):
        assert found(agency, plate=asked, lookalikes=True) == expected
        assert set(found(agency, plate=asked)) <= set(expected)

    def test_tells_why_each_read_fits(self, agency):
        answer = reads_matching(a_grant(agency), Question(plate="8ABC123", lookalikes=True))

        whys = {one.read.plate: one.why for one in answer.found}
        assert whys["8ABC123"] == "same plate"
        assert whys["BABC123"] == "look-alike characters differ"

    @settings(max_examples=40)
    @given(st.text("8ABC12", min_size=3, max_size=8), st.data())
    def test_finds_just_what_the_pattern_fits(self, agency, text, data):
        typed = "".join(data.draw(st.sampled_from([char, char, char, "?", "*"])) for char in text)
        lookalikes = data.draw(st.booleans())
        try:
            pattern = plates.PlatePattern.parse(typed, lookalike=lookalikes)
        except plates.PlatesError:
            return

        expected = [one for one in TEXTS if pattern.matches(one)]

        assert found(agency, plate=typed, lookalikes=lookalikes) == expected


class TestTime:
    def test_is_half_open(self, agency):
        moment = NOW - timedelta(minutes=3)

        assert found(agency, plate="8A*", since=moment, until=NOW) == ["8ABC123", "8ABC12"]
        assert found(agency, plate="8A*", until=moment) == ["8ABCI23", "8A8C123", "8ABC1234"]

    def test_beyond_what_the_policy_shows_finds_nothing(self):
        # Los Angeles shows reads for two years from their capture; what is older is hidden before it is destroyed
        agency = an_agency("los-angeles")
        camera = a_camera(agency)
        long_ago = NOW - timedelta(days=6 * 365)
        take(agency, a_read(camera, "1OLD111", captured_at=long_ago), a_read(camera, "8ABC123"))

        for asked in ({"plate": "1OLD111"}, {"plate": "1OLD*"}, {"plate": "1OLD111", "lookalikes": True},
                      {"since": long_ago - timedelta(days=1), "until": NOW - timedelta(days=1)}):  # fmt: skip
            assert found(agency, **asked) == []


class TestPlace:
    @settings(max_examples=30)
    @given(
        st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=1, max_size=12),
        st.integers(10, 4000),
    )
    def test_finds_what_lies_in_the_circle(self, places, radius_m):
        agency = an_agency()
        camera = a_camera(agency)
        spots = [(LAT + north / 1000, LON + east / 1000) for north, east in places]
        take(agency, *(
            a_read(camera, f"P{number:03}", position=Position(lat=lat, lon=lon))
            for number, (lat, lon) in enumerate(spots)
        ))  # fmt: skip

        hour = timedelta(hours=1)
        texts = found(agency, place=Circle(LAT, LON, radius_m), since=NOW - hour, until=NOW + hour)

        inside = {f"P{n:03}" for n, spot in enumerate(spots) if distance_m(LAT, LON, *spot) <= radius_m}
        assert set(texts) == inside

    def test_may_be_cameras(self):
        agency = an_agency()
        here, there = a_camera(agency), a_camera(agency)
        take(agency, a_read(here, "1HERE11"), a_read(there, "2THERE2"))

        assert found(agency, cameras=(here.pk,)) == ["1HERE11"]


class TestPages:
    def test_go_on_where_the_last_one_ended(self):
        agency = an_agency()
        camera = a_camera(agency)
        # several at the same moment: the id decides between them
        take(
            agency,
            *(a_read(camera, f"7XYZ{n:03}", captured_at=NOW - timedelta(minutes=n // 10)) for n in range(60)),
        )
        person = a_searcher(agency)
        question = Question(plate="7XYZ*")

        pages, key = [], None
        for _ in range(4):
            answer = reads_matching(a_grant(agency, person), question, after=key)
            pages.append([one.read.plate for one in answer.found])
            key = answer.next_key
            if key is None:
                break

        assert [len(page) for page in pages] == [PAGE, PAGE, 10]
        assert len({text for page in pages for text in page}) == 60
        assert answer.total == 60

    def test_of_many_plates_are_in_order_over_the_years(self):
        agency = an_agency()
        camera = a_camera(agency)
        texts = [f"7XY{n:03}" for n in range(40)]
        take(
            agency,
            *(a_read(camera, text, captured_at=NOW - timedelta(days=n * 11)) for n, text in enumerate(texts)),
        )

        first = reads_matching(a_grant(agency), Question(plate="7XY*"))
        second = reads_matching(a_grant(agency), Question(plate="7XY*"), after=first.next_key)

        assert [one.read.plate for one in (*first.found, *second.found)] == texts
        assert (first.total, second.total, second.next_key) == (40, 40, None)

    def test_of_other_agencies_are_not_there(self, agency):
        other = an_agency("milpitas")

        assert found(other, plate="8ABC123") == []
        assert found(other, plate="*ABC*") == []
