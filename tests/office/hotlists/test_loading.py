"""Files that come for a list: what is refused leaves the old one in force, what is barred is never stored."""

import os

import pytest

from platekeeper.intake.hotlists import HotListRefused, categories
from platekeeper.office.hotlists.keeping import INTERESTS
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.operations import HotListError
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, PROFILES, a_person, an_agency
from ..streets import a_camera, a_read, take
from .files import (
    IN_FORCE,
    WHOLE,
    a_downloaded_list,
    a_list_in_force,
    california,
    count_of,
    entries_in_force,
    events_of,
    load,
    ncic,
    plates_in_force,
    written,
)

LETTERS = "VPFWMAHRBKCTXLN"

RESTRICTED = set("KCTXL")


BAD_FILES = {
    "truncated": (WHOLE[: len(WHOLE) // 2], "transferred only in part"),
    "footer_missing": (WHOLE.rsplit("TOTAL", 1)[0], "transferred only in part"),
    "total_too_high": (california("8ABC123", "7XYZ890", "6WXN208", total=72), "claims 72 lines"),
    "utf16": (WHOLE.encode("utf-16"), "UTF-16"),
    "latin1": (WHOLE.encode() + "Ö".encode("latin-1"), "not UTF-8"),
    "zipped": (b"PK\x03\x04" + WHOLE.encode(), "ZIP"),
    "gzipped": (b"\x1f\x8b" + WHOLE.encode(), "gzip"),
    "zero_bytes": (WHOLE.replace("8", "\0"), "zero bytes"),
    "empty": ("", "empty"),
    "two_files_in_one": (WHOLE + WHOLE, "after its footer"),
    "other_layout": (ncic() + "\n", "does not begin"),
    "emptied_overnight": (california(), "no entry"),
    "drop_over_share": (california("8ABC123"), "loss of more than 50%"),
    "made_before_the_one_in_force": (WHOLE.replace("07/02/2026", "07/01/2026"), "before the list in force"),
    "no_day_of_the_calendar": (WHOLE.replace("07/02/2026", "13/45/2026"), "no date of the calendar"),
}

WHOLE_BUT_STRANGE = {
    "emptied_overnight",
    "drop_over_share",
    "made_before_the_one_in_force",
}  # they wait: test_accepting.py


def ncic_file(*letters):
    lines = [
        ncic(f"{number % 10}ABC{number:03d}", f"{letter}{number:09d}")
        for number, letter in enumerate(letters)
    ]
    return "".join(f"{line}\n" for line in lines)


class TestBadFile:
    @pytest.mark.parametrize("defect", BAD_FILES)
    def test_leaves_the_old_list_in_force_and_says_why(self, owner, tmp_path, defect):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)
        content, complaint = BAD_FILES[defect]

        with pytest.raises(HotListRefused, match=complaint) as refused:
            load(hot_list, written(tmp_path, "svs.tbl", content))

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)
        event, details = events_of(owner, agency)[-1]
        assert (event, details["reason"]) == ("hot-list.refused", str(refused.value))

    @pytest.mark.parametrize("defect", sorted(BAD_FILES.keys() - WHOLE_BUT_STRANGE))
    def test_stores_no_entry(self, owner, tmp_path, defect):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)

        with pytest.raises(HotListRefused):
            load(hot_list, written(tmp_path, "svs.tbl", BAD_FILES[defect][0]))

        assert count_of(owner, "hot_list_entry", agency) == len(IN_FORCE)
        assert count_of(owner, "hot_list_version", agency) == 1

    def test_is_refused_as_a_lists_first(self, tmp_path):
        hot_list = a_downloaded_list(an_agency())

        with pytest.raises(HotListRefused, match="no entry"):
            load(hot_list, written(tmp_path, "svs.tbl", california()))

        assert HotList.objects.using(OWNER).get(pk=hot_list.pk).current is None

    def test_is_told_where_it_cannot_be_read(self, tmp_path):
        with pytest.raises(HotListError, match=r"gone\.tbl cannot be read"):
            load(a_downloaded_list(an_agency()), tmp_path / "gone.tbl")

    @pytest.mark.parametrize("missing", ["source", "authority", "purpose", "activated_by"])
    def test_is_not_even_opened_for_a_list_that_may_not_run(self, owner, tmp_path, missing):
        agency = an_agency()
        hot_list = a_downloaded_list(agency, **{missing: ""})

        with pytest.raises(HotListError):
            load(hot_list, written(tmp_path, "svs.tbl", WHOLE))

        assert [event for event, _ in events_of(owner, agency)] == ["hot-list.refused"]


class TestDrop:
    def test_of_just_the_share_is_taken(self, owner, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path)

        load(hot_list, written(tmp_path, "svs.tbl", california(*IN_FORCE[:2])))

        assert plates_in_force(owner, hot_list) == list(IN_FORCE[:2])

    def test_is_asked_about_from_the_lists_own_share(self, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path, drop_share=0.2)

        with pytest.raises(HotListRefused, match="more than 20%"):
            load(hot_list, written(tmp_path, "svs.tbl", california(*IN_FORCE[:3])))

    @pytest.mark.parametrize("kept", [(), IN_FORCE[:1]])
    def test_is_taken_once_a_person_accepts_it(self, owner, tmp_path, kept):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)

        load(hot_list, written(tmp_path, "svs.tbl", california(*kept)), accept_drop=True)

        assert plates_in_force(owner, hot_list) == list(kept)
        assert events_of(owner, agency)[-1][1]["drop_accepted"] is True

    def test_accepted_excuses_no_broken_file(self, owner, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path)

        with pytest.raises(HotListRefused, match="claims 72"):
            load(hot_list, written(tmp_path, "svs.tbl", california("8ABC123", total=72)), accept_drop=True)

        assert plates_in_force(owner, hot_list) == list(IN_FORCE)


class TestRefusal:
    def asked(self, owner, agency) -> list[str]:
        rows = owner.execute("SELECT kind FROM notice WHERE agency_id = %s", [agency.pk]).fetchall()
        return [kind for (kind,) in rows]

    @pytest.mark.parametrize(
        "defect", ["emptied_overnight", "drop_over_share", "made_before_the_one_in_force"]
    )
    def test_that_a_person_must_lift_asks_one_at_once_and_once_a_day(self, owner, tmp_path, defect):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)
        hot_list = a_list_in_force(agency, tmp_path)

        for _ in range(2):
            with pytest.raises(HotListRefused):
                load(hot_list, written(tmp_path, "svs.tbl", BAD_FILES[defect][0]))

        assert self.asked(owner, agency) == ["hot-list-asks"]
        page = logged_in(admin).get("/hot-lists/").content.decode()
        assert "Refused" in page
        assert BAD_FILES[defect][1].split("%")[0] in page

    def test_of_a_broken_file_asks_nobody_to_accept_it(self, owner, tmp_path):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)

        with pytest.raises(HotListRefused):
            load(hot_list, written(tmp_path, "svs.tbl", BAD_FILES["truncated"][0]))

        assert not self.asked(owner, agency)
        assert "transferred only in part" in HotList.objects.using(OWNER).get(pk=hot_list.pk).refusal

    def test_is_forgotten_when_a_good_file_comes(self, tmp_path):
        hot_list = a_list_in_force(an_agency(), tmp_path)
        with pytest.raises(HotListRefused):
            load(hot_list, written(tmp_path, "svs.tbl", BAD_FILES["truncated"][0]))

        load(hot_list, written(tmp_path, "svs.tbl", WHOLE))

        kept = HotList.objects.using(OWNER).get(pk=hot_list.pk)
        assert (kept.refused_at, kept.refusal) == (None, "")


class TestPersonalColumns:
    FILE = "plate,state,category,Owner,Date of birth\n8ABC123,CA,stolen vehicle,Jane Roe,1990-01-01\n"

    def test_are_stored_nowhere_and_counted(self, owner, tmp_path):
        agency = an_agency()
        admin = a_person(agency, Role.ADMINISTRATOR)
        hot_list = a_downloaded_list(agency)

        load(hot_list, written(tmp_path, "list.csv", self.FILE), "csv")

        (stored,) = owner.execute(
            "SELECT string_agg(to_jsonb(e)::text, '') FROM hot_list_entry e WHERE agency_id = %s", [agency.pk]
        ).fetchone()
        assert "8ABC123" in stored
        assert "Roe" not in stored
        assert "1990" not in stored
        event, details = events_of(owner, agency)[-1]
        assert (event, details["not_taken"]) == ("hot-list.replaced", ["Owner", "Date of birth"])
        page = logged_in(admin).get("/hot-lists/").content.decode()
        assert "2 columns never taken: Owner, Date of birth" in page


class TestCategories:
    def test_are_all_known_to_the_policies(self):
        assert set(INTERESTS) == set(categories())

    @pytest.mark.parametrize("profile", PROFILES)
    def test_of_immigration_are_never_stored_and_counted(self, owner, tmp_path, profile):
        hot_list = a_downloaded_list(an_agency(profile), entitlement="Agreement 7")

        loaded = load(hot_list, written(tmp_path, "ncic.txt", ncic_file(*LETTERS)), "ncic-fixed")

        assert loaded.version.excluded == {"N": 1}
        stored = owner.execute(
            "SELECT count(*), count(*) FILTER (WHERE category ILIKE '%%immig%%' OR synopsis LIKE 'record N%%')"
            " FROM hot_list_entry WHERE version_id = %s",
            [loaded.version.pk],
        ).fetchone()
        assert stored == (len(LETTERS) - 1, 0)

    def test_of_immigration_alone_make_no_version(self, owner, tmp_path):
        agency = an_agency()

        with pytest.raises(HotListRefused, match="may keep"):
            load(a_downloaded_list(agency), written(tmp_path, "ncic.txt", ncic_file("N", "N")), "ncic-fixed")

        assert count_of(owner, "hot_list_entry", agency) == 0

    @pytest.mark.parametrize("profile", PROFILES)
    def test_of_restricted_files_need_an_entitlement(self, tmp_path, profile):
        hot_list = a_downloaded_list(an_agency(profile))

        loaded = load(hot_list, written(tmp_path, "ncic.txt", ncic_file(*LETTERS)), "ncic-fixed")

        assert set(loaded.version.excluded) == RESTRICTED | {"N"}

    def test_left_out_are_in_the_ledger(self, owner, tmp_path):
        agency = an_agency()

        load(
            a_downloaded_list(agency),
            written(tmp_path, "ncic.txt", ncic_file("V", "N", "N", "C")),
            "ncic-fixed",
        )

        event, details = events_of(owner, agency)[-1]
        assert (event, details["excluded"]) == ("hot-list.replaced", {"N": 2, "C": 1})


class TestWholeFile:
    @pytest.mark.parametrize(
        "dress",
        [
            lambda text: text.encode("utf-8-sig"),
            lambda text: text.replace("\n", "\r\n").encode(),
            lambda text: text.rstrip("\n").encode(),
        ],
        ids=["bom", "crlf", "no_last_newline"],
    )
    def test_may_be_dressed_as_windows_does(self, owner, tmp_path, dress):
        hot_list = a_list_in_force(an_agency(), tmp_path)

        load(hot_list, written(tmp_path, "svs.tbl", dress(WHOLE)))

        assert plates_in_force(owner, hot_list) == ["8ABC123", "7XYZ890", "6WXN208", "9NEW001"]

    def test_comes_into_force_with_its_words(self, owner, tmp_path):
        hot_list = a_downloaded_list(an_agency())

        load(hot_list, written(tmp_path, "ncic.txt", ncic("BN0W111", state="0R") + "\n"), "ncic-fixed")

        columns = "plate, match_key, fold, region, category, vehicle, synopsis"
        assert entries_in_force(owner, hot_list, columns) == [
            ("BN0W111", "BN0W111", "8N0W111", "US-OR", "STOLEN_VEHICLE", "2009 orange/white Dodge CHA four-door",
             "record V123456789 of CA0190000 dated 2026-01-02"),
        ]  # fmt: skip

    def test_keeps_what_copy_would_take_for_its_own_marks(self, owner, tmp_path):
        hot_list = a_downloaded_list(an_agency())
        csv = 'plate,reason,notes,expires\n8ABC123,stolen vehicle,"a\\N b\tc \\. d",2026-12-31\n'

        load(hot_list, written(tmp_path, "mine.csv", csv), "csv")

        ((notes, ends),) = entries_in_force(
            owner, hot_list, "synopsis, expires_at AT TIME ZONE 'America/Los_Angeles'"
        )
        assert (notes, str(ends)) == ("a\\N b\tc \\. d", "2027-01-01 00:00:00")

    def test_again_changes_nothing(self, owner, tmp_path):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)
        before = events_of(owner, agency)

        again = load(hot_list, tmp_path / "svs-first.tbl")

        assert not again.is_new
        assert count_of(owner, "hot_list_version", agency) == 1
        assert events_of(owner, agency) == before

    def test_states_when_it_was_made_in_the_time_of_its_place(self, tmp_path):
        loaded = load(a_downloaded_list(an_agency()), written(tmp_path, "svs.tbl", WHOLE))

        assert loaded.version.listed_at.isoformat() == "2026-07-02T09:00:00-07:00"

    def test_that_does_not_say_is_as_old_as_on_disk(self, tmp_path):
        file = written(tmp_path, "ncic.txt", ncic() + "\n")
        os.utime(file, (1_750_000_000, 1_750_000_000))

        loaded = load(a_downloaded_list(an_agency()), file, "ncic-fixed")

        assert loaded.version.listed_at.timestamp() == 1_750_000_000


class TestRegion:
    @pytest.mark.parametrize(
        ("region", "hits"), [("US-CA", 1), ("US-NV", 0), (None, 1)], ids=["same", "other", "unread"]
    )
    def test_of_file_and_read_are_compared_for_lookalikes(self, tmp_path, region, hits):
        agency = an_agency()
        a_list_in_force(agency, tmp_path, "8ABC123")

        taken = take(agency, a_read(a_camera(agency), "BABC123", region=region))

        assert taken.receipt.hits == hits

    def test_of_the_other_state_keeps_no_exact_match_away(self, tmp_path):
        agency = an_agency()
        a_list_in_force(agency, tmp_path, "8ABC123")

        taken = take(agency, a_read(a_camera(agency), "8ABC123", region="US-NV"))

        assert taken.receipt.hits == 1

    def test_that_the_list_does_not_say_fits_every_read(self, tmp_path):
        agency = an_agency()
        load(a_downloaded_list(agency), written(tmp_path, "plates.txt", "8ABC123\n"), "plates", category="V")

        assert take(agency, a_read(a_camera(agency), "BABC123", region="US-NV")).receipt.hits == 1

    def test_letter_o_of_the_list_meets_the_zero_of_the_read(self, tmp_path):
        agency = an_agency()
        a_list_in_force(agency, tmp_path, "8JOC001")

        assert take(agency, a_read(a_camera(agency), "8J0C001", region="US-CA")).receipt.hits == 1
