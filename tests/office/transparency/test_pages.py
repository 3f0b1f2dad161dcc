"""What everybody may see: the policy and sums, never a row (SHR-14)."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from platekeeper import policy
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.transparency.queries import counts

from ..people import NOW, PROFILES, a_searcher, an_agency, an_inquiry
from ..streets import a_camera, a_list, a_read, take


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def busy_agency(profile: str = "redondo-beach"):
    """Make an agency that read three plates, one of them listed, and was asked twice, once in vain."""
    agency = an_agency(profile)
    camera, person = a_camera(agency), a_searcher(agency)
    a_list(agency, "8ABC123")
    take(agency, a_read(camera, "8ABC123"), a_read(camera, "7XYZ890"), a_read(camera, "6WXN208"))
    inquiry = an_inquiry(agency)
    open_access(person=person, agency=agency, inquiry=inquiry, now=NOW)
    with pytest.raises(AccessDenied):
        open_access(person=person, agency=agency, inquiry=an_inquiry(agency, purpose=""), now=NOW)
    return agency, person, inquiry


class TestAgency:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_tells_its_policy_and_no_row(self, profile):
        agency, person, inquiry = busy_agency(profile)

        page = text_of(Client().get(f"/public/{agency.slug}/"))

        rules = policy.load_profile(profile)
        assert rules.policy_title in page
        for purpose in (*rules.purposes.authorized, *rules.purposes.prohibited):
            assert purpose.title in page
        hidden = (
            "8ABC123",
            "7XYZ890",
            person.full_name,
            person.username,
            inquiry.case_number,
            inquiry.reason,
        )
        assert [word for word in hidden if word in page] == []

    @pytest.mark.parametrize("slug", ["nobody", "ledger", "redondo-beach-"])
    def test_that_there_is_not_is_not_found(self, slug):
        assert Client().get(f"/public/{slug}/").status_code == 404

    def test_is_on_the_list_of_all(self):
        agency, _, _ = busy_agency()

        page = Client().get("/public/").content.decode()

        assert f"/public/{agency.slug}/" in page


class TestCounts:
    def test_are_the_sums_of_what_happened(self):
        agency, _, inquiry = busy_agency()

        found = counts(agency, 30)

        assert (found.reads, found.hits, found.alerts, found.searched, found.refused) == (3, 1, 1, 1, 1)
        assert found.searches == {inquiry.purpose: 1}

    def test_are_of_their_days_alone(self):
        agency = an_agency()
        camera = a_camera(agency)
        take(agency, a_read(camera, captured_at=NOW - timedelta(days=40)), a_read(camera, "7XYZ890"))

        assert (counts(agency, 30).reads, counts(agency, 365).reads) == (1, 2)

    def test_are_kept_for_a_while(self):
        agency = an_agency()
        assert counts(agency, 30).reads == 0
        take(agency, a_read(a_camera(agency)))

        assert counts(agency, 30).reads == 0
        cache.clear()
        assert counts(agency, 30).reads == 1

    def test_hold_nothing_but_numbers(self, web):
        agency, _, _ = busy_agency()

        row = web.execute("SELECT public_counts(%s, 30)", [agency.pk]).fetchone()[0]

        assert all(re.fullmatch(r"\d+|\{.*\}", json.dumps(value)) for value in row.values())
        assert all(isinstance(number, int) for number in row["searches"].values())


class TestPublished:
    @pytest.mark.parametrize(
        "name",
        ["master.key", "checkpoint", "..%2Fsecrets%2Fmaster.key", "checkpoint..%2F..%2Fmaster.txt", "%2Fetc%2Fpasswd",
         "checkpoint.txt%00", "key/../x.txt", "checkpoint-none.txt", "secrets.txt"],
    )  # fmt: skip
    def test_is_nothing_but_the_ledger_s_own_files(self, name):
        assert Client().get(f"/public/ledger/{name}").status_code == (400 if "%00" in name else 404)
