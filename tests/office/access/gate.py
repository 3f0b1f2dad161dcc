"""The gate by raw SQL: what somebody could try who has the web role's password and none of our code."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from platekeeper.office.accounts.models import Agency, Person

VIEWS = {
    "visible_read": "read", "visible_image": "image", "visible_hit": "alert", "visible_alert": "alert",
    "visible_alert_step": "alert", "visible_access_record": "access-record",
    "visible_access_grant": "access-record", "visible_entry": "access-record",
}  # fmt: skip
ALL_KINDS = ("read", "image", "scene", "vehicle", "alert", "hot-list", "access-record")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def a_grant(agency: Agency, **changes: Any) -> dict[str, Any]:
    given = {"data_agency_id": agency.pk, "visible_from": BEGINNING.isoformat(), "kinds": ALL_KINDS}
    return {**given, **changes}


def a_request(person: Person, *grants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {
        "person_id": person.pk, "function": "search", "purpose": "criminal-investigation", "query": {"plate": "8*"},
        "outcome": "ALLOWED", "clauses": ["RB 432.4(a)"], "policy_version": "1", "source": "192.0.2.7",
        "grants": grants or [a_grant(person.agency)],
    }  # fmt: skip
    return {**given, **changes}


def opened(connection: psycopg.Connection, request: dict[str, Any]) -> tuple[str, str]:
    """Return the id of a new record and its pass."""
    row = connection.execute(
        "SELECT access_id::text, pass FROM open_access(%s::jsonb)", [json.dumps(request)]
    ).fetchone()
    assert row is not None
    return row


def seen(
    connection: psycopg.Connection, given: str | None, query: str, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Return what a query gives in a transaction of its own that holds a pass, or none."""
    with connection.transaction():
        if given is not None:
            connection.execute("SELECT set_config('platekeeper.access', %s, true)", [given])
        return connection.execute(query, values).fetchall()


def plates_seen(connection: psycopg.Connection, given: str | None) -> list[str]:
    return [row[0] for row in seen(connection, given, "SELECT plate FROM visible_read ORDER BY plate")]


def seen_through(connection: psycopg.Connection, request: dict[str, Any]) -> list[str]:
    """Return the plates that a record's own pass shows."""
    return plates_seen(connection, opened(connection, request)[1])
