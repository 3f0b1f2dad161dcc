"""The cameras of a batch, remembered from batch to batch: what the database is asked is only whether one has changed.

PostgreSQL gives a row that is changed another `xmin`, the number of the transaction that wrote it; so a camera that was
moved, or whose attestation was withdrawn, counts from the next batch on (PUR-09). Table and start of the server tell a
database that was put back from a backup from the one that was there before.
"""

from collections.abc import Collection
from dataclasses import dataclass

from platekeeper.office.devices.deployments import deployment_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.operations import INGEST
from platekeeper.office.statements import prepared
from platekeeper.policy.capture import Deployment

_STANDING = """
SELECT ref, id, concat_ws(' ', xmin, tableoid, pg_postmaster_start_time())
  FROM camera WHERE agency_id = %s AND ref = ANY (%s::text[])
"""


@dataclass(frozen=True)
class AtWork:
    """A camera, which is many batches' and must not be changed, and what the policy must know of it.

    Attributes:
        camera: the camera.
        deployment: where and why it runs.
        row: which writing of its row this is, and in which database.
    """

    camera: Camera
    deployment: Deployment
    row: str


_remembered: dict[int, AtWork] = {}


def cameras_named(agency_id: int, names: Collection[str]) -> dict[str, AtWork]:
    """Return an agency's cameras by the names that producers know them by; names that no camera has are left out.

    Args:
        agency_id: whose.
        names: as the producer wrote them.
    """
    asked = ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
    with prepared(INGEST) as cursor:
        rows = cursor.execute(_STANDING, [agency_id, f"{{{asked}}}"], prepare=True).fetchall()
    changed = {camera: row for _, camera, row in rows if _row_of(camera) != row}
    if changed:
        for camera in Camera.objects.using(INGEST).filter(pk__in=list(changed)):
            _remembered[camera.pk] = AtWork(camera, deployment_of(camera), changed[camera.pk])
    return {name: _remembered[camera] for name, camera, _ in rows if camera in _remembered}


def _row_of(camera: int) -> str:
    known = _remembered.get(camera)
    return known.row if known else ""
