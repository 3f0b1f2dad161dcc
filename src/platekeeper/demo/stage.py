"""Setting the stage: agencies, people, cameras and lists, each made once however often this runs."""

import hashlib
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.utils import timezone

from platekeeper import policy
from platekeeper.demo.releases import enter_requests
from platekeeper.intake.hotlists import named_layout
from platekeeper.office.accounts.models import Agency, Designation, Person, TrainingCompletion
from platekeeper.office.accounts.operations import add_agency, add_person
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.operations import add_camera
from platekeeper.office.hotlists.entries import (
    NewEntry,
    decide_entry,
    request_entry,
    requests_of,
    start_own_list,
)
from platekeeper.office.hotlists.lifecycle import EntryStepName
from platekeeper.office.hotlists.loading import load_file
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.operations import add_list
from platekeeper.policy import Duty, Role
from platekeeper.policy.vocabulary import DataSource

OWNER = "owner"
# one person of each, in the order of an agency's names in cast.toml
PARTS = (
    ("officer", Role.PATROL_OFFICER),
    ("dispatcher", Role.DISPATCHER),
    ("detective", Role.DETECTIVE),
    ("supervisor", Role.SUPERVISOR),
    ("admin", Role.ADMINISTRATOR),
    ("custodian", Role.CUSTODIAN),
    ("records", Role.RECORDS),
    ("auditor", Role.AUDITOR),
    ("commander", Role.COMMANDER),
)
FILLERS = 200
_ENTRY_RUNS = timedelta(days=14)


@dataclass(frozen=True)
class Stage:
    """One agency, ready to be shown.

    Attributes:
        agency: the agency.
        people: by part, such as officer.
        camera_of: which camera takes the pictures of a street.
        cameras: all of them.
        story: what looking back shows, as in cast.toml.
    """

    agency: Agency
    people: dict[str, Person]
    camera_of: dict[str, Camera]
    cameras: tuple[Camera, ...] = ()
    story: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def cast() -> list[dict[str, Any]]:
    """Return the agencies of cast.toml."""
    text = resources.files("platekeeper.demo").joinpath("cast.toml").read_text("utf-8")
    agencies: list[dict[str, Any]] = tomllib.loads(text)["agency"]
    return agencies


def set_stage(now: datetime) -> list[Stage]:
    """Make what is missing of the demonstration's agencies, people, cameras and lists.

    Args:
        now: the present time.
    """
    return [_set(given, now) for given in cast()]


def seconds_left(now: datetime) -> float:
    """Return how long the code of now still counts.

    Args:
        now: the present time.
    """
    period = getattr(settings, "MFA_TOTP_PERIOD", 30)
    return float(period - now.timestamp() % period)


def current_code(person: Person, now: datetime) -> str:
    """Return the code that a demonstration person's authenticator shows now.

    Args:
        person: the person; of the demonstration.
        now: the present time.
    """
    secret = decrypt(Authenticator.objects.using(OWNER).get(user=person, type="totp").data["secret"])
    period = getattr(settings, "MFA_TOTP_PERIOD", 30)
    return str(format_hotp_value(hotp_value(secret, int(now.timestamp()) // period)))


def searcher(stage: Stage) -> str:
    """Return the part of somebody who may search under the agency's policy; Monrovia lets few (C-3).

    Args:
        stage: the agency.
    """
    profile = policy.load_profile(stage.agency.profile)
    parts = ("detective", "dispatcher", "supervisor")
    return next((part for part in parts if _may_search(profile, stage.people[part])), parts[0])


def _may_search(profile: policy.Profile, person: Person) -> bool:
    limited = profile.users.inquiries_limited_to.value
    functions = {f for role in person.roles for f in profile.roles[Role(role)].functions}
    return policy.Function.SEARCH in functions and (not limited or person.title in limited)


def _set(given: dict[str, Any], now: datetime) -> Stage:
    profile = policy.load_profile(given["slug"])
    agency = add_agency(slug=given["slug"], name=profile.name, profile=given["slug"], is_demonstration=True)
    people = {
        part: _person(agency, profile, given["short"], part, role, name, now)
        for (part, role), name in zip(PARTS, given["people"], strict=True)
    }
    today = timezone.localdate(now)
    holders = {person.title: person for person in people.values()}
    for duty, office in profile.duties.items():
        # whose title it is, where somebody has it; a release is approved by whoever may
        holder = (
            people["commander"] if duty is Duty.RELEASE else holders.get(office.value, people["supervisor"])
        )
        Designation.objects.using(OWNER).get_or_create(
            agency=agency, duty=duty.value,
            defaults={"title": office.value, "holder": holder.full_name, "held_from": today},
        )  # fmt: skip
    camera_of: dict[str, Camera] = {}
    cameras: list[Camera] = []
    for place in given["cameras"]:
        camera = add_camera(
            agency=agency, ref=place["ref"], name=place["name"], lat=place["lat"], lon=place["lon"],
            kind=place.get("kind", Camera.Kind.FIXED), attested_by=people["admin"].full_name, now=now,
        )  # fmt: skip
        camera_of |= dict.fromkeys(place["streets"], camera)
        cameras.append(camera)
    _lists(agency, profile, given, people, now)
    enter_requests(people["detective"], now)
    return Stage(agency, people, camera_of, tuple(cameras), given["story"])


def _person(
    agency: Agency, profile: policy.Profile, short: str, part: str, role: Role, full_name: str, now: datetime
) -> Person:
    username = f"{part}.{short}"
    known = Person.objects.using(OWNER).filter(username=username).first()
    if known:
        return known
    played = _role_here(profile, role)
    title = next((t.title for t in profile.users.titles if played in t.roles), profile.roles[played].title)
    person = add_person(
        username=username, full_name=full_name, agency=agency, title=title, roles=[played.value], now=now
    )
    person.assignment = f"{profile.name}, {title}"
    person.acknowledged = list(profile.training.documents.value)
    person.authorized_by, person.authorized_at = (
        f"{'admin' if part == 'supervisor' else 'supervisor'}.{short}",
        now,
    )
    person.authorization_document = "Written authorisation (demonstration)"
    person.granted_by, person.granted_at = f"{'custodian' if part == 'admin' else 'admin'}.{short}", now
    person.entitlements = [source.value for source in DataSource]
    person.save(using=OWNER)
    Authenticator.objects.using(OWNER).create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(generate_totp_secret())}
    )
    for course in policy.required_courses(profile, frozenset({played})):
        TrainingCompletion.objects.using(OWNER).create(
            person=person, course=course.code, completed_at=now - timedelta(days=7), completed_by=f"trainer.{short}",
            signed_as=(sorted(course.trained_by) or [Role.TRAINER])[0].value, topics=list(course.topics),
            certified_by=course.certified_by,
        )  # fmt: skip
    return person


def _role_here(profile: policy.Profile, role: Role) -> Role:
    """Return a role, or what stands for it where the policy knows no such role (officers who only receive hits)."""
    if role in profile.roles:
        return role
    return {Role.PATROL_OFFICER: Role.HIT_ONLY_OFFICER, Role.DETECTIVE: Role.ANALYST}.get(
        role, Role.SUPERVISOR
    )


def _lists(
    agency: Agency, profile: policy.Profile, given: dict[str, Any], people: dict[str, Person], now: datetime
) -> None:
    admin = people["admin"]
    stolen = _list(agency, profile, "Stolen vehicles (demonstration)", admin, now)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "svs.tbl"
        file.write_text(_stolen_file(agency.slug, given["stolen"], now), "ascii")
        load_file(hot_list=stolen, path=file, layout=named_layout("ca-doj"), actor=admin.username, now=now)
    _own_entries(agency, profile, given, people, now)


def _own_entries(
    agency: Agency, profile: policy.Profile, given: dict[str, Any], people: dict[str, Person], now: datetime
) -> None:
    if not HotList.objects.using(OWNER).filter(agency=agency, is_own=True).exists():
        start_own_list(
            agency=agency, authority=profile.policy_title, purpose=profile.alerts.purpose.value,
            actor=people["admin"].username, now=now,
        )  # fmt: skip
    running = set(requests_of(agency).filter(expires_at__gt=now).values_list("plate", flat=True))
    for one in given["wanted"]:
        if one["plate"] not in running:
            asked = request_entry(
                person=people["detective"], entry=_entry(profile, people, one, now), now=now
            )
            decide_entry(
                person=people["supervisor"], request=asked, step=EntryStepName.APPROVED, reason="", now=now
            )


def _entry(
    profile: policy.Profile, people: dict[str, Person], one: dict[str, str], now: datetime
) -> NewEntry:
    return NewEntry(
        plate=one["plate"], region=one["region"], interest="wanted-person", vehicle=one["vehicle"],
        purpose=profile.alerts.purpose.value,
        case_agent=people["detective"].full_name, case_number=one["case_number"], synopsis=one["synopsis"],
        report_attested=True, expires_at=now + _ENTRY_RUNS,
    )  # fmt: skip


def _list(agency: Agency, profile: policy.Profile, name: str, admin: Person, now: datetime) -> HotList:
    known = HotList.objects.using(OWNER).select_related("agency", "current").filter(agency=agency, name=name)
    return known.first() or add_list(
        agency=agency, name=name, source="invented for the demonstration",
        authority="none is needed for invented plates", purpose=profile.alerts.purpose.value,
        actor=admin.username, now=now,
    )  # fmt: skip


def _stolen_file(slug: str, stolen: list[dict[str, str]], now: datetime) -> str:
    """Return a file as California's DOJ sends it (formats 2.1): made today, so that it is the same all day."""
    day = timezone.localdate(now)
    listed = [one["plate"] for one in stolen] + [_filler(slug, number) for number in range(FILLERS)]
    lines = [f"{plate:<8}CA19{day - timedelta(days=3):%Y%m%d}" for plate in dict.fromkeys(listed)]
    return "\n".join([f"DATE{day:%m/%d/%Y} 00:00", *lines, f"TOTAL RECORD {len(lines):07d}", ""])


def _filler(slug: str, number: int) -> str:
    """Return an invented plate of California's present form that no picture shows."""
    digest = hashlib.sha256(f"{slug}:{number}".encode()).digest()
    letters = "".join("ABCDEFGHJKLMNPRSTUVWXYZ"[byte % 23] for byte in digest[1:4])
    return f"{digest[0] % 10}{letters}{digest[4] % 10}{digest[5] % 10}{digest[6] % 10}"
