"""How two policies differ, rule by rule."""

from dataclasses import replace

import pytest

from platekeeper.policy import load_profile
from platekeeper.policy.differences import concerns_retention, differences, side_by_side
from platekeeper.policy.period import Period

from .rows import ALL


class TestDifferences:
    @pytest.mark.parametrize("slug", ALL)
    def test_of_a_policy_with_itself_are_none(self, slug):
        profile = load_profile(slug)

        assert differences(profile, profile) == ()
        assert all(one.before == one.after for one in side_by_side(profile, profile))

    def test_show_both_sides_in_words(self):
        ours, theirs = load_profile("monrovia"), load_profile("redondo-beach")

        found = {one.path: one for one in differences(ours, theirs)}

        rule = found["access.rms_classification"]
        assert rule.before.text.endswith("as ALPR Request.")
        assert rule.after.text == "Access is documented here alone."

    def test_show_a_rule_that_only_one_side_has(self):
        ours, theirs = load_profile("los-angeles"), load_profile("milpitas")

        one_sided = [one for one in differences(ours, theirs) if one.before is None or one.after is None]

        assert {one.before is None for one in one_sided} == {True, False}

    def test_are_the_same_from_either_side(self):
        ours, theirs = load_profile("el-cajon"), load_profile("milpitas")

        there = {one.path for one in differences(ours, theirs)}
        assert there == {one.path for one in differences(theirs, ours)}


class TestConcernsRetention:
    def test_where_a_period_changes(self):
        profile = load_profile("redondo-beach")
        purge = replace(profile.retention.purge, value=Period.parse("P6Y"))

        assert concerns_retention(
            profile, replace(profile, retention=replace(profile.retention, purge=purge))
        )

    def test_where_the_floor_changes(self):
        profile = load_profile("redondo-beach")

        assert concerns_retention(profile, replace(profile, floor=replace(profile.floor, slug="us-wa")))

    def test_not_where_anything_else_does(self):
        profile = load_profile("redondo-beach")

        assert not concerns_retention(profile, replace(profile, name="Other", revision="9"))
