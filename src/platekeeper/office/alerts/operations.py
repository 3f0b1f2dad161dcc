"""Taking a batch of reads: stored, matched, alerted, in one transaction; and the steps people take with an alert."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connections, transaction
from psycopg.errors import CheckViolation, UniqueViolation

from platekeeper import plates
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.alerts.feed import CHANNEL
from platekeeper.office.alerts.lifecycle import MOVES, STEPS, Step
from platekeeper.office.alerts.models import Alert, AlertState
from platekeeper.office.reads.operations import (
    INGEST,
    Arrival,
    Sealed,
    array_of,
    forget_months,
    prepare_months,
    seal_pictures,
    store_reads,
)

LATE = timedelta(
    minutes=10
)  # a read older than this on arrival is history: it makes hits, never a live alert

_TRIES = 3

# Which plates of a batch, folded, stand on a list in force. Few do, and only those are looked at closely. A lateral
# query with a limit looks each up in the index; a plain join would read the whole list for a batch of a thousand.
_LISTED = """
SELECT n.fold FROM unnest(%s::text[]) AS n(fold)
 CROSS JOIN LATERAL (
       SELECT FROM hot_list l
         JOIN hot_list_entry e ON e.agency_id = l.agency_id AND e.version_id = l.current_id
        WHERE l.agency_id = %s AND e.fold = n.fold LIMIT 1) AS on_a_list
"""
# Letter O counts as digit 0 (lists store it so: HOT-04) and is exact; other look-alikes are a possibility, and only
# where the list allows them. A state that both know and that differs keeps a look-alike away, an exact match not:
# the officer must see that contradiction in red (ALR-03).
_MATCH = """
WITH arriving AS (
SELECT * FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[], %(plates)s::text[], %(folds)s::text[],
                     %(regions)s::text[], %(passages)s::uuid[], %(confidences)s::real[])
    AS n(id, read_at, plate, fold, region, passage_id, confidence)
), made AS (
INSERT INTO hit (agency_id, read_at, read_id, version_id, entry_number, alert_id, hit_at, kind, late, list_name,
                 listed_at, purpose, entry)
SELECT l.agency_id, r.read_at, r.id, e.version_id, e.number, r.passage_id, %(now)s,
       CASE WHEN e.match_key = translate(r.plate, 'O', '0') THEN 'EXACT' ELSE 'LOOKALIKE' END,
       r.read_at < %(live_since)s, l.name, v.listed_at, l.purpose,
       jsonb_build_object(
           'plate', e.plate, 'region', e.region, 'category', e.category, 'vehicle', e.vehicle,
           'case_agent', e.case_agent, 'case_number', e.case_number, 'synopsis', e.synopsis)
  FROM arriving r
  JOIN hot_list l ON l.agency_id = %(agency)s
  JOIN hot_list_version v ON v.id = l.current_id
 CROSS JOIN LATERAL (
       SELECT * FROM hot_list_entry y
        WHERE y.agency_id = l.agency_id AND y.version_id = l.current_id AND y.fold = r.fold OFFSET 0) AS e
 WHERE (e.expires_at IS NULL OR e.expires_at > r.read_at)
   AND (e.match_key = translate(r.plate, 'O', '0')
        OR l.lookalikes AND (e.region = '' OR r.region IS NULL OR e.region = r.region))
ON CONFLICT DO NOTHING RETURNING read_id
), raised AS (
INSERT INTO alert (agency_id, id, raised_at, read_at, read_id)
SELECT DISTINCT ON (r.passage_id) %(agency)s, r.passage_id, %(now)s, r.read_at, r.id
  FROM arriving r WHERE r.id IN (SELECT read_id FROM made) AND r.read_at >= %(live_since)s
 ORDER BY r.passage_id, r.confidence DESC NULLS LAST
ON CONFLICT DO NOTHING RETURNING id
)
SELECT (SELECT count(*) FROM made), ARRAY (SELECT id FROM raised)
"""


class AlertError(PlatekeeperError):
    """A step that cannot be taken."""


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
    for _ in range(_TRIES):
        prepare_months(arrivals)
        try:
            return _take(agency, arrivals, pictures, now)
        except UniqueViolation:
            continue  # another writer stored the same read in the same moment: now it is known, and no longer new
        except CheckViolation:
            forget_months()  # a purge has just removed an empty month's partition
    prepare_months(arrivals)
    return _take(agency, arrivals, pictures, now)


def _take(agency: Agency, arrivals: Sequence[Arrival], pictures: Sequence[Sealed], now: datetime) -> Receipt:
    with transaction.atomic(using=INGEST):
        new = store_reads(agency.pk, arrivals, pictures, now)
        hits, raised = _match(agency, new, now)
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
    return Receipt(stored=len(new), known=len(arrivals) - len(new), hits=hits, alerts=len(raised))


def _match(agency: Agency, new: Sequence[Arrival], now: datetime) -> tuple[int, list[str]]:
    by_fold: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in new:
        by_fold[plates.fold(arrival.plate)].append(arrival)
    with connections[INGEST].cursor() as cursor:
        cursor.execute(_LISTED, [array_of(by_fold), agency.pk])
        found = [(fold, arrival) for (fold,) in cursor.fetchall() for arrival in by_fold[fold]]
        if not found:
            return 0, []
        arriving: dict[str, Any] = {
            "ids": [arrival.id for _, arrival in found],
            "times": [arrival.read_at for _, arrival in found],
            "plates": [arrival.plate for _, arrival in found],
            "folds": [fold for fold, _ in found],
            "regions": [arrival.region for _, arrival in found],
            "passages": [arrival.passage_id for _, arrival in found],
            "confidences": [arrival.confidence for _, arrival in found],
        }
        cursor.execute(_MATCH, {"agency": agency.pk, "now": now, "live_since": now - LATE, **arriving})
        hits, raised = cursor.fetchone()
        return int(hits), [str(alert_id) for alert_id in raised]


def _notify(agency: Agency, alert_ids: Sequence[str]) -> None:
    if not alert_ids:
        return
    messages = [json.dumps({"agency": agency.pk, "alert": alert_id}) for alert_id in alert_ids]
    with connections[INGEST].cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, message) FROM unnest(%s::text[]) AS message", [CHANNEL, messages]
        )


def take_step(
    *, alert: Alert, agency: Agency, person: Person, name: str, detail: dict[str, Any], now: datetime
) -> Step:
    """Take a step with an alert; its row and its ledger entry are one transaction.

    Args:
        alert: the alert as its person saw it.
        agency: whose alert it is.
        person: who takes the step; the policy was asked before.
        name: the step's name in the lifecycle.
        detail: what was checked, or the reason.
        now: the present time.

    Returns:
        The step.

    Raises:
        AlertError: it cannot follow the alert's present state, or somebody else was faster.

    Records:
        The step's event.
    """
    step = STEPS.get(name)
    if step is None or step not in MOVES[AlertState(alert.state)]:
        raise AlertError(
            "This step does not follow from where the alert stands now: look at the alert again."
        )
    try:
        with transaction.atomic(using=WEB):
            with connections[WEB].cursor() as cursor:
                cursor.execute(
                    "INSERT INTO alert_step (agency_id, alert_id, number, state, taken_at, person_id, username, detail)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    [agency.pk, alert.id, alert.steps + 1, step.to.value, now, person.pk, person.username,
                     json.dumps(detail)],
                )  # fmt: skip
            record_event(
                agency=agency.slug,
                event=step.event,
                actor=person.username,
                subject=str(alert.id),
                details=detail,
            )
    except IntegrityError as error:
        raise AlertError("Somebody else was faster with this alert: look at it again.") from error
    return step
