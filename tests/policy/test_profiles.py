"""The profiles and floors that come with Platekeeper, and reading them."""

import dataclasses
import hashlib
from datetime import timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.errors import PlatekeeperError
from platekeeper.policy import Anchor, DataElement, Duty, library, load_profile, parse_profile, profiles
from platekeeper.policy.check import Severity, check_profile
from platekeeper.policy.clauses import sections
from platekeeper.policy.library import (
    UnknownPolicy,
    UnreadableProfile,
    floors,
    load_cjis,
    load_floor,
    profile_text,
    read_profile,
)
from platekeeper.policy.people import Course
from platekeeper.policy.reader import Reader
from platekeeper.policy.setting import Setting
from platekeeper.policy.vocabulary import CaseRule, CheckRule, Function, InterestReason, RecipientClass, Role

each_slug = pytest.mark.parametrize("slug", profiles())
HEADER = """
[policy]
slug = "x"
code = "XX"
name = "X"
policy_title = "X"
revision = "1"
state = "CA"
timezone = "America/Los_Angeles"
floor = "us-ca"
"""


class TestLoadProfile:
    @pytest.mark.parametrize("slug", ["nowhere", "", "../cjis", "El-Cajon", "el-cajon.toml"])
    def test_refuses_a_name_that_is_not_there(self, slug):
        with pytest.raises(UnknownPolicy, match="choose one of el-cajon, los-angeles") as refusal:
            load_profile(slug)
        assert isinstance(refusal.value, PlatekeeperError)

    def test_refuses_a_floor_that_is_not_there(self):
        with pytest.raises(UnknownPolicy, match="choose one of us-ar"):
            load_floor("us-xx")

    @each_slug
    def test_knows_its_own_name(self, slug):
        assert load_profile(slug).slug == slug

    @each_slug
    def test_names_its_version_by_revision_and_content(self, slug):
        profile = load_profile(slug)
        texts = [profile_text(slug).encode()]
        texts += [
            (files("platekeeper.policy") / name).read_bytes() for name in ("floors/us-ca.toml", "cjis.toml")
        ]
        digest = hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in texts)).hexdigest()

        assert profile.digest == digest
        assert profile.version == f"1+{digest[:12]}"

    @each_slug
    def test_changes_its_version_with_any_change(self, slug):
        text = profile_text(slug)

        assert parse_profile(text).version == load_profile(slug).version
        assert parse_profile(text + "\n# a word more\n").version != load_profile(slug).version

    @each_slug
    def test_cannot_be_changed_after_loading(self, slug):
        profile = load_profile(slug)

        with pytest.raises(dataclasses.FrozenInstanceError):
            profile.retention.purge.value = None
        with pytest.raises(TypeError):
            profile.roles[Role.VENDOR] = profile.roles[Role.DETECTIVE]

    @each_slug
    def test_maps_every_duty_to_an_office(self, slug):
        assert load_profile(slug).duties.keys() == set(Duty)

    @each_slug
    def test_may_be_published(self, slug):
        problems = check_profile(profile_text(slug))

        assert [problem for problem in problems if problem.severity is Severity.ERROR] == []

    @each_slug
    def test_decides_every_open_question_with_a_reason(self, slug):
        decisions = load_profile(slug).decisions

        assert list(decisions) == [f"C-{number}" for number in range(1, 13)]
        assert all(decision.choice and decision.why.endswith(".") for decision in decisions.values())

    @each_slug
    def test_gives_no_search_to_those_who_run_or_audit_the_system(self, slug):
        roles = load_profile(slug).roles
        apart = (Role.IT, Role.VENDOR, Role.AUDITOR, Role.CUSTODIAN, Role.RECORDS, Role.ADMINISTRATOR)

        assert not any(Function.SEARCH in roles[role].functions for role in apart if role in roles)

    @each_slug
    def test_lists_a_title_for_every_role(self, slug):
        profile = load_profile(slug)

        assert {role for title in profile.users.titles for role in title.roles} >= profile.roles.keys()


class TestTheFive:
    """Table 1.12, one row a test."""

    def test_authorize_purposes(self):
        counts = {slug: len(load_profile(slug).purposes.authorized) for slug in profiles()}

        assert counts == {"el-cajon": 8, "los-angeles": 6, "milpitas": 9, "monrovia": 6, "redondo-beach": 6}
        assert not load_profile("redondo-beach").purposes.closed.value
        assert load_profile("el-cajon").purpose("homeland-security") is None
        assert load_profile("milpitas").purpose("homeland-security").clause == "MI 462.2"

    def test_store_elements(self):
        attributes = {DataElement.MAKE, DataElement.BODY, DataElement.COLOR, DataElement.UNIQUE_MARKS}
        stored = {slug: load_profile(slug).data.elements.value for slug in profiles()}

        assert stored["el-cajon"] >= attributes
        assert all(not stored[slug] & attributes for slug in profiles() if slug != "el-cajon")
        assert DataElement.SCENE_IMAGE not in stored["los-angeles"]

    @pytest.mark.parametrize(
        ("slug", "minimum", "visible", "purge", "anchor", "records"),
        [
            ("redondo-beach", "P1Y", None, "P5Y", Anchor.ARRIVAL, "P2Y"),
            ("milpitas", "P1Y", None, "P1Y", Anchor.ARRIVAL, "P5Y"),
            ("monrovia", "P1Y", None, "P1Y", Anchor.ARRIVAL, "P5Y"),
            ("el-cajon", None, None, "P30D", Anchor.CAPTURE, "P5Y"),
            ("los-angeles", "P2Y", "P2Y", "P5YT24H1M", Anchor.CAPTURE, "P5Y"),
        ],
    )
    def test_keep_data(self, slug, minimum, visible, purge, anchor, records):
        kept = load_profile(slug).retention
        periods = [kept.minimum, kept.visible, kept.purge, kept.access_records]

        assert [one.value and str(one.value) for one in periods] == [minimum, visible, purge, records]
        assert kept.anchor.value is anchor

    def test_hold_and_search_old_data(self):
        assert len(load_profile("los-angeles").retention.old_data) == 8
        assert str(load_profile("los-angeles").retention.hold_verified_every.value) == "P2Y"
        assert load_profile("redondo-beach").retention.hold_booking.value
        assert [source.custodian for source in load_profile("el-cajon").retention.sources] == ["", "ARJIS"]

    def test_audit(self):
        audit = load_profile("el-cajon").audit

        assert (str(audit.sample_window.value), str(audit.draw_window.value), audit.draw_at_least.value) == (
            "P1Y",
            "P6M",
            10,
        )
        assert load_profile("los-angeles").audit.reports_public.value

    def test_transfer_from_vehicles(self):
        assert str(load_profile("redondo-beach").data.transfer_within.value) == "P30D"

    def test_train(self):
        (annual,) = (one for one in load_profile("monrovia").training.courses if one.code == "alpr-annual")
        (post,) = (one for one in load_profile("los-angeles").training.courses if one.certified_by)

        assert (str(annual.valid_for), len(annual.topics)) == ("P1Y", 3)
        assert (post.certified_by, str(load_profile("los-angeles").training.reorientation_after.value)) == (
            "POST",
            "P1Y",
        )

    def test_check_alerts(self):
        status = {slug: load_profile(slug).alerts.status.value for slug in profiles()}

        assert status == {
            "el-cajon": CheckRule.MANDATORY,
            "los-angeles": CheckRule.ATTEMPT,
            "milpitas": CheckRule.IF_PRACTICABLE,
            "monrovia": CheckRule.IF_PRACTICABLE,
            "redondo-beach": CheckRule.IF_PRACTICABLE,
        }
        assert load_profile("monrovia").alerts.visual.value is CheckRule.SHOULD

    def test_ask_of_a_search(self):
        assert load_profile("monrovia").access.rms_classification.value == "ALPR Request"
        assert load_profile("redondo-beach").access.case_required.value is CaseRule.NUMBER

    def test_run_hot_lists(self):
        lists = load_profile("el-cajon").hot_lists

        assert (str(lists.refresh_within.value), lists.overwrite.value, len(lists.entry_fields.value)) == (
            "P1D",
            True,
            3,
        )
        assert not load_profile("los-angeles").hot_lists.cars_may_edit.value
        assert all(
            InterestReason.IMMIGRATION in load_profile(slug).hot_lists.barred_interests.value
            for slug in profiles()
        )

    def test_share(self):
        offices = {slug: load_profile(slug).duties[Duty.RELEASE].value for slug in profiles()}

        assert offices["monrovia"] == "Support Services Division Commander"
        assert load_profile("los-angeles").sharing.recipients.value == {RecipientClass.LOCAL_POLICE}
        assert load_profile("los-angeles").sharing.agreement.value

    def test_answer_a_breach_and_post(self):
        assert load_profile("los-angeles").breach.notify.value == "California State Attorney General"
        assert load_profile("milpitas").posting.policy.clause == "MI 462.2.1(g)"


class TestFloors:
    @pytest.mark.parametrize(
        ("slug", "purge"),
        [
            ("us-ar", "P150D"),
            ("us-ca", None),
            ("us-ne", "P180D"),
            ("us-nh", "PT3M"),
            ("us-va", "P21D"),
            ("us-wa", "P21D"),
        ],
    )
    def test_range_from_minutes_to_years(self, slug, purge):
        law = load_floor(slug).purge_at_most

        assert (law and str(law.value)) == purge

    def test_are_these(self):
        assert floors() == ("us-ar", "us-ca", "us-ne", "us-nh", "us-va", "us-wa")

    def test_that_cannot_be_read_name_the_fault(self, monkeypatch):
        monkeypatch.setattr(library, "_text", lambda *_: 'title = "Nowhere"')

        with pytest.raises(UnreadableProfile, match=r"state is missing\."):
            load_floor.__wrapped__("us-xx")

    @pytest.mark.parametrize("slug", floors())
    def test_cite_known_clauses(self, slug):
        settings = [value for value in vars(load_floor(slug)).values() if isinstance(value, Setting)]

        assert settings
        assert {clause for setting in settings for clause in setting.clauses} <= sections().keys()

    def test_know_the_cjis_policy(self):
        cjis = load_cjis()

        assert (cjis.attempts.value, cjis.attempts_within.value.clock) == (5, timedelta(minutes=15))
        assert {clause for one in vars(cjis).values() for clause in one.clauses} <= sections().keys()


class TestReadProfile:
    @pytest.mark.parametrize(
        ("text", "path", "sentence"),
        [
            ("not toml", "", "The file is not TOML"),
            ("", "policy", "The table [policy] is missing."),
            ("policy = 1", "policy", "The table [policy] is missing."),
            ("[policy]", "policy.slug", "policy.slug is missing."),
            (HEADER.replace('"X"', "1"), "policy.name", "policy.name is missing."),
            (HEADER.replace("us-ca", "us-xx"), "policy.floor", 'There is no floor "us-xx".'),
            (HEADER, "duties", "duties is missing."),
            (HEADER.replace("[policy]", "duties = 1\n[policy]"), "duties", "duties is not a table."),
            (HEADER + "[sections]\nx = 1", "sections.x", "sections.x is of the wrong kind."),
            (HEADER + '[clauses]\n"SRC-02" = "XX 1"', "clauses.SRC-02", "clauses.SRC-02 is not a list."),
        ],
    )
    def test_names_what_is_missing(self, text, path, sentence):
        profile, faults = read_profile(text)

        assert profile is None
        assert any(fault.path == path and fault.sentence.startswith(sentence) for fault in faults), faults

    def test_raises_with_the_first_fault(self):
        with pytest.raises(UnreadableProfile, match=r"The table \[policy\] is missing\. Begin with"):
            parse_profile("")

    def test_refuses_a_parameter_that_nobody_knows(self):
        text = profile_text("monrovia").replace(
            "[quality]", '[quality]\nreviewed_daily = { value = true, clause = "MO 463.7" }'
        )

        with pytest.raises(
            UnreadableProfile, match=r"quality\.reviewed_daily is not a parameter of a policy"
        ):
            parse_profile(text)

    @given(st.text(max_size=200))
    def test_answers_any_text_at_all(self, text):
        profile, faults = read_profile(HEADER + text)

        assert profile is None
        assert faults

    def test_takes_an_agency_of_its_own_with_its_clauses(self):
        text = (
            profile_text("monrovia")
            .replace('slug = "monrovia"', 'slug = "springfield"')
            .replace('code = "MO"', 'code = "SP"')
            .replace("MO 463", "SP 1")
        )
        own = sorted({clause for clause in sections() if clause.startswith("MO 463")})
        annex = "".join(f'"{clause.replace("MO 463", "SP 1")}" = "ours"\n' for clause in own)
        text += f'\n[sections]\n{annex}\n[clauses]\n"SRC-02" = ["SP 1.5(a)"]\n'

        profile = parse_profile(text)

        assert profile.clause_of("SRC-02") == "SP 1.5(a)"
        assert profile.clause_of("PUR-11") == "CA HSC 123460"
        assert check_profile(text) == ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sample:
    """Something of every kind that a reader reads."""

    flag: Setting[bool]
    number: Setting[int]
    course: Course | None = None


class TestReader:
    @pytest.mark.parametrize(
        ("given_", "sentence"),
        [
            ({"flag": True}, "flag states no value with its clause."),
            ({"flag": {"value": True}}, "flag cites no clause."),
            ({"flag": {"value": True, "clause": []}}, "flag cites no clause."),
            ({"flag": {"value": True, "clause": ["EC 427.1", ""]}}, "flag cites no clause."),
            ({"flag": {"value": True, "clause": ["EC 427.1"] * 2}}, "flag lists something twice."),
            ({"flag": {"value": 1, "clause": "EC 427.1"}}, "flag is of the wrong kind."),
            ({"flag": {"value": True, "clause": "EC 427.1", "why": ""}}, "flag has an unknown part, why."),
            ({"flag": {"value": True, "clause": "EC 427.1", "strength": "must"}}, 'flag cannot be "must".'),
            ({"number": {"value": True, "clause": "EC 427.1"}}, "number is of the wrong kind."),
            ({"course": 1}, "course is not a table."),
            ({"course": {"valid_for": "a year"}}, 'course.valid_for cannot be "a year".'),
            ({"course": {"valid_for": 5}}, 'course.valid_for cannot be "5".'),
            ({"course": {"roles": "detective"}}, "course.roles is not a list."),
            ({"course": {"roles": ["sheriff"]}}, 'course.roles cannot be "sheriff".'),
        ],
    )
    def test_notes_what_is_wrong(self, given_, sentence):
        reader = Reader()

        assert reader.table(Sample, given_, "") is None
        assert sentence in [fault.sentence for fault in reader.faults]

    def test_notes_a_document_that_is_no_table(self):
        reader = Reader()

        assert reader.table(Sample, [], "") is None
        assert reader.faults[0].sentence == "The document is not a table."

    def test_reads_several_clauses(self):
        one = {"value": True, "clause": ["EC 427.1", "EC 427.2"]}
        reader = Reader()

        sample = reader.table(Sample, {"flag": one, "number": {"value": 1, "clause": "EC 427.1"}}, "")

        assert (sample.flag.clauses, sample.flag.clause) == (("EC 427.1", "EC 427.2"), "EC 427.1")
        assert reader.faults == []
