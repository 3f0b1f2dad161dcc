"""A later reading withdraws its alert where it no longer matches, or restores it; hits say why (ALR-07)."""

from uuid import uuid4

import msgspec
import pytest

from platekeeper import wire
from platekeeper.office.alerts.models import AlertState
from platekeeper.office.alerts.stepping import AlertError

from ..people import an_agency
from ..streets import a_camera, a_list, a_picture, a_read, take
from .officers import a_street, an_officer, events, lead, rows, seen, step

A = AlertState


@pytest.fixture
def agency():
    return an_agency("el-cajon")


@pytest.fixture
def camera(agency):
    return a_street(agency)


def reading(camera, passage, plate, revision, **changes):
    given = {"images": (a_picture(),), **changes}
    return a_read(camera, plate, passage_id=passage, revision=revision, **given)


class TestRevision:
    def test_that_no_longer_matches_withdraws_the_alert_for_all_to_see(self, agency, camera, owner):
        officer, passage = an_officer(agency), uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))

        take(agency, reading(camera, passage, "8ABX123", 2))

        view = seen(officer, passage)
        assert view.state == A.WITHDRAWN
        assert rows(owner, passage) == [("revise", "WITHDRAWN", "platekeeper")]
        assert events(owner, passage)[-1] == ("alert.withdrawn", "platekeeper")
        with pytest.raises(AlertError, match="does not follow"):
            step(officer, passage, "confirm-status")

    @pytest.mark.parametrize("state", [A.ACKNOWLEDGED, A.VERIFIED, A.SUSPICION_STATED, A.CONTRADICTED])
    def test_withdraws_whatever_was_checked_before(self, state, agency, camera):
        officer, passage = an_officer(agency), uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))
        lead(officer, passage, state)

        take(agency, reading(camera, passage, "8ABX123", 2))

        assert seen(officer, passage).state == A.WITHDRAWN

    def test_leaves_a_stop_to_its_disposition_and_says_so(self, agency, camera, owner):
        officer, passage = an_officer(agency), uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))
        lead(officer, passage, A.STOPPED)

        take(agency, reading(camera, passage, "8ABX123", 2))

        assert rows(owner, passage)[-1] == ("revise", "STOPPED", "platekeeper")
        step(officer, passage, "close")

    def test_that_matches_again_restores_it_and_its_checks_begin_anew(self, agency, camera, owner):
        officer, passage = an_officer(agency), uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))
        lead(officer, passage, A.VERIFIED)
        take(agency, reading(camera, passage, "8ABX123", 2))

        take(agency, reading(camera, passage, "8ABC123", 3))

        assert seen(officer, passage).state == A.RAISED
        with pytest.raises(AlertError, match="status"):
            step(officer, passage, "state-suspicion")

    @pytest.mark.parametrize("order", [(1, 3, 2), (3, 2, 1)])
    def test_that_comes_late_changes_nothing(self, order, agency, camera, owner):
        passage = uuid4()
        plates = {1: "8ABX123", 2: "8ABX123", 3: "8ABC123"}

        for revision in order:
            take(agency, reading(camera, passage, plates[revision], revision))

        assert [one for one, _, _ in rows(owner, passage)] == []

    def test_of_several_that_match_makes_one_alert(self, agency, camera, owner):
        passage = uuid4()

        raised = [take(agency, reading(camera, passage, "8ABC123", n)).receipt.alerts for n in (1, 2, 3)]

        assert raised == [1, 0, 0]
        assert rows(owner, passage) == []

    def test_of_another_passage_concerns_no_alert(self, agency, camera, owner):
        passage = uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))

        take(agency, reading(camera, uuid4(), "8ABX123", 2))

        assert rows(owner, passage) == []


class TestExplanation:
    def test_names_the_characters_that_differ_and_how_likely_they_are(self):
        agency = an_agency()
        a_list(agency, "8ABC123")
        places = tuple({character: 0.9} for character in "BABC123")
        places = ({"B": 0.6, "8": 0.35}, *places[1:])
        plate = wire.Plate(raw="BABC123", conf=0.9, characters=places)
        read = wire.Read(**{**msgspec.structs.asdict(a_read(a_camera(agency))), "plate": plate})
        take(agency, read)

        hit = seen(an_officer(agency), wire.identified(read, producer="car-12").passage_id).hit

        assert hit.explanation["differences"] == [{"position": 0, "read": "B", "listed": "8", "likely": 0.35}]
        assert hit.likelihood == pytest.approx(0.35 * 0.9**6, abs=1e-3)

    def test_of_a_reader_that_tells_no_probabilities_claims_none(self, agency, camera):
        passage = uuid4()
        take(agency, reading(camera, passage, "8ABC123", 1))

        hit = seen(an_officer(agency), passage).hit

        assert hit.likelihood is None
        assert hit.explanation["differences"] == []
