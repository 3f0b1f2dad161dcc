"""The stage: five agencies whose people can really do what their parts say, made once however often it is set."""

import json
import re

import pytest

from platekeeper import plates, policy
from platekeeper.demo.play import rendered_pictures
from platekeeper.demo.stage import FILLERS, PARTS, cast, searcher, set_stage
from platekeeper.office.accounts.models import Agency, Designation, Person, TrainingCompletion
from platekeeper.office.accounts.queries import facts_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.hotlists.models import HotListEntry, HotListVersion
from platekeeper.policy import Allowed, Function, decide_function
from tests.office.people import NOW, PROFILES

OWNER = "owner"
SCENES = json.loads((rendered_pictures() / "scenes.json").read_text("utf-8"))


def counted() -> dict[str, int]:
    models = (Agency, Person, TrainingCompletion, Designation, Camera, HotListVersion, HotListEntry)
    return {model.__name__: model.objects.using(OWNER).count() for model in models}


def may(stage, part: str, function: Function) -> bool:
    profile = policy.load_profile(stage.agency.profile)
    person = Person.objects.using(OWNER).select_related("agency").get(pk=stage.people[part].pk)
    return isinstance(decide_function(profile, facts_of(person), function, NOW), Allowed)


class TestSettingTheStage:
    def test_again_makes_nothing_twice(self, stages):
        before = counted()

        again = set_stage(NOW)

        assert counted() == before
        assert [stage.agency.pk for stage in again] == [stage.agency.pk for stage in stages]

    def test_gives_nobody_a_password(self, stages):
        people = [person for stage in stages for person in stage.people.values()]

        assert not any(person.has_usable_password() for person in people)
        assert all(person.must_choose_password for person in people)

    def test_names_for_an_office_whoever_has_its_title(self, stages):
        for stage in stages:
            titles = {person.full_name: person.title for person in stage.people.values()}
            offices = Designation.objects.using(OWNER).filter(agency=stage.agency).exclude(duty="release")
            held = {office.title: titles[office.holder] for office in offices}

            assert all(held[title] == title for title in held.keys() & set(titles.values()))

    def test_shows_all_five_policies(self, stages):
        assert sorted(stage.agency.profile for stage in stages) == sorted(PROFILES)
        assert all(stage.agency.is_demonstration for stage in stages)

    def test_fills_every_office_that_a_policy_names(self, stages):
        for stage in stages:
            duties = {duty.value for duty in policy.load_profile(stage.agency.profile).duties}
            held = Designation.objects.using(OWNER).filter(agency=stage.agency).values_list("duty", flat=True)
            assert set(held) == duties

    def test_lists_invented_vehicles_that_no_picture_shows_beside_those_that_pictures_show(self, stages):
        shown = {plates.fold(scene["plate"]) for scene in SCENES if scene["plate"]}

        for stage in stages:
            entries = HotListEntry.objects.using(OWNER).filter(agency=stage.agency)
            matching = [entry.plate for entry in entries if entry.fold in shown]
            assert matching
            assert len(entries) - len(matching) >= FILLERS


class TestPeople:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_can_do_what_their_parts_are(self, profile, stages):
        stage = next(stage for stage in stages if stage.agency.profile == profile)

        assert may(stage, "officer", Function.RECEIVE_ALERTS)
        assert may(stage, "officer", Function.VERIFY_ALERT)
        assert may(stage, searcher(stage), Function.SEARCH)
        assert may(stage, "auditor", Function.BROWSE_ACCESS_RECORDS)
        assert may(stage, "commander", Function.APPROVE_HOLD)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_can_do_nothing_that_their_parts_are_not(self, profile, stages):
        stage = next(stage for stage in stages if stage.agency.profile == profile)

        assert not may(stage, "auditor", Function.SEARCH)
        assert not may(stage, "officer", Function.BROWSE_ACCESS_RECORDS)
        assert not may(stage, "custodian", Function.RECEIVE_ALERTS)

    def test_have_a_name_a_title_and_a_role_each(self, stages):
        people = [person for stage in stages for person in stage.people.values()]

        assert len({person.username for person in people}) == len(people) == len(PARTS) * len(stages)
        assert all(person.full_name and person.title and person.roles for person in people)
        assert all(re.fullmatch(r"[a-z]+\.[a-z]{2}", person.username) for person in people)


class TestCast:
    def test_has_a_camera_for_every_street_that_a_picture_shows(self, stages):
        streets = {scene["file"].removesuffix(".jpg").partition("-")[2] for scene in SCENES}

        assert streets <= {street for stage in stages for street in stage.camera_of}

    def test_has_no_street_in_two_agencies(self):
        streets = [street for given in cast() for camera in given["cameras"] for street in camera["streets"]]

        assert len(set(streets)) == len(streets)

    def test_lists_plates_as_lists_do(self):
        listed = [one["plate"] for given in cast() for kind in ("stolen", "wanted") for one in given[kind]]

        assert all(plates.is_normal(plate) for plate in listed)
        assert len(set(listed)) == len(listed)

    def test_gives_each_agency_case_numbers_of_its_own_form(self):
        for given in cast():
            pattern = policy.load_profile(given["slug"]).access.case_number_pattern.value
            for one in given["wanted"]:
                assert re.fullmatch(pattern, one["case_number"]), (given["slug"], one["case_number"])

    def test_raises_at_least_one_alert_for_every_agency(self, stages):
        for stage, given in zip(stages, cast(), strict=True):
            keys = {plates.match_key(one["plate"]) for kind in ("stolen", "wanted") for one in given[kind]}
            streets = set(stage.camera_of)
            seen = {
                plates.match_key(scene["plate"])
                for scene in SCENES
                if scene["plate"] and scene["file"].removesuffix(".jpg").partition("-")[2] in streets
            }
            assert keys & seen, given["slug"]
