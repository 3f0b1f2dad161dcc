"""Releases that name plates: what is asked beyond them, tried by raw SQL as the role of the pages."""

import json

import psycopg
import pytest
from django.urls import reverse
from django.utils import timezone

from platekeeper.evidence.bag import EvidenceError
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import in_house, open_access
from platekeeper.office.evidence.queries import releases_for
from platekeeper.policy import Function

from ..doors import logged_in
from ..evidence.packages import PLATE, seen
from ..people import REASON
from .scenes import Scene, records_in

UNCOVERED = psycopg.DatabaseError

GRANT = {"visible_from": "2020-01-01T00:00:00Z", "kinds": ["read"]}

REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def naming(database) -> Scene:
    """A scene whose request names the plate of the read, and a read of another."""
    scene = Scene(plates=(PLATE,))
    scene.other = seen(scene.agency, "7XYZ999", pictures=False)[0]
    return scene


class TestNamedPlates:
    @pytest.mark.parametrize(
        "plates", [["%"], ["*"], ["?*"], ["8abc123"], [""], ["8ABC123", "_"], ["8ABC123", " "]]
    )
    def test_are_refused_where_they_would_name_any(self, naming, web, plates):
        asked = {"recipient_class": "local", "recipient_agency": "Anytown PD", "recipient_state": "CA",
            "requester": "Det. Doe", "contact": "", "verified_by": "", "purpose_code": "x", "purpose": "x",
            "authority": "", "disclaims": [], "case_number": "1", "their_number": "", "data_wanted": "reads",
            "letter_name": "", "plates": plates}  # fmt: skip

        with pytest.raises(psycopg.errors.CheckViolation, match="plates"):
            web.execute(
                "SELECT enter_release_request(%s, %s::jsonb, NULL, NULL)",
                [naming.asker.pk, json.dumps(asked)],
            )

    @pytest.mark.parametrize(
        ("function", "query"),
        [
            ("search", {}), ("search", {"reads": []}), ("search", {"plate": "7XYZ999"}),
            ("search", {"plate": "8AB*"}), ("search", {"plate": ""}),
            ("search", {"plate": PLATE, "analysis": "companions"}), ("search", {"cameras": [1], "since": "2026-01-01"}),
            ("view-read", {"read": "019b0000-0000-7000-8000-000000000000"}), ("view-image", {"case": "26-01234"}),
        ],
        ids=str,
    )  # fmt: skip
    def test_bar_what_is_asked_beyond_them(self, naming, web, function, query):
        with pytest.raises(UNCOVERED, match="no approved request for release"):
            naming.asks(web, function=function, query={"release": naming.id, **query})

    @pytest.mark.parametrize("plate", [PLATE, "8ABC-I23", "8abc 123"])
    def test_let_a_search_for_one_of_them(self, naming, web, plate):
        assert naming.asks(web, function="search", query={"release": naming.id, "plate": plate})

    def test_let_one_of_their_reads_and_no_other(self, naming, web):
        (named,) = naming.read_ids

        assert naming.asks(web, function="view-read", query={"release": naming.id, "read": str(named)})
        with pytest.raises(UNCOVERED):
            naming.asks(web, function="view-read", query={"release": naming.id, "read": str(naming.other)})

    @pytest.mark.parametrize("function", ["view-read", "view-image", "search", "print"])
    def test_bar_a_look_at_chosen_reads_of_which_one_is_another_s(self, naming, web, function):
        chosen = {"release": naming.id, "reads": 2, "choose": "evidence"}
        asked = {**chosen, "plate": PLATE} if function == "search" else chosen
        both = [{**GRANT, "data_agency_id": naming.agency.pk,
                 "read_ids": [str(one) for one in (*naming.read_ids, naming.other)]}]  # fmt: skip

        with pytest.raises(UNCOVERED, match="covers these reads"):
            naming.asks(web, function=function, query=asked, grants=both)

        assert naming.asks(web, function=function, query=asked)  # those of the named plate alone

    @pytest.mark.parametrize(
        "query", [{"reads": 2, "choose": "evidence"}, {"read": "the named one"}], ids=str
    )
    def test_bar_a_look_at_one_read_that_opens_another_or_all(self, naming, web, query):
        said = {**query, "release": naming.id}
        said |= {"read": str(naming.read_ids[0])} if "read" in query else {}
        for read_ids in (None, [str(naming.other)]):
            grants = [{**GRANT, "data_agency_id": naming.agency.pk, "read_ids": read_ids}]
            with pytest.raises(UNCOVERED, match="covers these reads"):
                naming.asks(web, function="view-read", query=said, grants=grants)

    def test_bar_the_builder_s_preview_of_another_and_keep_the_refusal(self, naming, owner):
        release = naming.release
        because = open_access(
            person=naming.handler, agency=naming.agency, now=timezone.now(),
            inquiry=Inquiry(
                function=Function.SEARCH, query={"plate": PLATE, "release": naming.id}, reason=REASON,
                purpose=release.request.purpose_code, case_number=release.request.case_number,
                on_behalf_of=release.recipient,
            ),
        )  # fmt: skip
        before = records_in(owner, naming.agency.pk)

        page = logged_in(naming.handler).post(
            reverse("evidence:new"),
            {"read": [str(naming.read_ids[0]), str(naming.other)], "because": str(because.record_id)},
        ).content.decode()  # fmt: skip

        assert "7XYZ999" not in page
        assert "SHR-03" in page or release.recipient in page
        assert records_in(owner, naming.agency.pk) == before + 1

    def test_bar_the_seal_of_a_package_with_another(self, naming, web):
        both = Scene.__new__(Scene)
        vars(both).update(vars(naming), read_ids=(*naming.read_ids, naming.other))
        access = both.asks(web)

        with pytest.raises(REFUSED, match="no approved request for release covers this package"):
            both.seals(web, access)
        with pytest.raises(
            EvidenceError, match=r"1 of these reads are of plates that the request .* does not name"
        ):
            both.export()

    def test_let_a_package_of_theirs(self, naming):
        assert str(naming.package().release_id) == naming.id

    def test_bar_that_a_package_of_the_case_is_handed_over_which_was_made_without_it(self, naming, web):
        package = naming.package(on_behalf_of=in_house(naming.handler), query={"reads": 1})

        with pytest.raises(REFUSED, match="under an approved release of its case"):
            naming.hands_over(web, package, release=naming.id, received_by="x")
        assert releases_for(package) == []
