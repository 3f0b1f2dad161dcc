"""The pages of the policy in force: what they tell, what they refuse, and that nobody changes it alone."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platekeeper.office.accounts.models import Agency
from platekeeper.office.governance.models import Attestation, ProfileProposal
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import PROFILES, a_person, an_agency
from .drafts import in_force, kept_longer, renamed

HOME, PROPOSE, PROGRAMME = "/policy/", "/policy/propose/", "/policy/programme/"


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def admin(agency):
    return logged_in(a_person(agency, Role.ADMINISTRATOR))


@pytest.fixture
def custodian(agency):
    return logged_in(a_person(agency, Role.CUSTODIAN))


def proposed(client, text: str) -> str:
    answer = client.post(PROPOSE, {"text": text, "reason": "The council decided.", "step": "propose"})
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


class TestProfile:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_shows_everybody_every_rule_with_its_clause(self, profile):
        agency = an_agency(profile)

        said = text_of(logged_in(a_person(agency, Role.SUPERVISOR)).get(HOME))

        assert "Reads are destroyed after" in said
        assert "version 1" in said
        assert "installation" in said

    def test_calls_nothing_optional_that_is_asked_for(self, admin):
        said = text_of(admin.get(PROPOSE))

        assert "Needed once you propose it" in said
        assert "(optional)" not in said

    def test_tells_whoever_may_not_propose_why(self, agency):
        said = text_of(logged_in(a_person(agency, Role.DETECTIVE)).get(HOME))

        assert "RB 432" in said
        assert "does not" in said or "not" in said

    def test_gives_the_text_as_it_was_published(self, agency, admin):
        answer = admin.get("/policy/versions/1/profile.toml")

        assert answer.content.decode() == in_force(agency)
        assert answer["Content-Disposition"] == 'attachment; filename="redondo-beach-1.toml"'

    @pytest.mark.parametrize("page", ["versions/9/", "versions/9/profile.toml", "proposals/999999/"])
    def test_has_no_page_for_what_does_not_exist(self, admin, page):
        assert admin.get(HOME + page).status_code == 404


class TestPropose:
    def test_is_refused_with_clause_and_remedy_to_whoever_may_not(self, agency):
        client = logged_in(a_person(agency, Role.DETECTIVE))

        answer = client.post(PROPOSE, {"text": renamed(agency), "reason": "x", "step": "propose"})

        assert answer.status_code == 403
        assert not ProfileProposal.objects.filter(agency=agency).exists()
        assert "You may not propose a change" in text_of(client.get(PROPOSE))

    def test_names_each_finding_with_line_clause_and_remedy(self, agency, admin):
        text = in_force(agency).replace('purge = { value = "P5Y"', 'purge = { value = "P30D"')

        said = text_of(admin.post(PROPOSE, {"text": text, "reason": "Less.", "step": "check"}))

        assert "may not be published as it stands" in said
        assert "Lengthen the purge" in said or "counsel" in said
        assert "Propose it to a second person" not in said

    def test_takes_a_file(self, agency, admin):
        file = SimpleUploadedFile("profile.toml", kept_longer(agency).encode())

        said = text_of(admin.post(PROPOSE, {"file": file, "reason": "Longer.", "step": "check"}))

        assert "Access records are kept for at least 10 years." in said
        assert "administrator and custodian must both agree" in said
        assert "Propose it to a second person" in said

    @pytest.mark.parametrize(
        "given",
        [{"file": SimpleUploadedFile("x.toml", b"\xff\xfe\x00")}, {"text": "a = \x00"}, {"text": ""}, {},
         {"file": SimpleUploadedFile("x.toml", b"#" * 1_000_001)}, {"text": "#", "reason": "x" * 2001}],
        ids=("not UTF-8", "zero byte", "empty", "nothing", "too large", "too wordy"),
    )  # fmt: skip
    @pytest.mark.parametrize("step", ["check", "propose"])
    def test_refuses_what_is_no_text_with_a_sentence(self, admin, agency, given, step):
        answer = admin.post(PROPOSE, {**given, "step": step})

        assert answer.status_code in {400, 422}, "a zero byte is refused before any page sees it"
        assert not ProfileProposal.objects.filter(agency=agency).exists()

    def test_asks_for_a_reason(self, agency, admin):
        answer = admin.post(PROPOSE, {"text": renamed(agency), "reason": " ", "step": "propose"})

        assert answer.status_code == 422
        assert "why the profile is changed" in text_of(answer)

    def test_of_the_profile_in_force_is_no_change(self, agency, admin):
        assert "word for word" in text_of(admin.post(PROPOSE, {"text": in_force(agency), "step": "check"}))

    def test_tells_the_others(self, agency, admin, custodian):
        proposed(admin, renamed(agency))

        assert "proposes a change of the policy profile" in text_of(custodian.get("/messages/"))


class TestProposal:
    def test_is_not_approved_by_its_proposer(self, agency, admin):
        address = proposed(admin, renamed(agency))

        answer = admin.post(address, {"reason": "Mine.", "step": "adopt"})

        assert answer.status_code == 403
        assert Agency.objects.get(pk=agency.pk).profile_number == 1
        assert "Nobody but the proposer has agreed" in text_of(admin.get(address))

    def test_is_not_there_for_another_agency(self, agency, admin):
        stranger = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))
        address = proposed(admin, renamed(agency))

        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"reason": "x", "step": "adopt"}).status_code == 404

    def test_is_approved_by_a_second_person_and_in_force_on_the_next_page(self, agency, admin, custodian):
        address = proposed(admin, renamed(agency))

        answer = custodian.post(address, {"reason": "Read.", "step": "adopt"})

        assert (answer.status_code, answer["Location"]) == (302, address)
        assert "second edition, version 2" in text_of(admin.get(HOME))
        assert "in force" in text_of(admin.get("/policy/versions/2/"))
        assert "Read." in text_of(admin.get(address))

    def test_is_refused_with_a_reason_and_kept(self, agency, admin, custodian):
        address = proposed(admin, renamed(agency))

        assert custodian.post(address, {"reason": " ", "step": "refuse"}).status_code == 422
        custodian.post(address, {"reason": "Not now.", "step": "refuse"})

        assert "Refused" in text_of(admin.get(HOME))
        assert "Not now." in text_of(admin.get(address))
        assert custodian.post(address, {"reason": "Yes.", "step": "adopt"}).status_code == 422

    def test_is_outdated_after_another_came_into_force(self, agency, admin, custodian):
        early, late = proposed(admin, renamed(agency)), proposed(admin, kept_longer(agency))
        custodian.post(early, {"reason": "Read.", "step": "adopt"})

        answer = custodian.post(late, {"reason": "Read.", "step": "adopt"})

        assert answer.status_code == 422
        assert "Version 2 has come into force" in text_of(answer)
        assert "outdated" in text_of(custodian.get(late))


class TestProgramme:
    def test_shows_what_is_open_with_its_remedy(self, admin):
        said = text_of(admin.get(PROGRAMME))

        assert "Have counsel go through them and note the date." in said
        assert "C-12" in said

    def test_attests_with_a_document(self, agency, admin):
        given = {
            "obligation": "GOV-13",
            "statement": "Gone through.",
            "document": "Shelf 3",
            "step": "attest",
        }

        assert admin.post(PROGRAMME, given).status_code == 302

        kept = Attestation.objects.get(agency=agency)
        assert (kept.obligation, kept.document) == ("GOV-13", "Shelf 3")
        assert "Shelf 3" in text_of(admin.get(PROGRAMME))

    @pytest.mark.parametrize("given", [{"obligation": "XXX"}, {"obligation": "GOV-13", "statement": ""}])
    def test_refuses_what_attests_nothing(self, agency, admin, given):
        assert admin.post(PROGRAMME, {**given, "step": "attest"}).status_code == 422
        assert not Attestation.objects.filter(agency=agency).exists()

    def test_is_refused_to_whoever_does_not_answer_for_the_policy(self, agency):
        client = logged_in(a_person(agency, Role.AUDITOR))

        answer = client.post(PROGRAMME, {"obligation": "GOV-13", "statement": "Mine.", "step": "attest"})

        assert answer.status_code == 403
        assert "You may not attest" in text_of(client.get(PROGRAMME))

    def test_prepares_counsels_ruling_as_a_change_for_two(self):
        agency = an_agency("el-cajon")
        admin = logged_in(a_person(agency, Role.ADMINISTRATOR))
        given = {"counsel": "City Attorney", "ruled_on": "2026-11-02", "reference": "Op. 26-4",
                 "sentence": "Thirty days stand.", "step": "ruling"}  # fmt: skip

        said = text_of(admin.post(PROGRAMME, given))

        assert "City Attorney ruled on 2026-11-02 (Op. 26-4): Thirty days stand." in said
        assert "administrator and custodian must both agree" in said
        assert admin.post(PROGRAMME, {**given, "ruled_on": "soon"}).status_code == 422
