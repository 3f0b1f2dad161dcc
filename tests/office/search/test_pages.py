"""Searching by the page: refused with clause and remedy, answered with its record, and silent in the logs."""

import html
import logging
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from platekeeper import policy
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of
from platekeeper.office.reads.storage import vault
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import NOW, PROFILES, REASON, a_person, a_searcher, an_agency, an_inquiry
from ..streets import a_camera, a_picture, a_read, identified, take

SEARCH, RESULTS = "/search/", "/search/results/"


def a_form(person: Person, **changes: object) -> dict[str, object]:
    inquiry = an_inquiry(person.agency)
    given = {
        "plate": "8ABC123",
        "purpose": inquiry.purpose,
        "case_number": inquiry.case_number,
        "reason": REASON,
    }
    return {**given, **changes}


def searched(person: Person, address: str = SEARCH, **changes: object):
    return logged_in(person).post(address, a_form(person, **changes))


def text_of(answer) -> str:
    """Return what a person reads on a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def records_of(owner, person: Person) -> list[tuple]:
    return owner.execute(
        "SELECT outcome, function, purpose, case_number, reason, query FROM access_record WHERE person_id = %s"
        " ORDER BY accessed_at", [person.pk],
    ).fetchall()  # fmt: skip


def reads_shown(answer) -> list[str]:
    return re.findall(r'<a href="/reads/([0-9a-f-]{36})/', answer.content.decode())


class TestRefusal:
    @pytest.mark.parametrize("address", [SEARCH, RESULTS])
    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(
        ("changes", "obligation"),
        [
            ({"purpose": ""}, "PUR-01"),
            ({"case_number": ""}, "SRC-02"),
            ({"case_number": "mine"}, "PUR-14"),
            ({"reason": ""}, "SRC-02"),
            ({"reason": "investigation"}, "SRC-04"),
            ({"reason": "Muslim driver leaving the mosque"}, "PUR-07"),
            ({"reason": "immigration enforcement of a removal order"}, "PUR-10"),
        ],
        ids=lambda value: value if isinstance(value, str) else "=".join(*value.items()),
    )
    def test_names_clause_and_remedy_shows_nothing_and_is_kept(
        self, address, profile, changes, obligation, owner
    ):
        agency = an_agency(profile)
        person = a_searcher(agency)
        take(agency, a_read(a_camera(agency), "8ABC123"))

        answer = searched(person, address, **changes)

        (kept,) = records_of(owner, person)
        clause, explanation = owner.execute(
            "SELECT clauses[1], explanation FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchone()
        page = text_of(answer)
        assert answer.status_code == 403
        assert (kept[0], kept[1]) == ("DENIED", "search")
        assert clause in page
        reason, remedy = explanation.removesuffix(f" ({clause})").rsplit(". ", 1)
        assert reason in page
        assert remedy in page
        assert reads_shown(answer) == []

    def test_comes_before_any_question_where_somebody_may_not_search_at_all(self, owner):
        person = a_person(an_agency("los-angeles"), Role.HIT_ONLY_OFFICER)

        page = logged_in(person).get(SEARCH)
        answer = searched(person)

        assert "search-form" not in page.content.decode()
        assert "You may not search" in text_of(page)
        assert answer.status_code == 403
        assert [outcome for outcome, *_ in records_of(owner, person)] == ["DENIED"]

    def test_of_somebody_who_lost_their_rights_since_they_opened_the_page(self, owner):
        person = a_searcher(an_agency())
        client = logged_in(person)
        assert client.get(SEARCH).status_code == 200
        Person.objects.using("owner").filter(pk=person.pk).update(roles=["trainer"])

        answer = client.post(RESULTS, a_form(person))

        assert answer.status_code == 403
        assert [outcome for outcome, *_ in records_of(owner, person)] == ["DENIED"]


class TestMistake:
    @pytest.mark.parametrize("address", [SEARCH, RESULTS])
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"plate": ""}, "nothing is searched for everything"),
            ({"plate": "8*"}, "at least 2 known characters"),
            ({"plate": "***"}, "at least one letter or digit"),
            ({"plate": "A" * 40}, "32"),
            ({"plate": "8ABC%'"}, "haracter"),
            ({"captured_from": "2026-02-02T10:00", "captured_to": "2026-02-01T10:00"}, "swap From and To"),
            ({"captured_from": "yesterday"}, "valid date"),
            ({"plate": "", "latitude": "34", "longitude": "-118"}, "both ends of a time window"),
            ({"latitude": "91", "longitude": "0"}, "90"),
            ({"radius_m": "1"}, "10"),
            ({"cameras": "0"}, "not one of the available choices"),
            ({"cameras": "x"}, "valid"),
        ],
        ids=repr,
    )
    def test_is_answered_with_a_sentence_and_asks_nothing(self, address, changes, sentence, owner):
        person = a_searcher(an_agency())

        answer = searched(person, address, **changes)

        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert records_of(owner, person) == []

    @pytest.mark.parametrize(
        "address", [SEARCH, RESULTS, f"{SEARCH}vehicle/", f"{SEARCH}seen-with/", f"{SEARCH}two-places/",
                    f"{SEARCH}crime-scene/"],
    )  # fmt: skip
    def test_of_a_purpose_that_is_no_choice_leaves_a_refusal_without_what_was_typed(self, address, owner):
        person = a_searcher(an_agency())

        answer = searched(person, address, purpose="8ABC123 my neighbor", plate="*")

        assert answer.status_code == 422
        assert "not one of the available choices" in text_of(answer)
        ((function, outcome, purpose, reason, query, explanation),) = owner.execute(
            "SELECT function, outcome, purpose, reason, query::text, explanation FROM access_record"
            " WHERE person_id = %s",
            [person.pk],
        ).fetchall()
        assert (function, outcome, purpose, reason) == ("search", "DENIED", "", "")
        assert "8ABC123" not in query + explanation
        assert "none of those offered" in query

    def test_of_choosing_another_agency_s_camera_is_one(self, owner):
        person = a_searcher(an_agency())
        theirs = a_camera(an_agency("milpitas"))

        assert searched(person, cameras=str(theirs.pk)).status_code == 422
        assert records_of(owner, person) == []


class TestAnswer:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_shows_what_was_found_and_the_record_of_it(self, profile, owner):
        agency = an_agency(profile)
        person = a_searcher(agency)
        read = identified(a_read(a_camera(agency), "8ABC123", images=(a_picture(),)))
        take(agency, read, a_read(a_camera(agency), "7XYZ890"))

        answer = searched(person)

        inquiry = an_inquiry(agency)
        assert answer.status_code == 200
        assert reads_shown(answer) == [str(read.id)]
        assert "data:image/jpeg;base64," in answer.content.decode()
        assert records_of(owner, person) == [
            ("ALLOWED", "search", inquiry.purpose, inquiry.case_number, REASON, {"plate": "8ABC123"})
        ]
        record_id = owner.execute(
            "SELECT id FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchone()[0]
        assert str(record_id) in text_of(answer)

    def test_keeps_the_whole_question(self, owner):
        agency = an_agency()
        person, camera, lee = a_searcher(agency), a_camera(agency), a_searcher(agency)

        searched(
            person, RESULTS, plate="8ab?c*", look_alikes="on", captured_from="2026-01-02T03:04",
            captured_to="2026-01-03T03:04", cameras=str(camera.pk), latitude="33.8", longitude="-118.3", radius_m="250",
            on_behalf_of=lee.username,
        )  # fmt: skip

        assert records_of(owner, person)[0][5] == {
            "plate": "8ab?c*", "lookalikes": True, "since": "2026-01-02T03:04:00-08:00",
            "until": "2026-01-03T03:04:00-08:00", "cameras": [camera.pk], "circle": [33.8, -118.3, 250.0],
        }  # fmt: skip
        assert owner.execute(
            "SELECT on_behalf_of FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchone() == (f"{lee.full_name} ({lee.username}), {agency.name}",)

    def test_in_pages_is_recorded_page_by_page(self, owner):
        agency = an_agency()
        person, camera = a_searcher(agency), a_camera(agency)
        take(
            agency,
            *(a_read(camera, f"7XYZ{n:03}", captured_at=NOW - timedelta(minutes=n)) for n in range(30)),
        )
        first = searched(person, RESULTS, plate="7XYZ*")
        page = html.unescape(first.content.decode())
        after = re.search(r'value="(20[^"]+~[0-9a-f-]{36})"', page)
        record = re.search(r'"because": "([0-9a-f-]{36})"', page)
        assert after
        assert record

        second = searched(person, RESULTS, plate="7XYZ*", after=after[1], because=record[1])

        assert len(reads_shown(first)) == 25
        assert "Copy the 25 reads of this page, of 30, out as evidence" in page
        assert len(reads_shown(second)) == 5
        assert not set(reads_shown(first)) & set(reads_shown(second))
        parents = owner.execute(
            "SELECT parent_id::text FROM access_record WHERE person_id = %s ORDER BY accessed_at", [person.pk]
        ).fetchall()
        assert parents == [(None,), (record[1],)]

    @pytest.mark.parametrize(
        "after",
        ["x", "~", "2026-01-02~x", "2026-01-02T03:04:05~01930000-0000-7000-8000-000000000001", "9" * 400],
    )
    def test_begins_anew_where_the_page_is_not_known(self, after):
        agency = an_agency()
        take(agency, a_read(a_camera(agency), "8ABC123"))

        assert len(reads_shown(searched(a_searcher(agency), after=after, because=after))) == 1

    def test_is_not_spoilt_by_a_picture_that_cannot_be_opened(self, console):
        agency = an_agency()
        camera = a_camera(agency)
        broken, whole = (
            identified(a_read(camera, text, images=(a_picture(),))) for text in ("8ABC123", "8ABC124")
        )
        take(agency, broken, whole)
        for path in (vault().folder / str(agency.pk)).rglob(broken.images[0].sha256):
            path.write_bytes(b"changed")

        answer = searched(a_searcher(agency), plate="8ABC*")

        assert answer.status_code == 200
        assert set(reads_shown(answer)) == {str(broken.id), str(whole.id)}
        assert answer.content.decode().count("data:image/jpeg") == 1
        assert "tell the custodian" in console.getvalue()


class TestLogs:
    def test_hold_no_plate_of_a_whole_search(self, console, caplog, capfd):
        agency = an_agency()
        person = a_searcher(agency)
        read = identified(a_read(a_camera(agency), "8ABC123", images=(a_picture(),)))
        caplog.set_level(logging.INFO)
        take(agency, read)
        client = logged_in(person)

        found = client.post(SEARCH, a_form(person))
        because = re.search(r"because=([0-9a-f-]{36})", found.content.decode())
        assert because
        client.get(f"/reads/{read.id}/?because={because[1]}")
        client.get(f"/reads/{read.id}/images/plate/?because={because[1]}")
        client.post(SEARCH, a_form(person, reason="police work"))
        client.post(SEARCH, a_form(person, plate="8ABC*%"))
        client.get("/search/8ABC123/")

        written = console.getvalue() + caplog.text + "".join(capfd.readouterr())
        assert "8ABC" not in written
        assert an_inquiry(agency).case_number not in written


class TestRead:
    def because(self, person: Person, **changes: object) -> str:
        found = re.search(r"because=([0-9a-f-]{36})", searched(person, **changes).content.decode())
        assert found
        return found[1]

    @pytest.fixture
    def seen(self):
        agency = an_agency()
        person = a_searcher(agency)
        read = identified(
            a_read(a_camera(agency), "8ABC123", images=(a_picture("plate"), a_picture("context")))
        )
        take(agency, read)
        return person, read

    def test_is_not_opened_without_saying_why(self, seen):
        person, read = seen

        for because in ("", "?because=", f"?because={uuid4()}", "?because=x"):
            answer = logged_in(person).get(f"/reads/{read.id}/{because}")
            assert (answer.status_code, answer.headers.get("Location")) == (302, SEARCH)
            picture = logged_in(person).get(f"/reads/{read.id}/images/plate/{because}")
            assert picture.status_code == 403
            assert not picture.content.startswith(b"\xff\xd8")

    def test_is_not_opened_by_what_a_colleague_asked(self, seen):
        person, read = seen
        colleague = a_person(person.agency, Role.SUPERVISOR)

        answer = logged_in(colleague).get(f"/reads/{read.id}/?because={self.because(person)}")

        assert answer.headers.get("Location") == SEARCH

    def test_that_there_is_not_is_not_found(self, seen):
        person, _ = seen
        because = self.because(person)

        assert logged_in(person).get(f"/reads/{uuid4()}/?because={because}").status_code == 404
        assert logged_in(person).get(f"/reads/{uuid4()}/images/plate/?because={because}").status_code == 404

    @pytest.mark.parametrize("role", ["vehicle", "none", "plate-2"])
    def test_has_no_pictures_but_its_own(self, role, seen):
        person, read = seen

        answer = logged_in(person).get(f"/reads/{read.id}/images/{role}/?because={self.because(person)}")

        assert answer.status_code == 404

    def test_is_opened_in_the_course_of_the_search_and_each_picture_by_itself(self, seen, owner):
        person, read = seen
        because = self.because(person)
        client = logged_in(person)

        page = client.get(f"/reads/{read.id}/?because={because}")
        pictures = [
            client.get(f"/reads/{read.id}/images/{role}/?because={because}") for role in ("plate", "context")
        ]

        assert page.status_code == 200
        assert "8ABC123" in text_of(page)
        for picture, image in zip(pictures, read.images, strict=True):
            assert (picture.content, picture.headers["Content-Type"]) == (image.data, "image/jpeg")
        kept = owner.execute(
            "SELECT r.function, r.parent_id::text, r.case_number, g.read_ids FROM access_record r"
            " JOIN access_grant g ON g.access_id = r.id WHERE r.person_id = %s ORDER BY r.accessed_at OFFSET 1",
            [person.pk],
        ).fetchall()
        case = an_inquiry(person.agency).case_number
        assert kept == [
            ("view-read", because, case, [read.id]), ("view-image", because, case, [read.id]),
            ("view-image", because, case, [read.id]),
        ]  # fmt: skip

    def test_says_so_where_a_picture_was_changed(self, seen, console):
        person, read = seen
        because = self.because(person)
        for path in (vault().folder / str(person.agency_id)).rglob(read.images[0].sha256):
            path.write_bytes(b"changed")

        answer = logged_in(person).get(f"/reads/{read.id}/images/plate/?because={because}")

        assert answer.status_code == 500
        assert "tell the custodian" in answer.content.decode()

    def test_of_an_agency_that_keeps_no_scene_has_none(self):
        agency = an_agency("los-angeles")
        person = a_searcher(agency)
        read = identified(
            a_read(a_camera(agency), "8ABC123", images=(a_picture("plate"), a_picture("context")))
        )
        take(agency, read)
        because = self.because(person)

        page = logged_in(person).get(f"/reads/{read.id}/?because={because}").content.decode()

        assert "/images/plate/" in page
        assert "/images/context/" not in page
        assert logged_in(person).get(f"/reads/{read.id}/images/context/?because={because}").status_code == 404


class TestRights:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_are_told_with_the_clause_of_each_refusal(self, profile):
        person = a_person(an_agency(profile), Role.AUDITOR)

        page = text_of(logged_in(person).get(reverse("access:why")))

        decisions = dict(policy.explain(policy.load_profile(profile), facts_of(person), NOW))
        denied = [decision for decision in decisions.values() if isinstance(decision, policy.Denied)]
        assert denied
        assert [one for one in denied if one.clause not in page or one.remedy not in page] == []


class TestGroupsOfCameras:
    def test_are_named_where_nothing_is_found(self):
        agency = an_agency()
        take(agency, identified(a_read(a_camera(agency, site_group="north"), "8ABC123")))
        person = a_searcher(agency, camera_groups=["south"])

        page = text_of(searched(person, plate="8ABC123"))

        assert "Nothing found" in page
        assert "of the group south (GOV-09)" in page
