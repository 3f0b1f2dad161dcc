"""From nothing: an agency and its first administrator on the server, everybody and everything else in the pages."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.operations import add_person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.roster.courses import attest_beginning
from platekeeper.policy import Allowed, Denied, Function, Role

from ..doors import logged_in
from ..people import OWNER, PROFILES, an_agency, an_inquiry, may_search, title_of

HIDDEN = r'name="title" value="([^"]+)">\s*<input[^>]*name="version" value="([^"]+)"'
DOCUMENT = "Form 15.2, 26-0042"


@pytest.fixture(params=PROFILES)
def agency(request, database) -> Agency:
    return an_agency(request.param)


def beginning(agency: Agency) -> Person:
    """Make the first administrator as `platekeeper person add --trained-by` does."""
    title = title_of(policy.load_profile(agency.profile), Role.ADMINISTRATOR)
    roles = list(next((one.roles for one in profile_of(agency).users.titles if one.title == title), ()))
    first = add_person(
        username=f"first.{agency.slug}", full_name="Jo Administrator", agency=agency, title=title,
        roles=sorted(role.value for role in roles), now=timezone.now(),
    )  # fmt: skip
    attest_beginning(first, trainer="Vendor Academy", now=timezone.now())
    return came_in(first)


def came_in(person: Person) -> Person:
    """Choose a password of their own, as everybody must."""
    Person.objects.using(OWNER).filter(pk=person.pk).update(must_choose_password=False)
    return Person.objects.select_related("agency").get(pk=person.pk)


def acknowledged(person: Person) -> Client:
    """Read and acknowledge every document, on one's own page."""
    client = logged_in(person)
    page = client.get(reverse("roster:mine")).content.decode()
    for title, version in re.findall(
        r'name="title" value="([^"]+)">\s*<input[^>]*name="version" value="([^"]+)"', page
    ):
        client.post(reverse("roster:read"), {"title": title, "version": version})
    return client


def added(administrator: Client, agency: Agency, role: Role, title: str = "") -> Person:
    profile = profile_of(agency)
    title = title or title_of(profile, role)
    username = f"{role.value}.{agency.slug}"
    given = {"username": username, "full_name": f"Sam {role.value}", "title": title, "roles": [role.value],
             "assignment": "Investigations"}  # fmt: skip

    answer = administrator.post(reverse("roster:add"), given)

    assert answer.status_code == 200, answer.content.decode()
    assert re.search(r"<code[^>]*>[a-z0-9]{4}(-[a-z0-9]{4}){3}</code>", answer.content.decode())
    return came_in(Person.objects.get(username=username))


def signed(client: Client, person: Person, **more: str) -> None:
    """Sign every course that a person needs and that this client may sign."""
    address = reverse("roster:sign", args=[person.pk])
    for course in policy.required_courses(profile_of(person.agency), frozenset(map(Role, person.roles))):
        prefix = course.code
        given = {"course": course.code, f"{prefix}-completed_on": timezone.localdate().isoformat(),
                 f"{prefix}-topics": list(course.topics), f"{prefix}-certificate": "POST 1",
                 **{f"{prefix}-{name}": value for name, value in more.items()}}  # fmt: skip
        client.post(address, given)


def decision(person: Person, function: Function) -> policy.Decision:
    fresh = Person.objects.select_related("agency").get(pk=person.pk)
    return policy.decide_function(profile_of(fresh.agency), facts_of(fresh), function, timezone.now())


class TestAnEmptyAgency:
    def test_becomes_one_whose_detective_may_search(self, agency):
        profile = profile_of(agency)
        first = beginning(agency)
        assert isinstance(decision(first, Function.ADMINISTER_USERS), Denied)  # documents are unread
        administrator = acknowledged(first)
        assert isinstance(decision(first, Function.ADMINISTER_USERS), Allowed)

        # a trainer, unless the first administrator is one: their own training comes from outside
        trainer = administrator
        if Role.TRAINER not in first.roles:
            teacher = added(administrator, agency, Role.TRAINER)
            signed(administrator, teacher, outside="County Academy")
            trainer = acknowledged(teacher)
            assert isinstance(decision(teacher, Function.SIGN_TRAINING), Allowed)

        role = next(r for r in (Role.DETECTIVE, Role.DISPATCHER, Role.SUPERVISOR) if may_search(profile, r))
        searcher = added(administrator, agency, role)
        assert isinstance(decision(searcher, Function.SEARCH), Denied)
        with pytest.raises(AccessDenied):
            open_access(person=searcher, agency=agency, inquiry=an_inquiry(agency), now=timezone.now())
        signed(trainer, searcher)
        acknowledged(searcher)
        if profile.users.written_authorization.value:
            self.authorize(administrator, trainer, agency, searcher)

        searcher = Person.objects.select_related("agency").get(pk=searcher.pk)
        grant = open_access(person=searcher, agency=agency, inquiry=an_inquiry(agency), now=timezone.now())
        assert isinstance(grant.decision, Allowed)

    def authorize(self, administrator: Client, trainer: Client, agency: Agency, searcher: Person) -> None:
        """Los Angeles: the supervisor in writing, then the bureau (USR-04)."""
        boss = added(administrator, agency, Role.SUPERVISOR)
        signed(trainer, boss)
        supervisor = acknowledged(boss)
        denied = decision(searcher, Function.SEARCH)
        assert isinstance(denied, Denied)
        assert denied.obligation == "USR-04"
        grant = reverse("roster:approve", args=[searcher.pk, "grant"])

        administrator.post(grant)  # too early: nothing is in writing
        assert Person.objects.get(pk=searcher.pk).granted_by == ""
        administrator.post(reverse("roster:approve", args=[searcher.pk, "authorize"]), {"document": DOCUMENT})
        assert Person.objects.get(pk=searcher.pk).authorized_by == ""  # no supervisor
        supervisor.post(reverse("roster:approve", args=[searcher.pk, "authorize"]), {"document": DOCUMENT})
        assert isinstance(decision(searcher, Function.SEARCH), Denied)
        administrator.post(grant)

        assert Person.objects.get(pk=searcher.pk).authorization_document == DOCUMENT

    def test_lets_nobody_search_whose_training_nobody_signed(self, agency):
        administrator = acknowledged(beginning(agency))
        profile = profile_of(agency)
        role = next(r for r in (Role.DETECTIVE, Role.DISPATCHER, Role.SUPERVISOR) if may_search(profile, r))
        searcher = added(administrator, agency, role)
        acknowledged(searcher)

        denied = decision(searcher, Function.SEARCH)

        assert isinstance(denied, Denied)
        assert denied.obligation == ("USR-04" if profile.users.written_authorization.value else "TRN-01")

    def test_asks_everybody_again_when_a_document_changes(self, agency):
        administrator = acknowledged(beginning(agency))
        title = min(profile_of(agency).training.documents.value)

        administrator.post(
            reverse("roster:documents"), {"title": title, "version": "2", "place": "the shelf"}
        )

        first = Person.objects.get(username=f"first.{agency.slug}")
        assert title not in first.acknowledged
        assert isinstance(decision(first, Function.ADMINISTER_USERS), Denied)
        acknowledged(Person.objects.select_related("agency").get(pk=first.pk))
        assert isinstance(decision(first, Function.ADMINISTER_USERS), Allowed)
