"""Releases to other agencies: each obligation tried against it and refused with its clause, and one that is allowed."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connections
from django.utils import timezone

from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.notices.models import Notice
from platekeeper.office.sharing import operations
from platekeeper.office.sharing.agreements import end_agreement
from platekeeper.office.sharing.covering import decide_handling
from platekeeper.office.sharing.facts import Review
from platekeeper.office.sharing.lifecycle import APPROVE, MOVES, REFUSE, WITHDRAW, ReleaseState
from platekeeper.office.sharing.models import Agreement, ReleaseRequest, StepName
from platekeeper.office.sharing.operations import ReleaseError, ask_release, take_move
from platekeeper.office.sharing.queries import approved_releases, releases_of
from platekeeper.policy import Allowed, Denied, Role
from platekeeper.policy.vocabulary import BarredPurpose, LegalProcess, RecipientClass

from ..people import PROFILES, a_person, an_agency
from .releases import a_review, an_agreement, an_approver, an_asker, approved, asked, entered, found

LA = "los-angeles"
# obligation -> what of a request breaks it, and the clause by which each agency refuses it
IMMIGRATION = {
    "redondo-beach": "CA GOV 7284.6", "milpitas": "CA GOV 7284.6", "monrovia": "CA GOV 7284.6", "el-cajon": "EC 427.3",
    "los-angeles": "CA GOV 7284.6",
}  # fmt: skip
CARE = {**dict.fromkeys(PROFILES, "CA HSC 123460"), "el-cajon": "EC 427.9"}
COMMERCE = {
    "redondo-beach": "RB 432.9(d)1", "milpitas": "CA CIV 1798.90.55", "monrovia": "CA CIV 1798.90.55",
    "el-cajon": "EC 427.6", "los-angeles": "LA 568.53 Sharing",
}  # fmt: skip
STATE_LINE = dict.fromkeys(PROFILES, "CA CIV 1798.90.55")
BARRED = {
    "PUR-10": ({"recipient_class": RecipientClass.IMMIGRATION, "recipient_agency": "ICE"}, IMMIGRATION),
    "PUR-10 undeclared": ({"disclaims": frozenset({BarredPurpose.REPRODUCTIVE_CARE})}, IMMIGRATION),
    "PUR-10 in words": ({"purpose": "ICE detainer on the owner"}, IMMIGRATION),
    "PUR-11": ({"disclaims": frozenset({BarredPurpose.IMMIGRATION})}, CARE),
    "PUR-12": ({"purpose": "vehicle to be repossessed by the lender"}, COMMERCE),
    "SHR-01 federal": ({"recipient_class": RecipientClass.FEDERAL, "recipient_state": ""}, STATE_LINE),
    "SHR-01 Nevada": ({"recipient_state": "NV"}, STATE_LINE),
}


def refusal_of(release):
    assert release.state is ReleaseState.REFUSED
    step = release.step(StepName.REFUSE)
    assert step.username == "platekeeper"
    return step.detail


class TestAskRelease:
    @pytest.mark.parametrize(("row", "slug"), list(product(BARRED, PROFILES)))
    def test_what_is_barred_is_refused_at_once_with_its_clause_and_kept(self, row, slug):
        changes, clauses = BARRED[row]

        release = entered(an_agency(slug), **changes)

        refused = refusal_of(release)
        assert refused["clause"] == clauses[slug]
        assert refused["reason"].endswith(".")
        assert refused["remedy"].endswith(".")

    @pytest.mark.parametrize("slug", ["el-cajon", "los-angeles"])
    def test_without_a_right_to_know_it_is_refused(self, slug):
        release = entered(an_agency(slug), authority=" ")

        assert "right to know" in refusal_of(release)["reason"]

    @pytest.mark.parametrize("slug", PROFILES)
    def test_without_a_letter_it_is_refused(self, slug):
        release = entered(an_agency(slug), letter=b"", letter_name="")

        assert "not in writing" in refusal_of(release)["reason"]

    @pytest.mark.parametrize("kind", [RecipientClass.COMMERCIAL, RecipientClass.PUBLIC, RecipientClass.COURT])
    def test_to_others_than_agencies_it_is_refused(self, kind):
        assert refusal_of(entered(an_agency(), recipient_class=kind))["clause"]

    def test_to_state_police_it_is_refused_where_the_policy_is_narrower(self):
        clause = refusal_of(entered(an_agency(LA), recipient_class=RecipientClass.STATE_POLICE))["clause"]

        assert clause == "LA 568.53 Sharing"

    @pytest.mark.parametrize("slug", PROFILES)
    def test_as_it_should_be_it_waits_for_the_office_that_answers(self, slug):
        agency = an_agency(slug)
        approver = an_approver(agency)

        release = entered(agency)

        assert release.state is ReleaseState.ASKED
        assert Notice.objects.filter(recipient=approver, kind="release").count() == 1

    def test_who_has_no_right_enters_none(self):
        agency = an_agency()

        with pytest.raises(AccessDenied):
            ask_release(person=a_person(agency, Role.AUDITOR), asked=asked(agency), now=timezone.now())

        assert releases_of(agency) == []

    def test_a_failing_record_leaves_nothing(self, monkeypatch):
        agency, person = an_agency(), None
        person = an_asker(agency)

        def fails(**_):
            raise RuntimeError

        monkeypatch.setattr(operations, "tell", fails)
        with pytest.raises(RuntimeError):
            ask_release(person=person, asked=asked(agency), now=timezone.now())

        assert not ReleaseRequest.objects.filter(agency=agency).exists()


COURT = {
    "recipient_class": RecipientClass.COURT, "recipient_agency": "Superior Court", "requester": "Clerk Roe",
    "process": LegalProcess.COURT_ORDER, "process_number": "BA 481516", "process_issuer": "Superior Court, Dept. 12",
    "authority": "", "disclaims": frozenset(),
}  # fmt: skip
PROCESS = {
    "redondo-beach": "RB 432.9", "milpitas": "MI 462.7", "monrovia": "MO 463.6", "el-cajon": "EC 427.9",
    "los-angeles": "LA 568.53 Retention",
}  # fmt: skip


class TestLegalProcess:
    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(
        "recipient", [RecipientClass.COURT, RecipientClass.DEFENSE, RecipientClass.PROSECUTOR]
    )
    def test_of_a_court_is_answered_by_approval_of_the_office(self, profile, recipient):
        agency = an_agency(profile)
        release = entered(agency, **{**COURT, "recipient_class": recipient})

        take_move(
            release=release,
            move=APPROVE,
            person=an_approver(agency),
            now=timezone.now(),
            review=a_review(agency),
        )

        done = found(agency, release.request.pk)
        assert done.state is ReleaseState.APPROVED
        assert done.step(StepName.ASK).detail["process_number"] == "BA 481516"
        assert isinstance(decide_handling(done, an_asker(agency), timezone.now()), Allowed)

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(
        "changes",
        [
            {"process": None},
            {"recipient_state": "NV"},
        ],
        ids=["none", "of Nevada"],
    )
    def test_must_be_there_and_of_the_state(self, profile, changes):
        said = refusal_of(entered(an_agency(profile), **{**COURT, "authority": "x", **changes}))

        assert said["clause"] == PROCESS[profile]
        assert "refer the request to counsel" in said["remedy"]

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize("missing", ["process_number", "process_issuer"])
    def test_has_number_and_issuer(self, profile, missing):
        said = refusal_of(entered(an_agency(profile), **{**COURT, missing: " "}))

        assert said["clause"] == PROCESS[profile]

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"recipient_class": RecipientClass.IMMIGRATION}, "immigration enforcement"),
            ({"recipient_class": RecipientClass.FEDERAL, "disclaims": frozenset(BarredPurpose)}, "federal"),
            ({"recipient_class": RecipientClass.COMMERCIAL}, "commercial"),
            ({"recipient_class": RecipientClass.PUBLIC}, "outside law enforcement"),
            ({"purpose": "order to help ICE detain the owner"}, "immigration enforcement"),
        ],
        ids=["immigration", "federal", "commercial", "public", "purpose"],
    )
    def test_opens_nothing_that_is_barred(self, profile, changes, words):
        assert words in refusal_of(entered(an_agency(profile), **{**COURT, **changes}))["reason"]

    def test_by_subpoena_goes_to_counsel_first_at_los_angeles(self):
        subpoena = {**COURT, "process": LegalProcess.SUBPOENA, "disclaims": frozenset(BarredPurpose)}

        assert "counsel" in refusal_of(entered(an_agency(LA), **subpoena))["remedy"]

    def test_cannot_be_approved_without_paper(self):
        agency = an_agency()
        release = entered(agency, **COURT, letter=b"")
        assert release.state is ReleaseState.REFUSED


class TestApproval:
    @pytest.mark.parametrize("slug", PROFILES)
    def test_of_the_office_lets_it_be_fulfilled_by_somebody_else(self, slug):
        agency = an_agency(slug)
        approver = an_approver(agency)

        release = approved(agency, approver)

        assert isinstance(decide_handling(release, an_asker(agency), timezone.now()), Allowed)
        own = decide_handling(release, approver, timezone.now())
        assert isinstance(own, Denied)
        assert own.obligation == "SHR-03"
        assert [one.request.pk for one in approved_releases(agency)] == [release.request.pk]

    # the other two close their lists of titles, and no other commander stands on them
    @pytest.mark.parametrize("slug", ["redondo-beach", "el-cajon", LA])
    def test_by_another_office_is_refused_with_its_clause(self, slug):
        agency = an_agency(slug)
        holder = an_approver(agency)
        an_agreement(agency, holder)
        other = a_person(agency, Role.COMMANDER, title="Patrol Commander")
        release = entered(agency)

        with pytest.raises(AccessDenied) as refused:
            take_move(
                release=release, move=APPROVE, person=other, now=timezone.now(), review=a_review(agency)
            )

        assert refused.value.decision.clause in profile_of(agency).clauses_of("SHR-03")
        assert found(agency, release.request.pk).state is ReleaseState.ASKED

    def test_of_ones_own_request_is_refused(self):
        agency = an_agency(LA)
        both = a_person(agency, Role.DETECTIVE, roles=["detective", "commander"])
        approver = an_approver(agency)
        an_agreement(agency, approver)
        both.full_name = approver.full_name  # holds the office, too
        both.save(using="owner")
        release = entered(agency, both)

        with pytest.raises(AccessDenied, match="apart from whoever entered"):
            take_move(release=release, move=APPROVE, person=both, now=timezone.now(), review=a_review(agency))

    @pytest.mark.parametrize(
        ("review", "obligation"),
        [
            (Review(), "SHR-06"),
            (Review(considered=frozenset({"Values Act"}), finding="fine"), "SHR-07"),
            (Review(considered=frozenset({"Values Act", "Reproductive Privacy Act"})), "SHR-04"),
        ],
    )
    def test_without_what_must_be_considered_and_found_is_refused(self, review, obligation):
        agency = an_agency("el-cajon")
        approver, release = an_approver(agency), entered(agency)

        with pytest.raises(AccessDenied) as refused:
            take_move(release=release, move=APPROVE, person=approver, now=timezone.now(), review=review)

        assert refused.value.decision.obligation == obligation

    @pytest.mark.parametrize(
        ("changes", "obligation"),
        [
            (None, "SHR-08"),
            ({"valid_to": timezone.localdate() - timedelta(days=1)}, "SHR-08"),
            ({"forbids_onward": False}, "SHR-09"),
        ],
    )
    def test_without_an_agreement_that_counts_is_refused_where_the_policy_asks_for_one(
        self, changes, obligation
    ):
        agency = an_agency(LA)
        approver = an_approver(agency)
        if changes is not None:
            an_agreement(agency, approver, **changes)

        with pytest.raises(AccessDenied) as refused:
            take_move(
                release=entered(agency),
                move=APPROVE,
                person=approver,
                now=timezone.now(),
                review=a_review(agency),
            )

        assert refused.value.decision.obligation == obligation

    def test_ends_with_the_agreement(self):
        agency = an_agency(LA)
        approver = an_approver(agency)
        release = approved(agency, approver)

        end_agreement(
            person=approver,
            agreement=Agreement.objects.get(agency=agency),
            because="cancelled",
            now=timezone.now(),
        )

        decision = decide_handling(release, an_asker(agency), timezone.now())
        assert isinstance(decision, Denied)
        assert decision.obligation == "SHR-08"

    def test_stays_on_file_with_office_finding_and_version(self):
        agency = an_agency("milpitas")

        said = approved(agency).step(StepName.APPROVE).detail

        assert said["office"] == "Administration Division Commander"
        assert said["finding"] == "official purpose"
        assert said["version"]
        assert said["considered"] == ["Reproductive Privacy Act", "Values Act"]

    def test_is_an_entry_of_the_ledger_and_the_letter_is_known_by_its_digest(self, owner):
        agency = an_agency()

        release = approved(agency)

        rows = owner.execute(
            "SELECT e.event, d.details FROM ledger_entry e JOIN ledger_details d USING (sequence)"
            " WHERE e.subject = %s ORDER BY sequence", [str(release.request.pk)],
        ).fetchall()  # fmt: skip
        assert [event for event, _ in rows] == ["release-request.entered", "release-request.approved"]
        assert bytes(release.request.letter_sha256).hex() in rows[0][1]
        assert '"letter"' not in rows[0][1]


def taken(release, move, person, **changes):
    given = {"reason": "not needed", "review": a_review(person.agency), **changes}
    take_move(release=release, move=move, person=person, now=timezone.now(), **given)


@pytest.fixture(scope="module")
def scene(database):
    """An approver, and a request in each state that a person leads to; nothing that is refused changes it."""
    agency = an_agency()
    approver, asker = an_approver(agency), an_asker(agency)
    ways = {
        ReleaseState.ASKED: (), ReleaseState.APPROVED: (APPROVE,), ReleaseState.REFUSED: (REFUSE,),
        ReleaseState.WITHDRAWN: (APPROVE, WITHDRAW),
    }  # fmt: skip
    states = {}
    for state, way in ways.items():
        release = entered(agency, asker)
        for move in way:
            taken(release, move, asker if move is WITHDRAW else approver)
            release = found(agency, release.request.pk)
        states[state] = release
    return approver, states


class TestLifecycle:
    def test_every_state_and_step_stands_in_the_table(self):
        assert set(MOVES) == set(ReleaseState)
        assert {move.step for moves in MOVES.values() for move in moves} == {"APPROVE", "REFUSE", "WITHDRAW"}

    def test_leads_where_the_table_says(self, scene):
        assert all(release.state is state for state, release in scene[1].items())

    @pytest.mark.parametrize("state", [one for one in ReleaseState if one is not ReleaseState.RELEASED])
    @pytest.mark.parametrize("move", [APPROVE, REFUSE, WITHDRAW])
    def test_no_other_step_follows(self, scene, state, move):
        approver, states = scene
        if move in MOVES[state]:
            return

        with pytest.raises(ReleaseError, match="does not follow"):
            taken(states[state], move, approver)

    @pytest.mark.parametrize("move", [REFUSE, WITHDRAW])
    def test_nothing_ends_without_a_reason(self, move):
        agency = an_agency()
        asker = an_asker(agency)
        person = an_approver(agency) if move is REFUSE else asker

        with pytest.raises(ReleaseError, match="is empty"):
            taken(entered(agency, asker), move, person, reason=" ")

    def test_who_entered_it_does_not_refuse_it(self):
        agency = an_agency()
        asker = an_asker(agency)

        with pytest.raises(AccessDenied):
            taken(entered(agency, asker), REFUSE, asker)

    def test_only_one_of_two_takes_the_same_step(self, scene):
        agency = an_agency()
        approver, release = an_approver(agency), entered(agency)
        taken(release, APPROVE, approver)

        with pytest.raises(ReleaseError, match="faster"):
            taken(release, REFUSE, approver)


class TestAgreements:
    def test_are_noted_and_ended_by_who_answers_alone(self):
        agency = an_agency()
        approver, asker = an_approver(agency), an_asker(agency)

        with pytest.raises(AccessDenied):
            an_agreement(agency, asker)
        an_agreement(agency, approver)
        noted = Agreement.objects.get(agency=agency)
        with pytest.raises(AccessDenied):
            end_agreement(person=asker, agreement=noted, because="over", now=timezone.now())
        with pytest.raises(ReleaseError):
            end_agreement(person=approver, agreement=noted, because=" ", now=timezone.now())


def test_the_tests_leave_no_transaction_open():
    assert not connections["default"].in_atomic_block
