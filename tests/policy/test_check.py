"""Profiles that must not be published: each defect, with its line, its clause and its remedy."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.policy.check import Severity, check_profile, line_of
from platekeeper.policy.consistency import find_setting
from platekeeper.policy.floor import Floor
from platekeeper.policy.library import load_floor, load_profile, profile_text, profiles
from platekeeper.policy.limits import LIMITS

TEXT = {slug: profile_text(slug) for slug in profiles()}


def set_value(text: str, table: str, key: str, value: str) -> str:
    """Return a profile's text with another value for one setting."""
    before, header, after = text.partition(f"[{table}]\n")
    changed, count = re.subn(
        rf"^({re.escape(key)} = {{ value = )(?:\[[^\]]*\]|\"[^\"]*\"|'[^']*'|[^,]+)(, clause)",
        lambda found: f"{found[1]}{value}{found[2]}",
        after,
        count=1,
        flags=re.MULTILINE,
    )
    assert count == 1, (table, key)
    return before + header + changed


def without_line(text: str, start: str) -> str:
    """Return a text without the first line that starts so."""
    lines = text.splitlines(keepends=True)
    del lines[next(number for number, line in enumerate(lines) if line.startswith(start))]
    return "".join(lines)


def number_of(text: str, start: str) -> int:
    """Return the number of the first line that starts so."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


def only(text: str):
    """Return the one problem of a text."""
    (problem,) = check_profile(text)
    return problem


SELF_CONTRADICTIONS = [
    # slug, table, key, value, line that is named, clause
    ("milpitas", "retention", "purge", '"P364D"', "purge = ", "MI 462.4"),
    ("los-angeles", "retention", "visible", '"P6Y"', "visible = ", "LA 568.53 Retention"),
    ("los-angeles", "retention", "visible", '"none"', "old_data = ", "LA 568.53 Retention"),
    ("redondo-beach", "duties", "audit", '" "', "audit = ", "RB 432.6(d)"),
    ("redondo-beach", "alerts", "purpose", '"fun"', "purpose = ", "RB 432.3(a)4"),
    ("redondo-beach", "access", "case_number_pattern", "'('", "case_number_pattern", "RB 432.6(b)"),
    ("redondo-beach", "access", "case_number_example", '"x"', "case_number_example", "RB 432.6(b)"),
    ("monrovia", "users", "inquiries_limited_to", '["Janitor"]', "inquiries_limited_to", "MO 463.5(c)"),
    (
        "los-angeles",
        "training",
        "reorientation_course",
        '"x"',
        "reorientation_course",
        "LA 568.53 Data Users Training",
    ),
    ("el-cajon", "data", "elements", '["plate", "time", "place"]', "elements = ", "EC 427.2"),
    ("el-cajon", "alerts", "visual_parts", "[]", "visual_parts", "EC 427.5(b)1"),
    ("redondo-beach", "audit", "draw_at_least", "0", "draw_at_least", "RB 432.6(d)"),
    ("redondo-beach", "audit", "sample_window", '"P3Y"', "sample_window", "RB 432.6(d)"),
    ("redondo-beach", "retention", "access_records", '"P364D"', "access_records", "CJIS AU-11"),
    ("redondo-beach", "users", "vendor_visit", '"PT73H"', "vendor_visit", "CJIS AC-2"),
    ("redondo-beach", "sharing", "recipients", '["local-police", "commercial"]', "recipients = ", "RB 432.9"),
]


class TestCheckProfile:
    @pytest.mark.parametrize(("slug", "table", "key", "value", "line", "clause"), SELF_CONTRADICTIONS)
    def test_refuses_a_contradiction_with_line_and_clause(self, slug, table, key, value, line, clause):
        text = set_value(TEXT[slug], table, key, value)
        here = number_of(text[text.index(f"[{table}]\n") :], line) + text[: text.index(f"[{table}]\n")].count(
            "\n"
        )

        found = [problem for problem in check_profile(text) if problem.severity is Severity.ERROR]

        assert (here, clause) in [(problem.line, problem.clause) for problem in found], found
        assert all(problem.sentence.endswith(".") and problem.remedy.endswith(".") for problem in found)

    @pytest.mark.parametrize(
        ("slug", "start", "path"),
        [
            ("redondo-beach", "purge = ", "retention.purge"),
            ("redondo-beach", "status = ", "alerts.status"),
            ("redondo-beach", "refresh_within = ", "hot_lists.refresh_within"),
            ("redondo-beach", "approval = ", "sharing.approval"),
            ("redondo-beach", "policy = ", "posting.policy"),
            ("redondo-beach", "notify = ", "breach.notify"),
            ("redondo-beach", "transfer_within = ", "data.transfer_within"),
        ],
    )
    def test_refuses_a_missing_parameter_at_its_table(self, slug, start, path):
        text = without_line(TEXT[slug], start)

        problem = only(text)

        assert (problem.path, problem.sentence) == (path, f"{path} is missing.")
        assert text.splitlines()[problem.line - 1] == f"[{path.partition('.')[0]}]"

    @pytest.mark.parametrize("number", range(1, 13))
    def test_refuses_an_open_question_left_open(self, number):
        before, _, after = TEXT["monrovia"].partition(f"[decisions.C-{number}]\n")
        text = before + after.partition("\n\n")[2]

        assert f"C-{number} is not decided." in [problem.sentence for problem in check_profile(text)]

    def test_refuses_a_question_that_nobody_asked(self):
        text = TEXT["monrovia"].replace("[decisions.C-12]", "[decisions.C-13]")

        sentences = [problem.sentence for problem in check_profile(text)]

        assert sentences == ["C-12 is not decided.", "There is no open question C-13."] or set(sentences) == {
            "C-12 is not decided.",
            "There is no open question C-13.",
        }

    @pytest.mark.parametrize(
        "path", ["users", "users.nothing", "nothing.at_all", "duties.nothing", "users.titles", "slug"]
    )
    def test_refuses_a_decision_by_what_is_no_setting(self, path):
        text = TEXT["monrovia"].replace('setting = "users.inquiries_limited_to"', f'setting = "{path}"')

        assert f"C-3 is decided by {path}, which is no setting." in [
            one.sentence for one in check_profile(text)
        ]
        assert find_setting(load_profile("monrovia"), path) is None

    def test_refuses_a_decision_that_its_setting_does_not_know(self):
        text = TEXT["monrovia"].replace(', decision = "C-3"', "")

        problem = only(text)

        assert problem.sentence == "users.inquiries_limited_to does not say that it decides C-3."
        assert problem.line == number_of(text, "inquiries_limited_to")

    @pytest.mark.parametrize("clause", ["RB 432.55", "RB432.5", "EC 427.6(z)"])
    def test_refuses_a_clause_that_does_not_exist(self, clause):
        text = TEXT["redondo-beach"].replace(
            'purge = { value = "P5Y", clause = "RB 432.5"', f'purge = {{ value = "P5Y", clause = "{clause}"'
        )

        problem = only(text)

        assert (problem.clause, problem.line) == (clause, number_of(text, "purge = "))
        assert str(problem) == (
            f'line {problem.line}: There is no clause "{clause}". '
            f"Cite a clause of the policy, or list it in [sections] with its heading. ({clause})"
        )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('clause = "RB 432.3(a)5"', 'clause = "RB 999"'),
            ('[roles.trainer]\ntitle = "Trainer"', '[roles.trainer]\ntitle = "Trainer" # RB'),
        ],
    )
    def test_looks_at_every_clause_of_a_list(self, old, new):
        assert old in TEXT["redondo-beach"]

        problems = check_profile(TEXT["redondo-beach"].replace(old, new))

        assert [problem.clause for problem in problems] == (["RB 999"] if "999" in new else [])

    def test_refuses_a_mapping_to_an_obligation_that_does_not_exist(self):
        text = TEXT["monrovia"] + '\n[clauses]\n"SRC-99" = ["MO 463.5(a)"]\n"SRC-98" = ["MO 0"]\n'

        found = {(problem.path, problem.sentence) for problem in check_profile(text)}

        assert found == {
            ("clauses.SRC-99", "There is no obligation SRC-99."),
            ("clauses.SRC-98", "There is no obligation SRC-98."),
            ("clauses.SRC-98", 'There is no clause "MO 0".'),
        }

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("[duties]\nadministration", "[duties]\nadministratio", "duties.administratio cannot be"),
            ('code = "wanted-persons"', 'code = "criminal-investigation"', "Two purposes have one code."),
            (
                'timezone = "America/Los_Angeles"',
                'timezone = "Mars/Olympus"',
                '"Mars/Olympus" is no time zone.',
            ),
            ('timezone = "America/Los_Angeles"', 'timezone = "../etc"', '"../etc" is no time zone.'),
            ('state = "CA"', 'state = "NV"', "The floor us-ca is California's, not NV's."),
            (
                'roles = ["it"]',
                'roles = ["hit-only-officer"]',
                "carries the role hit-only-officer, which has no rights.",
            ),
            ('valid_for = "P1Y"', 'valid_for = "P2Y"', "No course for everyone is repeated every 1 year."),
            ('"maintain-system", "manage-devices"', '"fly"', 'roles.it.functions cannot be "fly".'),
            (', "purge", "publish", ', ", ", "No role may do what somebody must (purge)."),
        ],
    )
    def test_refuses_what_cannot_work(self, old, new, sentence):
        text = TEXT["redondo-beach"]
        assert old in text

        found = [problem.sentence for problem in check_profile(text.replace(old, new))]

        assert any(sentence in one for one in found), found

    def test_refuses_a_profile_without_a_duty(self):
        text = without_line(TEXT["redondo-beach"], "breach = ")

        assert only(text).sentence == "No office answers for breach."

    def test_refuses_a_closed_list_without_titles_and_a_policy_without_purposes(self):
        text = re.sub(r"^titles = \[.*?^\]", "titles = []", TEXT["milpitas"], flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"^authorized = \[.*?^\]", "authorized = []", text, flags=re.MULTILINE | re.DOTALL)

        found = [problem.sentence for problem in check_profile(text)]

        assert "The list of job titles is closed and empty." in found
        assert "No purpose is authorized." in found

    def test_names_the_line_of_a_slip_in_the_notation(self):
        text = "a = 1\nb = = 2\n"

        problem = only(text)

        assert problem.line == 2
        assert problem.sentence.startswith("The file is not TOML")

    @pytest.mark.parametrize("text", ["", "policy = 1", "[policy]\nslug = 1"])
    def test_cites_something_even_for_what_is_no_profile(self, text):
        assert all(problem.clause for problem in check_profile(text))

    @settings(max_examples=25)  # each example reads a whole profile
    @given(st.data())
    def test_answers_any_damage_at_all(self, data):
        text = TEXT[data.draw(st.sampled_from(profiles()))]
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 400))
        junk = data.draw(st.text(max_size=20))

        problems = check_profile(text[:start] + junk + text[start + length :])

        assert all(problem.line >= 1 and problem.clause and problem.sentence for problem in problems)


class TestMinimumAgainstPurge:
    RULING = (
        '\n[retention.counsel_ruling]\ncounsel = "City Attorney"\nruled_on = "2026-01-05"\n'
        'reference = "CA-1"\nsentence = "The shorter period stands."\n'
    )

    def test_is_refused_without_counsels_ruling(self):
        text = set_value(TEXT["el-cajon"], "retention", "minimum", '"P1Y"')

        errors = [problem for problem in check_profile(text) if problem.severity is Severity.ERROR]

        assert [problem.path for problem in errors] == ["retention.purge"]
        assert "counsel's ruling" in errors[0].remedy

    def test_is_accepted_with_it(self):
        text = set_value(TEXT["el-cajon"], "retention", "minimum", '"P1Y"')
        before, header, after = text.partition("\n[audit]")

        assert check_profile(before + self.RULING + header + after) == ()

    def test_of_a_law_that_may_apply_is_pointed_out(self):
        problem = only(TEXT["el-cajon"])

        assert (problem.severity, problem.clause, problem.path) == (
            Severity.WARNING,
            "CA GOV 34090.6",
            "retention.purge",
        )


LOOSER = [
    ("us-nh", "retention.purge", "NH RSA 261:75-b"),
    ("us-nh", "data.elements", "NH RSA 261:75-b"),
    ("us-va", "purposes.authorized", "VA 2.2-5517"),
    ("us-va", "audit.every", "VA 2.2-5517"),
    ("us-va", "access.case_required", "VA 2.2-5517"),
    ("us-va", "alerts.disposition", "VA 2.2-5517"),
    ("us-va", "retention.purge", "VA 2.2-5517"),
    ("us-wa", "retention.purge", "WA SB 6002"),
    ("us-ne", "hot_lists.entry_ends_with_shift", "NE 60-3204"),
    ("us-ne", "hot_lists.refresh_at_shift_start", "NE 60-3204"),
    ("us-ar", "retention.purge", "AR 12-12-1804"),
]


class TestTheFloor:
    @pytest.mark.parametrize(("floor", "path", "clause"), LOOSER)
    def test_of_another_state_refuses_a_californian_policy(self, floor, path, clause):
        state = load_floor(floor).state
        text = (
            TEXT["milpitas"]
            .replace('floor = "us-ca"', f'floor = "{floor}"')
            .replace('state = "CA"', f'state = "{state}"')
        )

        found = {(problem.path, problem.clause, problem.line) for problem in check_profile(text)}

        assert (path, clause, line_of(text, path)) in found

    @pytest.mark.parametrize(
        ("table", "key", "value", "clause"),
        [
            ("sharing", "barred_recipients", '["commercial"]', "CA CIV 1798.90.55"),
            ("sharing", "recipients", '["federal"]', "CA CIV 1798.90.55"),
            ("sharing", "barred_purposes", '["commercial"]', "CA GOV 7284.6"),
            ("hot_lists", "barred_interests", "[]", "CA GOV 7284.6"),
            ("hot_lists", "interests", '["immigration"]', "CA GOV 7284.6"),
            ("posting", "policy", "false", "CA CIV 1798.90.51"),
        ],
    )
    def test_of_california_cannot_be_loosened(self, table, key, value, clause):
        text = set_value(TEXT["monrovia"], table, key, value)

        errors = [problem for problem in check_profile(text) if "loosens the law" in problem.sentence]

        assert [problem.clause for problem in errors] == [clause]

    def test_can_be_tightened(self):
        text = set_value(TEXT["monrovia"], "sharing", "recipients", "[]")

        assert check_profile(text) == ()

    @pytest.mark.parametrize(
        ("floor", "changes"),
        [
            (
                "us-nh",
                {
                    ("retention", "purge"): '"PT3M"',
                    ("retention", "minimum"): '"none"',
                    ("data", "elements"): '["plate", "plate-image", "time", "place", "camera"]',
                },
            ),
            ("us-ar", {("retention", "purge"): '"P150D"', ("retention", "minimum"): '"none"'}),
            (
                "us-wa",
                {
                    ("retention", "purge"): '"P21D"',
                    ("retention", "minimum"): '"none"',
                    ("access", "case_required"): '"number"',
                },
            ),
            (
                "us-ne",
                {
                    ("retention", "purge"): '"P180D"',
                    ("retention", "minimum"): '"none"',
                    ("access", "case_required"): '"number"',
                    ("hot_lists", "entry_ends_with_shift"): "true",
                    ("hot_lists", "refresh_at_shift_start"): "true",
                },
            ),
        ],
    )
    def test_carries_a_policy_that_keeps_to_it(self, floor, changes):
        text = TEXT["redondo-beach"].replace('floor = "us-ca"', f'floor = "{floor}"')
        text = text.replace('state = "CA"', f'state = "{load_floor(floor).state}"')
        for (table, key), value in changes.items():
            text = set_value(text, table, key, value)

        assert check_profile(text) == ()

    def test_of_virginia_carries_a_policy_of_its_three_purposes(self):
        text = (
            TEXT["redondo-beach"]
            .replace('floor = "us-ca"', 'floor = "us-va"')
            .replace('state = "CA"', 'state = "VA"')
        )
        for code, lawful in (("wanted-persons", "missing-person"), ("sanctions-orders", "notification")):
            text = text.replace(f'code = "{code}"', f'code = "{lawful}"')
        text = re.sub(r'^    \{ code = "(?:crime-|investigative-).*\n', "", text, flags=re.MULTILINE)
        for table, key, value in (
            ("retention", "purge", '"P21D"'),
            ("retention", "minimum", '"none"'),
            ("alerts", "purpose", '"notification"'),
            ("alerts", "disposition", "true"),
            ("audit", "every", '"P30D"'),
        ):
            text = set_value(text, table, key, value)

        assert check_profile(text) == ()

    def test_has_a_limit_for_every_setting_that_a_profile_could_loosen(self):
        # the others are no limits on a profile's values: rules read them as they stand
        read_as_they_stand = {
            "purge_spares_hits",
            "minimum_unless_ruled",
            "alert_is_not_suspicion",
            "excluded_places",
            "statistics_every",
        }
        settings = set(Floor.__dataclass_fields__) - {"slug", "title", "state"}

        assert {limit.floor for limit in LIMITS} | read_as_they_stand == settings


class TestLineOf:
    TEXT = 'top = 1\n[a]\nx = 1\n["b"]\n"y" = 2\n[a.c] # here\n  z = [\n    1,\n  ]\n'

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("top", 1),
            ("a", 2),
            ("a.x", 3),
            ("b.y", 5),
            ("a.c.z", 7),
            ("a.c.nothing", 6),
            ("nothing", 1),
            ("", 1),
        ],
    )
    def test_finds_the_value_or_its_table(self, path, line):
        assert line_of(self.TEXT, path) == line
