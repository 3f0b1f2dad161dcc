"""What a reason in words must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.policy.lint import Fault, lint_reason
from platekeeper.policy.vocabulary import BarredPurpose

EVERYTHING = frozenset(BarredPurpose)
# what says nothing by itself, and what people put around it
CORES = (
    "suspicious vehicle", "criminal investigation", "law enforcement purposes", "official business", "crime prevention",
    "person of interest", "license plate check", "traffic stop", "officer safety", "vehicle of interest",
    "follow up", "suspect information", "call for service", "public safety", "registration check",
)  # fmt: skip
FILLERS = (
    "the", "a", "some", "general", "routine", "checks", "checking", "checked", "follow up", "followup", "ongoing",
    "further", "various", "related", "plates", "vehicles", "requests", "requested", "inquiries", "investigating",
    "investigative", "reports", "activities", "suspects", "suspiciously", "for the", "by officers", "per sergeant",
    "today", "possible",
    "again", "26-01234", "8ABC123", "cases", "searches", "reasons", "needed", "verifying", "in the area",
    "identification of",
)  # fmt: skip
# as the policies word lawful inquiries, and as officers word them
GOOD = (
    "burglary at a pharmacy, silver sedan seen leaving", "Locate a stolen vehicle", "missing person at risk",
    "AMBER Alert, child taken in a gray van", "Silver alert, elderly man driving", "vehicle wanted in a homicide",
    "Hit and run on Main Street", "felony warrant for robbery", "kidnapping in progress", "carjacking, gun shown",
    "stolen license plates", "theft of catalytic converters", "casing vehicles in a parking garage",
    "suspicious vehicle followed a girl to school", "check of a car seen at three burglaries",
    "narcotics sales from a parked truck", "domestic violence, restraining order served", "DUI crash, driver ran away",
    "arson at a warehouse", "identity theft ring", "retail theft crew, rented SUV", "human trafficking at a motel",
    "street takeover, donuts in an intersection", "drive-by shooting, white Tahoe", "threats to a witness",
    "parolee failed to report", "registered sex offender absconded", "fatal collision, pedestrian",
    "follow up on an armed robbery", "routine check of a stolen trailer", "vandalism of a church",
    "fraud with cloned cards",
    "recover a rental that was never returned", "person of interest in a stabbing",
)  # fmt: skip


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
            "suspicious vehicle checks",
            "General suspicious-vehicle follow ups",
            "Checking on suspicious vehicles",
            "routine plate checks",
            "the usual inquiries",
            "check plate 8ABC123",
            "Investigative lead for case 26-01234, per Sgt.",
            "possible suspect's car",
        ],
    )
    def test_finds_the_vague_in_all_numbers_and_forms(self, text):
        assert faults(text) == [Fault.VAGUE]

    @given(
        st.sampled_from(CORES),
        st.lists(st.sampled_from(FILLERS), max_size=6),
        st.integers(0, 6),
        st.randoms(),
    )
    def test_finds_the_vague_whatever_is_put_around_it(self, core, around, at, random):
        words = [*around[:at], core, *around[at:]]
        text = random.choice((" ", ", ", " - ")).join(
            random.choice((word, word.upper(), word.title())) for word in words
        )

        assert Fault.VAGUE in faults(text)

    @pytest.mark.parametrize("text", GOOD)
    def test_lets_what_an_officer_would_say_stand(self, text):
        assert faults(text) == []

    @given(st.sampled_from(GOOD), st.lists(st.sampled_from(FILLERS), max_size=4))
    def test_lets_a_good_reason_stand_whatever_is_put_around_it(self, text, around):
        assert faults(" ".join([*around, text])) == []

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
