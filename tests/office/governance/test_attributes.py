"""What an agency stopped to store of vehicles is shown of no read stored before, and the read stays (PUR-16)."""

from itertools import combinations

import psycopg
import pytest

from platekeeper import policy, wire
from platekeeper.office.accounts.models import Agency
from platekeeper.office.alerts.intake import _ATTRIBUTES
from platekeeper.office.search.queries import reads_matching
from platekeeper.office.search.questions import Question
from platekeeper.policy.capture import allowed_elements
from platekeeper.policy.vocabulary import DataElement

from ..access.gate import a_request, opened, seen
from ..people import PROFILES, a_searcher, an_agency
from ..search.test_queries import a_grant
from ..streets import a_camera, a_list, a_read, take
from .drafts import in_force
from .test_operations import published

SEEN = wire.Vehicle(
    make=(wire.Attribute("Toyota"),),
    model=(wire.Attribute("Corolla"),),
    color=(wire.Attribute("blue", conf=0.8),),
    body=(wire.Attribute("sedan"),),
    orientation=(wire.Attribute("rear"),),
)
OF_VEHICLES = {DataElement.MAKE, DataElement.BODY, DataElement.COLOR, DataElement.UNIQUE_MARKS}
WORDS = {"make": "Toyota", "model": "Corolla", "color": "blue", "body": "sedan", "orientation": "rear"}


def storing(agency: Agency, *elements: str) -> Agency:
    """Put a profile in force that stores these attributes of vehicles and no others."""
    kept = ["plate", "plate-image", "scene-image", "time", "place", "camera", *elements]
    lines = [
        f'elements = {{ value = {kept}, clause = "EC 427.2", decision = "C-8" }}'.replace("'", '"')
        if line.startswith("elements = ")
        else line
        for line in in_force(agency).splitlines()
    ]
    return published(agency, "\n".join(lines) + "\n")


@pytest.fixture
def agency(database) -> Agency:
    """An agency that stores what vehicles look like, with one such read, which is a hit too."""
    made = an_agency("el-cajon")
    a_list(made, "8ABC123")
    take(made, a_read(a_camera(made), "8ABC123", vehicle=SEEN))
    return made


def shown(web: psycopg.Connection, agency: Agency, view: str) -> str:
    """Return all that a view tells of the agency's only read, by raw SQL."""
    _, given = opened(web, a_request(a_searcher(agency)))
    ((row,),) = seen(web, given, f"SELECT v::text FROM {view} v")
    return row


@pytest.mark.parametrize("view", ["visible_read", "visible_hit"])
class TestShownRead:
    def test_bears_no_attribute_that_is_switched_off(self, web, agency, view):
        assert all(word in shown(web, agency, view) for word in WORDS.values())

        told = shown(web, storing(agency), view)

        assert "8ABC123" in told
        assert not [word for word in WORDS.values() if word in told]

    def test_bears_those_that_are_not(self, web, agency, view):
        told = shown(web, storing(agency, "color"), view)

        assert [word for word in WORDS.values() if word in told] == ["blue"]

    def test_bears_them_again_for_it_was_never_changed(self, web, agency, view):
        before = shown(web, agency, view)
        storing(agency)

        assert shown(web, storing(agency, "make", "body", "color", "unique-marks"), view) == before


class TestSearch:
    def test_finds_no_vehicle_by_what_is_switched_off(self, agency):
        def found(**question) -> int:
            return reads_matching(a_grant(agency), Question(**question)).total

        described = {"vehicle": (("color", "blue"),)}
        assert (found(**described), found(plate="8ABC123", **described)) == (1, 1)

        storing(agency, "make", "body")

        assert (found(**described), found(plate="8ABC123", **described)) == (0, 0)
        assert found(vehicle=(("make", "toyota"),)) == 1


class TestSwitch:
    def test_is_none_of_the_pages_database_role(self, web, agency):
        storing(agency)

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("UPDATE agency SET hidden_attributes = '{}' WHERE id = %s", [agency.pk])

        assert "blue" not in shown(web, agency, "visible_read")

    def test_hides_all_before_any_profile_is_in_force(self, owner):
        with owner.transaction(force_rollback=True):
            slug = "without-a-profile"
            owner.execute(
                "INSERT INTO agency (slug, name, profile, profile_number, is_demonstration)"
                " VALUES (%s, %s, %s, 1, false)",
                [slug, slug, slug],
            )
            ((hidden,),) = owner.execute(
                "SELECT hidden_attributes FROM agency WHERE slug = %s", [slug]
            ).fetchall()

        assert set(hidden) == set(_ATTRIBUTES)

    @pytest.mark.parametrize(
        "kept", [each for size in range(5) for each in combinations(sorted(OF_VEHICLES), size)]
    )
    def test_hides_what_would_not_be_stored(self, owner, kept):
        assert told_hidden(
            owner, f"[data]\nelements = {{ value = {list(map(str, kept))} }}".replace("'", '"')
        ) == {name for name, element in _ATTRIBUTES.items() if element not in kept}

    @pytest.mark.parametrize("slug", PROFILES)
    def test_reads_every_profile_as_the_policy_does(self, owner, slug):
        allowed = allowed_elements(policy.load_profile(slug))

        assert told_hidden(owner, policy.library.profile_text(slug)) == {
            name for name, element in _ATTRIBUTES.items() if element not in allowed
        }

    @pytest.mark.parametrize(
        "text",
        ["", 'elements = { value = [ # no "color"\n"plate"] }', '''x = """\nelements = { value = ["color"] }\n"""''',
         '# elements = { value = ["color"] }', "elements = { value = ['color'] }", 'colors = ["color"]',
         'elements = { value = [], clause = ["color"] }'],
    )  # fmt: skip
    def test_hides_all_where_it_is_not_told_otherwise(self, owner, text):
        assert told_hidden(owner, text) == set(_ATTRIBUTES)


def told_hidden(owner: psycopg.Connection, text: str) -> set[str]:
    ((hidden,),) = owner.execute("SELECT attributes_hidden_by(%s)", [text]).fetchall()
    return set(hidden)
