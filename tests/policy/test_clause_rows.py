"""Every clause, refused and kept: the rows, and that rows, registry and clauses are one set."""

import re

import pytest

from platekeeper.policy import Allowed, Denied, load_profile, profiles
from platekeeper.policy.check import cited
from platekeeper.policy.clauses import obligations, sections
from platekeeper.policy.obligations import RULES, checks, in_scope
from tests.policy import rows_access, rows_conduct, rows_keeping
from tests.policy.rows import ALL

ROWS = (*rows_access.ROWS, *rows_conduct.ROWS, *rows_keeping.ROWS)
OBLIGATION = {rule.tag: rule.obligation for rule in RULES}
CITED = {slug: {clause for _, clause in cited(load_profile(slug))} for slug in ALL}
CJIS = {clause for clause in sections() if clause.startswith("CJIS ")}
SENTENCE = re.compile(r'["A-Z].*\.')
CASES = [
    pytest.param(row, slug, id=f"{OBLIGATION[row.tag]}-{row.tag}-{slug}")
    for row in ROWS
    for slug in row.where
]


class TestRule:
    @pytest.mark.parametrize(("row", "slug"), CASES)
    def test_refuses_the_violation_with_clause_reason_and_remedy(self, row, slug):
        profile = load_profile(slug)

        decision = row.broken(profile)

        assert isinstance(decision, Denied)
        assert decision.obligation == OBLIGATION[row.tag], str(decision)
        assert decision.clause in {*profile.clauses_of(decision.obligation), *CITED[slug], *CJIS}
        assert decision.clause in sections()
        assert all(SENTENCE.fullmatch(said) for said in (decision.reason, decision.remedy))

    @pytest.mark.parametrize(("row", "slug"), CASES)
    def test_allows_what_keeps_it(self, row, slug):
        decision = row.kept(load_profile(slug))

        assert isinstance(decision, Allowed), str(decision)
        assert set(decision.clauses) <= sections().keys()


class TestCompleteness:
    def test_every_rule_has_a_row_and_every_row_a_rule(self):
        tags = [row.tag for row in ROWS]

        assert sorted(tags) == sorted(rule.tag for rule in RULES)

    def test_every_obligation_in_scope_has_a_rule(self):
        assert in_scope() <= checks().keys()

    def test_rows_registry_and_clauses_are_one_set(self):
        tried = {OBLIGATION[row.tag] for row in ROWS}

        assert tried == checks().keys() <= obligations().keys()

    def test_every_clause_of_every_agency_in_scope_was_tried(self):
        tried = {(OBLIGATION[row.tag], load_profile(slug).code) for row in ROWS for slug in row.where}
        stated = {(key, code) for key in in_scope() for code in obligations()[key].sources}

        assert stated - tried == set()

    def test_the_rows_know_all_agencies(self):
        assert profiles() == ALL
