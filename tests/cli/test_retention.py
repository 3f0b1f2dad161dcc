"""`platekeeper retention`: a plan that destroys nothing, a purge that waits for two people."""

import json

import pytest
from click.testing import CliRunner

from platekeeper.cli.retention import AsOfError, retention
from tests.functional.installation import migrated


class TestAsOf:
    @pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "20x6-01-01T00:00Z"])
    def test_is_refused_with_its_remedy_where_it_cannot_be_read(self, text):
        result = CliRunner().invoke(retention, ["plan", "el-cajon", "--as-of", text])

        assert isinstance(result.exception, AsOfError)
        assert "write a date or a time" in str(result.exception)


@pytest.mark.slow
class TestCommand:
    def test_plans_before_anybody_approved_and_purges_only_after(self):
        with migrated() as house:
            house.said(
                "agency", "add", "torrance", "--name", "Torrance", "--profile", "los-angeles", "--by", "t"
            )

            plan = json.loads(house.said("retention", "plan", "torrance", "--as-of", "2030-01-01", "--json"))
            refused = house.run("retention", "run", "torrance")
            unknown = house.run("retention", "plan", "nowhere")

        assert plan["reads_before"].startswith("2024-12-30T23:59:00")
        assert (plan["due"], plan["schedule"]["approved"]) == (0, False)
        assert refused.returncode == 1
        assert "GOV-07" in refused.stderr
        assert unknown.returncode == 1
