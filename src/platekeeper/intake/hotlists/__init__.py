"""Hot-list files: layouts as data, one small engine, entries without personal data.

Rules about lists that need time or people (staleness, approval, a list emptied overnight) are the office's;
here a file is read, judged as a whole, and reported on.
"""

from platekeeper.intake.hotlists.categories import (
    IMMIGRATION,
    OTHER,
    RESTRICTED_CATEGORIES,
    Category,
    categories,
)
from platekeeper.intake.hotlists.entry import Entry
from platekeeper.intake.hotlists.errors import HotListRefused, LayoutError
from platekeeper.intake.hotlists.layout import Layout, layout_from, layout_names, named_layout
from platekeeper.intake.hotlists.reading import (
    JUNK_PLATES,
    OUT_OF_STATE,
    HotListReader,
    Rejected,
    Report,
    Rules,
)

__all__ = [
    "IMMIGRATION",
    "JUNK_PLATES",
    "OTHER",
    "OUT_OF_STATE",
    "RESTRICTED_CATEGORIES",
    "Category",
    "Entry",
    "HotListReader",
    "HotListRefused",
    "Layout",
    "LayoutError",
    "Rejected",
    "Report",
    "Rules",
    "categories",
    "layout_from",
    "layout_names",
    "named_layout",
]
