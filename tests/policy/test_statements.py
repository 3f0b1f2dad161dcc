"""The policy in plain words."""

import dataclasses

import pytest

from platekeeper.policy import Profile, load_profile, profiles
from platekeeper.policy.check import cited
from platekeeper.policy.keeping import CounselRuling
from platekeeper.policy.setting import Setting
from platekeeper.policy.statements import chapters, in_words
from platekeeper.policy.vocabulary import (
    Anchor,
    BarredPurpose,
    CaseRule,
    CheckRule,
    Function,
    InterestReason,
    RecipientClass,
)
from tests.policy.people import changed


def told(profile: Profile):
    return {statement.path: statement for chapter in chapters(profile) for statement in chapter.statements}


def settings_of(part, path):
    for one in dataclasses.fields(part):
        value = getattr(part, one.name)
        if isinstance(value, Setting):
            yield f"{path}.{one.name}"


class TestChapters:
    @pytest.mark.parametrize("slug", profiles())
    def test_leave_no_setting_untold(self, slug):
        profile = load_profile(slug)
        parts = [(name.name, getattr(profile, name.name)) for name in dataclasses.fields(profile)]
        settings = {
            path for name, part in parts if dataclasses.is_dataclass(part) for path in settings_of(part, name)
        }

        assert settings <= told(profile).keys()

    @pytest.mark.parametrize("slug", profiles())
    def test_cite_every_clause_that_the_profile_cites(self, slug):
        profile = load_profile(slug)
        clauses = {clause for statement in told(profile).values() for clause in statement.clauses}

        assert {clause for _, clause in cited(profile)} <= clauses

    @pytest.mark.parametrize("slug", profiles())
    def test_are_sentences_in_words(self, slug):
        for statement in told(load_profile(slug)).values():
            assert statement.text.endswith(".")
            assert not {"{", "frozenset", "Period", "None", "True", "False"} & set(statement.text.split())
            assert "1 years" not in statement.text

    @pytest.mark.parametrize("slug", profiles())
    def test_tell_each_rule_once(self, slug):
        paths = [
            statement.path for chapter in chapters(load_profile(slug)) for statement in chapter.statements
        ]

        assert len(set(paths)) == len(paths)

    @pytest.mark.parametrize(
        ("slug", "path", "text", "clause"),
        [
            (
                "los-angeles",
                "retention.purge",
                "Reads are destroyed after 5 years, 24 hours and 1 minute.",
                "LA 568.53 Retention",
            ),
            ("el-cajon", "retention.minimum", "The policy states no minimum for keeping reads.", "EC 427.6"),
            (
                "monrovia",
                "users.inquiries_limited_to",
                "Inquiries are made by CCAT Supervisor, Communications Officer only.",
                "MO 463.5(c)",
            ),
            (
                "el-cajon",
                "retention.arjis",
                "Data downloaded to the regional server: kept as ARJIS decides.",
                "EC 427.6",
            ),
            ("el-cajon", "duties.custody", "For custody: Support Bureau Captain.", "EC 427.4.1(e)"),
            ("redondo-beach", "decisions.C-3", "C-3: not limited.", "RB 432.2"),
            ("redondo-beach", "audit.every", "Use is audited at least every year.", "RB 432.6(d)"),
        ],
    )
    def test_say_what_the_policy_says(self, slug, path, text, clause):
        statement = told(load_profile(slug))[path]

        assert (statement.text, statement.clauses[0]) == (text, clause)

    def test_tell_a_ruling_of_counsel(self):
        el_cajon = load_profile("el-cajon")
        ruling = CounselRuling(
            counsel="City Attorney", ruled_on="2026-01-05", reference="CA-1", sentence="It stands."
        )
        ruled = changed(el_cajon, retention=changed(el_cajon.retention, counsel_ruling=ruling))

        assert (
            told(ruled)["retention.counsel_ruling"].text
            == "City Attorney ruled on 2026-01-05 (CA-1): It stands."
        )

    def test_tell_a_decision_even_where_its_setting_is_gone(self):
        monrovia = load_profile("monrovia")
        lost = changed(monrovia.decisions["C-3"], setting="users.gone")
        profile = changed(monrovia, decisions={**monrovia.decisions, "C-3": lost})

        assert told(profile)["decisions.C-3"].clauses == ()


class TestInWords:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (RecipientClass.IMMIGRATION, "immigration agencies (ICE, CBP)"),
            (BarredPurpose.IMMIGRATION, "immigration enforcement"),
            (InterestReason.IMMIGRATION, "immigration violation"),
            (CaseRule.NUMBER, "a case or incident number"),
            (CheckRule.MANDATORY, "mandatory"),
            (Anchor.CAPTURE, "the moment the camera saw the plate"),
            (Function.VIEW_READ, "view read"),
            (("case-agent", "DR 26-14"), "case agent, DR 26-14"),
            (7, "7"),
        ],
    )
    def test_says_a_value_as_people_say_it(self, value, words):
        assert in_words(value) == words
