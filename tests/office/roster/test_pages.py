"""The administrator's pages: what they change, what they refuse, and that no agency sees another's people."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.accounts.models import Agency, MaintenanceVisit, Person
from platekeeper.office.roster.queries import State, standing_of
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency
from ..streets import a_camera

BAD_TEXTS = ("\0", "x" * 5000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") * 200)
GOOD: dict[str, dict[str, object]] = {
    "describe": {"full_name": "Robin New", "assignment": "Homicide", "is_on_duty": "on"},
    "appoint": {"title": "Crime Analyst", "roles": ["analyst"], "camera_groups": "harbor, north"},
    "entitle": {"sources": ["state"]},
    "suspend": {"until": "2100-01-01", "because": "Looked up a neighbour", "decision": "IA 7"},
    "reinstate": {"because": "Appeal", "decision": "IA 8"},
    "disable": {"because": "On leave"},
    "enable": {},
    "release": {},
    "separate": {"confirmed": "on"},
    "password": {"confirmed": "on"},
    "reset-factor": {"confirmed": "on"},
}  # fmt: skip


@pytest.fixture(scope="module")
def agency(database) -> Agency:
    return an_agency("redondo-beach")


@pytest.fixture(scope="module", autouse=True)
def _groups(agency) -> None:
    for group in ("harbor", "north"):
        a_camera(agency, site_group=group)


@pytest.fixture(scope="module")
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


@pytest.fixture
def client(administrator) -> Client:
    return logged_in(administrator)


def act(client: Client, person: Person, what: str, given: dict[str, object] | None = None):
    return client.post(reverse("roster:act", args=[person.pk, what]), GOOD[what] if given is None else given)


def fresh(person: Person) -> Person:
    return Person.objects.select_related("agency").get(pk=person.pk)


class TestCameraGroups:
    def test_of_a_name_that_no_camera_bears_are_refused_with_those_that_there_are(self, client, agency):
        person = a_person(agency, Role.ANALYST)

        answer = act(client, person, "appoint", {**GOOD["appoint"], "camera_groups": "harbour, north"})

        assert answer.status_code == 422
        said = "There is no group of cameras named harbour: the groups are harbor, north."
        assert said in answer.content.decode()
        assert fresh(person).camera_groups is None

    def test_of_another_agency_are_none_here(self):
        elsewhere = an_agency("milpitas")
        answer = act(
            logged_in(a_person(elsewhere, Role.ADMINISTRATOR)), a_person(elsewhere, Role.ANALYST), "appoint"
        )

        assert answer.status_code == 422
        assert "no camera is in a group yet" in answer.content.decode()


class TestAnotherAgency:
    def test_sees_and_changes_nobody_here(self, agency, owner):
        stranger = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))
        mine = a_person(agency, Role.VENDOR)
        now = timezone.now()
        visit = MaintenanceVisit.objects.using(OWNER).create(
            person=mine,
            ticket="T",
            admitted_by="x",
            admitted_at=now,
            valid_from=now,
            valid_to=now + timedelta(1),
        )
        row = "SELECT * FROM person WHERE id = %s"
        before = owner.execute(row, [mine.pk]).fetchone()

        answers = [stranger.get(reverse("roster:person", args=[mine.pk])),
                   stranger.get(reverse("roster:sign", args=[mine.pk])),
                   stranger.post(reverse("roster:close_visit", args=[visit.pk])),
                   *(act(stranger, mine, what) for what in GOOD),
                   *(stranger.post(reverse("roster:approve", args=[mine.pk, step]), {"document": "x"})
                     for step in ("authorize", "grant", "revoke", "reset", "unbind"))]  # fmt: skip
        listed = stranger.get(reverse("roster:people"), {"text": mine.username}).content.decode()

        assert {answer.status_code for answer in answers} == {404}
        assert f"/people/{mine.pk}/" not in listed
        assert owner.execute(row, [mine.pk]).fetchone() == before

    @pytest.mark.parametrize("person_id", [0, 2**31, 2**63, 10**30])
    def test_and_nobody_look_the_same(self, person_id, client):
        assert client.get(f"/people/{person_id}/").status_code == 404


class TestActing:
    @pytest.mark.parametrize("what", GOOD)
    def test_on_oneself_is_refused_and_changes_nothing(self, what, client, administrator, owner):
        row = "SELECT * FROM person WHERE id = %s"
        before = owner.execute(row, [administrator.pk]).fetchone()

        answer = act(client, administrator, what)

        assert answer.status_code == 422
        assert "Nobody changes their own rights" in answer.content.decode()
        assert owner.execute(row, [administrator.pk]).fetchone() == before

    @pytest.mark.parametrize("what", [what for what in GOOD if what != "password"])
    def test_changes_and_comes_back(self, what, client, agency):
        answer = act(client, person := a_person(agency), what)

        assert answer.headers.get("Location") == reverse("roster:person", args=[person.pk])

    @pytest.mark.parametrize(("what", "field"), [("describe", "full_name"), ("appoint", "title"),
                                                 ("suspend", "because"), ("disable", "because")])  # fmt: skip
    def test_with_what_no_column_holds_is_a_sentence(self, what, field, client, agency):
        person = a_person(agency)

        for text in BAD_TEXTS:
            assert act(client, person, what, {**GOOD[what], field: text}).status_code in {400, 422}

    def test_in_a_way_that_nobody_knows_is_not_found(self, client, agency):
        assert client.post(reverse("roster:act", args=[a_person(agency).pk, "promote"])).status_code == 404

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [({"title": "Detective", "roles": ["detective", "auditor"]}, "cannot be auditor and detective"),
         ({"title": "", "roles": ["detective"]}, "required"), ({"title": "Detective", "roles": ["king"]}, "king"),
         ({"title": "Detective", "roles": []}, "required")],
    )  # fmt: skip
    def test_as_the_policy_forbids_is_refused(self, given, sentence, client, agency):
        person = a_person(agency)

        answer = act(client, person, "appoint", {"camera_groups": "", **given})

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert fresh(person).roles == ["detective"]

    def test_narrows_the_cameras_of_one_person(self, client, agency):
        person = a_person(agency)

        act(client, person, "appoint")

        assert fresh(person).camera_groups == ["harbor", "north"]

    @pytest.mark.parametrize("until", ["2020-01-01", "", "tomorrow"])
    def test_suspends_until_a_day_to_come_only(self, until, client, agency):
        person = a_person(agency)

        assert act(client, person, "suspend", {**GOOD["suspend"], "until": until}).status_code == 422
        assert fresh(person).suspended_until is None


class TestLeaver:
    def test_keeps_a_name_and_nothing_else(self, client, agency, owner):
        person = a_person(agency, email="robin@police.example")
        Authenticator.objects.using(OWNER).create(user=person, type="totp", data={"secret": "x"})
        session = logged_in(person)
        assert session.get("/rights/").status_code == 200

        act(client, person, "separate")

        left = fresh(person)
        assert (left.full_name, left.username) == (person.full_name, person.username)
        assert (left.is_active, left.email, left.password) == (False, "", "!")
        assert not Authenticator.objects.filter(user=left).exists()
        assert session.get("/rights/").headers["Location"].startswith("/log/in/")
        assert standing_of(left, timezone.now()).state is State.LEFT

    def test_leaves_a_username_that_nobody_gets_again(self, client, agency):
        person = a_person(agency)
        act(client, person, "separate")

        answer = client.post(reverse("roster:add"), {"username": person.username, "full_name": "Another",
                                                     "title": "Detective", "roles": ["detective"]})  # fmt: skip

        assert answer.status_code == 422
        assert "called that already" in answer.content.decode()


class TestAdding:
    @pytest.mark.parametrize(
        "username", ["", "Robin", "robin smith", "../x", "a" * 61, "é", "-a", "a..b", "platekeeper", "policy"]
    )
    def test_takes_no_name_that_could_be_mistaken(self, username, client):
        given = {"username": username, "full_name": "R", "title": "Detective", "roles": ["detective"]}

        assert client.post(reverse("roster:add"), given).status_code == 422

    def test_is_refused_where_the_title_is_not_on_the_list(self):
        client = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))
        given = {"username": "robin.new", "full_name": "R", "title": "Barista", "roles": ["detective"]}

        assert client.post(reverse("roster:add"), given).status_code == 422

    def test_is_refused_where_the_title_does_not_carry_the_role(self):
        client = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))
        given = {"username": "robin.new", "full_name": "R", "title": "Detective", "roles": ["custodian"]}

        answer = client.post(reverse("roster:add"), given)

        assert answer.status_code == 422
        assert "MI 462.2.1(a)" in answer.content.decode()

    def test_shows_a_password_once_that_opens_one_page(self, client, agency):
        given = {
            "username": f"new.{agency.slug}",
            "full_name": "N",
            "title": "Detective",
            "roles": ["detective"],
        }

        page = client.post(reverse("roster:add"), given).content.decode()

        password = re.findall(r"<code[^>]*>([^<]+)</code>", page)[0]
        added = Person.objects.get(username=given["username"])
        assert added.check_password(password)
        assert added.must_choose_password
        assert added.agency_id == agency.pk
        assert password not in client.get(reverse("roster:person", args=[added.pk])).content.decode()


class TestSecondFactor:
    def test_of_an_administrator_is_reset_by_two_others(self, agency, client):
        person = a_person(agency, Role.ADMINISTRATOR)
        Authenticator.objects.using(OWNER).create(user=person, type="totp", data={"secret": "x"})
        agreeing = logged_in(a_person(agency, Role.CUSTODIAN))
        address = reverse("roster:approve", args=[person.pk, "reset"])

        act(client, person, "reset-factor")
        act(client, person, "reset-factor")  # asking twice is not agreeing

        assert Authenticator.objects.filter(user=person).exists()
        assert person.full_name in agreeing.get(reverse("roster:approvals")).content.decode()
        agreeing.post(address)
        assert not Authenticator.objects.filter(user=person).exists()

    def test_of_a_detective_is_no_business_of_a_custodian(self, agency):
        person = a_person(agency)
        Authenticator.objects.using(OWNER).create(user=person, type="totp", data={"secret": "x"})

        logged_in(a_person(agency, Role.CUSTODIAN)).post(reverse("roster:approve", args=[person.pk, "reset"]))

        assert Authenticator.objects.filter(user=person).exists()


class TestVendor:
    @pytest.fixture
    def vendor(self, agency) -> Person:
        return a_person(agency, Role.VENDOR)

    def let_in(self, client: Client, vendor: Person, hours: int = 8, ticket: str = "MT-1"):
        now = timezone.localtime().replace(second=0, microsecond=0)
        given = {"ticket": ticket, "valid_from": f"{now:%Y-%m-%dT%H:%M}",
                 "valid_to": f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M}"}  # fmt: skip
        return act(client, vendor, "admit", given)

    def test_works_while_let_in_and_not_after(self, client, vendor):
        assert standing_of(vendor, timezone.now()).state is State.BLOCKED

        self.let_in(client, vendor)

        assert standing_of(fresh(vendor), timezone.now()).state is State.WORKS
        assert standing_of(fresh(vendor), timezone.now() + timedelta(hours=9)).state is State.BLOCKED

    @pytest.mark.parametrize(
        ("hours", "ticket"), [(73, "MT-1"), (-1, "MT-1"), (0, "MT-1"), (8, ""), (8, " ")]
    )
    def test_is_let_in_with_a_ticket_for_no_longer_than_the_policy_says(self, hours, ticket, client, vendor):
        assert self.let_in(client, vendor, hours, ticket).status_code == 422
        assert not vendor.visits.exists()

    def test_is_sent_out_before_time(self, client, vendor):
        self.let_in(client, vendor)

        client.post(reverse("roster:close_visit", args=[vendor.visits.get().pk]))

        assert standing_of(fresh(vendor), timezone.now()).state is State.BLOCKED

    def test_is_nobody_with_a_second_role(self, client, agency):
        both = a_person(agency, Role.VENDOR, roles=["vendor", "detective"])

        assert self.let_in(client, both).status_code == 422


class TestList:
    def test_tells_the_first_reason_with_clause_and_remedy(self, client, agency):
        person = a_person(agency, trained=False)

        page = client.get(reverse("roster:people"), {"text": person.username}).content.decode()

        assert "Blocked" in page
        assert "CJIS AT-2" in page
        assert "have it signed" in page

    @pytest.mark.parametrize("state", [*State, "nonsense"])
    def test_is_narrowed_by_state(self, state, client):
        answer = client.get(reverse("roster:people"), {"state": state})

        assert answer.status_code == 200
        wrong = {"works": "Blocked", "blocked": "May work", "partly": "Blocked", "left": "May work"}.get(
            state
        )
        assert wrong is None or f"</svg>{wrong}<" not in answer.content.decode()

    @pytest.mark.parametrize("name", ["people", "add", "classes", "training", "documents", "approvals", "offices",
                                      "deployments", "reconcile", "mine"])  # fmt: skip
    def test_and_every_other_page_opens(self, name, client):
        assert client.get(reverse(f"roster:{name}")).status_code == 200

    @pytest.mark.parametrize("profile", ["monrovia", "los-angeles"])
    def test_of_classes_shows_who_searches(self, profile):
        client = logged_in(a_person(an_agency(profile), Role.ADMINISTRATOR))

        page = client.get(reverse("roster:classes")).content.decode()

        assert ("only as CCAT Supervisor" in page) == (profile == "monrovia")
