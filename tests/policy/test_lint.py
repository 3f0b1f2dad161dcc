"""What a reason in words must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.policy.lint import Fault, lint_reason
from platekeeper.policy.vocabulary import BarredPurpose

EVERYTHING = frozenset(BarredPurpose)


def faults(text, barred=EVERYTHING):
    return [finding.fault for finding in lint_reason(text, barred=barred)]


class TestLintReason:
    @pytest.mark.parametrize("text", ["", "   ", "...", "12345", "\u200b", "- - -", "💥💥💥"])
    def test_finds_the_empty(self, text):
        assert Fault.EMPTY in faults(text)

    @pytest.mark.parametrize(
        "text",
        [
            "investigation",
            "Official police business",
            "crim inv",
            "for case 26-01234",
            "suspicious vehicle",
            "asdf asdf",
            "aaaa bbbb aaaa",
            "xx xx xx xx xx",
            "burglary",
        ],
    )
    def test_finds_the_vague(self, text):
        assert Fault.VAGUE in faults(text)

    @pytest.mark.parametrize(
        "text",
        [
            "everyone who parked at the mosque",
            "protesters outside city hall",
            "MUSLIMS  in the area",
            "hîspânic driver in a red truck",
            "gypsies camping near the river",
            "attendee of union organizing meeting",
            "white male driver, look into him",
            "Black youths in the park",
        ],
    )
    def test_finds_protected_traits_and_activities(self, text):
        assert Fault.PROTECTED in faults(text)

    @pytest.mark.parametrize(
        ("text", "purpose"),
        [
            ("ICE request for a hold", BarredPurpose.IMMIGRATION),
            ("order to help ICE detain the owner", BarredPurpose.IMMIGRATION),
            ("ICE investigation of a driver", BarredPurpose.IMMIGRATION),
            ("Investigation with ICE, driver of the van", BarredPurpose.IMMIGRATION),
            ("ASSIST ICE WITH THE DRIVER", BarredPurpose.IMMIGRATION),
            ("assisting border patrol", BarredPurpose.IMMIGRATION),
            ("immi\u200bgration hold on the owner", BarredPurpose.IMMIGRATION),
            ("immi\u00adgration hold on the owner", BarredPurpose.IMMIGRATION),
            ("іmmіgrаtіоn hold on the owner", BarredPurpose.IMMIGRATION),
            ("HSI / ERO warrant", BarredPurpose.IMMIGRATION),
            ("subject to be deported, locate", BarredPurpose.IMMIGRATION),
            ("woman sought, had an abortion", BarredPurpose.REPRODUCTIVE_CARE),
            ("reproductive healthcare visit", BarredPurpose.REPRODUCTIVE_CARE),
            ("locate for repossession agent", BarredPurpose.COMMERCIAL),
        ],
    )
    def test_finds_barred_purposes_first(self, text, purpose):
        first = lint_reason(text, barred=EVERYTHING)[0]

        assert (first.fault, first.purpose) == (Fault.BARRED, purpose)

    def test_leaves_out_purposes_that_nobody_barred(self):
        assert Fault.BARRED not in faults("assisting border patrol at the pier", frozenset())

    @pytest.mark.parametrize(
        "text",
        [
            "burglary at a pharmacy, silver sedan leaving",
            "ice cream truck struck a cyclist and left",
            "Ice on the road, sedan left the scene",
            "SEDAN SLID ON BLACK ICE AND LEFT",
            "homicide 4th and Main, partial plate 8AB",
            "missing juvenile, last seen with father",
            "robo a mano armada en la gasolinera",
            "protective order violation, ex-husband",
            "racer lost control on Harbor, fled",
            "Romaine lettuce cargo theft",
            "stolen Pontiac Trans Am, black hood",
            "illegal street race, takeover at the pier",
            "disabled vehicle left at the scene of a crash",
            "suspect Christian Lopez, armed robbery",
        ],
    )
    def test_lets_a_plain_reason_stand(self, text):
        assert faults(text) == []

    @given(st.text(max_size=300))
    def test_answers_any_text_at_all(self, text):
        assert all(isinstance(fault, Fault) for fault in faults(text))

    @given(st.sampled_from(["muslims in the area", "protest downtown again"]), st.randoms())
    def test_is_not_misled_by_dress(self, text, random):
        dressed = "".join(random.choice((char.upper(), char, char + "\u0301")) for char in text)

        assert Fault.PROTECTED in faults(dressed.replace(" ", " -_ "))
