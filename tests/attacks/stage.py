"""Run inside an installation: makes two agencies with people of every role, each logged in, and prints them as JSON."""

import json
import sys
from typing import Any

from platekeeper.office.config.migrate import set_up_django

ROLES = (
    "patrol-officer",
    "detective",
    "supervisor",
    "administrator",
    "custodian",
    "auditor",
    "trainer",
    "it",
)
HOME, ABROAD = "redondo-beach", "milpitas"
SECRETS = {HOME: "8HOM123", ABROAD: "7FOR777"}
PASSWORD = "harbour lamp seven tulip"


def staged() -> dict[str, Any]:
    from platekeeper.policy import Role
    from tests.office.people import a_person, an_agency
    from tests.office.sharing.releases import entered
    from tests.office.streets import a_camera, a_list, a_picture, a_read, identified, take

    scene: dict[str, Any] = {"people": {}, "reads": {}, "agencies": {}, "releases": {}}
    for profile in (HOME, ABROAD):
        agency = an_agency(profile)
        plate = SECRETS[profile]
        a_list(agency, plate)
        read = identified(a_read(a_camera(agency), plate, images=(a_picture("plate"), a_picture("context"))))
        take(agency, read)
        scene["reads"][profile] = str(read.id)
        scene["agencies"][profile] = {"slug": agency.slug, "name": agency.name}
        scene["releases"][profile] = str(entered(agency, data_wanted=f"All of {plate}").request.pk)
        for role in ROLES:
            scene["people"][f"{role}@{profile}"] = _person(a_person(agency, Role(role)))
    scene["people"]["spare@" + HOME] = _person(a_person(agency_of(scene, HOME), Role.DETECTIVE))
    return scene


def agency_of(scene: dict[str, Any], profile: str) -> Any:
    from platekeeper.office.accounts.models import Agency

    return Agency.objects.using("owner").get(slug=scene["agencies"][profile]["slug"])


def _person(person: Any) -> dict[str, Any]:
    """Give somebody password and code, log them in, and ask something, so that a record of theirs exists."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from allauth.mfa.utils import encrypt
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from platekeeper.office.access.operations import AccessDenied, open_access
    from tests.office.doors import logged_in
    from tests.office.people import an_inquiry

    person.password = make_password(PASSWORD)
    person.save(using="owner", update_fields=["password"])
    secret = generate_totp_secret()
    Authenticator.objects.using("owner").create(user=person, type="totp", data={"secret": encrypt(secret)})
    record = ""
    try:
        grant = open_access(
            person=person, agency=person.agency, inquiry=an_inquiry(person.agency), now=timezone.now()
        )
        record = str(grant.record_id)
    except AccessDenied:
        pass  # most roles may not search, which is what their pages are asked for
    session = logged_in(person).cookies["sessionid"].value
    return {
        "id": person.pk, "username": person.username, "name": person.full_name, "secret": secret, "record": record,
        "session": session,
    }  # fmt: skip


def main() -> None:
    """Print the scene, or what an expression over it gives."""
    set_up_django()
    json.dump(staged(), sys.stdout)


if __name__ == "__main__":
    main()
