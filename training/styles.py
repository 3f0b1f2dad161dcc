"""Plate styles as values: what each region's plates look like and how their serials run.

Colours, wording and formats are facts about public plates, drawn here in plain shapes; no artwork is copied.
Sizes are shares of the plate's height; colours are RRGGBB.
"""

from __future__ import annotations

from dataclasses import dataclass

REGIONS_OUTSIDE_US = ("EU", "BR")
US_ASPECT, EU_ASPECT, BR_ASPECT = 2.0, 4.64, 3.08


@dataclass(frozen=True)
class Style:
    """One plate style: `top` and `bottom` are the colours of the field, `ink` the serial's."""

    region: str
    formats: tuple[str, ...]
    top: str
    bottom: str
    ink: str
    name: str = ""
    slogan: str = ""
    name_ink: str = ""
    kind: str = "us"
    aspect: float = US_ASPECT
    weight: float = 1.0
    font: str = "sans"
    scenery: bool = False
    variant: str = ""


def _ca(formats: str, top: str, ink: str, weight: float, variant: str = "", **more: str) -> Style:
    facts = {"name": "California", "slogan": "dmv.ca.gov", "name_ink": "C22535", "font": "script"} | more
    return Style("US-CA", tuple(formats.split("|")), top, top, ink, weight=weight, variant=variant, **facts)  # type: ignore[arg-type]


CALIFORNIA = (
    _ca("#@@@###", "F7F7F4", "23306B", 10, "passenger"),
    _ca("#####@#|#@#####", "F7F7F4", "23306B", 2.5, "commercial"),
    _ca("#@@####", "F7F7F4", "23306B", 0.7, "trailer"),
    _ca("#######", "F7F7F4", "23306B", 0.6, "exempt", slogan="CA EXEMPT"),
    _ca("@##@#dp|###@#dp|#####dp|DP*@##@@", "F7F7F4", "23306B", 0.6, "disabled"),
    _ca("@@##@##", "FBFBFB", "1A1A1A", 1.2, "temporary", slogan="TEMPORARY", name_ink="1A1A1A", font="sans"),
    _ca(
        "#@@@###|@@@@@@@|###@@@",
        "17181B",
        "E8B62C",
        1.2,
        "legacy black",
        slogan="",
        name_ink="E8B62C",
        font="sans",
    ),
    _ca("###@@@|#@@@###", "1F3F8F", "E9C33E", 0.6, "legacy blue", slogan="", name_ink="E9C33E", font="sans"),
    _ca("@@@@@|##*@@", "F3F1E2", "1D4C8C", 0.6, "special", scenery="1", slogan="COASTAL"),
    _ca("##@####|#@####", "F7F7F4", "23306B", 0.3, "motorcycle"),
)


def _state(
    code: str,
    formats: str,
    top: str,
    ink: str,
    name: str,
    slogan: str = "",
    bottom: str = "",
    **more: object,
) -> Style:
    facts: dict[str, object] = {"name_ink": ink} | more
    return Style("US-" + code, tuple(formats.split("|")), top, bottom or top, ink, name, slogan, **facts)  # type: ignore[arg-type]


OTHER_STATES = (
    _state("AL", "#@####@|##@##@#|#@@####", "DCEBF5", "16233F", "Alabama", "Heart of Dixie", scenery=True),
    _state("AK", "@@@ ###", "F2B41C", "14337D", "ALASKA", "The Last Frontier", weight=0.4),
    _state(
        "AZ",
        "@@@####|@#@ #@#@|@@@ #@#@",
        "EFE3CF",
        "1C4635",
        "ARIZONA",
        "GRAND CANYON STATE",
        "8F86B0",
        scenery=True,
        weight=1.6,
    ),
    _state("AR", "###-@@@|@@@-##@", "F2F4F4", "1B2B55", "Arkansas", "The Natural State", scenery=True),
    _state(
        "CO",
        "@@@-@##|###-@@@|@@@-###",
        "F5F5F0",
        "1E5B3A",
        "COLORADO",
        "",
        "2E6A48",
        scenery=True,
        weight=1.3,
    ),
    _state("CT", "@@.#####|###-@@@", "6E9BCB", "14264B", "Connecticut", "Constitution State", "EEF3F8"),
    _state("DE", "######|@@#####", "14296B", "E7B94A", "DELAWARE", "THE FIRST STATE", weight=0.5),
    _state(
        "DC",
        "@@-####",
        "F6F6F6",
        "1E3F8D",
        "WASHINGTON, DC",
        "TAXATION WITHOUT REPRESENTATION",
        name_ink="C01F35",
    ),
    _state(
        "FL",
        "@@@*@##|##@*@@@|@##*#@@|###*@@@",
        "F5F7F3",
        "1F6B3F",
        "FLORIDA",
        "SUNSHINE STATE",
        weight=2.2,
        scenery=True,
    ),
    _state("GA", "@@@####|@@@ ####", "F4EDE1", "1D1E22", "GEORGIA", "FULTON", scenery=True, weight=1.6),
    _state("HI", "@@@ ###", "F7F7F7", "141414", "HAWAII", "ALOHA STATE", scenery=True, weight=0.5),
    _state(
        "ID",
        "@ ######|#@ #####|#@ @####",
        "D8E4EF",
        "1A2E56",
        "IDAHO",
        "SCENIC FAMOUS POTATOES",
        "E9D9D2",
        scenery=True,
        name_ink="B3262C",
    ),
    _state(
        "IL",
        "@@ #####|### ####|@ ######",
        "E3EEF6",
        "B31F2B",
        "Illinois",
        "Land of Lincoln",
        scenery=True,
        weight=1.5,
        name_ink="1D3A7A",
    ),
    _state("IN", "###@|###@@|###@@@", "DCE9F2", "15233E", "INDIANA", "IN GOD WE TRUST", scenery=True),
    _state("IA", "@@@ ###|@@@###", "D9E7F1", "141414", "IOWA", "POLK", "A9BFD0"),
    _state("KS", "#### @@@|### @@@", "C9DCE8", "16233F", "KANSAS", "to the stars", scenery=True),
    _state("KY", "###-@@@|@#@ ###", "DDE8F1", "1C2F5F", "KENTUCKY", "BLUEGRASS STATE", scenery=True),
    _state(
        "LA",
        "###*@@@|@@@ ###",
        "EFF4F5",
        "1D2B6B",
        "Louisiana",
        "Sportsman's Paradise",
        scenery=True,
        name_ink="A92B34",
    ),
    _state("ME", "####@@|###-@@@", "EFF2EC", "1B1C20", "Maine", "Vacationland", scenery=True),
    _state(
        "MD", "#@@####|#@@ ####", "F5F5F2", "17181A", "MARYLAND", "www.maryland.gov", scenery=True, weight=1.2
    ),
    _state(
        "MA",
        "#@@ @##|###@@#|#@@@##|#@@ ###",
        "F7F7F7",
        "B8232F",
        "Massachusetts",
        "The Spirit of America",
        weight=1.5,
        name_ink="1F3A78",
    ),
    _state("MI", "@@@ ####|@@@####", "F7F7F7", "1D3C7E", "MICHIGAN", "michigan.gov", "F7F7F7", weight=1.4),
    _state("MN", "###-@@@|@@@-###", "CADDE9", "17233F", "Minnesota", "10,000 lakes", scenery=True),
    _state("MS", "@@@ ####|@@@ ###", "F0E9D7", "1B2F57", "MISSISSIPPI", "HINDS", scenery=True),
    _state("MO", "@@# @#@|@@#*@#@", "DDE8F2", "1B2B54", "MISSOURI", "SHOW-ME STATE", scenery=True),
    _state(
        "MT", "#-#####@|@@@###", "E6EDF2", "1B2F66", "Montana", "Treasure State", scenery=True, weight=0.6
    ),
    _state("NE", "@@@ ###|##-@###", "EFF1EE", "15171B", "NEBRASKA", "", scenery=True, weight=0.7),
    _state(
        "NV",
        "##@*###|###*@##|###-@@@",
        "BFD7E8",
        "1B2C5A",
        "NEVADA",
        "HOME MEANS NEVADA",
        "E8DFC9",
        scenery=True,
        weight=1.6,
    ),
    _state(
        "NH", "### ####", "E4EFE5", "1C5138", "NEW HAMPSHIRE", "LIVE FREE OR DIE", scenery=True, weight=0.7
    ),
    _state("NJ", "@## @@@|@##-@@@", "E9D65A", "17181B", "NEW JERSEY", "GARDEN STATE", "F6F4EA", weight=1.4),
    _state(
        "NM", "@@@@##|###-@@@|###@@@", "12A0A8", "E9C22E", "NEW MEXICO USA", "LAND OF ENCHANTMENT", weight=0.8
    ),
    _state("NY", "@@@ ####|@@@-####", "E7A921", "1A2340", "NEW YORK", "EMPIRE STATE", weight=1.6),
    _state("NY", "@@@ ####", "F7F7F5", "1C2F63", "NEW YORK", "EXCELSIOR", scenery=True, weight=1.2),
    _state(
        "NC",
        "@@@-####",
        "F5F7F8",
        "1F3B86",
        "NORTH CAROLINA",
        "First in Flight",
        scenery=True,
        weight=1.5,
        name_ink="B02A30",
    ),
    _state("ND", "### @@@", "D9E6EE", "1B1E25", "NORTH DAKOTA", "LEGENDARY", scenery=True, weight=0.5),
    _state("OH", "@@@ ####", "F4F5F4", "20306A", "OHIO", "BIRTHPLACE OF AVIATION", scenery=True, weight=1.5),
    _state("OK", "@@@-###|###-@@@", "E9F1F5", "1B3C66", "OKLAHOMA", "EXPLORE OKLAHOMA", scenery=True),
    _state(
        "OR", "###*@@@|@@@ ###|### @@@", "E8E6F1", "1F2549", "Oregon", "", "CBD5E8", scenery=True, weight=1.5
    ),
    _state(
        "PA",
        "@@@-####|@@@ ####",
        "1F3F87",
        "1B2B5A",
        "PENNSYLVANIA",
        "visitPA.com",
        "F5F5EE",
        weight=1.6,
        variant="bands",
        name_ink="F5F5F5",
    ),
    _state(
        "RI",
        "@@-###|### ###|######",
        "EAF1F6",
        "16233F",
        "Rhode Island",
        "Ocean State",
        scenery=True,
        weight=0.5,
    ),
    _state(
        "SC", "@@@ ###|### @@@", "E5EEF3", "1A2140", "SOUTH CAROLINA", "WHILE I BREATHE, I HOPE", scenery=True
    ),
    _state(
        "SD",
        "#@# ###|#@@ ###",
        "E6ECF0",
        "1B1E25",
        "SOUTH DAKOTA",
        "GREAT FACES. GREAT PLACES.",
        scenery=True,
        weight=0.5,
    ),
    _state(
        "TN", "@##-##@|###-@@@|@@@-####", "DDE9E4", "17231F", "Tennessee", "The Volunteer State", scenery=True
    ),
    _state(
        "TX", "@@@*####|@@#*@###|@@@ ####", "F6F6F4", "17181C", "TEXAS", "The Lone Star State", weight=3.0
    ),
    _state("UT", "@## #@@|@##*#@@|#@# @#", "F2E4D2", "22345F", "UTAH", "LIFE ELEVATED", scenery=True),
    _state("VT", "@@@ ###|###@###", "1E5A3B", "F4F6F1", "Vermont", "Green Mountain State", weight=0.6),
    _state(
        "VA",
        "@@@-####|@@@ ####",
        "F6F7F8",
        "1F2D63",
        "Virginia",
        "VIRGINIA IS FOR LOVERS",
        weight=1.5,
        font="serif",
    ),
    _state(
        "WA",
        "@@@####|@@@ ####|###-@@@",
        "E9EEF3",
        "1B2A57",
        "WASHINGTON",
        "EVERGREEN STATE",
        scenery=True,
        weight=1.6,
        name_ink="B3252F",
    ),
    _state(
        "WV",
        "#@@ ###|@@@ ###",
        "F3F2E8",
        "1D2A5C",
        "West Virginia",
        "Wild, Wonderful",
        scenery=True,
        weight=0.6,
    ),
    _state(
        "WI",
        "@@@-####|###-@@@",
        "F4F4F0",
        "1A1B1F",
        "WISCONSIN",
        "America's Dairyland",
        scenery=True,
        name_ink="B12A2E",
    ),
    _state("WY", "##-#####|#-#####|##-###@", "DCE7EE", "2A2522", "WYOMING", "", scenery=True, weight=0.5),
)

_EU = (
    "@@ ##@@@|@ ###@@@|@@@ ###|@@ ### @@|@ @@ ####|@@-@@ ###|@-@@ ####|#@@ ####|"
    "@@ #####|#### @@@|@@@ ##@|@@## @@@|@@-###-@@|@ ####"
)
EUROPE = (
    Style("EU", tuple(_EU.split("|")), "F8F8F6", "F8F8F6", "141414", kind="eu", aspect=EU_ASPECT, weight=6),
    Style(
        "EU",
        ("@@ ## @@@", "@ ### @@@", "@ ## @@@"),
        "F8F8F6",
        "F8F8F6",
        "141414",
        kind="eu",
        aspect=EU_ASPECT,
        weight=4,
    ),
    Style(
        "EU", ("@@-###-@@", "@@## @@@"), "E9B91E", "E9B91E", "141414", kind="eu", aspect=EU_ASPECT, weight=1.4
    ),
    Style("EU", ("@@### @@",), "F8F8F6", "F8F8F6", "B01E28", kind="eu", aspect=EU_ASPECT, weight=0.4),
)
BRAZIL = (
    Style(
        "BR",
        ("@@@#@##",),
        "F8F8F6",
        "F8F8F6",
        "141414",
        "BRASIL",
        kind="br",
        aspect=BR_ASPECT,
        weight=2,
        variant="mercosur",
    ),
    Style(
        "BR",
        ("@@@-####", "@@@.####"),
        "A9ADB0",
        "A9ADB0",
        "1B1B1B",
        "SP - SAO PAULO",
        kind="br",
        aspect=BR_ASPECT,
        weight=2,
        variant="grey",
    ),
    Style(
        "BR",
        ("@@@-####",),
        "A32228",
        "A32228",
        "F2F2F0",
        "RJ - RIO DE JANEIRO",
        kind="br",
        aspect=BR_ASPECT,
        weight=0.4,
        variant="grey",
    ),
    Style(
        "BR",
        ("@@###@@", "@@ ### @@"),
        "F8F8F6",
        "F8F8F6",
        "141414",
        "REPUBLICA ARGENTINA",
        kind="br",
        aspect=BR_ASPECT,
        weight=0.3,
        variant="mercosur",
    ),
)
REGIONS = tuple(sorted({s.region for s in CALIFORNIA + OTHER_STATES})) + REGIONS_OUTSIDE_US
