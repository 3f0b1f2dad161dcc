"""The registry of obligations and clauses."""

import pytest

from platekeeper.policy.clauses import Citations, obligations, sections


class TestObligations:
    def test_are_the_137(self):
        assert len(obligations()) == 137

    def test_cite_only_sections_that_exist(self):
        cited = {
            clause
            for obligation in obligations().values()
            for clauses in (*obligation.sources.values(), obligation.law)
            for clause in clauses
        }

        assert cited - sections().keys() == set()

    def test_come_under_obligations_that_exist_and_stand_by_themselves(self):
        wider = [obligations()[one.under] for one in obligations().values() if one.under]

        assert wider
        assert all(not one.under for one in wider)

    def test_state_their_duty_in_a_sentence(self):
        assert all(one.duty.endswith(".") for one in obligations().values())


class TestCitations:
    def test_refuse_an_obligation_that_does_not_exist(self):
        with pytest.raises(KeyError):
            Citations("EC", "CA").of("XYZ-01")

    @pytest.mark.parametrize(
        ("code", "state", "obligation", "clause"),
        [
            ("EC", "CA", "SRC-02", "EC 427.7(d)"),
            ("MI", "CA", "SRC-02", "MI 462.5(b)"),
            ("MO", "CA", "PUR-07", "MO 463.2"),
            ("MI", "CA", "USR-04", "CJIS AC-2"),
            ("MI", "CA", "PUR-11", "CA HSC 123460"),
            ("XX", "WA", "PUR-11", "WA SB 6002"),
            ("XX", "TX", "OPS-01", "obligation OPS-01"),
        ],
    )
    def test_name_the_agency_then_the_wider_duty_then_the_law(self, code, state, obligation, clause):
        assert Citations(code, state).of(obligation)[0] == clause

    def test_prefer_what_the_profile_itself_maps(self):
        own = Citations("XX", "TX", {"SRC-02": ("XX 7",)})

        assert own.of("SRC-02") == ("XX 7",)
