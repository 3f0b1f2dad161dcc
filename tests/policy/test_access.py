"""Who may do what, beyond the rows: the finer points of single rules, and the limits of a grant."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.policy import (
    Allowed,
    ApprovalKind,
    Authorization,
    Beneficiary,
    DataKind,
    Denied,
    Function,
    Role,
    decide_access,
    decide_cross_agency,
    decide_function,
    explain,
    load_profile,
    profiles,
    purge_before,
    visible_from,
)
from platekeeper.policy.vocabulary import DISCLOSING, CaseRule, DataSource, Duty, MisuseFlag, RecipientClass
from tests.policy.people import (
    LAST_MONTH,
    NOW,
    YESTERDAY,
    admitted,
    agreed,
    allowed_to,
    asked,
    changed,
    completions,
    consent,
    inquiry,
    neighbour,
    searcher,
    someone,
    with_setting,
)

EL_CAJON, LOS_ANGELES, MILPITAS, MONROVIA, REDONDO = (load_profile(slug) for slug in profiles())
each_profile = pytest.mark.parametrize("profile", [load_profile(slug) for slug in profiles()], ids=profiles())


def denied(decision, clause, obligation):
    assert isinstance(decision, Denied), decision
    assert (decision.clause, decision.obligation) == (clause, obligation), str(decision)
    return True


class TestEverySearch:
    @each_profile
    @settings(max_examples=50)
    @given(
        person=st.builds(
            dict,
            individual=st.booleans(),
            roles=st.frozensets(st.sampled_from(Role)),
            title=st.sampled_from(["", "Detective", "Communications Officer", "Chief of Police"]),
            separated_at=st.none() | st.just(YESTERDAY),
            suspended_until=st.none() | st.just(NOW + timedelta(days=1)),
            trainings=st.just(()) | st.just(None),
            entitlements=st.frozensets(st.sampled_from(DataSource)),
        ),
        request_=st.builds(
            dict,
            function=st.sampled_from(sorted(DISCLOSING)),
            purpose=st.sampled_from(["", "criminal", "criminal-investigation", "fun"]),
            case_number=st.sampled_from(["", "26-01234", "MP26-01234", "26-012345", "DR 26-14-01234"]),
            reason=st.sampled_from(["", "x", "robbery at a gas station"]),
            approved_query=st.booleans(),
            sensitive_place=st.booleans(),
        ),
    )
    def test_is_refused_while_it_cannot_be_recorded_whoever_asks(self, profile, person, request_):
        trainings = completions(profile, *person["roles"]) if person.pop("trainings") is None else ()
        asker = changed(searcher(profile), **person, trainings=trainings)

        decision = decide_access(profile, asker, inquiry(profile, **request_, recorded=False), NOW)

        assert isinstance(decision, Denied)

    @each_profile
    @pytest.mark.parametrize("role", [*Role])
    def test_is_refused_without_a_purpose_even_to_the_highest(self, profile, role):
        asker = someone(profile, role, visit=admitted())

        assert isinstance(asked(profile, person=asker, purpose=""), Denied)

    def test_of_another_agencys_data_is_not_this_profiles_to_decide(self):
        with pytest.raises(ValueError, match="not el-cajon's to open"):
            decide_access(EL_CAJON, searcher(EL_CAJON), inquiry(EL_CAJON, data_agency="milpitas"), NOW)


class TestStanding:
    def test_names_the_office_that_is_told_of_a_deactivated_account(self):
        decision = allowed_to(LOS_ANGELES, searcher(LOS_ANGELES, disabled_at=YESTERDAY), Function.SEARCH)

        assert denied(decision, "LA 568.53 Limitations", "USR-10")
        assert decision.report_to == "Professional Standards Bureau"

    def test_asks_for_reorientation_after_a_year_at_los_angeles(self):
        person = searcher(LOS_ANGELES, last_used_at=NOW - timedelta(days=366))

        decision = allowed_to(LOS_ANGELES, person, Function.SEARCH)

        assert denied(decision, "LA 568.53 Data Users Training", "USR-12")
        assert decision.remedy == "Complete the reorientation training: LA 568.53 Data Users Training."

    def test_asks_no_reorientation_of_officers_who_only_receive_hits(self):
        officer = someone(LOS_ANGELES, Role.HIT_ONLY_OFFICER, last_used_at=NOW - timedelta(days=366))

        assert denied(allowed_to(LOS_ANGELES, officer, Function.RECEIVE_ALERTS), "CJIS AC-2", "SEC-01")

    def test_counts_the_age_of_an_account_that_was_never_used(self):
        person = searcher(MILPITAS, last_used_at=None, created_at=NOW - timedelta(days=91))

        assert denied(allowed_to(MILPITAS, person, Function.SEARCH), "CJIS AC-2", "SEC-01")

    def test_does_not_count_what_is_not_known(self):
        person = searcher(MILPITAS, last_used_at=None, created_at=None)

        assert isinstance(allowed_to(MILPITAS, person, Function.SEARCH), Allowed)

    def test_refuses_a_role_that_the_title_does_not_carry(self):
        person = someone(MILPITAS, Role.SUPERVISOR, title="Crime Analyst")

        assert denied(allowed_to(MILPITAS, person, Function.SEARCH), "MI 462.2.1(a)", "GOV-05")

    def test_keeps_administrators_and_data_users_apart_at_los_angeles_alone(self):
        roles = (Role.ADMINISTRATOR, Role.DETECTIVE)

        assert denied(
            allowed_to(LOS_ANGELES, someone(LOS_ANGELES, *roles, title="any"), Function.SEARCH),
            "LA 568.53 Persons Authorized",
            "USR-05",
        )
        assert isinstance(allowed_to(REDONDO, someone(REDONDO, *roles), Function.SEARCH), Allowed)

    @pytest.mark.parametrize(
        "visit",
        [
            None,
            admitted(ticket=""),
            admitted(admitted_by=""),
            admitted(valid_to=NOW),
            admitted(valid_from=NOW + timedelta(hours=1), valid_to=NOW + timedelta(hours=2)),
            admitted(valid_from=NOW - timedelta(hours=72), valid_to=NOW + timedelta(hours=1)),
        ],
        ids=["none", "no ticket", "nobody admitted", "over", "not yet", "too long"],
    )
    def test_keeps_vendors_out_without_a_visit_in_force(self, visit):
        vendor = someone(MONROVIA, Role.VENDOR, visit=visit)

        assert denied(allowed_to(MONROVIA, vendor, Function.MAINTAIN_SYSTEM), "MO 463.3", "USR-07")

    @pytest.mark.parametrize(
        "given_",
        [
            None,
            {"document": ""},
            {"supervisor": "jdoe"},
            {"granted_by": "jdoe"},
            {"authorized_at": NOW + timedelta(hours=1)},
        ],
        ids=["none", "unwritten", "by oneself", "granted by oneself", "later"],
    )
    def test_refuses_without_the_supervisors_writing(self, given_):
        whole = Authorization(
            supervisor="sergeant",
            document="a.pdf",
            authorized_at=LAST_MONTH,
            granted_by="bureau",
            granted_at=LAST_MONTH,
        )
        person = searcher(LOS_ANGELES, authorization=None if given_ is None else changed(whole, **given_))

        decision = allowed_to(LOS_ANGELES, person, Function.SEARCH)

        assert denied(decision, "LA 568.53 Data Users", "USR-04")
        assert decision.remedy == "Ask your supervisor for the written authorization."

    def test_tells_of_a_missing_assignment_before_anybody_searches(self):
        person = searcher(LOS_ANGELES, assignment="")

        refused = decide_function(LOS_ANGELES, person, Function.SEARCH, NOW)

        assert denied(refused, "LA 568.53 Limitations", "PUR-13")
        assert "record your assignment" in refused.remedy
        assert isinstance(decide_function(LOS_ANGELES, person, Function.RECEIVE_ALERTS, NOW), Allowed)

    def test_asks_only_restricted_federal_files_where_the_policy_is_silent_on_sources(self):
        assert isinstance(asked(MONROVIA, sources=frozenset({DataSource.STATE})), Allowed)
        assert denied(asked(MILPITAS, sources=frozenset({DataSource.STATE})), "MI 462.3(e)", "USR-08")

    def test_opens_searches_at_monrovia_by_the_switch(self):
        wide = with_setting(MONROVIA, "users.inquiries_limited_to", ())
        detective = someone(MONROVIA, Role.DETECTIVE)

        assert denied(allowed_to(MONROVIA, detective, Function.SEARCH), "MO 463.5(c)", "USR-03")
        assert isinstance(allowed_to(wide, detective, Function.SEARCH), Allowed)

    @each_profile
    def test_names_who_may_what_nobodys_own_role_may(self, profile):
        clerk = someone(profile, Role.RECORDS)

        for function in Function:
            decision = allowed_to(profile, clerk, function)
            if isinstance(decision, Denied) and decision.obligation == "GOV-09":
                able = [one for one in profile.roles.values() if function in one.functions]
                assert all(f'"{one.title}" ({one.clause})' in decision.reason for one in able)
                assert decision.clause in {one.clause for one in able} or not able
                assert profile.duties[Duty.ADMINISTRATION].value in decision.remedy

    def test_says_that_nobody_may_what_no_role_may(self):
        nobody = changed(
            REDONDO,
            roles={
                role: changed(right, functions=right.functions - {Function.AUDIT})
                for role, right in REDONDO.roles.items()
            },
        )

        decision = allowed_to(nobody, someone(nobody, Role.RECORDS), Function.AUDIT)

        assert isinstance(decision, Denied)
        assert decision.reason == "No role of this agency may audit."


class TestInquiry:
    def test_is_co_signed_where_no_number_exists_yet(self):
        assert denied(asked(EL_CAJON, case_number=""), "EC 427.7(d)", "SRC-02")
        assert asked(EL_CAJON, case_number="").approval is ApprovalKind.COSIGN
        assert isinstance(asked(EL_CAJON, case_number="", approvals=consent(ApprovalKind.COSIGN)), Allowed)

    @pytest.mark.parametrize(
        "approval",
        [
            {"by": "jdoe"},
            {"on_duty": False},
            {"role": Role.DETECTIVE},
            {"approved_at": NOW + timedelta(seconds=1)},
        ],
        ids=["by oneself", "off duty", "by a peer", "later"],
    )
    def test_is_not_co_signed_by_just_anybody(self, approval):
        approvals = consent(ApprovalKind.COSIGN, **approval)

        assert isinstance(asked(EL_CAJON, case_number="", approvals=approvals), Denied)

    def test_takes_no_co_signature_where_the_number_is_binding(self):
        decision = asked(REDONDO, case_number="", approvals=consent(ApprovalKind.COSIGN))

        assert denied(decision, "RB 432.6(b)", "SRC-02")
        assert decision.approval is None

    def test_takes_a_reason_alone_where_a_profile_says_so(self):
        loose = with_setting(EL_CAJON, "access.case_required", CaseRule.NUMBER_OR_REASON)
        loose = with_setting(loose, "access.reason_required", value=False)

        assert isinstance(asked(loose, case_number=""), Allowed)
        assert isinstance(asked(loose, reason=""), Allowed)
        assert denied(asked(loose, case_number="", reason=""), "EC 427.7(d)", "SRC-02")

    def test_needs_no_number_for_a_threat_to_public_safety(self):
        assert isinstance(asked(LOS_ANGELES, purpose="public-safety-threat", case_number=""), Allowed)

    def test_refuses_a_number_that_the_registry_does_not_know(self):
        assert denied(asked(EL_CAJON, case_known=False), "EC 427.7(b)", "PUR-14")
        assert isinstance(asked(EL_CAJON, case_known=True), Allowed)

    @pytest.mark.parametrize("number", ["26-01234\n", "26-٠١٢٣٤", "2" * 65, "x" * 100_000])
    def test_refuses_numbers_in_disguise(self, number):
        assert isinstance(
            asked(REDONDO, case_number=number), Allowed if number.strip() == "26-01234" else Denied
        )

    def test_of_an_alert_needs_no_number_and_no_reason(self):
        officer = someone(LOS_ANGELES, Role.HIT_ONLY_OFFICER)

        decision = asked(
            LOS_ANGELES, person=officer, function=Function.VERIFY_ALERT, case_number="", reason=""
        )

        assert isinstance(decision, Allowed)

    def test_for_a_recipient_whom_the_law_bars_is_refused_whatever_the_reason_says(self):
        behalf = Beneficiary(name="ICE agent Doe", organization="Police Department")

        refused = asked(EL_CAJON, on_behalf_of=behalf)

        assert isinstance(refused, Denied)
        assert refused.obligation == "PUR-10"

    def test_that_looks_personal_says_how(self):
        decision = asked(REDONDO, flags=frozenset({MisuseFlag.OWN_PLATE, MisuseFlag.OFF_SHIFT}))

        assert decision.reason == "This inquiry looks personal (off-shift, own-plate)."

    @pytest.mark.parametrize("hours", [0, 11])
    def test_goes_on_from_a_record_of_ones_own(self, hours):
        assert isinstance(self._of_parent(hours), Allowed)

    @pytest.mark.parametrize("hours", [-1, 12, 200])
    def test_does_not_go_on_from_a_stale_or_future_record(self, hours):
        assert denied(self._of_parent(hours), "RB 432.4(a)", "SRC-01")

    def _of_parent(self, hours):
        from platekeeper.policy import ParentRecord

        parent = ParentRecord(
            accessed_at=NOW - timedelta(hours=hours),
            username="jdoe",
            purpose="criminal-investigation",
            case_number="26-01234",
            reason="robbery at a gas station",
        )
        return asked(
            REDONDO, function=Function.VIEW_IMAGE, purpose="", case_number="", reason="", parent=parent
        )


class TestGrant:
    @each_profile
    def test_reaches_back_as_far_as_the_policy_lets_reads_be_seen(self, profile):
        assert asked(profile).visible_from == visible_from(profile, NOW)

    def test_opens_deleted_reads_to_the_approved_query(self):
        operator = someone(LOS_ANGELES, Role.ADMINISTRATOR)

        decision = asked(LOS_ANGELES, person=operator, function=Function.SEARCH_DELETED, approved_query=True)

        assert decision.visible_from == purge_before(LOS_ANGELES, NOW)

    def test_holds_the_kinds_of_the_role_and_no_attributes_at_los_angeles(self):
        assert asked(LOS_ANGELES).kinds == {DataKind.READ, DataKind.IMAGE, DataKind.ALERT, DataKind.HOT_LIST}
        assert DataKind.VEHICLE in asked(EL_CAJON).kinds

    def test_holds_no_more_than_was_asked_for(self):
        assert asked(EL_CAJON, kinds=frozenset({DataKind.READ})).kinds == {DataKind.READ}

    def test_holds_the_camera_groups_of_the_class(self):
        north = searcher(EL_CAJON, camera_groups=frozenset({"north"}))

        assert asked(EL_CAJON, person=north).camera_groups == {"north"}
        assert asked(EL_CAJON).camera_groups is None

    def test_names_the_version_of_the_policy(self):
        assert asked(EL_CAJON).version == EL_CAJON.version


class TestNeighbours:
    def test_have_nothing_without_an_agreement(self):
        assert denied(asked(LOS_ANGELES, person=neighbour(LOS_ANGELES)), "LA 568.53 Sharing", "SHR-08")

    def test_have_nothing_under_somebody_elses_agreement(self):
        decision = asked(MONROVIA, person=neighbour(MONROVIA), agreement=agreed(agency="others"))

        assert denied(decision, "MO 463.6(d)", "SHR-08")

    def test_from_another_state_have_nothing_under_any_agreement(self):
        treaty = agreed(recipient=RecipientClass.OUT_OF_STATE_POLICE)

        decision = asked(EL_CAJON, person=neighbour(EL_CAJON), agreement=treaty)

        assert denied(decision, "EC 427.3", "SHR-01")

    def test_see_what_the_agreement_opens(self):
        person = neighbour(EL_CAJON, camera_groups=frozenset({"cameras of their own"}))

        decision = asked(EL_CAJON, person=person, agreement=agreed(camera_groups=frozenset({"south"})))

        assert decision.kinds == {DataKind.READ}
        assert decision.camera_groups == {"south"}

    def test_state_purpose_and_case_of_the_agency_that_is_asked(self):
        decision = asked(EL_CAJON, person=neighbour(EL_CAJON), agreement=agreed(), case_number="other-1")

        assert denied(decision, "EC 427.7(b)", "PUR-14")

    def test_must_be_in_good_standing_at_home(self):
        officer = searcher(MILPITAS, suspended_until=NOW + timedelta(days=1))
        request = inquiry(EL_CAJON, agreement=agreed(agency="milpitas"))

        assert denied(decide_cross_agency(MILPITAS, EL_CAJON, officer, request, NOW), "MI 462.3", "USR-09")

    def test_may_search_where_both_agencies_agree(self):
        request = inquiry(EL_CAJON, agreement=agreed(agency="milpitas"))

        decision = decide_cross_agency(MILPITAS, EL_CAJON, searcher(MILPITAS), request, NOW)

        assert isinstance(decision, Allowed)
        assert decision.version == EL_CAJON.version


class TestExplain:
    @each_profile
    @pytest.mark.parametrize("role", [*Role])
    def test_tells_of_every_function(self, profile, role):
        told = explain(profile, someone(profile, role, visit=admitted()), NOW)

        assert [function for function, _ in told] == list(Function)

    @each_profile
    @pytest.mark.parametrize("role", [*Role])
    def test_allows_just_what_the_matrix_grants_and_the_policy_narrows(self, profile, role):
        person = someone(profile, role, visit=admitted())
        granted = profile.roles[role].functions if role in profile.roles else frozenset()

        allowed = {
            function for function, decision in explain(profile, person, NOW) if isinstance(decision, Allowed)
        }

        assert allowed <= granted
        if not profile.users.inquiries_limited_to.value:
            assert allowed == granted

    @each_profile
    @pytest.mark.parametrize(
        "standing",
        [{}, {"separated_at": YESTERDAY}, {"trainings": ()}, {"roles": frozenset()}],
        ids=["good", "left", "untrained", "without a role"],
    )
    def test_answers_as_each_function_is_answered_by_itself(self, profile, standing):
        person = searcher(profile, **standing)

        for function, decision in explain(profile, person, NOW):
            assert decision == allowed_to(profile, person, function)

    def test_tells_the_chief_no_more_than_the_chiefs_role(self):
        chief = someone(REDONDO, Role.COMMANDER)

        told = dict(explain(REDONDO, chief, NOW))

        assert denied(told[Function.SEARCH], "RB 432.11(a)", "GOV-09")
        assert isinstance(told[Function.APPROVE_RELEASE], Allowed)
