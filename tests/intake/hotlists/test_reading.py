"""What is refused, what is left out and counted, and what can be relied on."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platekeeper.errors import PlatekeeperError
from platekeeper.intake.hotlists import (
    OUT_OF_STATE,
    RESTRICTED_CATEGORIES,
    HotListReader,
    HotListRefused,
    Rules,
    categories,
    layout_names,
    named_layout,
)
from platekeeper.intake.hotlists import lines as lines_module
from platekeeper.intake.hotlists.reading import MOST_REPORTED, most_rejected

from .files import LINES, california, fixed, ncic, read

PLATE_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


class TestWholeFileIsRefused:
    @pytest.mark.parametrize("total", [0, 1, 3, 72])
    def test_if_its_footer_claims_another_total(self, total):
        with pytest.raises(HotListRefused, match=f"claims {total} lines, the file has 2"):
            read(california("8ABC123", "7XYZ999", total=total), "ca-doj")

    def test_if_its_footer_is_missing(self):
        whole = california("8ABC123", "7XYZ999")

        with pytest.raises(HotListRefused, match="transferred only in part"):
            read(whole[: whole.index("TOTAL")], "ca-doj")

    def test_if_its_header_is_missing(self):
        whole = california("8ABC123")

        with pytest.raises(HotListRefused, match='does not begin with "DATE'):
            read(whole.partition("\n")[2], "ca-doj")

    def test_if_it_goes_on_after_its_footer(self):
        with pytest.raises(HotListRefused, match="goes on after its footer"):
            read(california("8ABC123") * 2, "ca-doj")

    @pytest.mark.parametrize("layout", sorted(LINES))
    @pytest.mark.parametrize("body", [b"", b"\n \n"])
    def test_if_it_is_empty(self, layout, body):
        with pytest.raises(HotListRefused):
            read(body, layout)

    def test_if_only_the_column_names_are_left(self):
        with pytest.raises(HotListRefused, match="has no entry"):
            read("plate,state\n", "csv")

    def test_if_no_column_is_the_plate(self):
        with pytest.raises(HotListRefused, match="names no column for the plate"):
            read(["8ABC123,CA", "7XYZ999,CA"], "csv")

    @pytest.mark.parametrize("cut", [5, 30, 38])
    def test_if_it_ends_in_the_middle_of_a_line(self, cut):
        whole = "\n".join([ncic()] * 50)

        with pytest.raises(HotListRefused, match="ends in the middle of a line"):
            read(f"{whole}\n{ncic()[:cut]}")

    def test_but_not_if_only_the_last_line_end_is_missing(self):
        assert len(read("\n".join([ncic(), ncic(plate="7XYZ999")]))[0]) == 2

    @pytest.mark.parametrize(
        ("layout", "other"),
        [
            ("ca-doj", "ncic-fixed"),
            ("ncic-fixed", "ca-doj"),
            ("ncic-csv", "mn-ncic"),
            ("tx-tcic", "ncic-csv"),
            ("ny", "ncic-fixed"),
        ],
    )
    def test_if_it_has_another_layout(self, layout, other):
        with pytest.raises(HotListRefused):
            read(LINES[other] * 5, layout)

    def test_if_many_lines_are_bad_and_names_the_first(self):
        with pytest.raises(HotListRefused, match=r"11 of 20 lines cannot be used \(line 10: "):
            read([ncic(plate=f"7XYZ{n}") for n in range(9)] + ["junk"] * 11)

    @pytest.mark.parametrize(
        ("body", "complaint"),
        [
            (b"PK\x03\x04rest", "ZIP"),
            (b"\x1f\x8brest", "gzip"),
            (b"%PDF-1.7", "PDF"),
            ("8ABC123\n".encode("utf-16"), "UTF-16"),
            ("8ABC123\n".encode("utf-16-be"), "zero bytes"),
            (b"\xd0\xcf\x11\xe0rest", "Office"),
            (b"8ABC123\n\x00\x00", "zero bytes"),
            ("8ABC123\nM\xdc\n".encode("latin-1"), "not UTF-8 .near line 2."),
            (b"8ABC123\n\xc3", "not UTF-8 .near line 2."),
        ],
    )
    def test_if_it_is_no_text_of_its_encoding(self, body, complaint):
        with pytest.raises(HotListRefused, match=complaint):
            read(body, "plates")

    def test_if_a_line_never_ends(self):
        with pytest.raises(HotListRefused, match="line without end"):
            read(b"8" * (2**16 + 1), "plates")

    def test_if_it_is_huge_on_disk_before_it_is_read(self, tmp_path):
        huge = tmp_path / "huge.txt"
        with huge.open("wb") as file:
            file.truncate(2 * 2**30)

        with huge.open("rb") as file, pytest.raises(HotListRefused, match="larger than 1 GiB"):
            list(HotListReader(file, named_layout("plates")))

    def test_if_a_stream_turns_out_huge(self, monkeypatch):
        monkeypatch.setattr(lines_module, "LARGEST_FILE_BYTES", 10)

        with pytest.raises(HotListRefused, match="larger than"):
            read(b"8ABC123\n7XYZ999\n", "plates")

    def test_in_one_sentence_without_a_plate(self):
        with pytest.raises(PlatekeeperError) as refusal:
            read(["8ABC123"] * 10)

        assert "8ABC123" not in str(refusal.value)
        assert str(refusal.value).endswith(".")

    def test_by_its_last_line_after_entries_were_given_out(self):
        body = california("8ABC123", total=2).encode()
        entries = iter(HotListReader(io.BytesIO(body), named_layout("ca-doj")))

        assert next(entries).plate == "8ABC123"
        with pytest.raises(HotListRefused):
            next(entries)


class TestSingleLinesAreRejected:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("junk", "form"),
            (ncic(plate=""), "no plate"),
            (ncic(plate="--"), "no plate"),
            (ncic(plate="UNKNOWN"), "no plate"),
            (ncic(plate="000"), "placeholder"),
            (ncic(plate="190"), "placeholder"),
            (ncic(nic="Q123456789"), "category is not known"),
        ],
    )
    def test_and_told_by_number_and_reason(self, line, reason):
        entries, report = read([ncic(), ncic(plate="7XYZ999"), line])

        assert len(entries) == 2
        assert [rejected.line for rejected in report.rejected] == [3]
        assert reason in report.rejected[0].reason

    def test_if_their_plate_is_impossibly_long(self):
        _, report = read(["8ABC123", "A" * 17], "plates")

        assert "more than 16" in report.rejected[0].reason

    def test_if_their_expiry_cannot_be_read(self):
        _, report = read(["plate,expires", "8ABC123,soon", "7XYZ999,2027-01-01", "7XYZ998,"], "csv")

        assert [(rejected.line, "expiry" in rejected.reason) for rejected in report.rejected] == [(2, True)]

    @pytest.mark.parametrize("line", ['8ABC123,"open', '8ABC123,"a"b'])
    def test_if_their_quotes_are_broken_and_no_other_line_suffers(self, line):
        entries, report = read(["plate,notes", line, "7XYZ999,ok"], "csv")

        assert [e.plate for e in entries] == ["7XYZ999"]
        assert [rejected.line for rejected in report.rejected] == [2]

    def test_only_the_first_thousand_are_told_one_by_one(self):
        lines = [ncic(plate=f"{n:06d}X") for n in range(12_000)] + ["junk"] * 1_100

        _, report = read(lines)

        assert (len(report.rejected), report.rejected_total) == (MOST_REPORTED, 1_100)

    @pytest.mark.parametrize(
        ("lines", "most"), [(0, 0), (1, 0), (2, 1), (3, 1), (20, 10), (100, 10), (1000, 100)]
    )
    def test_and_how_many_may_be_is_a_tenth_or_half_of_a_short_list(self, lines, most):
        assert most_rejected(lines) == most


class TestExclusion:
    def test_immigration_is_left_out_and_counted_by_default(self):
        entries, report = read([ncic(), ncic(nic="N123456789"), ncic(nic="N123456780")])

        assert [entry.category for entry in entries] == ["V"]
        assert report.excluded == {"N": 2}
        assert report.rejected == []

    @pytest.mark.parametrize("layout", ["ncic-fixed", "ncic-csv", "mn-ncic", "oh-leads", "wa", "ny"])
    def test_immigration_is_left_out_in_every_layout_that_can_have_it(self, layout):
        lines = [line.replace("V987654321", "N987654321").replace("21V0", "21N0") for line in LINES[layout]]
        lines = [
            line.replace("V123456789", "N123456789").replace("P123456789,", "N123456789,") for line in lines
        ]
        lines = [line.replace("PC V", "PC N") for line in lines]

        entries, report = read(lines, layout)

        assert report.excluded == {"N": 1}
        assert not any(entry.category == "N" for entry in entries)

    def test_a_reason_given_with_the_list_does_not_hide_immigration(self):
        _, report = read([ncic(nic="N123456789")], rules=Rules(category="V"))

        assert report.excluded == {"N": 1}

    @pytest.mark.parametrize("words", ["Immigration violator", "previously deported felon", "ICE detainer"])
    def test_immigration_in_words_is_left_out_too(self, words):
        assert read(["plate,category", f"8ABC123,{words}"], "csv")[1].excluded == {"N": 1}

    def test_restricted_files_can_be_left_out(self):
        lines = [ncic(nic=f"{letter}123456789") for letter in "VCKLTX"]

        entries, report = read(lines, rules=Rules(excluded_categories=RESTRICTED_CATEGORIES | {"N"}))

        assert [entry.category for entry in entries] == ["V"]
        assert report.excluded == {"C": 1, "K": 1, "L": 1, "T": 1, "X": 1}

    def test_other_states_can_be_left_out_but_not_the_stateless(self):
        lines = [ncic(), ncic(state="NV"), ncic(state="  "), ncic(state="0R")]

        entries, report = read(lines, rules=Rules(states=frozenset({"CA", "OR"})))

        assert [entry.state for entry in entries] == ["CA", "", "OR"]
        assert report.excluded == {OUT_OF_STATE: 1}

    def test_what_is_left_out_still_counts_for_the_footer(self):
        _, report = read(california("8ABC123", "000", "8ABC123"), "ca-doj")

        assert (report.lines, report.accepted, report.duplicates, report.rejected_total) == (3, 1, 1, 1)


class TestDuplicates:
    def test_are_given_out_once_and_counted(self):
        entries, report = read([ncic(), ncic(), ncic(nic="V000000001")])

        assert (len(entries), report.duplicates) == (2, 1)


class TestLetterO:
    def test_is_kept_as_the_list_writes_it_and_matched_either_way(self):
        entry = read([ncic(plate="BN0W1O1")])[0][0]

        assert (entry.plate, entry.match_key, entry.fold) == ("BN0W1O1", "BN0W101", "8N0W101")

    def test_is_not_shown_by_its_keys(self):
        shown = read([ncic(plate="BNOW111")])[0][0].as_json()

        assert shown["plate"] == "BNOW111"
        assert not {"BN0W111", "8N0W111"} & {str(value) for value in shown.values()}


class TestLineEnds:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("bom", ["", "\ufeff"])
    @pytest.mark.parametrize("mark", ["", "\x1a"])
    def test_make_no_difference(self, end, bom, mark):
        text = bom + california("8ABC123", "7XYZ999").replace("\n", end) + mark

        assert [entry.plate for entry in read(text, "ca-doj")[0]] == ["8ABC123", "7XYZ999"]

    def test_may_fall_between_two_blocks(self, monkeypatch):
        monkeypatch.setattr(lines_module, "_BLOCK_BYTES", 7)

        entries, report = read(
            california(*[f"7XYZ9{n:02d}" for n in range(40)]).replace("\n", "\r\n"), "ca-doj"
        )

        assert len(entries) == report.declared_total == 40


class TestReport:
    def test_names_the_file_by_its_digest(self):
        body = california("8ABC123").encode()

        import hashlib

        assert read(body, "ca-doj")[1].sha256 == hashlib.sha256(body).hexdigest()


class TestDates:
    @pytest.mark.parametrize("raw", ["00000000", "20261301", "99999999", "13/45/2026", "tomorrow"])
    def test_that_are_none_are_kept_as_written(self, raw):
        entry = read([f"V123456789,X,{raw},ABC123,0H,2026,2009,D0DG,CHA,4D,GRY"], "ncic-csv")[0][0]

        assert (entry.date, entry.date_raw) == (None, raw)


class TestCategories:
    def test_name_each_letter_of_an_extract(self):
        assert {*"ABCFHKLMNPRTVWX"} <= set(categories())

    def test_every_entry_can_say_its_category(self):
        assert read([ncic()])[0][0].category_name == "stolen vehicle"


class TestAnyBytes:
    @pytest.mark.parametrize("layout", sorted(layout_names()))
    @given(junk=st.binary(max_size=300))
    @example(junk=b'"')
    @example(junk=b"\r\n\x85\xe2\x80\xa8")
    def test_are_read_or_refused_in_a_sentence(self, layout, junk):
        for body in (junk, "\n".join(LINES[layout]).encode() + b"\n" + junk):
            try:
                read(body, layout)
            except HotListRefused as refusal:
                assert str(refusal)[-1] == "."  # noqa: PT017  # what is read is as welcome

    @given(st.data())
    def test_changed_in_one_place_still_give_a_list_or_a_refusal(self, data):
        body = bytearray(california("8ABC123", "7XYZ999", "6QRS555").encode())
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        try:
            entries, report = read(bytes(body), "ca-doj")
        except HotListRefused:
            return

        assert report.lines == report.declared_total == 3
        assert len(entries) + report.rejected_total == 3


class TestRoundTrip:
    plates = st.text(PLATE_LETTERS, min_size=1, max_size=8).filter(lambda p: set(p) != {"0"} and p != "190")
    states = st.sampled_from(["CA", "NV", "TX"])

    @given(st.lists(st.tuples(plates, states), unique=True, max_size=20))
    def test_of_california(self, vehicles):
        lines = [f"{plate:<8}{state}0120260102" for plate, state in vehicles]
        file = "\n".join(["DATE01/02/2026 09:00", *lines, f"TOTAL RECORD {len(lines):07d}", ""])

        assert [(e.plate, e.state) for e in read(file, "ca-doj")[0]] == vehicles

    @given(
        st.lists(st.tuples(plates, states, st.sampled_from("VPFWM")), unique=True, min_size=1, max_size=20)
    )
    def test_of_ncic(self, vehicles):
        lines = [
            ncic(plate=plate, state=state, nic=f"{letter}{n:09d}")
            for n, (plate, state, letter) in enumerate(vehicles)
        ]

        assert [(e.plate, e.state, e.category) for e in read(lines)[0]] == vehicles

    @given(
        st.lists(
            st.tuples(
                plates,
                states,
                st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=9),
            ),
            unique=True,
            min_size=1,
            max_size=9,
        )
    )
    def test_of_csv(self, vehicles):
        lines = [
            f'{plate},"{notes.replace(chr(34), chr(34) * 2)}",{state}' for plate, state, notes in vehicles
        ]

        entries, _ = read(["plate,notes,state", *lines], "csv")

        assert [(e.plate, e.state, e.notes) for e in entries] == vehicles


def test_fixed_builds_lines_of_its_width():
    assert fixed(5, _1="ab") == " ab  "
