from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from platekeeper.policy import Function
from tests.office.ui import scenes
from tests.office.ui.scenes import DENIED, NOW, RECORD


def page(template: str, **context: Any) -> str:
    request = RequestFactory().get("/")
    return render_to_string(template, {"now": NOW, "shell": scenes.shell()} | context, request=request)


class TestEveryFrame:
    def test_explains_a_closed_way_where_it_stands(self) -> None:
        html = page("access/why.html", shell=scenes.shell(refusal=DENIED), decisions=[])

        assert 'aria-disabled="true"' in html
        assert "EC 427.5(a)1" in html
        assert "Ask Communications to confirm it." in html
        assert 'href="/search/"' not in html

    def test_logs_out_by_a_form_that_cannot_be_forged(self) -> None:
        html = page("access/why.html", decisions=[])

        assert "csrfmiddlewaretoken" in html

    def test_says_that_the_data_are_invented(self) -> None:
        demonstration = scenes.Shell(agency="A", person="P", role="R", nav=[], is_demonstration=True)

        assert "Demonstration" in page("access/why.html", shell=demonstration, decisions=[])
        assert "Demonstration" not in page("access/why.html", decisions=[])


class TestAlert:
    def test_always_warns_that_it_is_no_reason_to_stop_anyone(self) -> None:
        html = page("alerts/alert.html", **scenes.panel(scenes.alert()))

        assert "never a reason to stop or arrest anyone" in html
        assert "EC 427.5" in html

    def test_asks_for_characters_state_and_vehicle_one_by_one(self) -> None:
        html = page("alerts/alert.html", **scenes.panel(scenes.alert()))

        for name in ("characters", "state", "vehicle"):
            assert html.count(f'name="{name}"') == 1
        assert "checked" not in html

    def test_shows_a_differing_character_and_state_as_a_contradiction(self) -> None:
        html = page(
            "alerts/alert.html",
            **scenes.panel(scenes.alert(read="8A8D017", region="US-NV", kind="LOOKALIKE")),
        )

        assert html.count("check--differs") == 2
        assert "Reader saw Nevada" in html
        assert "Possible look-alike" in html

    def test_shows_no_contradiction_where_all_agree(self) -> None:
        assert "check--differs" not in page("alerts/alert.html", **scenes.panel(scenes.alert()))

    def test_without_a_picture_says_that_it_cannot_be_verified(self) -> None:
        assert "look at the vehicle's own plate" in page(
            "alerts/alert.html", **scenes.panel(scenes.alert(roles=[]))
        )

    def test_marks_an_old_list(self) -> None:
        subject = scenes.alert()
        subject.hit.listed_at = NOW - timedelta(hours=25)

        assert "List is old" in page("alerts/alert.html", **scenes.panel(subject))

    def test_explains_a_step_that_is_refused(self) -> None:
        html = page("alerts/alert.html", **scenes.panel(scenes.alert(), actions={"verify": DENIED}))

        assert "Ask Communications to confirm it." in html
        assert 'aria-describedby="why-verify"' in html

    def test_says_why_a_step_was_not_taken(self) -> None:
        html = page("alerts/alert.html", **scenes.panel(scenes.alert(), problem="Somebody else was faster."))

        assert "Somebody else was faster." in html

    def test_that_is_closed_offers_no_step_and_says_who_closed_it(self) -> None:
        step = SimpleNamespace(
            step="reject",
            state="REJECTED",
            taken_at=NOW,
            full_name="Sam Ito",
            detail={"mismatch": "VEHICLE", "note": "a van"},
        )
        html = page(
            "alerts/alert.html", **scenes.panel(scenes.alert(state="REJECTED", history=[step]), actions={})
        )

        assert 'name="step"' not in html
        assert "Sam Ito" in html
        assert "a van" in html

    def test_that_is_verified_says_by_whom_and_can_still_be_withdrawn(self) -> None:
        step = SimpleNamespace(step="verify", state="VERIFIED", taken_at=NOW, full_name="Sam Ito", detail={})
        subject = scenes.alert(state="VERIFIED", history=[step])
        html = page("alerts/alert.html", **scenes.panel(subject, actions={"reject": scenes.ALLOWED}))

        assert "Picture and list agree</strong> Sam Ito" in html
        assert 'name="characters"' not in html
        assert 'data-open-dialog="reject"' in html

    def test_names_the_other_lists_it_is_on(self) -> None:
        other = SimpleNamespace(list_name="NCIC extract", entry=scenes.entry(category="WANTED_PERSON"))

        assert "NCIC extract: Wanted person" in page(
            "alerts/alert.html", **scenes.panel(scenes.alert(others=[other]))
        )


class TestBoard:
    def test_shows_the_selected_alert_beside_the_list(self) -> None:
        subject = scenes.alert()
        html = page("alerts/board.html", alerts=[subject], selected=subject, **scenes.panel(subject))

        assert 'data-stream="' in html
        assert 'data-card-url="' in html
        assert html.count("data-selected") == 1
        assert "because=5c6b1f0e" in html

    def test_without_alerts_says_that_it_listens(self) -> None:
        html = page("alerts/board.html", alerts=[], because=RECORD)

        assert "This page listens" in html
        assert 'id="alert-panel"' not in html

    def test_card_is_announced_in_words(self) -> None:
        html = page("alerts/_card.html", alert=scenes.alert(), because=RECORD)

        assert 'data-announce="New alert: Stolen vehicle, plate 8ABD017, Main St at 2nd"' in html


class _Question(forms.Form):
    plate = forms.CharField(required=False)
    latitude = forms.FloatField(required=False)
    longitude = forms.FloatField(required=False)
    radius_m = forms.FloatField(required=False)
    purpose = forms.ChoiceField(
        choices=[("leads", "Leads"), ("wanted", "Wanted persons")], widget=forms.RadioSelect
    )
    case_number = forms.CharField()
    reason = forms.CharField()


class TestSearch:
    def test_asks_why_before_anything_is_shown(self) -> None:
        html = page("search/search.html", form=_Question(), purposes={"leads": "RB 432.3(a)6"})

        assert "Why are you looking?" in html
        why = html.partition('class="why"')[2]
        assert why.count('name="purpose"') == 2
        assert "checked" not in why
        assert "RB 432.3(a)6" in html

    def test_that_is_closed_to_a_person_shows_the_clause_and_no_form(self) -> None:
        html = page("search/search.html", form=_Question(), decision=DENIED)

        assert "EC 427.5(a)1" in html
        assert 'id="search-form"' not in html

    def test_refused_shows_clause_and_remedy_in_place_of_results(self) -> None:
        html = page("search/_results.html", form=_Question(), refusal=DENIED, record={"id": RECORD})

        assert 'id="results"' in html
        assert "Ask Communications to confirm it." in html
        assert str(RECORD) in html
        assert "<table" not in html

    def test_names_its_record_and_why_each_read_matched(self) -> None:
        html = page(
            "search/_results.html", form=_Question(), record={"id": RECORD}, count=1214, is_capped=True,
            reads=[scenes.read()], after="2025~1", map_points=[{"kind": "read", "lat": 1, "lon": 2, "label": "x"}],
        )  # fmt: skip

        assert f'access record <span class="code">{RECORD}</span>' in html
        assert "More than 1,214 reads" in html
        assert "look-alike" in html
        assert 'name="after"' in html
        assert 'id="results-points"' in html

    def test_that_found_nothing_says_so_and_what_to_try(self) -> None:
        html = page("search/_results.html", form=_Question(), record={"id": RECORD}, count=0, reads=[])

        assert "No read matches" in html
        assert "Try fewer characters" in html

    def test_warns_that_reads_may_be_missing(self) -> None:
        html = page(
            "search/_results.html",
            form=_Question(),
            record={"id": RECORD},
            count=0,
            reads=[],
            too_many_plates=True,
        )

        assert "Some reads may be missing" in html

    def test_with_mistakes_leads_to_the_fields(self) -> None:
        html = page("search/_results.html", form=_Question({}))

        assert 'href="#id_purpose_0"' in html or 'href="#id_purpose"' in html
        assert 'href="#id_case_number"' in html


class TestRead:
    def test_shows_its_pictures_alternatives_and_hits(self) -> None:
        hit = scenes.alert(read="8A8D017", kind="LOOKALIKE").hit
        html = page("reads/read.html", read=scenes.read(), hits=[hit], because=RECORD, record={"id": RECORD})

        assert html.count("<img") == 2
        assert "character--doubtful" in html
        assert "is-different" in html
        assert "In the course of" in html or "in the course of" in html
        assert "8a8-d017" in html

    def test_without_pictures_or_hits_says_so(self) -> None:
        html = page(
            "reads/read.html",
            read=scenes.read(roles=[], characters=[], candidates=[]),
            hits=[],
            because=RECORD,
        )

        assert "No picture came with this read" in html
        assert "On no hot list" in html


class _Filters(forms.Form):
    person = forms.CharField(required=False)


class TestAccessRecords:
    def test_shows_who_what_why_and_the_clause_of_a_refusal(self) -> None:
        refused = scenes.record(outcome="DENIED", clauses=["RB 432.4"], reason="check", case_number="")
        html = page(
            "audits/access_records.html",
            form=_Filters(),
            records=[scenes.record(), refused],
            older_url="?before=x",
        )

        assert "Rosa Okafor" in html
        assert "8A?D*" in html
        assert "Refused" in html
        assert "RB 432.4" in html
        assert "?before=x" in html

    def test_that_are_none_say_so(self) -> None:
        assert "No record fits" in page("audits/access_records.html", form=_Filters(), records=[])

    def test_of_one_access_shows_its_grants_and_the_ledger_entry(self) -> None:
        grant = SimpleNamespace(
            agency="RBPD", visible_from=NOW, kinds=["read"], camera_names=None, read_count=1
        )
        sealed = {"number": 48213, "recorded_at": NOW, "event": "access.opened", "actor": "okafor", "hash": "3f7a",
                  "previous_hash": "a90b", "payload": "{}", "is_intact": True}  # fmt: skip
        html = page(
            "audits/access_record.html",
            record=scenes.record(parent_id=UUID(int=1)),
            grants=[grant],
            entry=sealed,
        )

        assert "Ledger entry 48213" in html
        assert "it agrees" in html
        assert "3f7a" in html
        assert str(UUID(int=1)) in html

    def test_that_was_tampered_with_says_so(self) -> None:
        html = page(
            "audits/access_record.html", record=scenes.record(), entry={"number": 7, "is_intact": False}
        )

        assert "this entry was changed" in html

    def test_without_a_ledger_entry_raises_the_alarm(self) -> None:
        html = page("audits/access_record.html", record=scenes.record(), grants=[], entry=None)

        assert "No ledger entry was found" in html


class TestPublicPages:
    def test_show_policy_offices_and_sums(self) -> None:
        row = {"label": "Plates read", "last_30": 182340, "last_365": 2210433}
        html = page(
            "transparency/agency.html", agency=SimpleNamespace(name="El Cajon Police Department", slug="el-cajon"),
            computed_at=NOW, policy={"title": "Policy 427"}, cameras=41, counts=[row], searches=[row],
            officials=[{"duty": "Training", "title": "ITP Sergeant", "holder": "", "clause": "EC 427.10"}],
            purposes=[{"label": "Official business", "clause": "EC 427.5(a)"}],
            audit={"rule": "Yearly", "clause": "EC 427.8", "is_overdue": True, "due_date": date(2025, 10, 31)},
        )  # fmt: skip

        assert "182,340" in html
        assert "nobody named" in html
        assert "overdue" in html
        assert "No other agency has standing access" in html

    def test_need_nobody_logged_in(self) -> None:
        html = page("transparency/index.html", shell=None, agencies=[])

        assert "No agency has been set up yet" in html
        assert "noindex" not in html


class TestRights:
    def test_part_what_one_may_from_what_one_may_not_and_say_why(self) -> None:
        decisions = [(Function.RECEIVE_ALERTS, scenes.ALLOWED), (Function.SEARCH, DENIED)]
        html = page("access/why.html", decisions=decisions)

        allowed, _, denied = html.partition("You may not")
        assert "Receive alerts" in allowed
        assert "EC 427.5(a)" in allowed
        assert "Search reads" in denied
        assert "Ask Communications to confirm it." in denied

    def test_say_the_same_refusal_once(self) -> None:
        html = page("access/why.html", decisions=[(Function.SEARCH, DENIED), (Function.EXPORT, DENIED)])

        assert html.count("Ask Communications to confirm it.") == 1
        assert html.index("Search reads") < html.index("Copy reads out")

    def test_fold_a_long_list_of_clauses(self) -> None:
        many = SimpleNamespace(clauses=("EC 427.5", "EC 427.7", "CJIS AC-2"))

        assert "and 2 more" in page("access/why.html", decisions=[(Function.SEARCH, many)])


class TestLogIn:
    def test_shows_the_notice_that_must_be_accepted(self) -> None:
        html = page("account/login.html", shell=None, form=forms.Form())

        for part in ("restricted government information system", "monitored", "penalties", "consent"):
            assert part in html

    def test_with_a_password_for_one_use_says_what_to_do(self) -> None:
        assert "for one use" in page(
            "account/password_change.html", shell=None, form=forms.Form(), was_one_time=True
        )


class TestRefusalsAndErrors:
    @pytest.mark.parametrize("name", ["500.html", "400.html", "403.html", "404.html", "403_csrf.html"])
    def test_are_shown_when_nothing_is_known(self, name: str) -> None:
        html = render_to_string(name)

        assert "<h1" in html
        assert 'href="/"' in html

    def test_refusal_keeps_the_frame_of_whoever_is_logged_in(self) -> None:
        html = page("refused.html", refusal=DENIED, record_id=RECORD)

        assert 'class="nav"' in html
        assert str(RECORD) in html
        assert "data-refusal" in html

    def test_refusal_without_a_person_stands_alone(self) -> None:
        html = page("refused.html", shell=None, refusal=DENIED)

        assert 'class="nav"' not in html
        assert "EC 427.5(a)1" in html
