"""Training and documents: who signs what for whom, what is missing, what a new version does."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.accounts.models import Agency, Person, TrainingCompletion
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.courses import acknowledge, issue_document, sign_training
from platekeeper.office.roster.learning import courses_of, documents_of
from platekeeper.office.roster.operations import RosterError
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency

DATA_USER, ADMINISTRATION, AWARENESS = "alpr-data-user", "alpr-administrator", "security-awareness"


@pytest.fixture(scope="module")
def agency(database) -> Agency:
    return an_agency("los-angeles")


@pytest.fixture(scope="module")
def trainer(agency) -> Person:
    return a_person(agency, Role.TRAINER)


@pytest.fixture(scope="module")
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


def sign(actor: Person, person: Person, code: str = AWARENESS, **more: object) -> None:
    course = next(one for one in profile_of(person.agency).training.courses if one.code == code)
    given = {"topics": list(course.topics), "completed_at": timezone.now() - timedelta(hours=1)}
    sign_training(actor, person, course_code=code, **{**given, **more})


def missing(person: Person, now: datetime | None = None) -> set[str]:
    again = Person.objects.select_related("agency").get(pk=person.pk)
    return {one.course.code for one in courses_of(again, now or timezone.now()) if one.refusal}


class TestSigning:
    def test_is_refused_for_oneself(self, trainer):
        with pytest.raises(RosterError, match="Nobody changes their own"):
            sign(trainer, trainer)

    def test_is_refused_to_who_is_no_trainer(self, agency, administrator):
        for actor in (administrator, a_person(agency, Role.SUPERVISOR), a_person(agency, Role.DETECTIVE)):
            with pytest.raises(RosterError, match="signed by a trainer"):
                sign(actor, a_person(agency, trained=False))

    def test_of_administrators_is_refused_to_trainers(self, agency, trainer):
        with pytest.raises(RosterError, match="administrator or vendor"):
            sign(trainer, a_person(agency, Role.ADMINISTRATOR, trained=False), ADMINISTRATION)

    def test_of_administrators_is_an_administrator_s(self, agency, administrator):
        person = a_person(agency, Role.ADMINISTRATOR, trained=False)

        sign(administrator, person, ADMINISTRATION)

        assert ADMINISTRATION not in missing(person)

    def test_is_refused_across_agencies(self, trainer):
        with pytest.raises(RosterError, match="no such person"):
            sign(trainer, a_person(an_agency("los-angeles"), trained=False))

    def test_is_refused_before_the_course_covers_all(self, agency, trainer):
        with pytest.raises(RosterError, match="security awareness"):
            sign(trainer, a_person(agency, trained=False), topics=[])

    def test_is_refused_before_the_course_is_finished(self, agency, trainer):
        with pytest.raises(RosterError, match="finished"):
            sign(trainer, a_person(agency, trained=False), completed_at=timezone.now() + timedelta(hours=1))

    def test_of_a_certified_course_names_the_certificate(self, agency, trainer):
        person = a_person(agency, trained=False)
        with pytest.raises(RosterError, match="POST"):
            sign(trainer, person, DATA_USER)

        sign(trainer, person, DATA_USER, certificate="POST 1182-01")

        assert DATA_USER not in missing(person)
        assert TrainingCompletion.objects.get(person=person).certificate == "POST 1182-01"

    def test_of_no_course_is_refused(self, agency, trainer):
        with pytest.raises(RosterError, match="no such course"):
            sign_training(
                trainer, a_person(agency), course_code="juggling", topics=[], completed_at=timezone.now()
            )

    @pytest.mark.usefixtures("trainer")
    def test_from_outside_counts_while_nobody_here_may(self, agency, administrator):
        elsewhere = an_agency("los-angeles")
        person = a_person(elsewhere, Role.TRAINER, trained=False)
        sign(a_person(elsewhere, Role.ADMINISTRATOR), person, outside="County Academy", certificate="CA 4")

        assert missing(person) == set()
        with pytest.raises(RosterError, match="while nobody here may sign"):
            sign(administrator, a_person(agency, trained=False), outside="A friend", certificate="1")

    def test_from_outside_counts_while_the_only_trainer_is_suspended(self):
        elsewhere = an_agency("los-angeles")
        administrator, only = a_person(elsewhere, Role.ADMINISTRATOR), a_person(elsewhere, Role.TRAINER)
        person = a_person(elsewhere, trained=False)
        with pytest.raises(RosterError, match="while nobody here may sign"):
            sign(administrator, person, outside="County Academy", certificate="CA 5")

        Person.objects.using(OWNER).filter(pk=only.pk).update(
            suspended_until=timezone.now() + timedelta(days=1)
        )
        sign(administrator, person, outside="County Academy", certificate="CA 5")

        assert AWARENESS not in missing(person)

    def test_by_the_vendor_from_outside_needs_a_certificate(self, agency, administrator):
        person = a_person(agency, Role.ADMINISTRATOR, trained=False)
        with pytest.raises(RosterError, match="certificate"):
            sign(administrator, person, ADMINISTRATION, outside="Vendor")

        sign(administrator, person, ADMINISTRATION, outside="Vendor", certificate="V 1")

        assert ADMINISTRATION not in missing(person)

    def test_on_the_page_says_what_is_wrong(self, agency, trainer):
        address = reverse("roster:sign", args=[a_person(agency, trained=False).pk])
        client = logged_in(trainer)
        day = f"{AWARENESS}-completed_on"
        wrong: list[dict[str, str]] = [
            {}, {"course": "juggling"}, {"course": AWARENESS}, {"course": AWARENESS, day: "2100-01-01"},
            {"course": AWARENESS, day: "yesterday"},
            {"course": DATA_USER, f"{DATA_USER}-completed_on": "2026-01-02", f"{DATA_USER}-certificate": "\0"},
        ]  # fmt: skip

        for given in wrong:
            assert client.post(address, given).status_code in {400, 422}


class TestMissing:
    def test_is_what_has_expired(self, agency):
        person = a_person(agency)

        assert missing(person) == set()
        assert missing(person, timezone.now() + timedelta(days=366)) >= {AWARENESS}

    def test_is_reorientation_after_a_year_unused(self, agency, trainer):
        long_ago = timezone.now() - timedelta(days=400)
        person = a_person(agency, added_at=long_ago, last_used_at=long_ago)
        assert missing(person) == {"alpr-reorientation"}

        sign(trainer, person, "alpr-reorientation")

        assert missing(person) == set()

    def test_stops_the_page_of_training_for_its_own_reason(self, agency):
        # an administrator who has not read the new version is told so, not that they are no trainer
        administrator = a_person(agency, Role.ADMINISTRATOR, acknowledged=[])

        page = logged_in(administrator).get(reverse("roster:documents"))

        assert page.status_code == 403
        assert "have not acknowledged" in page.content.decode()

    def test_shows_on_ones_own_page(self, agency):
        page = logged_in(a_person(agency, trained=False, acknowledged=[])).get(reverse("roster:mine"))

        assert page.status_code == 200
        assert page.content.decode().count("Missing") == 2
        assert "I have read it" in page.content.decode()


class TestDocuments:
    def test_in_a_new_version_are_read_anew(self, database):
        agency = an_agency("redondo-beach")
        administrator, person = a_person(agency, Role.ADMINISTRATOR), a_person(agency)
        issue_document(administrator, title="policy 432", version="2027", place="the intranet")
        person = Person.objects.select_related("agency").get(pk=person.pk)
        states = {one.title: one for one in documents_of(person)}
        assert not states["policy 432"].is_acknowledged
        assert states["ALPR procedures"].is_acknowledged

        with pytest.raises(RosterError, match="version in force"):
            acknowledge(person, title="policy 432", version="1")
        acknowledge(person, title="policy 432", version="2027")

        again = Person.objects.select_related("agency").get(pk=person.pk)
        assert all(one.is_acknowledged for one in documents_of(again))

    def test_are_the_policy_s_and_each_version_comes_once(self, agency, administrator):
        given = {"title": "Special Order 31", "version": "7", "place": "the intranet"}
        issue_document(administrator, **given)

        for change, sentence in (({}, "issued already"), ({"title": "Diary"}, "no such document"),
                                 ({"version": " "}, "name and a place")):  # fmt: skip
            with pytest.raises(RosterError, match=sentence):
                issue_document(administrator, **{**given, **change})

    def test_are_issued_by_nobody_else(self, agency):
        for role in (Role.DETECTIVE, Role.SUPERVISOR, Role.CUSTODIAN):
            with pytest.raises(RosterError, match="Nobody with the right"):
                issue_document(a_person(agency, role), title="Special Order 31", version="8", place="x")

    def test_are_not_acknowledged_as_they_never_were(self, agency):
        person = a_person(agency, acknowledged=[])
        client = logged_in(person)

        for given in ({}, {"title": "Diary", "version": "1"}, {"title": "Special Order 31", "version": "0"}):
            client.post(reverse("roster:read"), given)

        assert Person.objects.using(OWNER).get(pk=person.pk).acknowledged == []

    def test_that_nobody_issued_are_acknowledged_by_no_statement_either(self, agency, web):
        person = a_person(agency, acknowledged=[])

        for title, version in (("Special Order 30", "1"), ("Special Order 30", None)):
            with pytest.raises(InsufficientPrivilege, match="version in force"):
                web.execute("SELECT acknowledge_document(%s, %s, %s)", [person.pk, title, version])
