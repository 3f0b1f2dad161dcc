"""List files for the tests, built from the documented offsets of each layout; no real list is copied."""

import io

from platekeeper.intake.hotlists import HotListReader, layout_from, named_layout


def fixed(width, **spans):
    """Return a line of `width` characters with texts at their first places: `fixed(65, **{"27": "8ABC123"})`."""
    line = [" "] * width
    for start, text in spans.items():
        at = int(start.lstrip("_"))
        line[at : at + len(text)] = text
    return "".join(line)


def ncic(plate="8ABC123", nic="V123456789", state="CA", **more):
    """Return a line of the NCIC extract, 65 characters."""
    parts = {
        "_0": nic,
        "_10": "CA0190000",
        "_19": "20260102",
        "_27": plate,
        "_37": state,
        "_39": "2026",
        "_43": "PC",
    }
    vehicle = {"_45": "2009", "_49": "D0DG", "_53": "CHA", "_56": "4D", "_58": "0NG/WHI"}
    return fixed(65, **(parts | vehicle | more))


def california(*plates, total=None, header="DATE07/02/2026 09:00", state="CA", county="19", date="20260627"):
    """Return a file of the California DOJ with its header and footer."""
    lines = [f"{plate:<8}{state}{county}{date}" for plate in plates]
    return "\n".join([header, *lines, f"TOTAL RECORD {len(plates) if total is None else total:07d}", ""])


def read(text, layout="ncic-fixed", **more):
    """Return the entries and the report of a file given as text, bytes or lines."""
    if isinstance(text, list):
        text = "".join(f"{line}\n" for line in text)
    body = text.encode() if isinstance(text, str) else text
    chosen = named_layout(layout) if isinstance(layout, str) else layout_from(layout)
    reader = HotListReader(io.BytesIO(body), chosen, **more)
    return list(reader), reader.report


LINES = {
    "al": ["TAG0001,,V000000001,CHEV,,RED,1985,Stolen Vehicle or Vehicle Part,WA"],
    "ca-doj": california("8ABC123").splitlines(),
    "co-ccic": [
        "PLATE     STREASON",
        fixed(60, _0="ABC123", _10="C0", _12="Stolen Plate", _34="2002 FORD FOC BLK"),
    ],
    "csv": ["Plate Number,Description,State/Province", "8ABC123,wanted for fraud,CA"],
    "ct-dmv": [
        fixed(202, _0="ABC123", _8="Passenger", _38="Honda", _128="Red", _158="2005", _192="20270930EX")
    ],
    "fl-fdle": [
        "TYPE;ORI;AGENCY;OCA;OAN;PCN;NIC;ENTRY;FLAG;LAST;TAG;YEAR;STATE;TYPE;STAMP",
        "STOLEN VEHICLE;FL0290000;HILLSBOROUGH;26-1;;;V123456789;20260102;;;ABC123;2026;FL;PC;20260102",
    ],
    "ga": ["ABC1234 GA#9SUSPENDED,FORD,2006,FUSION,RED"],
    "ia": ["ABC123    ,9999,PC,IA,26-0001,SFV,IA0770300"],
    "il-leads": [
        fixed(
            85, _0="ABC123", _8="ILPCSTOLEN", _19="VYR/05", _26="VMA/D0DG", _50="VCO/RED", _73="LDS/V26A0001"
        ),
        fixed(89, _0="ABC124", _8="ILPCWANTED", _19="DOE/JOHN M W 19800101", _77="LDS/W26A0002"),
    ],
    "il-sos": [fixed(40, _0="ABC123", _9="IL", _11="PC", _13="SUSPEND", _21="DOT/032926 EXP/0727")],
    "in-dmv": [
        ",".join(
            [
                *(
                    "1",
                    "JOHN",
                    "Q",
                    "DOE",
                    "01/01/1980",
                    "555-0100",
                    "1 Main St",
                    "",
                    "GARY",
                    "IN",
                    "46401",
                    "LAKE",
                ),
                *(
                    "ID",
                    "HABITUAL TRAFFIC VIOLATOR",
                    "N",
                    "01/01/2027",
                    "IN",
                    "CENTURY",
                    "2021",
                    "PC",
                    "ABC123",
                ),
            ]
        )
    ],
    "mi": [ncic(nic="M123456789", _58="BLK", _65="MISSING PERSON NCIC").ljust(100)],
    "mn-ncic": [
        "NIC,ORI,DATE,LIC,LIS,LIY,LIT,VYR,VMA,VMO,VST,VCO",
        "P123456789,MN0270000,20260102,ABC123,MN,2026,PC,2013,CHEV,AVA,PK,CRM",
    ],
    "ncic-csv": ["V123456789,0H0671200,20260102,ABC123,0H,2026,2009,D0DG,CHA,4D,GRY"],
    "ncic-fixed": [ncic()],
    "nj-mvc": [fixed(65, _0="S", _27="ABC123", _37="NJ", _45="1985NIS SEN04BLUE")],
    "ny": ["HEADER", fixed(27, _0="ABC1234", _10="NY", _12="PC", _15="V", _16="F0RD", _20="RED/BLK")],
    "oh-leads": [
        "1 ABC1234 0H 01/02/2026 01/02/2036 D0DG CHA 2009 0NG/WHI M123456789 V987654321",
        "1 ABC1235 0H 01/02/2026  D0DG CHA 2009 GRY 0H STOLEN VEHICLE",
    ],
    "plates": ["8ABC123"],
    "tx-tcic": ["TV1234567890,ABC1234,TX,2009,FORD,TK,PK,WHI"],
    "wa": [
        "HEADER LINE",
        fixed(45, _0="21V0000001", _10="WAKCS0000", _19="20260102", _27="BN0W111", _37="WA2026PC"),
    ],
    "wa-stolen": [
        "MKE,ORI,LIC,LIS,LIY,LIT,VIN,VYR,VMA,VMO,VST,VCO,DOT,OCA,REMARKS",
        "EVS,WA0170600,ABC1234,WA,2026,PC,1HGCM82633A004352,2003,HOND,ELE,4D,SIL,01/02/2026,26-1,CALL 555 0100, YES",
    ],
}
"""A good file of each layout, line by line."""
