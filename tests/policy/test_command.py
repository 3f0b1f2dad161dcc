"""`platekeeper policy` on a terminal, in a pipe and for scripts."""

import json

import pytest
from click.testing import CliRunner

from platekeeper.cli.policy import policy
from platekeeper.policy.library import PolicyError, profile_text, profiles


def run(*arguments):
    return CliRunner().invoke(policy, list(arguments), catch_exceptions=False)


class TestList:
    def test_names_the_agencies(self):
        result = run("list")

        assert result.exit_code == 0
        assert all(slug in result.output for slug in profiles())

    def test_gives_scripts_their_versions(self):
        listed = json.loads(run("list", "--json").output)

        assert [one["agency"] for one in listed] == list(profiles())
        assert all(one["version"].startswith("1+") for one in listed)


class TestShow:
    def test_refuses_an_agency_that_is_not_there(self):
        with pytest.raises(PolicyError, match="choose one of"):
            run("show", "nowhere")

    def test_prints_rules_in_plain_words_with_their_clauses(self):
        output = run("show", "el-cajon").output

        assert "Reads are destroyed after 30 days. (EC 427.6; decides C-9)" in output
        assert "(should, EC 427.10)" in output
        assert "(policy silent, CJIS AC-2)" in output

    def test_gives_scripts_the_same(self):
        shown = json.loads(run("show", "monrovia", "--json").output)
        rules = {rule["path"]: rule for chapter in shown["chapters"] for rule in chapter["rules"]}

        assert rules["users.inquiries_limited_to"]["clauses"] == ["MO 463.5(c)"]
        assert rules["users.inquiries_limited_to"]["decision"] == "C-3"


class TestDiff:
    def test_puts_two_side_by_side(self):
        output = run("diff", "monrovia", "los-angeles").output

        assert "Monrovia Police Department" in output
        assert "Los Angeles Police Department" in output
        assert "retention.purge" in output
        assert "quality.originals_immutable" not in output

    def test_tells_on_request_what_is_alike(self):
        assert "quality.originals_immutable" in run("diff", "monrovia", "los-angeles", "--all").output

    def test_gives_scripts_both_sides(self):
        rows = {row["path"]: row for row in json.loads(run("diff", "monrovia", "el-cajon", "--json").output)}

        assert rows["retention.purge"]["el-cajon"]["rule"] == "Reads are destroyed after 30 days."
        assert rows["retention.arjis"]["monrovia"] is None

    def test_of_one_with_itself_is_empty(self):
        assert json.loads(run("diff", "monrovia", "monrovia", "--json").output) == []


class TestCheck:
    def test_refuses_a_bad_file_by_its_exit_status(self, tmp_path):
        file = tmp_path / "profile.toml"
        file.write_text(profile_text("monrovia").replace("MO 463.8", "MO 0", 1))

        result = run("check", str(file))

        assert result.exit_code == 1
        assert 'There is no clause "MO 0".' in result.output
        assert "0 of 1 may be published." in result.output

    @pytest.mark.parametrize(
        ("content", "why"),
        [(b"\xff\xfe", "not UTF-8 at byte 0"), (b"#" * 1_000_001, "too large"), (None, "No such file")],
        ids=["encoding", "size", "absent"],
    )
    def test_refuses_what_is_no_profile_at_all(self, tmp_path, content, why):
        file = tmp_path / "profile.toml"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(PolicyError, match=why):
            run("check", str(file))

    def test_accepts_the_five(self):
        result = run("check")

        assert result.exit_code == 0
        assert "5 of 5 may be published." in result.output

    def test_gives_scripts_what_is_pointed_out(self):
        (problem,) = json.loads(run("check", "--json").output)

        assert (problem["profile"], problem["severity"], problem["clause"]) == (
            "el-cajon",
            "warning",
            "CA GOV 34090.6",
        )
