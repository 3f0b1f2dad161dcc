"""Events that are no access, appended to the ledger."""

from typing import Any

import msgspec
from django.db import connections

WEB = "default"


def record_event(
    *, agency: str, event: str, actor: str, subject: str, details: dict[str, Any], using: str = WEB
) -> int:
    """Append an event that is no access to the ledger.

    Args:
        agency: slug of the agency, or empty for the installation.
        event: `object.past-tense`.
        actor: username, or the name of the part that did it.
        subject: id of what it is about.
        details: whatever else belongs to it; only its salted digest enters the chain.
        using: the connection; inside a transaction the entry stands or falls with it.

    Returns:
        The entry's sequence number.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT record_event(%s, %s, %s, %s, %s::jsonb)",
            [agency, event, actor, subject, msgspec.json.encode(details).decode()],
        )
        return int(cursor.fetchone()[0])
