"""Reads against lists in force: exact, possible, late; one alert a passage; what an entry said then (C-10)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from platekeeper import policy, wire
from platekeeper.office.alerts.operations import LATE

from ..people import NOW, an_agency
from ..streets import a_camera, a_list, a_list_of, a_read, an_empty_list, identified, listed, put, take


def hits_of(owner, agency) -> list[tuple[str, str, bool]]:
    return owner.execute(
        "SELECT r.plate, h.kind, h.late FROM hit h"
        " JOIN read r ON r.agency_id = h.agency_id AND r.read_at = h.read_at AND r.id = h.read_id"
        " WHERE h.agency_id = %s ORDER BY r.plate, h.kind",
        [agency.pk],
    ).fetchall()


def kinds(
    owner, seen: str, entry: str, *, region=None, listed_region: str = "", lookalikes: bool = True
) -> list[str]:
    agency = an_agency()
    a_list_of(agency, [listed(entry, region=listed_region)], lookalikes=lookalikes)
    take(agency, a_read(a_camera(agency), seen, region=region))
    return [kind for _, kind, _ in hits_of(owner, agency)]


class TestNoHit:
    @pytest.mark.parametrize(
        ("seen", "entry"),
        [("8ABC123", "8ABC124"), ("8ABC123", "8ABC12"), ("8ABC12", "8ABC123"), ("8ABC123", "ABC123"),
         ("8ABC123", "8ACB123"), ("E", "F"), ("8ABC123", "MABC123"), ("VWXYZ", "WVXYZ")],
    )  # fmt: skip
    def test_is_made_by_plates_that_differ(self, seen, entry, owner):
        assert kinds(owner, seen, entry) == []

    @pytest.mark.parametrize(("seen", "entry"), [("8ABC1Z3", "8ABC123"), ("BABC123", "8ABC123")])
    def test_is_made_by_look_alikes_where_the_list_does_not_want_them(self, seen, entry, owner):
        assert kinds(owner, seen, entry, lookalikes=False) == []

    def test_is_made_by_a_look_alike_of_another_state(self, owner):
        assert kinds(owner, "BABC123", "8ABC123", region="US-NV", listed_region="US-CA") == []

    @pytest.mark.parametrize(
        ("seen", "entry"),
        [("8ABC123", "BABC123"), ("8ABC123", "8ABCIZ3"), ("8ABC123", "8ABC1Z3")],
    )
    def test_is_made_by_a_look_alike_that_is_no_serial_of_the_state_listed(self, seen, entry, owner):
        assert kinds(owner, seen, entry, listed_region="US-CA") == []

    def test_is_made_by_a_look_alike_whose_character_the_reader_rules_out(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        read = wire.Plate(
            raw="BABC123", conf=0.99, characters=({"B": 0.995, "8": 0.004}, *({c: 1.0} for c in "ABC123"))
        )
        take(agency, a_read(a_camera(agency), plate=read))

        assert hits_of(owner, agency) == []

    @pytest.mark.parametrize("ended", [timedelta(0), timedelta(seconds=1), timedelta(days=30)])
    def test_is_made_by_an_entry_that_has_ended(self, ended, owner):
        agency = an_agency()
        a_list_of(agency, [listed("8ABC123", expires_at=NOW - ended)])

        assert take(agency, a_read(a_camera(agency))).receipt.hits == 0

    def test_is_made_by_another_agency_s_list(self, owner):
        agency, other = an_agency(), an_agency("milpitas")
        a_list(other, "8ABC123")

        assert take(agency, a_read(a_camera(agency), "8ABC123")).receipt.hits == 0
        assert hits_of(owner, other) == []

    def test_is_made_by_a_list_without_a_version_in_force(self):
        agency = an_agency()
        an_empty_list(agency)

        assert take(agency, a_read(a_camera(agency))).receipt.hits == 0

    def test_is_made_by_an_entry_of_a_version_that_was_replaced(self):
        agency = an_agency()
        hot_list = a_list(agency, "8ABC123")
        put(hot_list, [listed("7XYZ890")])

        assert take(agency, a_read(a_camera(agency), "8ABC123")).receipt.hits == 0


class TestExactHit:
    @pytest.mark.parametrize(
        ("seen", "entry"),
        [("8ABC123", "8ABC123"), ("8AO0123", "8A00123"), ("O000OOO", "000OOO0"), ("OOOOOOO", "0000000")],
    )  # fmt: skip
    def test_is_the_same_plate_with_letter_o_as_digit_0(self, seen, entry, owner):
        # lists store every O as a zero (HOT-04)
        assert kinds(owner, seen, entry, lookalikes=False) == ["EXACT"]

    @pytest.mark.parametrize(
        ("written", "seen"), [("8abc-123", "8ABC123"), (" 8ABC 123 ", "8ABC123"), ("8·ABC·123", "8ABC123")]
    )
    def test_is_found_however_the_list_writes_the_plate(self, written, seen, owner):
        assert kinds(owner, seen, written) == ["EXACT"]

    @pytest.mark.parametrize(
        ("region", "listed_region"), [("US-NV", "US-CA"), ("US-NV", ""), (None, "US-CA"), (None, "")]
    )
    def test_is_made_whatever_the_state_and_leaves_the_contradiction_to_be_seen(
        self, region, listed_region, owner
    ):
        assert kinds(owner, "8ABC123", "8ABC123", region=region, listed_region=listed_region) == ["EXACT"]

    def test_is_made_a_moment_before_the_entry_ends(self):
        agency = an_agency()
        a_list_of(agency, [listed("8ABC123", expires_at=NOW + timedelta(microseconds=1))])

        assert take(agency, a_read(a_camera(agency))).receipt.hits == 1


class TestPossibleHit:
    @pytest.mark.parametrize(
        ("seen", "entry"),
        [("8ABC1Z3", "8ABC123"), ("BABC123", "8ABC123"), ("8ABCI23", "8ABC123"), ("8ABQ123", "8ABO123"),
         ("8AGS123", "8A65123"), ("SABC123", "5ABC123"), ("8DBC123", "80BC123")],
    )  # fmt: skip
    def test_is_a_plate_that_a_camera_might_have_taken_for_it(self, seen, entry, owner):
        assert kinds(owner, seen, entry) == ["LOOKALIKE"]

    @pytest.mark.parametrize(
        ("region", "listed_region"), [("US-CA", "US-CA"), ("US-CA", ""), (None, "US-CA")]
    )
    def test_is_made_unless_both_states_are_known_and_differ(self, region, listed_region, owner):
        assert kinds(owner, "BABC123", "8ABC123", region=region, listed_region=listed_region) == ["LOOKALIKE"]


class TestAlert:
    def test_is_not_raised_for_what_is_history(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        camera = a_camera(agency)

        taken = take(
            agency,
            a_read(camera, "8ABC123", captured_at=NOW - LATE - timedelta(seconds=1)),
            a_read(camera, "8ABC123", captured_at=NOW - timedelta(days=20)),
        )

        assert (taken.receipt.hits, taken.receipt.alerts) == (2, 0)
        assert {late for _, _, late in hits_of(owner, agency)} == {True}

    def test_is_raised_within_ten_minutes(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")

        taken = take(agency, a_read(a_camera(agency), captured_at=NOW - LATE))

        assert taken.receipt.alerts == 1
        assert hits_of(owner, agency) == [("8ABC123", "EXACT", False)]

    def test_is_raised_once_a_passage(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        camera, passage = a_camera(agency), uuid4()
        frames = [
            a_read(camera, plate, passage_id=passage, revision=n, captured_at=NOW - timedelta(seconds=9 - n))
            for n, plate in enumerate(("8ABC123", "BABC123", "8ABC123"), start=1)
        ]

        together = take(agency, *frames[:2]).receipt
        later = take(agency, frames[2]).receipt

        assert (together.hits, together.alerts, later.hits, later.alerts) == (2, 1, 1, 0)
        alerts = owner.execute("SELECT id FROM alert WHERE agency_id = %s", [agency.pk]).fetchall()
        assert alerts == [(passage,)]

    def test_is_raised_once_for_two_lists(self, owner):
        agency = an_agency()
        for _ in range(2):
            a_list(agency, "8ABC123")

        taken = take(agency, a_read(a_camera(agency))).receipt

        assert (taken.hits, taken.alerts) == (2, 1)

    def test_is_an_entry_of_the_ledger(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        read = identified(a_read(a_camera(agency)))

        take(agency, read)

        written = owner.execute(
            "SELECT event, subject FROM ledger_entry WHERE agency = %s AND event LIKE 'alert.%%'",
            [agency.slug],
        ).fetchall()
        assert written == [("alert.raised", str(read.id))]

    def test_is_told_to_open_boards_by_its_id_alone(self, connect):
        agency = an_agency()
        a_list(agency, "8ABC123")
        listener = connect("web")
        listener.execute("LISTEN platekeeper_alert")
        read = identified(a_read(a_camera(agency)))

        take(agency, read)

        told = [notice.payload for notice in listener.notifies(timeout=5, stop_after=1)]
        assert told == [f'{{"agency": {agency.pk}, "alert": "{read.id}"}}']


class TestSnapshot:
    def test_keeps_what_the_entry_said_when_the_list_is_replaced(self, owner):
        agency = an_agency()
        entry = listed(
            "8ABC123", category="WANTED_PERSON", vehicle="2014 Ford F-150, white", case_agent="Maya Lindqvist",
            case_number="26-00417", synopsis="Robbery", region="US-CA",
        )  # fmt: skip
        hot_list = a_list_of(agency, [entry])
        take(agency, a_read(a_camera(agency)))

        put(hot_list, [listed("8ABC123", category="STOLEN_PLATE")])

        kept = owner.execute(
            "SELECT entry, list_name, purpose FROM hit WHERE agency_id = %s", [agency.pk]
        ).fetchall()
        assert kept == [(
            {
                "plate": "8ABC123", "region": "US-CA", "category": "WANTED_PERSON", "record": "",
                "vehicle": "2014 Ford F-150, white", "case_agent": "Maya Lindqvist",
                "case_number": "26-00417", "synopsis": "Robbery",
            },
            hot_list.name,
            policy.load_profile(agency.profile).alerts.purpose.value,
        )]  # fmt: skip

    def test_keeps_the_age_of_the_list(self, owner):
        agency = an_agency()
        hot_list = an_empty_list(agency)
        put(hot_list, [listed("8ABC123")], listed_at=NOW - timedelta(hours=30))

        take(agency, a_read(a_camera(agency)))

        kept = owner.execute("SELECT listed_at FROM hit WHERE agency_id = %s", [agency.pk]).fetchone()
        assert kept == (NOW - timedelta(hours=30),)
