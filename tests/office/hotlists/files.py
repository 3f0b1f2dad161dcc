"""Lists and the files that come for them, made here; no real list is copied."""

import json
import secrets
from pathlib import Path
from typing import Any

import psycopg

from platekeeper import policy
from platekeeper.intake.hotlists import named_layout
from platekeeper.office.accounts.models import Agency
from platekeeper.office.hotlists.loading import Loaded, load_file
from platekeeper.office.hotlists.models import HotList

from ...intake.hotlists.files import california, ncic
from ..people import NOW, OWNER

__all__ = ["california", "ncic"]
IN_FORCE = ("8ABC123", "7XYZ890", "6WXN208", "5TYU660")


def a_downloaded_list(agency: Agency, **changes: Any) -> HotList:
    given = {
        "name": f"Stolen vehicles {secrets.token_hex(4)}", "source": "California DOJ", "authority": "CLETS agreement",
        "purpose": policy.load_profile(agency.profile).alerts.purpose.value, "activated_by": "Priya Nair",
    }  # fmt: skip
    return HotList.objects.using(OWNER).create(agency=agency, **{**given, **changes})


def load(hot_list: HotList, path: Path, layout: str = "ca-doj", **changes: Any) -> Loaded:
    given = {"actor": "admin.one", "now": NOW}
    return load_file(hot_list=hot_list, path=path, layout=named_layout(layout), **{**given, **changes})


def a_list_in_force(agency: Agency, folder: Path, *plates: str, **changes: Any) -> HotList:
    hot_list = a_downloaded_list(agency, **changes)
    load(hot_list, written(folder, "svs-first.tbl", california(*(plates or IN_FORCE))))
    return hot_list


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def plates_in_force(owner: psycopg.Connection, hot_list: HotList) -> list[str]:
    return [row[0] for row in entries_in_force(owner, hot_list, "plate")]


def entries_in_force(owner: psycopg.Connection, hot_list: HotList, columns: str) -> list[tuple[Any, ...]]:
    return owner.execute(
        f"SELECT {columns} FROM hot_list l JOIN hot_list_entry e ON e.version_id = l.current_id"
        " WHERE l.id = %s ORDER BY e.number",
        [hot_list.pk],
    ).fetchall()


def events_of(owner: psycopg.Connection, agency: Agency) -> list[tuple[str, dict[str, Any]]]:
    rows = owner.execute(
        "SELECT e.event, d.details FROM ledger_entry e JOIN ledger_details d USING (sequence)"
        " WHERE e.agency = %s AND e.event LIKE 'hot-list.%%' ORDER BY e.sequence",
        [agency.slug],
    )
    return [(event, json.loads(details)) for event, details in rows]


WHOLE = california("8ABC123", "7XYZ890", "6WXN208", "9NEW001")


def count_of(owner, table, agency):
    return owner.execute(f"SELECT count(*) FROM {table} WHERE agency_id = %s", [agency.pk]).fetchone()[0]
