"""What issuers print on plates beside the serial: a plate that is near shows it large, and it is no serial."""

import re
from collections.abc import Iterator
from itertools import accumulate

from platekeeper.plates import fold

YEAR = re.compile(r"19[5-9][0-9]|20[0-4][0-9]")
"""A year alone stands on stickers, and is the beginning of the camera's own date."""
_LISTED = (
    "ALABAMA ALASKA ARIZONA ARKANSAS CALIFORNIA COLORADO CONNECTICUT DELAWARE FLORIDA GEORGIA HAMPSHIRE HAWAII IDAHO"
    " ILLINOIS INDIANA IOWA KANSAS KENTUCKY LOUISIANA MAINE MARYLAND MICHIGAN MINNESOTA MISSOURI MONTANA NEBRASKA"
    " NEVADA OHIO OKLAHOMA OREGON TENNESSEE TEXAS UTAH VERMONT VIRGINIA WASHINGTON WISCONSIN WYOMING BRASIL EXEMPT"
    " JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC SUNSHINE EVERGREEN VACATIONLAND DAIRYLAND MOUNTAIN"
)
WORDS = frozenset(_LISTED.split())
_PHRASED = (
    "NEW HAMPSHIRE, NEW JERSEY, NEW MEXICO, NEW YORK, NORTH CAROLINA, NORTH DAKOTA, RHODE ISLAND, SOUTH CAROLINA,"
    " SOUTH DAKOTA, WEST VIRGINIA, WASHINGTON DC, SUNSHINE STATE, LIVE FREE OR DIE, NATIVE AMERICA, LIFE ELEVATED,"
    " GARDEN STATE, EMPIRE STATE, LAND OF ENCHANTMENT, LAND OF LINCOLN, GRAND CANYON STATE, FAMOUS POTATOES,"
    " SCENIC IDAHO, FIRST IN FLIGHT, ALOHA STATE, EVERGREEN STATE, THE FIRST STATE, LONE STAR STATE, GOLDEN STATE,"
    " CONSTITUTION STATE, OCEAN STATE, THE NATURAL STATE, GREEN MOUNTAIN STATE, AMERICAS DAIRYLAND, WILD WONDERFUL,"
    " THE LAST FRONTIER, PURE MICHIGAN, HEART OF DIXIE, SHOW ME STATE, BIG SKY COUNTRY, PEACE GARDEN STATE,"
    " GREAT FACES GREAT PLACES, THE VOLUNTEER STATE, BLUEGRASS STATE, SPORTSMANS PARADISE, SILVER STATE,"
    " SPIRIT OF AMERICA"
)
PHRASES = tuple(_PHRASED.split(", "))
LOOK_ALIKE_FROM = 5
"""So long a word is not met by chance in a serial where letters are taken for digits."""
PIECE, EACH_SIDE = 6, 2
"""A piece of a phrase has so many letters, of each of two words so many: GARDENS may be a name."""


def _pieces(phrase: str) -> Iterator[str]:
    """Give what a plate that is partly read shows of a phrase: whatever reaches from one word well into another."""
    words = phrase.split()
    whole = "".join(words)
    for between in list(accumulate(map(len, words)))[:-1]:
        for start in range(between - EACH_SIDE + 1):
            for end in range(max(start + PIECE, between + EACH_SIDE), len(whole) + 1):
                yield whole[start:end]


_FOLDED = frozenset(
    fold(printed)
    for printed in (*WORDS, *(phrase.replace(" ", "") for phrase in PHRASES))
    if len(printed) >= LOOK_ALIKE_FROM
)
_PIECES = frozenset(piece for phrase in PHRASES for piece in _pieces(phrase))


def is_printed(text: str) -> bool:
    """Say whether a text is what issuers and stickers print, rather than a serial.

    Args:
        text: as read, in normal form.
    """
    return text in WORDS or text in _PIECES or fold(text) in _FOLDED or YEAR.fullmatch(text) is not None
