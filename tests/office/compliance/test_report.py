"""The compliance report: the truth about every obligation, from the rules, the office's code and the data."""

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platekeeper.cli.compliance import compliance
from platekeeper.office.access.operations import open_access
from platekeeper.office.compliance.open_rules import ASKED_FOR
from platekeeper.office.compliance.probes import PROBES
from platekeeper.office.compliance.queries import compliance_report
from platekeeper.office.compliance.registry import PLACES, WITHOUT_RULES, State, asked_in, place_of, unplaced
from platekeeper.office.governance.operations import attest
from platekeeper.office.rms.operations import connect_rms, deliver_requests
from platekeeper.policy import Role
from platekeeper.policy.clauses import obligations
from platekeeper.policy.obligations import RULES, checks, in_scope
from platekeeper.policy.vocabulary import RecipientClass

from ..doors import logged_in
from ..people import PROFILES, a_person, a_searcher, an_agency, an_inquiry
from ..sharing.releases import an_agreement, an_approver, entered


def rows_of(agency, now=None):
    return {row.obligation: row for row in compliance_report(agency, now or timezone.now())}


class TestRegistry:
    def test_every_rule_has_one_place_and_every_place_rules(self):
        placed = [rule.tag for place in PLACES for rule in place.rules]

        assert unplaced() == frozenset()
        assert len(placed) == len(set(placed))
        assert set(placed) == {rule.tag for rule in RULES}

    def test_what_has_no_rule_is_told_apart_and_nothing_else(self):
        assert set(WITHOUT_RULES) == obligations().keys() - checks().keys()

    def test_obligations_rules_and_what_has_none_are_one_set(self):
        assert checks().keys() | WITHOUT_RULES.keys() == obligations().keys()
        assert not in_scope() & WITHOUT_RULES.keys()

    def test_only_obligations_are_probed(self):
        assert PROBES.keys() <= obligations().keys()

    def test_a_rule_that_nobody_asks_is_found_out(self):
        assert asked_in("decide_what_nobody_decides") == ()
        assert "office.access.operations" in asked_in("decide_access")

    def test_an_unknown_rule_counts_as_asked_by_nobody(self):
        assert place_of("no-such-rule").asked_by == ()


class TestComplianceReport:
    def test_asks_each_probe_once_for_all_its_rows_and_anew_in_the_next_report(self):
        agency = an_agency("redondo-beach")
        rows_of(agency)
        with CaptureQueriesContext(connection) as asked:
            first = rows_of(agency)
        entered(agency)

        assert sum('FROM "release_request"' in query["sql"] for query in asked.captured_queries) == 1
        assert rows_of(agency)["PUR-10"].evidence != first["PUR-10"].evidence

    @pytest.mark.parametrize("profile", PROFILES)
    def test_has_a_row_for_every_obligation_with_evidence(self, profile):
        rows = rows_of(an_agency(profile))

        assert set(rows) == set(obligations())
        assert [row.obligation for row in rows.values() if not row.evidence] == []
        assert all(row.clauses for row in rows.values() if row.state is not State.NOT_APPLICABLE)
        assert all(len(row.checks) == len(row.tests) for row in rows.values())
        assert {row.obligation for row in rows.values() if row.in_scope} <= in_scope()

    @pytest.mark.parametrize(
        ("profile", "left_open"),
        [
            (
                "redondo-beach",
                {"PUR-13", "TRN-05", "TRN-06", "TRN-07", "USR-03", "USR-04", "USR-06", "USR-12"},
            ),
            ("monrovia", {"PUR-13", "TRN-05", "TRN-06", "TRN-07", "USR-04", "USR-06", "USR-12"}),
            ("los-angeles", {"USR-03"}),
        ],
    )
    def test_calls_nothing_enforced_that_the_policy_leaves_open(self, profile, left_open):
        rows = rows_of(an_agency(profile))

        assert {key for key in ASKED_FOR if rows[key].state is State.NOT_APPLICABLE} == left_open
        assert all("leaves it open" in rows[key].evidence[0] for key in left_open)

    def test_says_of_what_is_not_built_that_it_is_not(self):
        rows = rows_of(an_agency())

        for row in rows.values():
            asked = [
                bool(place_of(tag).kept_by) or any(map(asked_in, place_of(tag).asked_by))
                for tag in row.checks
            ]
            if row.state is State.ENFORCED:
                assert all(asked), row
        assert rows["AUD-02"].state is State.NOT_BUILT

    @pytest.mark.parametrize("profile", PROFILES)
    def test_counts_the_releases_behind_what_must_not_be_shared(self, profile):
        agency = an_agency(profile)
        entered(agency)
        entered(agency, recipient_class=RecipientClass.IMMIGRATION)

        rows = rows_of(agency)

        found = [rows[f"PUR-{number}"] for number in range(10, 14)]
        stated = [row for row in found if row.clauses and row.state is not State.NOT_APPLICABLE]
        assert len(stated) >= 3
        for row in stated:
            assert row.state is State.ENFORCED, row
            assert row.evidence[0].startswith(
                "2 requests of other agencies on file: 1 asked, 1 refused; 1 were"
            )
            assert any("asked in office.sharing.covering" in said for said in row.evidence)

    @pytest.mark.parametrize(
        "key", ["SHR-01", "SHR-02", "SHR-03", "SHR-05", "SHR-10", "SHR-11", "SHR-13", "SHR-15"]
    )
    def test_finds_a_part_behind_each_rule_of_sharing(self, key):
        assert rows_of(an_agency())[key].state is State.ENFORCED

    def test_says_when_an_agreement_that_is_needed_ends(self):
        agency = an_agency("los-angeles")
        an_agreement(agency, an_approver(agency), valid_to=timezone.localdate() + timedelta(days=20))

        row = rows_of(agency)["SHR-08"]

        assert row.state is State.DUE
        assert row.evidence[0] == "1 agreements with other agencies in force, 1 of them end within 30 days."

    def test_names_the_vacant_office_and_its_remedy(self):
        row = rows_of(an_agency())["GOV-01"]

        assert row.state is State.OVERDUE
        assert "Nobody holds the office" in row.evidence[0]
        assert row.remedy

    def test_counts_what_the_data_say(self):
        agency = an_agency()
        before = rows_of(agency)["SRC-01"]
        open_access(person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now())

        after = rows_of(agency)["SRC-01"]

        assert (before.state, after.state) == (State.ENFORCED, State.ENFORCED)
        assert "No access yet." in before.evidence
        assert any(said.startswith("1 access records, 0 of them refusals") for said in after.evidence)

    def test_follows_an_attestation_from_its_day_to_its_end(self):
        agency, now = an_agency(), timezone.now()
        admin = a_person(agency, Role.ADMINISTRATOR)
        assert rows_of(agency)["GOV-13"].state is State.OVERDUE

        attest(person=admin, obligation="GOV-13", statement="Gone through.", document="", now=now)

        states = [rows_of(agency, now + timedelta(days=days))["GOV-13"].state for days in (0, 320, 340, 370)]
        assert states == [State.ATTESTED, State.ATTESTED, State.DUE, State.OVERDUE]

    def test_finds_accesses_that_wait_too_long_for_their_receipt(self, tmp_path):
        agency, now = an_agency("monrovia"), timezone.now()
        open_access(person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=now)

        waiting = [rows_of(agency, now + timedelta(hours=hours))["SRC-03"].state for hours in (0, 25)]
        deliver_requests(connect_rms(agency=agency, outbox_folder=str(tmp_path)), now)

        assert waiting == [State.DUE, State.OVERDUE]
        assert any("1 acknowledged, 0 waiting" in said for said in rows_of(agency)["SRC-03"].evidence)


class TestCommand:
    @pytest.fixture
    def agency(self):
        return an_agency("el-cajon")

    def test_prints_each_row_as_json_and_fails_where_one_is_overdue(self, agency):
        outcome = CliRunner().invoke(compliance, [agency.slug, "--json"])

        assert outcome.exit_code == 1
        told = json.loads(outcome.stdout)
        assert told["agency"] == agency.slug
        assert {row["obligation"] for row in told["obligations"]} == set(obligations())
        assert {"state", "evidence", "clauses", "checks", "tests"} <= told["obligations"][0].keys()

    def test_prints_lines_and_a_sum(self, agency):
        outcome = CliRunner().invoke(compliance, [agency.slug])

        assert re.search(r"\d+ enforced, \d+ ", outcome.stdout)
        assert "SRC-02" in outcome.stdout

    def test_refuses_an_unknown_agency_with_a_sentence(self):
        outcome = CliRunner().invoke(compliance, ["nowhere"])

        assert outcome.exit_code == 1
        assert "nowhere" in str(outcome.exception)


class TestPage:
    def test_shows_what_is_overdue_first_and_narrows_down(self):
        agency = an_agency()
        client = logged_in(a_person(agency, Role.AUDITOR))

        whole, narrowed = client.get("/compliance/"), client.get("/compliance/", {"state": "enforced"})

        first = re.findall(r'<tr data-list-item id="([A-Z]+-\d+)"', whole.content.decode())
        assert set(first) == set(obligations())
        assert rows_of(agency)[first[0]].state is State.OVERDUE
        shown = re.findall(r'<tr data-list-item id="([A-Z]+-\d+)"', narrowed.content.decode())
        assert {rows_of(agency)[one].state for one in shown} == {State.ENFORCED}

    @pytest.mark.parametrize("state", ["nonsense", "", "enforced'--"])
    def test_shows_all_where_no_state_is_meant(self, state):
        client = logged_in(a_person(an_agency(), Role.AUDITOR))

        answer = client.get("/compliance/", {"state": state})

        assert answer.content.decode().count("data-list-item") == 137
