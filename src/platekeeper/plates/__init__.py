"""What a plate text is: normal form, look-alike characters, search patterns, formats, likelihood.

Everything here is a pure function or a frozen value of the standard library. What this package deliberately
does not
know: pictures, hot lists, databases, policies, the clock.
"""

from platekeeper.plates.comparison import Difference, differences, likelihood
from platekeeper.plates.errors import PlatesError
from platekeeper.plates.formats import (
    PlateFormat,
    RankedText,
    all_formats,
    formats_matching,
    may_be_serial,
    rerank,
)
from platekeeper.plates.pattern import PatternKind, PlatePattern
from platekeeper.plates.text import LONGEST_PLATE, bigrams, fold, is_normal, match_key, normalize

__all__ = [
    "LONGEST_PLATE",
    "Difference",
    "PatternKind",
    "PlateFormat",
    "PlatePattern",
    "PlatesError",
    "RankedText",
    "all_formats",
    "bigrams",
    "differences",
    "fold",
    "formats_matching",
    "is_normal",
    "likelihood",
    "match_key",
    "may_be_serial",
    "normalize",
    "rerank",
]
