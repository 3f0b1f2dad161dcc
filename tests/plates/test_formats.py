"""The table of formats, and re-ranking by it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.plates import all_formats, formats_matching, may_be_serial, rerank
from platekeeper.plates.formats import UNFORMATTED_WEIGHT

STATES = {
    *(
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "DC",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
    ),
    *(
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
    ),
    *(
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "PR",
        "GU",
        "VI",
        "AS",
        "MP",
    ),
}
EU = {
    *(
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
    ),
    *("MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}


class TestTable:
    def test_knows_every_state_and_the_european_union(self):
        regions = {plate_format.region for plate_format in all_formats()}

        assert {f"US-{state}" for state in STATES} | EU | {"BR"} <= regions

    def test_is_written_in_its_own_notation(self):
        for plate_format in all_formats():
            assert re.fullmatch(r"(?:[#&@%A-Z0-9]|\[[A-Z0-9-]+\]|\?|\{\d(,\d)?\})+", plate_format.pattern), (
                plate_format
            )
            assert 0 < plate_format.weight <= 1
            assert re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?", plate_format.region)


class TestCalifornia:
    @pytest.mark.parametrize(
        "serial", ["8IBC123", "8OBC123", "8QBC123", "8ABI123", "8ABO123", "0ABC123", "123OAB1"]
    )
    def test_refuses_i_o_q_in_the_first_and_third_letter(self, serial):
        assert formats_matching(serial, "US-CA") == ()

    @pytest.mark.parametrize("serial", ["8JOC001", "8EQN468", "8ABC123", "000AAA1"])
    def test_takes_any_letter_in_the_second(self, serial):
        assert formats_matching(serial, "US-CA")[0].kind == "passenger"

    @pytest.mark.parametrize(
        ("serial", "kind"),
        [
            ("8Z99999", "commercial"),
            ("00000A1", "commercial"),
            ("123ABC", "passenger-before-1980"),
            ("4AB1234", "trailer"),
            ("1234567", "exempt"),
            ("18A1234", "motorcycle"),
            ("DP123AB", "disabled"),
            ("AB12C34", "temporary"),
        ],
    )
    def test_knows_its_kinds(self, serial, kind):
        assert kind in {plate_format.kind for plate_format in formats_matching(serial, "US-CA")}

    def test_explains_a_wish_only_where_asked(self):
        assert formats_matching("BEACHY", "US-CA") == ()
        assert [f.personalised for f in formats_matching("BEACHY", "US-CA", personalised=True)] == [True]


class TestFormatsMatching:
    def test_takes_a_whole_country(self):
        assert {f.region for f in formats_matching("ABC1234", "US")} >= {"US-TX", "US-NY", "US-AZ"}

    @pytest.mark.parametrize(
        ("text", "region"),
        [("ABC1D23", "BR"), ("ABC1234", "BR"), ("AB123CD", "FR"), ("1234BCD", "ES"), ("MXY1234", "DE")],
    )
    def test_knows_other_countries(self, text, region):
        assert formats_matching(text, region)

    @pytest.mark.parametrize(
        ("text", "region", "instead"),
        [
            ("CL05ABC", "RO", "KL05ABC"),  # Calarasi; there is no county KL
            ("B121PHO", "RO", "8121PHO"),
            ("LN51ABC", "GB", "IN51ABC"),
            ("A123BCD", "GB", "A123BQD"),
            ("ZH123456", "CH", "ZA123456"),
            ("CB1234AB", "BG", "CB1234DB"),
            ("1AB2345", "CZ", "1AO2345"),
            ("ABC123", "SE", "ABQ123"),
            ("GB123D", "NL", "GA123D"),
            ("WX12345", "PL", "XX12345"),
            ("WPI1234C", "PL", "WPI1234B"),
        ],
    )
    def test_knows_which_letters_a_country_issues_where(self, text, region, instead):
        assert formats_matching(text, region)
        assert formats_matching(instead, region) == ()

    def test_does_not_take_one_region_for_another(self):
        assert formats_matching("8ABC123", "US-TX") == ()

    def test_names_the_common_first(self):
        weights = [f.weight for f in formats_matching("123ABC")]

        assert weights == sorted(weights, reverse=True)


class TestRerank:
    def test_prefers_what_the_state_issues(self):
        first, second = rerank([("BABC123", 0.6), ("8ABC123", 0.4)], "US-CA")

        assert (first.text, first.was, first.confidence) == ("8ABC123", 1, 0.4)
        assert (second.text, second.was) == ("BABC123", 0)

    def test_leaves_a_sure_reading_first_though_no_format_explains_it(self):
        assert rerank([("BEACHY", 0.99), ("8EACHY", 0.01)], "US-CA")[0].text == "BEACHY"

    def test_leaves_the_formats_of_12_by_6_inches_out_where_the_plate_is_wide(self):
        candidates = [("8121PHO", 0.5), ("B121PHO", 0.3)]
        assert rerank(candidates)[0].text == "8121PHO"
        assert rerank(candidates, wide=True)[0].text == "B121PHO"
        assert not any(formats_matching("8121PHO", country, wide=True) for country in ("US", "CA", "MX"))

    def test_changes_nothing_where_the_region_is_unknown_to_the_table(self):
        ranked = rerank([("AAA", 0.5), ("123ABC", 0.4)], "JP")

        assert [r.was for r in ranked] == [0, 1]
        assert [r.score for r in ranked] == [0.5, 0.4]

    def test_of_nothing_is_nothing(self):
        assert rerank([]) == ()

    def test_weighs_a_text_outside_every_format(self):
        assert rerank([("A" * 16, 1.0)])[0].score == pytest.approx(UNFORMATTED_WEIGHT)

    @given(st.lists(st.tuples(st.text("AB018", min_size=1, max_size=8), st.floats(0, 1)), max_size=6))
    def test_never_drops_or_changes_a_candidate(self, candidates):
        ranked = rerank(candidates, "US-CA")

        assert sorted(r.was for r in ranked) == list(range(len(candidates)))
        assert all((r.text, r.confidence) == candidates[r.was] for r in ranked)


class TestMayBeSerial:
    @pytest.mark.parametrize(
        ("listed", "region"),
        [
            ("8ABC123", "US-CA"),
            ("8A0C100", "US-CA"),
            ("BABC123", ""),
            ("BABC123", "XX-YY"),
        ],
    )
    def test_is_true_of_serials_with_the_digit_0_for_o_and_where_nothing_can_be_told(self, listed, region):
        assert may_be_serial(listed, region)

    @pytest.mark.parametrize("listed", ["BABC123", "8ABC1Z3", "8A8C123", "GOSURF"])
    def test_is_false_of_texts_that_the_state_does_not_issue_in_order(self, listed):
        assert not may_be_serial(listed, "US-CA")
