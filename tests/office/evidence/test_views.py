import io
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from platekeeper.evidence.timestamps import StampError
from platekeeper.evidence.verify import Zip, verify
from platekeeper.ledger.checkpoints import signature_holds
from platekeeper.office.access.operations import open_access
from platekeeper.office.evidence import operations
from platekeeper.office.evidence.models import EvidencePackage
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import REASON, a_person, an_agency, an_inquiry
from ..streets import a_list
from .packages import PLATE, an_exporter, seen


class Desk:
    """An exporter at a browser, with a search behind them that found two reads."""

    def __init__(self) -> None:
        self.agency = an_agency()
        self.person = an_exporter(self.agency)
        self.read_ids = seen(self.agency, PLATE, "7XYZ999")
        self.search = an_inquiry(self.agency)
        now = timezone.now()
        grant = open_access(person=self.person, agency=self.agency, inquiry=self.search, now=now)
        self.because = str(grant.record_id)
        self.client = logged_in(self.person)

    def asked(self, **changes):
        return {
            "because": self.because, "reads": "\n".join(map(str, self.read_ids)), "release": "",
            "purpose": self.search.purpose, "case_number": self.search.case_number, "reason": REASON, **changes,
        }  # fmt: skip

    def build(self, **changes):
        return self.client.post(reverse("evidence:build"), self.asked(**changes))


def looked_at_an_alert(agency, person) -> str:
    inquiry = an_inquiry(agency, Function.VERIFY_ALERT, case_number="", reason="")
    return str(open_access(person=person, agency=agency, inquiry=inquiry, now=timezone.now()).record_id)


@pytest.fixture(scope="module")
def desk(database) -> Desk:
    return Desk()


class TestBuilder:
    def test_shows_the_reads_that_were_handed_over_under_a_record_of_its_own(self, desk):
        page = desk.client.post(
            reverse("evidence:new"), {"read": [str(one) for one in desk.read_ids], "because": desk.because}
        ).content.decode()

        assert PLATE in page
        assert all(str(read_id) in page for read_id in desk.read_ids)
        assert REASON in page

    def test_from_an_alert_shows_the_read_and_refuses_nothing_yet(self, desk):
        a_list(desk.agency, "7ALR777")
        (read_id,) = seen(desk.agency, "7ALR777")
        alert = looked_at_an_alert(desk.agency, desk.person)

        page = desk.client.post(
            reverse("evidence:new"), {"read": str(read_id), "because": alert}
        ).content.decode()

        assert "7ALR777" in page
        assert "was refused" not in page

    def test_shows_no_plate_without_a_search_behind_it(self, desk):
        page = desk.client.get(reverse("evidence:new"), {"read": str(desk.read_ids[0])}).content.decode()

        assert PLATE not in page

    def test_explains_itself_to_who_may_not_export(self, desk):
        officer = a_person(desk.agency, Role.PATROL_OFFICER)

        page = logged_in(officer).get(reverse("evidence:new")).content.decode()

        assert "You may not copy reads out" in page


class TestBuild:
    @pytest.mark.parametrize(
        ("changes", "status", "words"),
        [
            ({"reads": "8ABC123"}, 422, "no read&#x27;s number"),
            ({"release": str(uuid4())}, 422, "valid choice"),
            ({"purpose": ""}, 422, "required"),
            ({"purpose": "curiosity"}, 422, "valid choice"),
            ({"reads": str(uuid4())}, 422, "None of these reads"),
            ({"reason": "test"}, 403, "reason"),
        ],
    )
    def test_is_refused_with_words(self, desk, changes, status, words):
        response = desk.build(**changes)

        assert response.status_code == status
        assert words in response.content.decode()

    def test_of_a_purpose_that_is_no_choice_leaves_a_refusal_without_what_was_typed(self, desk, owner):
        kept = (
            "SELECT count(*) FROM access_record WHERE person_id = %s AND function = %s AND outcome = 'DENIED'"
        )
        before = owner.execute(kept, [desk.person.pk, "export"]).fetchone()[0]

        desk.build(purpose="8ABC123")

        assert owner.execute(kept, [desk.person.pk, "export"]).fetchone()[0] == before + 1
        typed = "SELECT count(*) FROM access_record r WHERE person_id = %s AND r::text LIKE '%%8ABC123%%'"
        assert owner.execute(typed + " AND function = 'export'", [desk.person.pk]).fetchone() == (0,)

    def test_downloads_a_package_that_holds(self, desk):
        before = EvidencePackage.objects.filter(
            agency_id=desk.agency.pk
        ).count()  # others build at this desk, too

        response = desk.build()

        content = b"".join(response.streaming_content)
        assert re.search(r'filename="evidence-.+\.zip"', response.headers["Content-Disposition"])
        assert verify(Zip(io.BytesIO(content)), signature_holds=signature_holds).holds
        assert EvidencePackage.objects.filter(agency_id=desk.agency.pk).count() == before + 1

    def test_that_breaks_off_is_told_to_whoever_waits(self, monkeypatch):
        desk = Desk()

        def fails(*_, **__):
            raise StampError("The authority does not answer: try again.")

        monkeypatch.setattr(operations, "_authority", fails)
        response = desk.build()

        with pytest.raises(StampError):
            b"".join(response.streaming_content)
        assert Notice.objects.get(agency=desk.agency).recipient == desk.person
        assert not EvidencePackage.objects.filter(agency_id=desk.agency.pk).exists()


class TestCustodyPages:
    def test_of_another_agencys_package_there_are_none(self, desk):
        b"".join(desk.build().streaming_content)
        package = EvidencePackage.objects.filter(agency_id=desk.agency.pk).first()
        stranger = logged_in(an_exporter(an_agency()))

        assert stranger.get(reverse("evidence:package", args=[package.id])).status_code == 404

    def test_are_refused_to_who_neither_exports_nor_answers_for_it(self, desk):
        officer = logged_in(a_person(desk.agency, Role.PATROL_OFFICER))

        assert officer.get(reverse("evidence:packages")).status_code == 403

    def test_note_a_step_and_say_what_is_missing(self, desk):
        b"".join(desk.build().streaming_content)
        package = EvidencePackage.objects.filter(agency_id=desk.agency.pk).first()
        step = reverse("evidence:step", args=[package.id])

        empty = desk.client.post(step, {"step": "write", "medium": "USB stick 1"})
        taken = desk.client.post(step, {"step": "write", "medium": "USB stick 1", "verified": "by hand"})
        unbooked = desk.client.post(step, {"step": "book", "property_number": "", "place": "Room 3"})

        assert (empty.status_code, taken.status_code, unbooked.status_code) == (422, 302, 403)
        assert "is empty" in empty.content.decode()
        assert "not booked into evidence" in unbooked.content.decode()
        page = desk.client.get(reverse("evidence:packages")).content.decode()
        assert "On a medium" in page


class TestSheet:
    def test_needs_a_record_behind_it(self, desk):
        assert desk.client.get(reverse("evidence:sheet", args=[desk.read_ids[0]])).status_code == 302

    def test_is_a_pdf(self, desk):
        response = desk.client.get(
            reverse("evidence:sheet", args=[desk.read_ids[0]]), {"because": desk.because}
        )

        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF-")

    def test_of_no_read_is_none(self, desk):
        response = desk.client.get(reverse("evidence:sheet", args=[uuid4()]), {"because": desk.because})

        assert response.status_code == 404

    def test_from_an_alert_asks_for_the_case_and_then_prints(self, desk, owner):
        address = reverse("evidence:sheet", args=[desk.read_ids[0]])
        alert = looked_at_an_alert(desk.agency, desk.person)

        asked = desk.client.get(address, {"because": alert})
        empty = desk.client.post(address, {"because": alert, **self.why(desk, case_number="")})
        printed = desk.client.post(address, {"because": alert, **self.why(desk)})

        assert (asked.status_code, empty.status_code, printed.status_code) == (200, 403, 200)
        assert "say which case it is for" in asked.content.decode()
        assert "This print was refused" in empty.content.decode()
        assert printed.content.startswith(b"%PDF-")
        record = owner.execute(
            "SELECT parent_id::text, case_number FROM access_record WHERE function = 'print' AND outcome = 'ALLOWED'"
            " ORDER BY accessed_at DESC LIMIT 1"
        ).fetchone()
        assert record == (alert, desk.search.case_number)

    def test_from_an_alert_is_not_asked_for_where_nothing_may_be_printed(self):
        agency = an_agency("los-angeles")
        officer = a_person(agency, Role.HIT_ONLY_OFFICER)
        (read_id,) = seen(agency, PLATE)
        alert = looked_at_an_alert(agency, officer)

        page = (
            logged_in(officer)
            .get(reverse("evidence:sheet", args=[read_id]), {"because": alert})
            .content.decode()
        )

        assert "You may not print reads" in page
        assert "Record and print" not in page

    def why(self, desk, **changes):
        given = {"purpose": desk.search.purpose, "case_number": desk.search.case_number, "reason": REASON}
        return {**given, **changes}
