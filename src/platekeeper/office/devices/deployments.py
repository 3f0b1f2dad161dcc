"""Where and why a camera runs, which the policy asks before its reads are taken in (PUR-03, PUR-09, PUR-15, USR-14)."""

from datetime import datetime

from django.db import transaction

from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.operations import OWNER, DeviceError
from platekeeper.policy import Denied, Role
from platekeeper.policy.capture import Deployment, decide_deployment
from platekeeper.policy.decision import Decision


def deployment_of(camera: Camera) -> Deployment:
    """Return what the policy must know of a camera at work.

    Args:
        camera: which.

    Source:
        PUR-03: nobody is asked for suspicion before a reader runs, and no field could hold the answer.
    """
    return Deployment(
        occasion=camera.occasion,
        public_view=camera.public_view_at is not None,
        order_number=camera.order_number,
        order_ends_at=camera.order_ends_at,
        place=camera.site_kind,
        suspicion_asked=False,
        ordered_by_role=Role(camera.deployed_as) if camera.deployed_as else None,
    )


def may_capture(camera: Camera, now: datetime) -> Decision:
    """Decide whether reads of a camera may be taken in.

    Args:
        camera: which; its agency's policy decides.
        now: the present time.
    """
    return decide_deployment(profile_of(camera.agency), deployment_of(camera), now)


def deploy_camera(
    *, camera: Camera, by: Person, occasion: str, now: datetime, site_kind: str = "", order_number: str = "",
    order_ends_at: datetime | None = None, using: str = OWNER,
) -> Camera:  # fmt: skip
    """Order a camera to work on an occasion, if the policy allows that.

    Args:
        camera: which.
        by: who orders it; in the role that they have.
        occasion: why it runs.
        now: the present time.
        site_kind: kind of place, where the law names such places.
        order_number: of a court order that allows more than public view.
        order_ends_at: when that order ends.
        using: the connection to write over.

    Raises:
        DeviceError: the policy refuses, or the person belongs to another agency.

    Records:
        `camera.deployed`.

    Source:
        PUR-09, PUR-15, USR-14
    """
    if by.agency_id != camera.agency_id:
        raise DeviceError(f"{by.username} is not of {camera.agency.name}: name one of its people.")
    role = Role.ADMINISTRATOR if Role.ADMINISTRATOR.value in by.roles else Role(by.roles[0])
    given = {
        "occasion": occasion, "site_kind": site_kind, "order_number": order_number, "order_ends_at": order_ends_at,
        "deployed_by": by.username, "deployed_as": role.value, "deployed_at": now,
    }  # fmt: skip
    for name, value in given.items():
        setattr(camera, name, value)
    decision = may_capture(camera, now)
    if isinstance(decision, Denied):
        raise DeviceError(str(decision))
    with transaction.atomic(using=using):
        camera.save(using=using, update_fields=list(given))
        record_event(
            agency=camera.agency.slug, event="camera.deployed", actor=by.username, subject=camera.ref,
            details={"occasion": occasion, "as": role.value, "order": order_number, "order_ends_at": order_ends_at},
            using=using,
        )  # fmt: skip
    return camera
