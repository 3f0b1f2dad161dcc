"""Facts to show on pages: plain objects with the attributes that the templates ask for."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from platekeeper.office.ui.shell import NavItem, Shell

NOW = datetime(2025, 11, 23, 4, 0, tzinfo=UTC)
READ = UUID("01930000-0000-7000-8000-000000000001")
ALERT = UUID("01930000-0000-7000-8000-00000000a1e7")
RECORD = UUID("5c6b1f0e-7f5e-4c39-9a58-0d1f7b1a2c33")
CAMERA = SimpleNamespace(name="Main St at 2nd", lat=32.79, lon=-116.96)
ALLOWED = SimpleNamespace(clauses=("EC 427.5(a)",))
DENIED = SimpleNamespace(
    clause="EC 427.5(a)1", reason="The status is not confirmed.", remedy="Ask Communications to confirm it."
)


def shell(*, refusal: Any = None) -> Shell:
    nav = [
        NavItem(label="Alerts", url="/alerts/", icon="bell", key="g a", is_current=True, count=3),
        NavItem(label="Search", url="/search/", icon="search", key="g s", refusal=refusal),
    ]
    return Shell(agency="El Cajon Police Department", person="Dana Whitfield", role="Patrol officer", nav=nav)


def entry(**given: str) -> dict[str, str]:
    facts = {
        "plate": "8ABD017",
        "category": "STOLEN_VEHICLE",
        "vehicle": "Honda Fit, silver",
        "region": "US-CA",
    }
    return facts | given


def alert(
    *, read: str = "8ABD017", region: str = "US-CA", kind: str = "EXACT", **given: Any
) -> SimpleNamespace:
    hit = SimpleNamespace(
        read_id=READ, read_at=NOW, plate=read, region=region, confidence=0.97, kind=kind, list_name="SVS",
        listed_at=NOW - timedelta(hours=7), entry=entry(), alert_id=ALERT,
        detail={"plate": {"char_conf": [0.99] * len(read)}}, explanation={"differences": []}, contradictions=(),
    )  # fmt: skip
    facts = {
        "id": ALERT,
        "raised_at": NOW,
        "state": "RAISED",
        "camera": CAMERA,
        "hit": hit,
        "roles": ["plate", "context"],
    }
    return SimpleNamespace(**(facts | {"history": (), "others": ()} | given))


def panel(subject: SimpleNamespace, **given: Any) -> dict[str, Any]:
    actions = {"acknowledge": ALLOWED, "verify": ALLOWED, "reject": ALLOWED}
    return {
        "alert": subject,
        "actions": actions,
        "because": RECORD,
        "warning": "EC 427.5",
        "shell": shell(),
    } | given


def read(**given: Any) -> SimpleNamespace:
    facts = {
        "id": READ, "plate": "8A8D017", "plate_raw": "8a8-d017", "region": "US-CA", "confidence": 0.78,
        "read_at": NOW, "received_at": NOW, "camera": CAMERA, "roles": ["plate", "context"], "why": "look-alike",
        "candidates": [SimpleNamespace(text="8ABD017", confidence=0.2)], "provenance": [("Engine", "small 1")],
        "characters": [[SimpleNamespace(char="8", probability=0.61), SimpleNamespace(char="B", probability=0.3)]],
    }  # fmt: skip
    return SimpleNamespace(**(facts | given))


def record(**given: Any) -> SimpleNamespace:
    facts = {
        "id": RECORD, "accessed_at": NOW, "full_name": "Rosa Okafor", "username": "okafor",
        "organization": "Redondo Beach Police Department", "on_behalf_of": "", "function": "search",
        "query": {"plate": "8A?D*"}, "purpose": "leads", "case_number": "25-031877", "reason": "Burglary",
        "outcome": "ALLOWED", "clauses": ["RB 432.6(b)"], "explanation": "", "policy_version": "redondo-beach 1",
        "parent_id": None, "source": "10.4.2.17",
    }  # fmt: skip
    return SimpleNamespace(**(facts | given))
