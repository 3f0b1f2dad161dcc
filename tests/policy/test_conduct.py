"""Alerts, hot lists, releases, holds and the rest, beyond the rows: what differs from policy to policy."""

from datetime import timedelta

import pytest

from platekeeper.policy import Allowed, Denied, Role, load_profile, profiles
from platekeeper.policy.alerts import AlertStep, StatusAnswer, StatusConfirmation, VisualVerification
from platekeeper.policy.capture import Deployment, allowed_elements, decide_deployment
from platekeeper.policy.decision import AllOf
from platekeeper.policy.destruction import PURGE_RULES, PurgeFacts, StoredRead
from platekeeper.policy.governance import Designation, Programme, open_points
from platekeeper.policy.holds import HoldFile, HoldStep, hold_verification_due_at
from platekeeper.policy.library import load_floor
from platekeeper.policy.old_data import OldDataStep
from platekeeper.policy.period import Period
from platekeeper.policy.sharing import as_if_approved, missing_for_release
from platekeeper.policy.vocabulary import CheckRule, DataElement, InterestReason, RecipientClass, VisualPart
from tests.policy.people import LAST_MONTH, NOW, YESTERDAY, changed, searcher, with_setting
from tests.policy.rows_conduct import (
    DIFFERENT,
    PARTS,
    a_request,
    cancelled,
    entry,
    listed,
    ordered,
    release,
    sergeants,
    step,
)
from tests.policy.rows_keeping import deployed, hold, login, old_data, purged, session, settings

EL_CAJON, LOS_ANGELES, MILPITAS, MONROVIA, REDONDO = (load_profile(slug) for slug in profiles())
UNANSWERED = StatusConfirmation(
    channel="CLETS", by="jdoe", answer=StatusAnswer.NO_ANSWER, confirmed_at=YESTERDAY
)


def denied(decision, clause, obligation):
    assert isinstance(decision, Denied), decision
    assert (decision.clause, decision.obligation) == (clause, obligation), str(decision)
    return True


class TestAlertsAtElCajon:
    def test_need_the_status_before_the_eyes(self):
        assert denied(step(EL_CAJON, AlertStep.VERIFY_VISUALLY, status=None), "EC 427.5(a)1", "ALR-02")

    def test_take_no_excuse_for_the_status(self):
        decision = step(EL_CAJON, status=None, status_impracticable="radio is down")

        assert denied(decision, "EC 427.5(a)1", "ALR-02")

    def test_pass_the_status_by_exigency_with_a_supervisor_told(self):
        exigent = {"status": None, "exigency": "child abduction in progress"}

        assert denied(step(EL_CAJON, **exigent), "EC 427.5(a)1", "ALR-05")
        assert isinstance(step(EL_CAJON, **exigent, supervisor_told=True), Allowed)

    def test_take_no_excuse_for_the_eyes(self):
        decision = step(EL_CAJON, visual=None, visual_omitted="dark")

        assert denied(decision, "EC 427.5(b)1", "ALR-03")

    def test_need_every_part_compared(self):
        half = VisualVerification(
            by="jdoe", agreeing=frozenset({VisualPart.CHARACTERS}), differing=frozenset(), verified_at=NOW
        )

        assert denied(step(EL_CAJON, visual=half), "EC 427.5(b)1", "ALR-03")


class TestAlertsElsewhere:
    def test_take_an_excuse_for_the_status_where_it_is_asked_for_if_practicable(self):
        assert isinstance(step(REDONDO, status=None, status_impracticable="CLETS is down"), Allowed)

    def test_take_an_attempt_at_los_angeles(self):
        assert denied(step(LOS_ANGELES, status=None), "LA 568.53 Quality Assurance", "ALR-02")
        assert isinstance(step(LOS_ANGELES, status=UNANSWERED), Allowed)

    def test_know_no_exigency_that_replaces_a_check(self):
        assert denied(step(MILPITAS, exigency="pursuit"), "MI 462.3(f)", "ALR-05")

    def test_take_an_excuse_for_the_eyes_at_monrovia(self):
        assert denied(step(MONROVIA, visual=None), "MO 463.7", "ALR-03")
        assert isinstance(step(MONROVIA, visual=None, visual_omitted="no picture came"), Allowed)

    def test_need_suspicion_where_the_floor_says_that_an_alert_is_none(self):
        under = changed(REDONDO, floor=load_floor("us-nh"))

        assert denied(step(under, suspicion=""), "NH RSA 261:75-b", "ALR-04")
        assert isinstance(step(REDONDO, suspicion=""), Allowed)

    def test_pass_without_checks_only_where_a_profile_asks_for_none(self):
        lax = with_setting(REDONDO, "alerts.status", CheckRule.NONE)
        lax = with_setting(lax, "alerts.visual", CheckRule.NONE)

        assert denied(step(lax, status=None, visual=None), "CA CIV 1798.90.51", "ALR-01")
        assert isinstance(step(lax, status=None, visual=None, status_impracticable="radio down"), Allowed)


class TestADifference:
    @pytest.mark.parametrize("profile", [EL_CAJON, MONROVIA, REDONDO], ids=lambda profile: profile.slug)
    def test_stops_everyone(self, profile):
        assert isinstance(step(profile, visual=DIFFERENT), Denied)

    def test_is_not_cleared_by_the_same_person(self):
        again = VisualVerification(by="jdoe", agreeing=PARTS, differing=frozenset(), verified_at=NOW)

        assert isinstance(step(EL_CAJON, visual=DIFFERENT, second_look=again), Denied)

    def test_is_cleared_by_a_second_person(self):
        second = VisualVerification(by="dispatch", agreeing=PARTS, differing=frozenset(), verified_at=NOW)

        assert isinstance(step(EL_CAJON, visual=DIFFERENT, second_look=second), Allowed)


class TestEntry:
    @pytest.mark.parametrize(
        "approvals",
        [(), sergeants("jdoe"), sergeants("sergeant", on_duty=False), sergeants("peer", role=Role.DETECTIVE)],
        ids=["nobody", "the requester", "off duty", "a peer"],
    )
    def test_is_refused_without_an_on_duty_supervisor(self, approvals):
        assert denied(entry(EL_CAJON, approvals=approvals), "EC 427.5.1 Specific(a)", "HOT-06")

    @pytest.mark.parametrize("missing", ["case_agent", "case_number", "synopsis"])
    def test_is_refused_without_each_of_the_three_fields(self, missing):
        assert denied(entry(EL_CAJON, **{missing: " "}), "EC 427.5.1 Specific(b)", "HOT-07")

    def test_of_ones_own_circle_is_refused_whoever_approves(self):
        decision = entry(EL_CAJON, personal=True, approvals=sergeants("one", "other"))

        assert denied(decision, "EC 427.5.3(c)", "HOT-11")

    def test_with_a_protected_word_passes_with_a_second_supervisor(self):
        words = {"synopsis": "arson at the mosque", "approvals": sergeants("one", "other")}

        assert isinstance(entry(EL_CAJON, **words), Allowed)

    def test_for_a_barred_purpose_is_refused_whoever_approves(self):
        words = {"synopsis": "vehicle to locate for ICE", "approvals": sergeants("one", "other")}

        assert denied(entry(EL_CAJON, **words), "EC 427.3", "HOT-02")

    def test_for_an_unauthorized_purpose_is_refused(self):
        assert isinstance(entry(EL_CAJON, purpose="curiosity"), Denied)

    def test_of_a_partial_plate_is_short(self):
        two = {"plate": "8AB*", "approvals": sergeants("one", "other")}

        assert isinstance(entry(EL_CAJON, **two, expires_at=NOW + timedelta(days=7)), Allowed)
        assert denied(entry(EL_CAJON, **two, expires_at=NOW + timedelta(days=8)), "EC 427.5(c)", "PUR-04")

    def test_ends_with_the_shift_where_the_law_says_so(self):
        nebraska = with_setting(REDONDO, "hot_lists.entry_ends_with_shift", value=True)
        shift_ends_at = NOW + timedelta(hours=6)

        assert isinstance(entry(nebraska), Denied)
        assert isinstance(entry(nebraska, shift_ends_at=shift_ends_at), Denied)
        assert isinstance(entry(nebraska, shift_ends_at=shift_ends_at, expires_at=shift_ends_at), Allowed)

    def test_runs_as_long_as_it_says_where_the_profile_sets_no_end(self):
        endless = with_setting(REDONDO, "hot_lists.entry_expires_after", None)

        assert isinstance(entry(endless, expires_at=NOW + timedelta(days=4000)), Allowed)


class TestList:
    def test_is_stale_by_the_stricter_of_profile_and_floor(self):
        slow = with_setting(
            changed(REDONDO, floor=load_floor("us-nh")), "hot_lists.refresh_within", Period.parse("P7D")
        )

        assert isinstance(listed(slow, fetched_at=NOW - timedelta(days=2)), Denied)

    def test_of_immigration_violators_is_refused_by_the_floor_alone(self):
        silent = with_setting(REDONDO, "hot_lists.barred_interests", frozenset())

        assert isinstance(listed(silent, interests=frozenset({InterestReason.IMMIGRATION})), Denied)

    def test_may_be_added_to_where_a_profile_says_so(self):
        adding = with_setting(REDONDO, "hot_lists.overwrite", value=False)

        assert isinstance(listed(adding, replaces=False), Allowed)


class TestCancellation:
    def test_is_open_until_the_next_import_is_guarded(self):
        assert isinstance(cancelled(LOS_ANGELES, import_guarded=False), Denied)

    def test_needs_no_broadcast_where_the_profile_has_none(self):
        quiet = with_setting(REDONDO, "hot_lists.error_broadcast", value=False)

        assert isinstance(cancelled(quiet, communications_told_at=None, broadcast_at=None), Allowed)

    def test_is_not_asked_for_before_the_error_is_verified(self):
        assert isinstance(cancelled(LOS_ANGELES, error_verified=False, suppressed=False), Allowed)


class TestRelease:
    @pytest.mark.parametrize(
        "recipient", [RecipientClass.OUT_OF_STATE_POLICE, RecipientClass.FEDERAL, RecipientClass.IMMIGRATION]
    )
    def test_to_other_states_and_the_federal_government_is_refused_everywhere(self, recipient):
        assert all(
            isinstance(release(load_profile(slug), recipient=recipient), Denied) for slug in profiles()
        )

    def test_to_a_host_is_no_sharing(self):
        assert isinstance(release(REDONDO, recipient=RecipientClass.HOSTING), Allowed)

    def test_to_a_class_that_the_policy_does_not_name_is_refused(self):
        assert denied(release(REDONDO, recipient=RecipientClass.COURT), "RB 432.9", "SHR-01")

    @pytest.mark.parametrize("slug", profiles())
    def test_to_another_state_is_refused_with_the_law(self, slug):
        decision = release(load_profile(slug), recipient=RecipientClass.LOCAL_POLICE, state="NV")

        assert denied(decision, "CA CIV 1798.90.55", "SHR-01")

    def test_to_a_neighbour_in_the_same_state_is_allowed(self):
        assert isinstance(release(REDONDO, state="CA"), Allowed)

    def test_is_not_approved_by_whoever_entered_it(self):
        assert denied(release(REDONDO, asked_by="chief"), "RB 432.9(b)", "SHR-03")

    def test_an_agencys_name_points_to_immigration_in_spite_of_its_class(self):
        assert denied(
            release(REDONDO, agency="Immigration and Customs Enforcement"), "CA GOV 7284.6", "PUR-10"
        )

    def test_what_no_approval_can_mend_is_told_before_any(self):
        asked = {
            "approver": "",
            "approved_by_office": "",
            "finding": "",
            "considered": frozenset(),
            "agreement": None,
        }
        plain = as_if_approved(LOS_ANGELES, a_request(LOS_ANGELES, **asked), NOW)
        federal = as_if_approved(
            LOS_ANGELES, a_request(LOS_ANGELES, **asked, recipient=RecipientClass.FEDERAL), NOW
        )

        assert missing_for_release(LOS_ANGELES, plain, NOW) == ()
        assert [one.obligation for one in missing_for_release(LOS_ANGELES, federal, NOW)] == ["SHR-01"]

    def test_points_to_immigration_in_spite_of_the_declaration(self):
        assert denied(release(EL_CAJON, purpose="ICE detainer, homicide suspect"), "EC 427.3", "PUR-10")

    def test_is_approved_by_the_policys_own_office(self):
        assert denied(release(MILPITAS, approved_by_office="Patrol"), "MI 462.7(b)", "SHR-03")

    def test_needs_no_agreement_where_the_policy_asks_for_none(self):
        assert isinstance(release(MILPITAS, agreement=None), Allowed)
        assert denied(release(LOS_ANGELES, agreement=None), "LA 568.53 Sharing", "SHR-08")

    @pytest.mark.parametrize("missing", ["agency", "requester", "purpose"])
    def test_names_agency_person_and_purpose(self, missing):
        assert isinstance(release(REDONDO, **{missing: " "}), Denied)

    def test_sends_courts_to_counsel_where_the_policy_names_no_process(self):
        silent = changed(REDONDO, sharing=changed(REDONDO.sharing, legal_process=None))

        decision = ordered(silent)

        assert isinstance(decision, Denied)
        assert (decision.clause, "none is named" in decision.reason) == ("RB 432.9", True)


class TestHold:
    def test_is_approved_by_no_peer(self):
        assert isinstance(hold(LOS_ANGELES, HoldStep.APPROVE, actor_role=Role.DETECTIVE), Denied)

    def test_is_certified_without_booking_only_where_the_policy_asks_for_none(self):
        assert isinstance(hold(REDONDO, HoldStep.CERTIFY, property_number=""), Denied)
        assert isinstance(hold(LOS_ANGELES, HoldStep.CERTIFY, property_number=""), Allowed)

    def test_outlasts_a_disposition_that_lies_ahead(self):
        assert isinstance(hold(REDONDO, HoldStep.RELEASE, disposed_at=NOW + timedelta(days=1)), Denied)

    def test_is_verified_every_two_years_at_los_angeles_alone(self):
        file = HoldFile(
            actor="a", actor_role=Role.SUPERVISOR, requested_by="b", verified_at=LAST_MONTH.replace(year=2024)
        )

        assert hold_verification_due_at(LOS_ANGELES, file) == LAST_MONTH
        assert hold_verification_due_at(LOS_ANGELES, changed(file, verified_at=None)) is None
        assert hold_verification_due_at(REDONDO, file) is None


class TestOldData:
    def test_needs_the_condition_of_its_circumstance(self):
        assert isinstance(old_data(LOS_ANGELES, circumstance="witness-intimidation"), Denied)
        assert isinstance(
            old_data(LOS_ANGELES, circumstance="witness-intimidation", condition="conspiracy"), Allowed
        )

    def test_needs_the_number_of_a_court_order(self):
        assert isinstance(old_data(LOS_ANGELES, circumstance="court-order"), Denied)
        assert isinstance(old_data(LOS_ANGELES, circumstance="court-order", order_number="SW-9"), Allowed)

    @pytest.mark.parametrize("skipped", ["commanding_officer", "bureau_commander", "administrator"])
    def test_waits_for_each_of_the_four(self, skipped):
        assert denied(
            old_data(LOS_ANGELES, OldDataStep.EXECUTE, **{skipped: ""}),
            "LA 568.53 Beyond Two Years",
            "RET-07",
        )

    @pytest.mark.parametrize("twice", ["commanding_officer", "bureau_commander", "administrator"])
    def test_takes_nobody_twice(self, twice):
        assert isinstance(old_data(LOS_ANGELES, **{twice: "jdoe"}), Denied)

    def test_needs_only_the_investigator_to_begin(self):
        asked = {"commanding_officer": "", "bureau_commander": "", "administrator": "", "handed_to": ""}

        assert isinstance(old_data(LOS_ANGELES, OldDataStep.REQUEST, **asked), Allowed)

    def test_does_not_exist_where_nothing_is_logically_deleted(self):
        assert isinstance(old_data(REDONDO), Denied)


class TestPurge:
    def test_leaves_an_outside_custodian_in_peace(self):
        assert "ARJIS" in purged(EL_CAJON, source="arjis").reason

    def test_does_not_guess_when_a_period_starts(self):
        assert denied(purged(REDONDO, received_at=None), "RB 432.5", "RET-03")
        assert denied(purged(LOS_ANGELES, read_at=None), "LA 568.53 Retention", "RET-03")

    def test_of_an_undated_read_has_that_one_refusal(self):
        undated = StoredRead(read_at=None, received_at=None, held=False)
        facts = PurgeFacts(profile=REDONDO, read=undated, now=NOW)

        assert [denied.obligation for denied in AllOf(PURGE_RULES).refusals(facts)] == ["RET-03"]


class TestProgramme:
    def test_tells_every_open_point_at_once(self):
        nothing = Programme(owner="", designations=())

        points = open_points(EL_CAJON, nothing, NOW)

        assert [point.obligation for point in points] == [
            "GOV-01",
            "GOV-02",
            "GOV-03",
            "GOV-04",
            "GOV-06",
            "GOV-11",
            "GOV-12",
            "GOV-13",
            "TRN-08",
        ]

    def test_does_not_count_a_holder_who_has_gone(self):
        office = Designation(office="Chief", holder="A", valid_from=LAST_MONTH, valid_to=YESTERDAY)

        assert not office.current(NOW)
        assert office.current(LAST_MONTH)
        assert not changed(office, holder=" ", valid_to=None).current(NOW)

    @pytest.mark.parametrize(
        "consents",
        [
            (("operator", Role.ADMINISTRATOR),),
            (("custodian", Role.CUSTODIAN),),
            (("both", Role.ADMINISTRATOR), ("both", Role.CUSTODIAN)),
        ],
        ids=["no custodian", "no administrator", "one person for both"],
    )
    def test_changes_retention_by_two_people_in_both_roles(self, consents):
        assert isinstance(settings(EL_CAJON, *consents), Denied)


class TestCapture:
    @pytest.mark.parametrize(
        ("order", "ends", "allowed"),
        [
            ("SW-1", NOW + timedelta(days=1), True),
            ("SW-1", NOW, False),
            ("SW-1", None, False),
            ("", NOW + timedelta(days=1), False),
        ],
    )
    def test_out_of_public_view_only_while_a_court_order_runs(self, order, ends, allowed):
        decision = deployed(EL_CAJON, public_view=False, order_number=order, order_ends_at=ends)

        assert isinstance(decision, Allowed) is allowed

    def test_at_a_school_is_refused_where_the_law_excludes_it(self):
        under = changed(REDONDO, floor=load_floor("us-wa"))
        school = Deployment(occasion="fixed-site", public_view=True, place="schools")

        assert denied(decide_deployment(under, school, NOW), "WA SB 6002", "PUR-15")
        assert isinstance(decide_deployment(REDONDO, school, NOW), Allowed)

    def test_drops_what_the_policy_does_not_store(self):
        offered = frozenset({DataElement.PLATE, DataElement.MAKE, DataElement.SCENE_IMAGE})

        assert allowed_elements(LOS_ANGELES) & offered == {DataElement.PLATE}
        assert allowed_elements(EL_CAJON) >= offered

    def test_drops_scenes_where_the_law_bars_occupants(self):
        under = changed(EL_CAJON, floor=load_floor("us-nh"))

        assert DataElement.SCENE_IMAGE not in allowed_elements(under)


class TestSession:
    def test_in_a_police_vehicle_does_not_lock(self):
        idle = {"last_active_at": NOW - timedelta(hours=3)}

        assert denied(session(REDONDO, **idle), "CJIS AC-11", "SEC-01")
        assert isinstance(session(REDONDO, **idle, terminal="police-vehicle"), Allowed)

    def test_needs_a_second_factor_under_any_profile(self):
        single = changed(
            REDONDO,
            cjis=changed(REDONDO.cjis, second_factor=changed(REDONDO.cjis.second_factor, value=False)),
        )

        assert denied(session(REDONDO, second_factor=False), "CJIS IA-2", "USR-01")
        assert isinstance(session(single, second_factor=False), Allowed)


class TestLogin:
    def test_does_not_tell_whether_a_name_exists(self):
        assert login(REDONDO, person=None).reason == "Name or password is wrong."

    @pytest.mark.parametrize(
        "gone",
        [
            {"separated_at": YESTERDAY},
            {"disabled_at": YESTERDAY},
            {"suspended_until": NOW + timedelta(days=1)},
        ],
        ids=["left", "disabled", "suspended"],
    )
    def test_of_a_deactivated_person_is_reported(self, gone):
        decision = login(LOS_ANGELES, person=searcher(LOS_ANGELES, **gone))

        assert denied(decision, "LA 568.53 Limitations", "USR-10")
        assert decision.report_to == "Professional Standards Bureau"

    def test_stays_locked_until_somebody_releases_it(self):
        assert denied(login(REDONDO, locked=True), "CJIS AC-7", "SEC-01")
