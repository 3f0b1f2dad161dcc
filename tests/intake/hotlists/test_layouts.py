"""Each layout, built from its documented offsets, gives what its source documents."""

import datetime

import pytest

from platekeeper.intake.hotlists import LayoutError, layout_from, layout_names, named_layout

from .files import LINES, california, ncic, read

DAY = datetime.date(2026, 1, 2)


def only(layout, **more):
    entries, report = read(LINES[layout], layout, **more)
    assert report.rejected == []
    assert len(entries) == report.accepted
    return entries[0]


class TestLayoutFiles:
    def test_a_file_of_each_is_tested(self):
        assert set(layout_names()) == set(LINES)

    def test_those_of_the_contract_are_there(self):
        contract = "ca-doj ncic-fixed ncic-csv tx-tcic mn-ncic mi wa oh-leads fl-fdle ny ia csv"

        assert set(contract.split()) <= set(layout_names())

    @pytest.mark.parametrize("name", sorted(LINES))
    def test_each_is_named_as_its_file_and_says_whose_list_it_is(self, name):
        layout = named_layout(name)

        assert layout.name == name
        assert layout.title

    @pytest.mark.parametrize("name", sorted(LINES))
    def test_each_takes_every_line_of_a_good_file(self, name):
        entries, report = read(LINES[name], name)

        assert (report.rejected, len(entries)) == ([], report.lines)
        assert all(entry.as_json()["plate"] for entry in entries)

    @pytest.mark.parametrize("name", sorted(LINES))
    def test_each_tells_its_header_from_data(self, name):
        headed = {"ca-doj", "co-ccic", "csv", "fl-fdle", "mn-ncic", "ny", "wa", "wa-stolen"}

        _, report = read(LINES[name], name)

        assert report.lines == len(LINES[name]) - (name in headed) - (name == "ca-doj")

    def test_an_unknown_name_is_refused_with_the_known_ones(self):
        with pytest.raises(LayoutError, match="choose one of al, ca-doj"):
            named_layout("../../secret")


class TestSavedTemplates:
    @pytest.mark.parametrize(
        ("toml", "complaint"),
        [
            (b"name =", "Invalid"),
            (b"\xff", "utf-8"),
            (b'name = "x"\ntitle = "t"', "shapes"),
            (b'name = "x"\ntitle = "t"\nshapes = []', "length"),
            (b'name = "X"\ntitle = "t"\n[[shapes]]\nfields = { plate = 0 }', "name"),
            (b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { state = 0 }', "no plate"),
            (
                b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { plate = 0, owner = 1 }',
                "no field is called owner",
            ),
            (b'name = "x"\ntitle = "t"\n[[shapes]]\npattern = "("', "parenthesis|missing"),
            (b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { plate = -1 }', "fields"),
            (
                b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { plate = 0 }\n[category]\nconstant = "Q"',
                "category is called Q",
            ),
            (
                b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { plate = 0 }\n[category]\nnic_field = "nic"',
                "called nic",
            ),
            (
                b'name = "x"\ntitle = "t"\n[[shapes]]\nfields = { plate = 0 }\n[category]\ntable = { A = "?" }',
                "called [?]",
            ),
            (
                b'name = "x"\ntitle = "t"\nfooter = {pattern = "END", says = ""}\n[[shapes]]\nfields = { plate = 0 }',
                "group called total",
            ),
            (b'name = "x"\ntitle = "t"\ncolour = 1\n[[shapes]]\nfields = { plate = 0 }', "colour"),
        ],
    )
    def test_a_faulty_one_is_refused_with_what_is_wrong(self, toml, complaint):
        with pytest.raises(LayoutError, match=complaint):
            layout_from(toml)

    def test_columns_are_found_by_any_of_their_names_in_any_order(self):
        entries, report = read(
            ["STATE;Licence-Plate;Owner;Expiry Date", "NV;8abc 123;John Doe;02/03/2027"], "csv"
        )

        assert (entries[0].plate, entries[0].state) == ("8ABC123", "NV")
        assert entries[0].expires == datetime.date(2027, 2, 3)
        assert report.not_taken == ("Owner",)

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_that_of_the_first_line(self, delimiter):
        entries, _ = read([f"plate{delimiter}state", f"8ABC123{delimiter}CA"], "csv")

        assert (entries[0].plate, entries[0].state) == ("8ABC123", "CA")

    def test_quotes_keep_a_delimiter_inside_a_column(self):
        entries, _ = read(["plate,notes,state", '8ABC123,"red, dented",CA'], "csv")

        assert (entries[0].notes, entries[0].state) == ("red, dented", "CA")

    def test_an_incremental_one_adds_and_removes(self):
        template = b"""
            name = "burglary"
            title = "Burglary unit"
            mode = "incremental"
            column_names = true
            encoding = "cp1252"
            [category]
            constant = "OTHER"
            [[shapes]]
            delimiter = ";"
            names = { plate = ["Kennz"], action = ["Op"], notes = ["Text"] }
        """
        file = "Kennz;Op;Text\n1;A;caf\xe9\n8ABC123;A;\n8ABC123;D;\n8ABC123;A;\n7XYZ999;?;\n".encode("cp1252")

        entries, report = read(file, template)

        assert [(e.plate, e.removes) for e in entries] == [
            ("1", False), ("8ABC123", False), ("8ABC123", True), ("8ABC123", False),
        ]  # fmt: skip
        assert entries[0].notes == "café"
        assert report.rejected[0].reason == "its action is neither to add nor to remove"
        assert entries[2].as_json()["action"] == "remove"


class TestCaliforniaDoj:
    def test_gives_plate_state_county_and_date(self):
        entries, report = read(california("8ABC123", "ABC12", "12345678"), "ca-doj")

        assert [e.plate for e in entries] == ["8ABC123", "ABC12", "12345678"]
        assert (entries[0].state, entries[0].region, entries[0].county) == ("CA", "US-CA", "19")
        assert entries[0].date == datetime.date(2026, 6, 27)
        assert (report.declared_total, report.header_date) == (3, "07/02/2026 09:00")

    @pytest.mark.parametrize("line", ["8ABC123CA1920260627", "8ABC123 CA1920260627", "AB 123  CA1920260627"])
    def test_takes_plate_columns_of_seven_and_eight(self, line):
        file = california("X").replace("X       CA1920260627", line)

        assert read(file, "ca-doj")[0][0].plate == line[:7].replace(" ", "")

    @pytest.mark.parametrize(
        ("name", "code"), [("svs.tbl", "V"), ("/in/SFR.TBL", "F"), ("slr_2026.tbl", "P"), ("x.tbl", "OTHER")]
    )
    def test_its_file_name_says_why(self, name, code):
        assert read(california("8ABC123"), "ca-doj", file_name=name)[0][0].category == code

    def test_a_state_with_zero_is_read_with_the_letter(self):
        entry = read(california("8ABC123", state="0R"), "ca-doj")[0][0]

        assert (entry.state_raw, entry.state, entry.region) == ("0R", "OR", "US-OR")

    def test_an_empty_list_of_the_source_is_a_list(self):
        assert read(california(), "ca-doj")[0] == []


class TestNcic:
    def test_fixed_gives_every_field(self):
        entry = only("ncic-fixed")

        assert (entry.category, entry.record_id, entry.ori, entry.date) == (
            "V",
            "V123456789",
            "CA0190000",
            DAY,
        )
        assert (entry.plate, entry.state, entry.plate_year, entry.plate_type) == (
            "8ABC123",
            "CA",
            "2026",
            "PC",
        )
        assert entry.vehicle == "2009 orange/white Dodge CHA four-door"
        assert (entry.make, entry.color) == ("D0DG", "0NG/WHI")

    def test_fixed_may_be_cut_off_behind_the_plate(self):
        assert read([ncic()[:39]])[0][0].vehicle == ""

    def test_fixed_may_begin_with_a_header(self):
        entries, report = read(["NCIC EXTRACT 20260102", ncic()])

        assert (len(entries), report.lines, report.rejected) == (1, 1, [])

    def test_csv_gives_every_field(self):
        entry = only("ncic-csv")

        assert (entry.category, entry.ori, entry.date, entry.plate, entry.state) == (
            "V",
            "0H0671200",
            DAY,
            "ABC123",
            "OH",
        )
        assert (entry.plate_year, entry.vehicle) == ("2026", "2009 gray Dodge CHA four-door")

    def test_minnesota_has_the_type_of_plate_too(self):
        entry = only("mn-ncic")

        assert (entry.category, entry.plate_type, entry.vehicle) == (
            "P",
            "PC",
            "2013 cream Chevrolet AVA pickup",
        )

    def test_topeka_gives_the_bare_letter(self):
        assert (
            read(["V,KS0890100,20260102,ABC123,KS,2026,PC,2005,YAMA,CYL,MC,BLK"], "mn-ncic")[0][0].category
            == "V"
        )

    def test_michigan_says_why_in_words(self):
        entry = only("mi")

        assert (entry.category, entry.category_raw) == ("M", "MISSING PERSON NCIC")

    @pytest.mark.parametrize(
        ("nic", "words", "code"),
        [
            ("V123456789", "NCIC", "V"),
            ("T123456789", "GANG OR SUSPECTED TERRORIST NCIC", "T"),
            ("R123456789", "CPIC DATA RECORD NCIC", "R"),
            ("C123456789", "SUPERVISED VISIT NCIC", "C"),
            ("0123456789", "TE MI", "OTHER"),
        ],
    )
    def test_michigan_falls_back_on_the_record_number(self, nic, words, code):
        line = ncic(nic=nic).ljust(100)[:65] + words

        assert read([line], "mi")[0][0].category == code

    @pytest.mark.parametrize("words", ["IMMIGRATION VIOLATOR NCIC", "DEPORTED FELON", "WANTED PERSON NCIC"])
    def test_michigan_leaves_immigration_out_whatever_the_words(self, words):
        nic = "N123456789" if "WANTED" in words else "W123456789"

        entries, report = read([ncic(nic=nic) + words], "mi")

        assert (entries, report.excluded) == ([], {"N": 1})

    def test_washington_has_its_letter_at_two_and_keeps_its_zero(self):
        entry = only("wa")

        assert (entry.category, entry.plate, entry.state, entry.date) == ("V", "BN0W111", "WA", DAY)
        assert entry.match_key == "BN0W111"


class TestStates:
    @pytest.mark.parametrize(
        ("letter", "code"), [("E", "L"), ("O", "H"), ("T", "THREAT"), ("Y", "CHILD"), ("X", "X"), ("W", "W")]
    )
    def test_texas_has_letters_of_its_own(self, letter, code):
        line = LINES["tx-tcic"][0].replace("TV", f"T{letter}")

        assert read([line], "tx-tcic")[0][0].category == code

    def test_texas_gives_the_vehicle(self):
        assert only("tx-tcic").vehicle == "2009 white Ford TK pickup"

    def test_ohio_has_rows_of_ncic_and_rows_of_its_own(self):
        entries, _ = read(LINES["oh-leads"], "oh-leads")

        assert [(e.category, e.state, e.date) for e in entries] == [("V", "OH", DAY), ("V", "OH", DAY)]
        assert (entries[0].expires, entries[0].record_id) == (datetime.date(2036, 1, 2), "M123456789")
        assert entries[1].expires is None
        assert entries[0].vehicle == "2009 orange/white Dodge CHA"

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("0H WARRANT", "W"),
            ("0H WARRANT SUPP", "W"),
            ("0H MISSING", "M"),
            ("0H LPR CALIBRATION RECORD", "OTHER"),
        ],
    )
    def test_ohio_says_why_in_words(self, reason, code):
        line = LINES["oh-leads"][1].replace("0H STOLEN VEHICLE", reason)

        assert read([line], "oh-leads")[0][0].category == code

    @pytest.mark.parametrize(("letter", "code"), [("S", "X"), ("X", "SUSPENDED"), ("B", "B")])
    def test_ohio_has_letters_of_its_own(self, letter, code):
        line = LINES["oh-leads"][0].replace("V987654321", f"{letter}987654321")

        assert read([line], "oh-leads")[0][0].category == code

    def test_ohio_ignores_what_a_terminal_left(self):
        assert read(["SP2-5: more", *LINES["oh-leads"], "and to leave press q"], "oh-leads")[1].lines == 2

    def test_florida_gives_agency_and_case(self):
        entry = only("fl-fdle")

        assert (entry.category, entry.agency, entry.case_number, entry.date) == (
            "V",
            "HILLSBOROUGH",
            "26-1",
            DAY,
        )

    def test_new_york_gives_make_and_both_colours(self):
        entry = only("ny")

        assert (entry.plate_type, entry.category, entry.vehicle) == ("PC", "V", "red/black Ford")

    @pytest.mark.parametrize(
        ("reason", "code"), [("SR", "C"), ("LP", "P"), ("CNVP", "R"), ("VGT", "T"), ("SOR", "X")]
    )
    def test_iowa_has_reason_codes(self, reason, code):
        line = LINES["ia"][0].replace("SFV", reason)

        assert read([line], "ia")[0][0].category == code

    def test_canadian_provinces_are_regions_too(self):
        assert read([LINES["ia"][0].replace(",IA,", ",0N,")], "ia")[0][0].region == "CA-ON"

    @pytest.mark.parametrize(("layout", "region"), [("ncic-csv", "US-NE"), ("csv", "CA-NB")])
    def test_nb_is_nebraska_in_ncic_only(self, layout, region):
        lines = [line.replace(",0H,", ",NB,").replace(",CA", ",NB") for line in LINES[layout]]

        assert read(lines, layout)[0][0].region == region

    def test_an_unknown_state_has_no_region(self):
        assert read([ncic(state="ZZ")])[0][0].region == ""

    def test_colorado_says_why_in_words(self):
        entry = only("co-ccic")

        assert (entry.category, entry.state, entry.notes) == ("P", "CO", "2002 FORD FOC BLK")

    @pytest.mark.parametrize(
        ("layout", "code", "state"),
        [
            ("al", "V", "WA"),
            ("ga", "SUSPENDED", "GA"),
            ("il-sos", "SUSPENDED", "IL"),
            ("nj-mvc", "SUSPENDED", "NJ"),
        ],
    )
    def test_others_give_reason_and_state(self, layout, code, state):
        entry = only(layout)

        assert (entry.category, entry.state) == (code, state)

    def test_connecticut_gives_the_vehicle(self):
        assert only("ct-dmv").vehicle == "2005 red Honda"


class TestPersonalData:
    @pytest.mark.parametrize("layout", ["il-leads", "in-dmv", "wa-stolen"])
    def test_never_leaves_the_parser(self, layout):
        entries, _ = read(LINES[layout], layout)

        said = " ".join(str(entry) for entry in entries)
        assert not any(word in said for word in ("DOE", "JOHN", "1980", "555", "Main", "CALL"))
        assert entries[-1].plate.startswith("ABC12")
        assert named_layout(layout).never_taken

    def test_of_a_csv_stays_in_columns_nobody_asked_for(self):
        entries, report = read(["plate,Owner Name,DOB", "8ABC123,John Doe,1980-01-01"], "csv")

        assert "Doe" not in str(entries[0])
        assert report.not_taken == ("Owner Name", "DOB")


class TestPlainList:
    def test_its_reason_is_given_with_it(self):
        from platekeeper.intake.hotlists import Rules

        entries, _ = read(["8abc-123", "7XYZ999"], "plates", rules=Rules(category="V"))

        assert [(e.plate, e.category, e.state, e.region) for e in entries] == [
            ("8ABC123", "V", "", ""),
            ("7XYZ999", "V", "", ""),
        ]
