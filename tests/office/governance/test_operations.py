"""Changing a profile as its people do it: refused with clause and reason, in force for everybody at once."""

import json
import secrets
from hashlib import sha256

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.access.events import record_event
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.models import Agency, Person, ProfileVersion
from platekeeper.office.accounts.queries import NoPolicyInForce, facts_of, profile_of
from platekeeper.office.governance.models import ProfileAnswer
from platekeeper.office.governance.operations import (
    GovernanceError,
    NotToBeProposed,
    answer_profile,
    attest,
    propose_profile,
    take_up_floors,
)
from platekeeper.office.governance.queries import (
    decision_on,
    open_points_of,
    proposal_of,
    review_profile,
    text_with_ruling,
    version_in_force,
)
from platekeeper.policy import Allowed, Denied, Role
from platekeeper.policy.check import check_profile

from ..people import OWNER, PROFILES, a_person, a_searcher, an_agency, an_inquiry
from .drafts import in_force, kept_longer, renamed, revised

MAYNOT = (Role.DETECTIVE, Role.AUDITOR, Role.SUPERVISOR)


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def admin(agency):
    return a_person(agency, Role.ADMINISTRATOR)


@pytest.fixture
def custodian(agency):
    return a_person(agency, Role.CUSTODIAN)


def anew(person: Person) -> Person:
    return Person.objects.select_related("agency").get(pk=person.pk)


def proposed(person: Person, text: str):
    number = propose_profile(person=person, text=text, reason="The council decided.", now=timezone.now())
    return proposal_of(person.agency, number)


def answered(person: Person, proposal, *, adopt: bool = True):
    return answer_profile(
        person=person, proposal=proposal, adopt=adopt, reason="Read and compared.", now=timezone.now()
    )


def published(agency: Agency, text: str) -> Agency:
    answered(a_person(agency, Role.CUSTODIAN), proposed(a_person(agency, Role.ADMINISTRATOR), text))
    return Agency.objects.get(pk=agency.pk)


class TestProposeProfile:
    @pytest.mark.parametrize("role", MAYNOT)
    def test_is_refused_to_whoever_may_not_publish(self, agency, role):
        with pytest.raises(AccessDenied) as refused:
            proposed(a_person(agency, role), renamed(agency))

        assert refused.value.decision.clause
        assert refused.value.decision.remedy

    def test_is_refused_without_a_reason(self, admin):
        with pytest.raises(GovernanceError, match="why the profile is changed"):
            propose_profile(person=admin, text=renamed(admin.agency), reason=" ", now=timezone.now())

    def test_is_refused_where_nothing_changes(self, admin):
        with pytest.raises(NotToBeProposed, match="says what the one in force says"):
            proposed(admin, in_force(admin.agency))

    def test_is_refused_with_another_agencys_profile(self, admin):
        with pytest.raises(NotToBeProposed, match="not of Redondo Beach"):
            proposed(admin, policy.library.profile_text("monrovia"))

    @pytest.mark.parametrize("text", ["", "= nothing", "[policy]\nslug = 3\n", "\x01", "[policy]\n" * 3])
    def test_is_refused_with_what_cannot_be_read(self, admin, text):
        with pytest.raises(NotToBeProposed) as refused:
            proposed(admin, text)

        assert all(one.line >= 1 and one.clause and one.remedy for one in refused.value.review.problems)

    def test_is_refused_below_the_floor_naming_line_clause_and_remedy(self, admin):
        text = in_force(admin.agency).replace('purge = { value = "P5Y"', 'purge = { value = "P30D"')
        assert text != in_force(admin.agency)

        with pytest.raises(NotToBeProposed) as refused:
            proposed(admin, text)

        problem = refused.value.review.problems[0]
        assert text.splitlines()[problem.line - 1].startswith(("purge", "minimum"))
        assert problem.clause
        assert problem.remedy

    def test_too_long_a_text_is_refused(self, admin):
        with pytest.raises(GovernanceError, match=r"1,000,000"):
            proposed(admin, "#" * 1_000_001)


class TestAnswerProfile:
    def test_is_refused_to_the_proposer(self, admin):
        proposal = proposed(admin, renamed(admin.agency))

        with pytest.raises(AccessDenied) as refused:
            answered(admin, proposal)

        assert refused.value.decision.obligation == "GOV-09"
        assert profile_of(anew(admin).agency).policy_title != "432 ALPR, second edition"

    @pytest.mark.parametrize("role", MAYNOT)
    def test_is_refused_to_whoever_may_not_publish(self, admin, role):
        other = a_person(admin.agency, role)
        proposal = proposed(admin, renamed(admin.agency))

        with pytest.raises(AccessDenied):
            answered(other, proposal)
        with pytest.raises((AccessDenied, GovernanceError)):
            answered(other, proposal, adopt=False)

        assert not ProfileAnswer.objects.filter(proposal=proposal).exists()

    def test_on_retention_is_refused_to_a_second_administrator(self, agency, admin):
        proposal = proposed(admin, kept_longer(agency))

        with pytest.raises(AccessDenied) as refused:
            answered(a_person(agency, Role.ADMINISTRATOR), proposal)

        assert proposal.concerns_retention
        assert refused.value.decision.obligation == "GOV-07"

    def test_on_retention_is_open_to_the_custodian(self, agency, admin, custodian):
        outcome = answered(custodian, proposed(admin, kept_longer(agency)))

        assert outcome is ProfileAnswer.Outcome.ADOPTED
        assert str(profile_of(Agency.objects.get(pk=agency.pk)).retention.access_records.value) == "P10Y"

    def test_by_somebody_with_both_roles_counts_as_the_other(self, agency, admin):
        both = a_person(agency, Role.ADMINISTRATOR, roles=["administrator", "custodian"])
        proposal = proposed(admin, kept_longer(agency))

        assert isinstance(decision_on(both, proposal, timezone.now()), Allowed)
        assert answered(both, proposal) is ProfileAnswer.Outcome.ADOPTED

    def test_other_changes_are_open_to_a_second_administrator(self, agency, admin):
        outcome = answered(a_person(agency, Role.ADMINISTRATOR), proposed(admin, renamed(agency)))

        assert outcome is ProfileAnswer.Outcome.ADOPTED

    def test_comes_once_only(self, agency, admin, custodian):
        proposal = proposed(admin, renamed(agency))
        answered(custodian, proposal, adopt=False)

        with pytest.raises(GovernanceError, match="answered already"):
            answered(custodian, proposal)

        assert profile_of(Agency.objects.get(pk=agency.pk)).policy_title != "432 ALPR, second edition"

    def test_does_not_adopt_over_a_later_version(self, agency, admin, custodian):
        early, late = proposed(admin, renamed(agency)), proposed(admin, revised(agency))
        answered(custodian, early)

        with pytest.raises(GovernanceError, match="Version 2 has come into force"):
            answered(custodian, late)

    def test_keeps_a_refused_one_with_its_reason(self, agency, admin, custodian):
        proposal = proposed(admin, renamed(agency))

        outcome = answered(custodian, proposal, adopt=False)

        assert outcome is ProfileAnswer.Outcome.REFUSED
        kept = proposal_of(agency, proposal.pk)
        assert kept.text == renamed(agency)
        assert (kept.answer.reason, kept.answer.answered_by) == ("Read and compared.", custodian)

    def test_lets_the_proposer_withdraw(self, agency, admin):
        assert (
            answered(admin, proposed(admin, renamed(agency)), adopt=False) is ProfileAnswer.Outcome.WITHDRAWN
        )

    @pytest.mark.parametrize("profile", PROFILES)
    def test_rules_everybody_from_then_on(self, profile):
        agency = an_agency(profile)
        before = profile_of(agency)

        after = profile_of(published(agency, revised(agency, "2026-council")))

        assert after.version.startswith("2026-council+")
        assert before.version != after.version
        assert version_in_force(Agency.objects.get(pk=agency.pk)).version == after.version


class TestEverythingNamesTheVersion:
    """A test per kind of thing that is decided, recorded or entered (GOV-04)."""

    @pytest.fixture
    def second(self, agency):
        return published(agency, revised(agency, "second"))

    def test_an_allowed_decision(self, second):
        person = a_searcher(second)

        decided = dict(policy.explain(profile_of(second), facts_of(person), timezone.now()))

        assert {one.version for one in decided.values()} == {version_in_force(second).version}
        assert {type(one) for one in decided.values()} == {Allowed, Denied}

    @pytest.mark.parametrize("allowed", [True, False])
    def test_an_access_record_and_its_entry(self, second, owner, allowed):
        person = a_searcher(second)
        inquiry = an_inquiry(second, **({} if allowed else {"purpose": ""}))
        try:
            record = open_access(person=person, agency=second, inquiry=inquiry, now=timezone.now()).record_id
        except AccessDenied as refused:
            record = refused.record_id

        expected = version_in_force(second).version
        assert owner.execute(
            "SELECT policy_version FROM access_record WHERE id = %s", [record]
        ).fetchone() == (expected,)
        assert _details(owner, str(record))["policy_version"] == expected

    def test_an_entry_of_an_event(self, second, owner):
        subject = secrets.token_hex(6)

        record_event(
            agency=second.slug, event="camera.deployed", actor="a", subject=subject, details={"n": 1}
        )

        assert _details(owner, subject) == {"n": 1, "policy_version": version_in_force(second).version}

    def test_an_entry_of_the_installation_names_none(self, owner):
        subject = secrets.token_hex(6)

        record_event(agency="", event="login.failed", actor="a", subject=subject, details={})

        assert _details(owner, subject) == {}

    def test_each_version_named_is_in_the_table(self, second, owner):
        open_access(person=a_searcher(second), agency=second, inquiry=an_inquiry(second), now=timezone.now())

        named = owner.execute("SELECT policy_version FROM access_record WHERE agency_id = %s", [second.pk])
        kept = ProfileVersion.objects.filter(agency=second).values_list("version", flat=True)
        assert {version for (version,) in named} <= set(kept)


class TestTakeUpFloors:
    def test_publishes_nothing_where_nothing_changed(self, agency):
        take_up_floors(timezone.now())

        assert Agency.objects.get(pk=agency.pk).profile_number == 1

    def test_publishes_the_same_text_anew_where_the_floor_changed(self):
        # made as an older Platekeeper would have: its floor gave the same text another name
        agency = Agency.objects.using(OWNER).create(
            slug=f"milpitas-{secrets.token_hex(4)}", name="Older", profile="milpitas"
        )
        text = policy.library.profile_text("milpitas")
        _store(agency, text, "1+000000000000")

        made = [one for one in take_up_floors(timezone.now()) if one.agency == agency]

        assert [(one.number, one.text, one.approved_by) for one in made] == [(2, text, "installation")]
        assert profile_of(Agency.objects.get(pk=agency.pk)).version == made[0].version


class TestProfileOf:
    def test_refuses_an_agency_without_a_policy(self):
        agency = Agency.objects.using(OWNER).create(
            slug=f"none-{secrets.token_hex(4)}", name="Nowhere Police", profile="milpitas"
        )
        try:
            with pytest.raises(NoPolicyInForce, match="Nowhere Police has no policy in force"):
                profile_of(Agency.objects.get(pk=agency.pk))
        finally:
            agency.delete(using=OWNER)

    def test_asks_the_database_once_a_version(self, agency):
        profile_of(Agency.objects.get(pk=agency.pk))
        found = Agency.objects.get(pk=agency.pk)

        with CaptureQueriesContext(connections["default"]) as asked:
            profile_of(found)

        assert len(asked) == 0


class TestReviewProfile:
    def test_says_in_plain_words_what_changes(self, agency):
        review = review_profile(agency, kept_longer(agency))

        changed = next(one for one in review.changes if one.path == "retention.access_records")
        assert changed.before.text == "Access records are kept for at least 2 years."
        assert changed.after.text == "Access records are kept for at least 10 years."
        assert any(line.startswith("+access_records") for line in review.lines)
        assert review.may_be_proposed

    def test_of_what_only_reads_otherwise_shows_the_lines(self, agency):
        review = review_profile(agency, in_force(agency) + "# a remark\n")

        assert (review.changes, review.concerns_retention) == ((), False)
        assert "+# a remark" in review.lines


class TestCounselsRuling:
    @pytest.mark.parametrize("sentence", ["Thirty days stand.", 'He said: "a\\b" \t ✓', "line\nbreak"])
    def test_is_written_into_the_profile_once(self, sentence):
        text = policy.library.profile_text("el-cajon")
        given = {"counsel": "City Attorney", "ruled_on": "2026-11-01", "reference": "Op. 26-4"}

        twice = text_with_ruling(
            text_with_ruling(text, **given, sentence="counsel_older"), **given, sentence=sentence
        )

        ruling = policy.parse_profile(twice).retention.counsel_ruling
        assert (ruling.counsel, ruling.sentence) == ("City Attorney", sentence)
        assert "counsel_older" not in twice

    def test_closes_the_open_question(self):
        text = policy.library.profile_text("el-cajon")
        ruled = text_with_ruling(text, counsel="A", ruled_on="2026-11-01", reference="R", sentence="S.")

        assert any("C-6" in problem.sentence for problem in check_profile(text))
        assert not any("C-6" in problem.sentence for problem in check_profile(ruled))


class TestAttest:
    @pytest.mark.parametrize("role", MAYNOT)
    def test_is_refused_to_whoever_does_not_answer_for_the_policy(self, agency, role):
        with pytest.raises(AccessDenied):
            _attested(a_person(agency, role), "GOV-13")

    def test_is_refused_of_what_is_no_obligation(self, admin):
        with pytest.raises(GovernanceError, match="no obligation XXX-99"):
            _attested(admin, "XXX-99")

    def test_closes_the_open_point_for_a_year(self, admin):
        now = timezone.now()
        assert "GOV-13" in {one.obligation for one in open_points_of(admin.agency, now)}

        _attested(admin, "GOV-13")

        assert "GOV-13" not in {one.obligation for one in open_points_of(admin.agency, now)}
        later = now.replace(year=now.year + 1, month=12, day=31)
        assert "GOV-13" in {one.obligation for one in open_points_of(admin.agency, later)}


def _attested(person: Person, obligation: str) -> None:
    attest(person=person, obligation=obligation, statement="Done.", document="Shelf 3", now=timezone.now())


def _details(owner, subject: str) -> dict[str, object]:
    row = owner.execute(
        "SELECT details FROM ledger_entry JOIN ledger_details USING (sequence) WHERE subject = %s", [subject]
    ).fetchone()
    return json.loads(row[0])


def _store(agency: Agency, text: str, version: str) -> None:
    now = timezone.now()
    ProfileVersion.objects.using(OWNER).create(
        agency=agency, number=1, text=text, sha256=sha256(text.encode()).hexdigest(), version=version, reason="first",
        proposed_by="installation", proposed_as="installation", proposed_at=now, approved_by="installation",
        approved_as="installation", in_force_from=now,
    )  # fmt: skip
