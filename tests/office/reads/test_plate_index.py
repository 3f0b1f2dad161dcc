"""The index of plates in SQL is that of `platekeeper.plates`, character by character."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper import office, plates

from ..people import NOW, an_agency
from ..streets import a_camera, a_list, a_read, take

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
norms = st.text(CHARACTERS, min_size=1, max_size=plates.LONGEST_PLATE)


@pytest.fixture(scope="module")
def owner(database):
    import psycopg

    with psycopg.connect(database.address("owner"), autocommit=True) as connection:
        yield connection


def in_sql(owner, expression: str, texts: list[str]) -> list:
    rows = owner.execute(
        f"SELECT {expression} FROM unnest(%s::text[]) WITH ORDINALITY AS r(plate, n) ORDER BY n", [texts]
    )
    return [value for (value,) in rows]


class TestBigrams:
    @given(st.lists(norms, min_size=1, max_size=50))
    def test_are_those_of_the_package(self, owner, texts):
        made = in_sql(owner, "plate_bigrams(plate)", texts)

        assert [set(one) for one in made] == [set(plates.bigrams(text)) for text in texts]

    @given(norms, st.data())
    def test_of_a_plate_contain_those_of_every_pattern_that_fits_it(self, owner, text, data):
        gaps = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
        typed = "".join("?" if gap else char for gap, char in zip(gaps, text, strict=True))
        try:
            pattern = plates.PlatePattern.parse(typed)
        except plates.PlatesError:
            return  # a pattern of nothing but gaps is refused

        fits = owner.execute(
            "SELECT plate_bigrams(%(text)s) @> %(bigrams)s AND %(text)s ~ %(regex)s",
            {"text": text, "bigrams": list(pattern.bigrams), "regex": pattern.regex},
        ).fetchone()
        assert fits == (True,)


class TestKeys:
    @pytest.mark.parametrize("name", ["fold", "match_key"])
    def test_are_those_of_the_package(self, owner, name):
        texts = [*CHARACTERS, CHARACTERS, *(f"{a}{b}" for a in CHARACTERS for b in CHARACTERS)]

        assert in_sql(owner, f"plate_{name}(plate)", texts) == [getattr(plates, name)(text) for text in texts]

    @given(st.lists(st.text(CHARACTERS + "-. ?*", max_size=20), min_size=1, max_size=50))
    def test_of_what_was_typed_are_those_of_its_normal_form(self, owner, typed):
        bare = [re.sub("[^A-Z0-9]", "", one) for one in typed]

        assert in_sql(owner, "typed_fold(lower(plate))", typed) == [plates.fold(one) for one in bare]

    def test_are_written_once_in_the_database(self):
        written = [
            path.name
            for path in Path(office.__file__).parent.rglob("*.*")
            if path.suffix in {".sql", ".py"}
            for _ in re.findall(r"translate\([^\n]*'(?:ODQ|O')", path.read_text())
        ]

        assert written == ["gate.sql", "gate.sql"]


class TestDerivedTable:
    def test_holds_each_plate_once_with_its_months(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        months = [NOW.replace(year=NOW.year - 1, month=month, day=3) for month in (5, 3, 4, 5)]

        for moment in months:
            take(agency, a_read(camera, "8ABO123", captured_at=moment))

        kept = owner.execute(
            "SELECT plate, fold, first_month, last_month FROM plate WHERE agency_id = %s", [agency.pk]
        ).fetchall()
        first, last = months[1].date().replace(day=1), months[0].date().replace(day=1)
        assert kept == [("8ABO123", plates.fold("8ABO123"), first, last)]

    def test_is_the_agency_s_own(self, owner):
        for profile in ("milpitas", "el-cajon"):
            agency = an_agency(profile)
            take(agency, a_read(a_camera(agency), "8ABO123"))

            kept = owner.execute("SELECT count(*) FROM plate WHERE agency_id = %s", [agency.pk]).fetchone()
            assert kept == (1,)

    @pytest.mark.parametrize("plate", ["NULL", "NONE", "TRUE"])
    def test_holds_a_plate_that_means_something_to_the_database(self, plate, owner):
        agency = an_agency()
        camera = a_camera(agency)
        a_list(agency, plate)

        taken = take(agency, a_read(camera, plate), a_read(camera, "8ABO123"))

        assert (taken.receipt.stored, taken.receipt.hits) == (2, 1)
        kept = owner.execute("SELECT plate FROM plate WHERE agency_id = %s", [agency.pk]).fetchall()
        assert {text for (text,) in kept} == {plate, "8ABO123"}
