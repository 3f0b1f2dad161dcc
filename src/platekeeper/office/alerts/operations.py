"""Taking a batch of reads: stored, matched, alerted, in one transaction; steps of people are `stepping`'s."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connections, transaction
from psycopg.errors import CheckViolation, UniqueViolation

from platekeeper import plates
from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.explanation import explained
from platekeeper.office.alerts.feed import CHANNEL
from platekeeper.office.alerts.nearness import is_worth_a_look
from platekeeper.office.alerts.onfile import demands_of
from platekeeper.office.alerts.sieve import SIEVES
from platekeeper.office.reads.arrival import Arrival
from platekeeper.office.reads.operations import (
    INGEST,
    Sealed,
    array_of,
    forget_months,
    prepare_months,
    seal_pictures,
    store_reads,
)
from platekeeper.office.reads.spots import prepare_spots
from platekeeper.office.statements import Ask, ask_in_one_go

LATE = timedelta(
    minutes=10
)  # a read older than this on arrival is history: it makes hits, never a live alert

_TRIES = 3

# Which plates of a batch, folded, stand on one of the lists that no sieve knows yet. Few do, and only those are looked
# at closely. A lateral query with a limit looks each up in the index; a plain join would read the whole list for a
# batch of a thousand.
_LISTED = """
SELECT n.place FROM unnest(%(folds)s::text[]) WITH ORDINALITY AS n(fold, place)
 CROSS JOIN LATERAL (
       SELECT FROM unnest(%(versions)s::bigint[]) AS v(id)
         JOIN hot_list_entry e ON e.agency_id = %(agency)s AND e.version_id = v.id
        WHERE e.fold = n.fold LIMIT 1) AS on_a_list
 UNION
SELECT n.place FROM hot_list_version v
  JOIN hot_list l ON l.id = v.hot_list_id
  JOIN hot_list_entry e ON e.agency_id = v.agency_id AND e.version_id = v.id AND e.plate ~ '[?*]'
  JOIN unnest(%(plates)s::text[]) WITH ORDINALITY AS n(plate, place)
    ON plate_match_key(n.plate) ~ ('^' || replace(replace(e.match_key, '?', '.'), '*', '.*') || '$')
 WHERE v.id = ANY (%(versions)s::bigint[]) AND l.is_own
"""
# Planning takes longer than looking, so the plan is kept. It may be made while the lists are still empty, so what only
# a small table bears is ruled out: to read all of it, and, by the sum below, all of a version.
_ONE_PLAN = """
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)
"""
# Letter O counts as digit 0 (lists store it so: HOT-04) and is exact; other look-alikes are a possibility, and only
# where the list allows them. A state that both know and that differs keeps a look-alike away, an exact match not:
# the officer must see that contradiction in red (ALR-03). A plate known in part fits whatever fills it (PUR-04). What
# was found wrong and cancelled matches nothing; another record of the same plate is another want (HOT-10).
_MATCH = """
SELECT r.id, e.version_id, e.number,
       CASE WHEN e.match_key = plate_match_key(r.plate) THEN 'EXACT'
            WHEN e.plate ~ '[?*]' THEN 'PARTIAL' ELSE 'LOOKALIKE' END,
       l.name, v.listed_at, l.purpose,
       jsonb_build_object(
           'plate', e.plate, 'region', e.region, 'category', e.category, 'record', e.record,
           'vehicle', e.vehicle, 'case_agent', e.case_agent, 'case_number', e.case_number, 'synopsis', e.synopsis)
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
       AS r(id, read_at, plate, fold, region)
  JOIN hot_list l ON l.agency_id = %s
  JOIN hot_list_version v ON v.id = l.current_id
 CROSS JOIN LATERAL (
       SELECT * FROM hot_list_entry y
        WHERE y.agency_id = l.agency_id AND y.fold = r.fold AND y.version_id + 0 = l.current_id
        UNION ALL
       SELECT * FROM hot_list_entry y
        WHERE l.is_own AND y.agency_id = l.agency_id AND y.version_id = l.current_id AND y.plate ~ '[?*]'
          AND plate_match_key(r.plate) ~ ('^' || replace(replace(y.match_key, '?', '.'), '*', '.*') || '$')
       OFFSET 0) AS e
 WHERE (e.expires_at IS NULL OR e.expires_at > r.read_at)
   AND (e.match_key = plate_match_key(r.plate)
        OR (l.lookalikes OR e.plate ~ '[?*]') AND (e.region = '' OR r.region = '' OR e.region = r.region))
   AND NOT EXISTS (
       SELECT FROM entry_cancellation c
        WHERE c.agency_id = l.agency_id AND c.hot_list_id = l.id AND c.match_key = e.match_key
          AND c.region = e.region AND c.category = e.category AND c.record IN ('', e.record) AND c.dropped_at IS NULL)
"""
_STORE_HIT = """
INSERT INTO hit (agency_id, read_at, read_id, version_id, entry_number, alert_id, hit_at, kind, late, list_name,
                 listed_at, purpose, entry, explanation)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_RAISE = """
INSERT INTO alert (agency_id, id, raised_at, read_at, read_id, demands)
SELECT DISTINCT ON (r.passage_id) %(agency)s, r.passage_id, %(now)s, r.read_at, r.id, %(demands)s::jsonb
  FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[], %(passages)s::uuid[], %(confidences)s::real[])
       AS r(id, read_at, passage_id, confidence)
 WHERE r.read_at >= %(live_since)s
 ORDER BY r.passage_id, r.confidence DESC NULLS LAST
ON CONFLICT DO NOTHING RETURNING id
"""
_REVISE = "SELECT revise_alerts(%s, %s::uuid[], %s::uuid[], %s::int[], %s::bool[])"


@dataclass(frozen=True)
class Receipt:
    """What became of a batch; it is given only after everything was committed.

    Attributes:
        stored: reads that were new.
        known: reads that were here before.
        hits: matches with entries in force.
        alerts: alerts raised.
    """

    stored: int = 0
    known: int = 0
    hits: int = 0
    alerts: int = 0


def take_reads(agency: Agency, arrivals: Sequence[Arrival], now: datetime) -> Receipt:
    """Store reads, match the new ones against the lists in force, raise alerts: all of it or nothing.

    Args:
        agency: whose reads they are.
        arrivals: the reads.
        now: the present time.

    Raises:
        VaultError: a picture cannot be stored; nothing of the batch is.

    Records:
        `alert.raised` for each alert.
    """
    if not arrivals:
        return Receipt()
    pictures = seal_pictures(agency, arrivals, now)
    prepare_spots(agency.pk, arrivals)
    some_known = False
    for _ in range(_TRIES):
        prepare_months(arrivals)
        try:
            return _take(agency, arrivals, pictures, now, some_known=some_known)
        except UniqueViolation:
            some_known = True  # the batch is sent again, or another writer has just stored a read of it
        except CheckViolation:
            forget_months()  # a purge has just removed an empty month's partition
    prepare_months(arrivals)
    return _take(agency, arrivals, pictures, now, some_known=True)


def _take(
    agency: Agency,
    arrivals: Sequence[Arrival],
    pictures: Sequence[Sealed],
    now: datetime,
    *,
    some_known: bool,
) -> Receipt:
    with transaction.atomic(using=INGEST):
        new = store_reads(agency.pk, arrivals, pictures, now, some_known=some_known)
        matches = _matches(agency, new)
        raised = _raise(agency, matches, now)
        _revise(agency, new, matches)
        for alert_id in raised:
            record_event(
                agency=agency.slug,
                event="alert.raised",
                actor="platekeeper",
                subject=alert_id,
                details={},
                using=INGEST,
            )
        _notify(agency, raised)
    return Receipt(stored=len(new), known=len(arrivals) - len(new), hits=len(matches), alerts=len(raised))


@dataclass(frozen=True)
class _Match:
    """A new read and an entry in force that it matches."""

    arrival: Arrival
    version_id: int
    entry_number: int
    kind: str
    list_name: str
    listed_at: datetime
    purpose: str
    entry: dict[str, Any]


def _matches(agency: Agency, new: Sequence[Arrival]) -> list[_Match]:
    found = _found(agency, new)
    if not found:
        return []
    by_id = {arrival.id: arrival for arrival in found}
    given = [
        array_of(map(str, by_id)),
        array_of(arrival.read_at.isoformat() for arrival in found),
        array_of(arrival.plate for arrival in found),
        array_of(plates.fold(arrival.plate) for arrival in found),
        array_of(arrival.region or "" for arrival in found),
        agency.pk,
    ]
    _, rows = ask_in_one_go(Ask(_ONE_PLAN), Ask(_MATCH, given), using=INGEST)
    matches = [
        _Match(by_id[read_id], version, number, kind, name, listed_at, purpose, json.loads(entry))
        for read_id, version, number, kind, name, listed_at, purpose, entry in rows
    ]
    return [match for match in matches if match.kind != "LOOKALIKE" or _is_near(match)]


def _found(agency: Agency, new: Sequence[Arrival]) -> list[Arrival]:
    """Return the reads whose plates may stand on a list in force."""
    if not new:
        return []
    texts = [arrival.plate for arrival in new]
    sifted = SIEVES.sift(agency.pk, texts)
    caught = sifted.caught | _listed(agency, texts, sifted.unread) if sifted.unread else sifted.caught
    return [new[place] for place in sorted(caught)]


def _listed(agency: Agency, texts: Sequence[str], versions: Sequence[int]) -> set[int]:
    """Return the places of the plates that stand in versions which the database must be asked about."""
    with connections[INGEST].cursor() as cursor:
        cursor.execute(
            _LISTED,
            {
                "agency": agency.pk,
                "versions": list(versions),
                "folds": array_of(map(plates.fold, texts)),
                "plates": array_of(texts),
            },
        )
        return {place - 1 for (place,) in cursor.fetchall()}


def _is_near(match: _Match) -> bool:
    read = match.arrival
    return is_worth_a_look(plate=read.plate, detail=msgspec.json.decode(read.detail), entry=match.entry)


def _raise(agency: Agency, matches: Sequence[_Match], now: datetime) -> list[str]:
    """Store hits; raise an alert for each passage that has none yet; return the new alerts' ids."""
    if not matches:
        return []
    live_since = now - LATE
    demands = msgspec.json.encode(demands_of(profile_of(agency))).decode()
    hits = list({match.arrival.id: match.arrival for match in matches}.values())
    with connections[INGEST].cursor() as cursor:
        cursor.executemany(_STORE_HIT, [_hit_row(agency, match, live_since, now) for match in matches])
        cursor.execute(
            _RAISE,
            {
                "agency": agency.pk,
                "now": now,
                "live_since": live_since,
                "demands": demands,
                "ids": [arrival.id for arrival in hits],
                "times": [arrival.read_at for arrival in hits],
                "passages": [arrival.passage_id for arrival in hits],
                "confidences": [arrival.confidence for arrival in hits],
            },
        )
        return [str(alert_id) for (alert_id,) in cursor.fetchall()]


def _hit_row(agency: Agency, match: _Match, live_since: datetime, now: datetime) -> list[Any]:
    read = match.arrival
    why = explained(
        plate=read.plate, region=read.region, detail=msgspec.json.decode(read.detail), entry=match.entry
    )
    return [
        agency.pk, read.read_at, read.id, match.version_id, match.entry_number, read.passage_id, now, match.kind,
        read.read_at < live_since, match.list_name, match.listed_at, match.purpose, json.dumps(match.entry),
        json.dumps(why),
    ]  # fmt: skip


def _revise(agency: Agency, new: Sequence[Arrival], matches: Sequence[_Match]) -> None:
    """Let later readings of a passage withdraw its alert, or restore it (ALR-07)."""
    later = [arrival for arrival in new if arrival.revision > 1]
    if not later:
        return
    hit = {match.arrival.id for match in matches}
    with connections[INGEST].cursor() as cursor:
        cursor.execute(
            _REVISE,
            [
                agency.pk,
                [arrival.passage_id for arrival in later],
                [arrival.id for arrival in later],
                [arrival.revision for arrival in later],
                [arrival.id in hit for arrival in later],
            ],
        )


def _notify(agency: Agency, alert_ids: Sequence[str]) -> None:
    if not alert_ids:
        return
    messages = [json.dumps({"agency": agency.pk, "alert": alert_id}) for alert_id in alert_ids]
    with connections[INGEST].cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, message) FROM unnest(%s::text[]) AS message", [CHANNEL, messages]
        )
