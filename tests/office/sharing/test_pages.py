"""The pages of releases: entering, the queue, one request with its way, agreements, and the builder behind them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from platekeeper.evidence.bag import EvidenceError
from platekeeper.office.access import screening
from platekeeper.office.access.inquiries import Screening
from platekeeper.office.access.operations import open_access
from platekeeper.office.evidence.models import EvidencePackage
from platekeeper.office.notices.models import Notice
from platekeeper.office.sharing.forms import DECLARED
from platekeeper.office.sharing.lifecycle import WITHDRAW, ReleaseState
from platekeeper.office.sharing.models import Agreement, ReleaseRequest
from platekeeper.office.sharing.operations import take_move
from platekeeper.policy import Function, Role
from platekeeper.policy.vocabulary import RecipientClass

from ..doors import logged_in
from ..evidence.packages import PLATE, seen
from ..people import REASON, a_person, an_agency, an_inquiry
from .releases import SHERIFF, an_approver, an_asker, approved, asked, entered, found

LETTER = b"%PDF-1.4 <script>alert(1)</script>"


class Office:
    """An asker, an approver and an auditor at their browsers."""

    def __init__(self, profile: str = "redondo-beach") -> None:
        self.agency = an_agency(profile)
        self.people = {
            "asker": an_asker(self.agency), "approver": an_approver(self.agency),
            "auditor": a_person(self.agency, Role.AUDITOR), "trainer": a_person(self.agency, Role.TRAINER),
        }  # fmt: skip
        self.clients = {name: logged_in(person) for name, person in self.people.items()}

    def get(self, who, name, *args, **query):
        return self.clients[who].get(reverse(f"sharing:{name}", args=args), query)

    def post(self, who, name, *args, **form):
        return self.clients[who].post(reverse(f"sharing:{name}", args=args), form)

    def form(self, **changes):
        given = {
            name: value for name, value in vars(asked(self.agency)).items() if not name.startswith("letter")
        }
        letter = SimpleUploadedFile("request of 3 May.pdf", LETTER)
        given = {name: "" if value is None else value for name, value in given.items()}
        return {**given, "disclaims": [one.value for one in DECLARED], "letter": letter, **changes}

    def approves(self, release, **changes):
        form = {
            "step": "APPROVE", "considered": ["Values Act", "Reproductive Privacy Act"],
            "finding": "official purpose", **changes,
        }  # fmt: skip
        return self.post("approver", "release", release.request.pk, **form)


@pytest.fixture(scope="module")
def office(database) -> Office:
    return Office()


class TestNew:
    def test_puts_a_request_on_file_with_its_letter(self, office):
        answer = office.post("asker", "new", **office.form())

        page = office.clients["asker"].get(answer.headers["Location"]).content.decode()
        assert "Waits for review" in page
        assert SHERIFF in page
        request = ReleaseRequest.objects.get(pk=answer.headers["Location"].split("/")[2])
        assert bytes(request.letter) == LETTER

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"recipient_class": "immigration"}, "CA GOV 7284.6"),
            ({"recipient_class": "commercial"}, "RB 432.9(c)"),
            ({"recipient_state": "AZ"}, "CA CIV 1798.90.55"),
            ({"disclaims": []}, "CA GOV 7284.6"),
            ({"letter": ""}, "not in writing"),
        ],
    )
    def test_shows_the_clause_of_what_is_refused_at_once(self, office, changes, words):
        answer = office.post("asker", "new", **office.form(**changes))

        page = office.clients["asker"].get(answer.headers["Location"]).content.decode()
        assert "Refused" in page
        assert words in page
        assert "Approve" not in page

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"case_number": "whatever"}, "write it like"),
            ({"verified_by": ""}, "required"),
            ({"recipient_class": "friends"}, "valid choice"),
            ({"letter": SimpleUploadedFile("a.pdf", b"x" * (10 * 2**20 + 1))}, "larger than 10 MiB"),
        ],
    )
    def test_says_what_is_wrong_and_stores_nothing(self, office, changes, words):
        before = ReleaseRequest.objects.filter(agency=office.agency).count()

        answer = office.post("asker", "new", **office.form(**changes))

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert ReleaseRequest.objects.filter(agency=office.agency).count() == before

    def test_is_explained_to_who_may_only_look(self, office):
        assert "You may not enter requests" in office.get("auditor", "new").content.decode()
        assert office.post("auditor", "new", **office.form()).status_code == 403

    def test_takes_the_case_from_the_builder(self, office):
        assert 'value="26-0815"' in office.get("asker", "new", case_number="26-0815").content.decode()


class TestRelease:
    def test_is_approved_by_the_office_and_shows_who_and_why(self, office):
        release = entered(office.agency, office.people["asker"])

        answer = office.approves(release)

        assert answer.status_code == 302
        page = office.get("asker", "release", release.request.pk).content.decode()
        assert "official purpose" in page
        assert "Choose the reads" in page
        own = office.get("approver", "release", release.request.pk).content.decode()
        assert "Choose the reads" not in own

    def test_a_disabled_button_says_why(self, office):
        release = entered(office.agency, office.people["asker"])

        page = office.get("asker", "release", release.request.pk).content.decode()

        assert re.search(r'value="APPROVE"[^>]*aria-disabled="true" aria-describedby="why-APPROVE"', page)
        assert "None of your roles may approve a release" in page

    @pytest.mark.parametrize(
        ("form", "status", "words"),
        [
            ({"considered": []}, 403, "Values Act"),
            ({"considered": ["Bible"]}, 422, "official law enforcement purpose"),
            ({"finding": " "}, 403, "RB 432.9(b)"),
            ({"step": "RELEASE"}, 422, "does not follow"),
            ({"step": "REFUSE", "reason": ""}, 422, "is empty"),
        ],
    )
    def test_says_what_is_missing_and_stays_where_it_was(self, office, form, status, words):
        release = entered(office.agency, office.people["asker"])

        answer = office.approves(release, **form)

        assert answer.status_code == status
        assert words in answer.content.decode()
        assert found(office.agency, release.request.pk).state is ReleaseState.ASKED

    def test_is_no_other_agencys_to_see_or_to_step(self, office):
        release = entered(office.agency)
        stranger = logged_in(an_approver(an_agency()))

        for name in ("release", "letter"):
            assert stranger.get(reverse(f"sharing:{name}", args=[release.request.pk])).status_code == 404
        step = stranger.post(
            reverse("sharing:release", args=[release.request.pk]), {"step": "REFUSE", "reason": "x"}
        )
        assert step.status_code == 404

    def test_auditors_see_all_and_step_nothing(self, office):
        release = entered(office.agency, office.people["asker"])

        assert office.get("auditor", "releases").status_code == 200
        assert office.get("auditor", "release", release.request.pk).status_code == 200
        answer = office.post("auditor", "release", release.request.pk, step="WITHDRAW", reason="no")

        assert answer.status_code == 403
        assert office.get("trainer", "releases").status_code == 403

    def test_sends_the_letter_as_a_file_and_never_as_a_page(self, office):
        answer = office.get("auditor", "letter", entered(office.agency, letter=LETTER).request.pk)

        assert answer.content == LETTER
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        unwritten = entered(office.agency, letter=b"")
        assert office.get("auditor", "letter", unwritten.request.pk).status_code == 404

    def test_the_list_tells_apart_what_waits_and_what_is_on_file(self, office):
        entered(office.agency, office.people["asker"])

        page = office.get("approver", "releases").content.decode()

        assert (
            page.index("Waiting for review") < page.index("Approved, not handed over") < page.index("On file")
        )


class TestAgreements:
    def test_are_noted_and_ended(self, office):
        form = {
            "recipient_agency": SHERIFF, "recipient_class": "local-police", "valid_from": "2026-01-01", "valid_to": "",
            "document": "C-26-1", "forbids_onward": "on",
        }  # fmt: skip
        assert office.post("approver", "agreements", **form).status_code == 302
        noted = Agreement.objects.get(agency=office.agency, document="C-26-1")

        ended = office.post("approver", "end_agreement", noted.pk, because="cancelled")

        noted.refresh_from_db()
        assert ended.status_code == 302
        assert noted.ended_because == "cancelled"
        assert "cancelled" in office.get("auditor", "agreements").content.decode()

    @pytest.mark.parametrize(
        ("who", "changes", "status"),
        [
            ("approver", {"valid_to": "2025-01-01"}, 422), ("approver", {"document": ""}, 422), ("asker", {}, 403),
        ],
    )  # fmt: skip
    def test_are_refused(self, office, who, changes, status):
        form = {
            "recipient_agency": "Nowhere PD", "recipient_class": "local-police", "valid_from": "2026-01-01",
            "document": "C-26-2", **changes,
        }  # fmt: skip
        assert office.post(who, "agreements", **form).status_code == status
        assert not Agreement.objects.filter(agency=office.agency, recipient_agency="Nowhere PD").exists()

    def test_of_another_agency_are_not_ended(self, office):
        assert office.post("approver", "end_agreement", uuid4(), because="x").status_code == 404


class TestBuilder:
    """The way from a released request to the hand-over, in the browser."""

    def build(self, office, client, release, **changes):
        read_ids = seen(office.agency, PLATE, pictures=False)
        search = an_inquiry(office.agency)
        grant = open_access(
            person=office.people["asker"],
            agency=office.agency,
            inquiry=search,
            now=timezone.now() - timedelta(seconds=1),
        )
        form = {
            "because": str(grant.record_id), "reads": str(read_ids[0]), "release": str(release.request.pk),
            "reason": REASON, **changes,
        }  # fmt: skip
        return client.post(reverse("evidence:build"), form)

    def test_offers_what_is_approved_and_names_it_from_the_package_to_the_hand_over(self, office):
        release, client = approved(office.agency, office.people["approver"]), office.clients["asker"]
        offered = client.get(reverse("evidence:new"), {"release": str(release.request.pk)}).content.decode()
        assert release.recipient in offered
        assert reverse("sharing:new") in offered

        b"".join(self.build(office, client, release).streaming_content)
        package = EvidencePackage.objects.get(agency_id=office.agency.pk, release_id=release.request.pk)
        step = reverse("evidence:step", args=[package.id])
        client.post(step, {"step": "write", "medium": "USB stick 1", "verified": "by hand"})
        handed = {"step": "hand-over", "received_by": release.request.requester, "place": "counter"}
        alone = client.post(step, handed)
        given = client.post(step, {**handed, "release": str(release.request.pk)})

        assert (alone.status_code, given.status_code) == (403, 302)
        assert "no approved request for release" in alone.content.decode()
        page = client.get(reverse("sharing:release", args=[release.request.pk])).content.decode()
        assert "Handed over" in page
        assert reverse("evidence:package", args=[package.id]) in page

    def test_refuses_the_approver_with_the_clause(self, office):
        approver = office.people["approver"]
        approver.roles = ["commander", "detective"]
        approver.save(using="owner")
        release = approved(office.agency, approver)

        answer = self.build(office, office.clients["approver"], release, because="")

        assert answer.status_code == 403
        assert "no approved request for release covers this" in answer.content.decode()
        assert not EvidencePackage.objects.filter(release_id=release.request.pk).exists()

    def test_tells_whoever_waits_that_the_release_ended_while_it_was_built(self, office):
        release, asker = approved(office.agency, office.people["approver"]), office.people["asker"]
        response = self.build(office, office.clients["asker"], release)
        withdrawal = {
            "release": found(office.agency, release.request.pk),
            "move": WITHDRAW,
            "reason": "suspect found",
        }
        take_move(person=asker, now=timezone.now(), **withdrawal)

        with pytest.raises(EvidenceError, match="ended while"):
            b"".join(response.streaming_content)

        assert Notice.objects.filter(recipient=asker, kind="evidence-broken-off").count() == 1
        assert not EvidencePackage.objects.filter(release_id=release.request.pk).exists()

    def test_says_so_where_it_ended_before_the_record(self, office, monkeypatch):
        release = approved(office.agency, office.people["approver"])
        asker = office.people["asker"]
        withdrawn = {"release": release, "move": WITHDRAW, "person": asker, "now": timezone.now()}

        def ends(_person, _agency, inquiry, _now):
            if inquiry.function is Function.EXPORT:  # the builder looks at the reads once more
                take_move(**withdrawn, reason="no longer needed")
            return [Screening(released_to=RecipientClass.LOCAL_POLICE)]

        monkeypatch.setitem(screening._SCREENS, "sharing", ends)

        answer = self.build(office, office.clients["asker"], release)

        assert answer.status_code == 403
        assert "no approved request for release covers this" in answer.content.decode()

    def test_does_not_know_a_release_that_is_not_approved(self, office):
        answer = self.build(office, office.clients["asker"], entered(office.agency))

        assert answer.status_code == 422
        assert "valid choice" in answer.content.decode()
