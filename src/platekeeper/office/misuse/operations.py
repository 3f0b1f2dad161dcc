"""Examining the records, keeping what was found, and judging it (PUR-05, PUR-06).

The examination runs as `auditor`, which may read inquiries for nothing else; each run is in the ledger. A finding about
somebody who leads is told to the outside reviewer and to nobody inside.
"""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.accounts.models import Agency, Designation, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.misuse.models import Finding, Judgement, OutsideReviewer, PlateRelation, Review
from platekeeper.office.misuse.relations import counted_fold, digest_of
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Duty, Role
from platekeeper.policy.misuse import (
    OBLIGATION,
    REPEAT_WITHIN,
    Look,
    Suspicion,
    concerns_lead,
    decide_review,
    suspicions,
)
from platekeeper.policy.vocabulary import MisuseFlag

AUDITOR = "auditor"
_OFF_SHIFT = MisuseFlag.OFF_SHIFT.value
_OFFICES = (Duty.MISUSE, Duty.AUDIT, Duty.ADMINISTRATION)


class ReviewRefused(PlatekeeperError):  # noqa: N818  # named for what happened
    """A finding cannot be judged so; the sentence says why."""


def examine(agency: Agency, now: datetime) -> int:
    """Examine half a year of an agency's inquiries, and keep and tell what is new.

    Args:
        agency: whose.
        now: the present time.

    Returns:
        How many findings are new.

    Records:
        `misuse.examined`, and `misuse.found` for each new finding.

    Source:
        PUR-05, PUR-06, SRC-04, PUR-14
    """
    looks = _looks(agency, now)
    people = {person.username: person for person in Person.objects.filter(agency=agency)}
    new = 0
    for suspicion in suspicions(looks):
        person = people.get(suspicion.person)
        if person is not None and _keep(agency, person, suspicion, now):
            new += 1
    record_event(
        agency=agency.slug, event="misuse.examined", actor="misuse", subject=agency.slug,
        details={"looks": len(looks), "new": new}, using=AUDITOR,
    )  # fmt: skip
    return new


def judge(*, finding: Finding, reviewer: Person, judgement: str, note: str, now: datetime) -> Review:
    """Judge a finding, once.

    Args:
        finding: which.
        reviewer: who judges.
        judgement: a code of `Judgement`.
        note: why.
        now: the present time.

    Raises:
        ReviewRefused: the policy says that this person may not, it was judged before, or no reason is given.

    Records:
        `misuse.reviewed`.

    Source:
        PUR-05, PUR-06
    """
    decision = decision_on(finding, reviewer, now)
    if isinstance(decision, Denied):
        raise ReviewRefused(str(decision))
    if judgement not in Judgement.values:
        raise ReviewRefused("Choose one of the judgements.")
    if not note.strip():
        raise ReviewRefused("Say in a few words why you judge so.")
    try:
        with transaction.atomic(using=WEB):
            made = Review.objects.create(
                finding=finding, judgement=judgement, note=note.strip(), reviewed_by=reviewer, reviewed_at=now
            )
            record_event(
                agency=finding.agency.slug, event="misuse.reviewed", actor=reviewer.username, subject=str(finding.pk),
                details={"judgement": judgement, "note": note.strip()},
            )  # fmt: skip
            if judgement == Judgement.MISUSE:
                tell(
                    agency=finding.agency, to=Duty.MISUSE.value, kind="misuse-referred",
                    subject="A finding of misuse was referred for discipline",
                    link=reverse("misuse:finding", args=[finding.pk]), key=f"misuse-{finding.pk}-referred", now=now,
                )  # fmt: skip
    except IntegrityError as error:
        raise ReviewRefused("This finding was judged before.") from error
    return made


def name_reviewer(
    *, agency: Agency, username: str, organization: str, actor: Person, now: datetime
) -> OutsideReviewer:
    """Name an outside reviewer for findings about those who lead.

    Args:
        agency: whose findings.
        username: the reviewer's, who leads nothing there.
        organization: where they come from.
        actor: who names them.
        now: the present time.

    Raises:
        ReviewRefused: nobody has that name, leads here, is named already, or no organization is given.

    Records:
        `misuse.reviewer-named`.

    Source:
        PUR-06; abuse cases (nobody exempt)
    """
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise ReviewRefused("Nobody has that username: make the account first.")
    if person.agency_id == agency.pk and _leads(person):
        raise ReviewRefused("Whoever leads here judges nobody who leads here: name somebody from outside.")
    if not organization.strip():
        raise ReviewRefused("Say which organization the reviewer comes from.")
    try:
        with transaction.atomic(using=WEB):
            made = OutsideReviewer.objects.create(
                agency=agency,
                person=person,
                organization=organization.strip(),
                named_by=actor.username,
                named_at=now,
            )
            record_event(
                agency=agency.slug, event="misuse.reviewer-named", actor=actor.username, subject=person.username,
                details={"organization": organization.strip()},
            )  # fmt: skip
    except IntegrityError as error:
        raise ReviewRefused(f"{person} is named already.") from error
    return made


def decision_on(finding: Finding, reviewer: Person, now: datetime) -> policy.Decision:
    """Decide whether somebody may see and judge a finding.

    Args:
        finding: which.
        reviewer: who.
        now: the present time.
    """
    is_outside = OutsideReviewer.objects.filter(
        agency=finding.agency, person=reviewer, ended_at__isnull=True
    ).exists()
    asked = None if is_outside and finding.is_outside else finding.agency
    return decide_review(
        profile_of(finding.agency),
        facts_of(reviewer, asked=asked),
        subject=finding.subject.username,
        is_lead=finding.is_outside,
        is_outside=is_outside,
        now=now,
    )


def _looks(agency: Agency, now: datetime) -> list[Look]:
    owners = {
        bytes(one.digest): (one.person_id, one.kind)
        for one in PlateRelation.objects.filter(agency=agency, ended_at__isnull=True)
    }
    zone = ZoneInfo(settings.TIME_ZONE)
    with connections[AUDITOR].cursor() as cursor:
        cursor.execute("SELECT * FROM inquiries_since(%s, %s)", [agency.pk, now - REPEAT_WITHIN])
        rows = cursor.fetchall()
    looks = []
    for (
        record_id,
        at,
        person_id,
        username,
        _,
        plate,
        case_number,
        reason,
        outcome,
        explanation,
        is_open,
    ) in rows:
        fold = counted_fold(plate or "")
        digest = digest_of(fold) if fold else b""
        was_held = outcome == "DENIED"  # what was held back has reached nobody; that it was tried is known
        was_off = was_held and _OFF_SHIFT in explanation
        target = "" if was_held and digest not in owners else digest.hex()[:32]
        looks.append(Look(
            id=str(record_id), at=at.astimezone(zone), person=username, target=target,
            case_number=case_number, open_case=is_open, reason=reason, on_duty=False if was_off else None,
            relation=_relation(owners.get(digest), person_id),
        ))  # fmt: skip
    return looks


def _relation(owner: tuple[int, str] | None, person_id: int) -> MisuseFlag | None:
    if owner is None:
        return None
    if owner[0] != person_id:
        return MisuseFlag.COLLEAGUE_PLATE
    return MisuseFlag.OWN_PLATE if owner[1] == "OWN" else MisuseFlag.HOUSEHOLD_PLATE


def _keep(agency: Agency, person: Person, suspicion: Suspicion, now: datetime) -> bool:
    is_lead = _leads(person)
    # a finding that goes on is found again each quarter, not each day
    quarter = f"{suspicion.last_at.year}-{(suspicion.last_at.month + 2) // 3}"
    key = hashlib.sha256(f"{suspicion.key}:{quarter}".encode()).hexdigest()
    with transaction.atomic(using=AUDITOR):
        finding, is_new = Finding.objects.using(AUDITOR).get_or_create(
            agency_id=agency.pk, key=key,
            defaults={
                "subject_id": person.pk, "detector": suspicion.detector.value, "explanation": suspicion.explanation,
                "obligation": OBLIGATION[suspicion.detector], "is_outside": is_lead, "records": list(suspicion.looks),
                "first_at": suspicion.first_at, "last_at": suspicion.last_at, "found_at": now,
            },
        )  # fmt: skip
        if is_new:
            record_event(
                agency=agency.slug, event="misuse.found", actor="misuse", subject=str(finding.pk),
                details={"detector": suspicion.detector.value, "person": person.username, "outside": is_lead},
                using=AUDITOR,
            )  # fmt: skip
    _announce(agency, finding, now)
    return is_new


def _announce(agency: Agency, finding: Finding, now: datetime) -> None:
    reviewers = OutsideReviewer.objects.filter(agency=agency, ended_at__isnull=True).select_related("person")
    outside: list[Person | Role] = [one.person for one in reviewers] if finding.is_outside else []
    link = reverse("misuse:finding", args=[finding.pk])
    subject = "The misuse detectors found something to be judged"
    if finding.is_outside and not outside:
        link = reverse("misuse:reviewers")
        subject = "A finding about somebody who leads waits: name an outside reviewer"
    for to in outside or (Role.AUDITOR,):
        tell(
            agency=agency, to=to, kind="misuse-finding", subject=subject, link=link, key=f"misuse-{finding.pk}", now=now
        )  # fmt: skip


def _leads(person: Person) -> bool:
    today = timezone.localdate()
    holds = Designation.objects.filter(
        agency_id=person.agency_id, holder=person.full_name, duty__in=[duty.value for duty in _OFFICES],
        held_from__lte=today,
    ).exclude(held_to__lte=today)  # fmt: skip
    return concerns_lead((Role(role) for role in person.roles), holds_office=holds.exists())
