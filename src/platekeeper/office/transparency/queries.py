"""Sums for the public, counted by the one function that may, and kept for a few minutes."""

import json
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connections

from platekeeper.office.accounts.models import Agency

_KEPT_SECONDS = 300


@dataclass(frozen=True)
class Counts:
    """What happened in a number of days.

    Attributes:
        days: how many days back.
        reads: plates read.
        hits: reads that were on a list.
        alerts: alerts raised.
        searches: searches by purpose code.
        refused: accesses that the policy refused.
    """

    days: int
    reads: int
    hits: int
    alerts: int
    searches: dict[str, int]
    refused: int

    @property
    def searched(self) -> int:
        """All searches."""
        return sum(self.searches.values())


def counts(agency: Agency, days: int) -> Counts:
    """Return an agency's sums.

    Args:
        agency: the agency.
        days: how many days back.
    """
    key = f"public-counts-{agency.pk}-{days}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT public_counts(%s, %s)", [agency.pk, days])
            value = cursor.fetchone()[0]
        found = json.loads(value) if isinstance(value, str) else value
        cache.set(key, found, _KEPT_SECONDS)
    return Counts(days=days, **found)
