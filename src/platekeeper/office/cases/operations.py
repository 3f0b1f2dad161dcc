"""Opening a case, working together on it, and gathering searches, reads and notes in it.

Whoever may search may open a case; only its members see into it, and each look is an access of its own with the case's
purpose, number and offence as its reason (SRC-01, SRC-02).
"""

import re
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.access.queries import OwnRecord
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.cases.models import CaseFile, CaseItem, CaseMember, ItemKind
from platekeeper.policy import Denied, Function
from platekeeper.policy.lint import lint_reason


class CaseError(PlatekeeperError):
    """Something cannot be done with a case; the sentence says what helps."""


def open_case(*, person: Person, number: str, title: str, purpose: str, now: datetime) -> CaseFile:
    """Open a case and become its first member.

    Args:
        person: who opens it.
        number: as the agency writes its numbers.
        title: the offence.
        purpose: code of an authorized purpose.
        now: the present time.

    Raises:
        CaseError: the person may not search, the number is none of this agency's or taken, or the title says nothing.

    Records:
        `case.opened`.

    Source:
        PUR-14, SRC-02, SRC-04
    """
    profile = profile_of(person.agency)
    decision = policy.decide_function(profile, facts_of(person), Function.SEARCH, now)
    if isinstance(decision, Denied):
        raise CaseError(str(decision))
    access = profile.access
    if not re.fullmatch(access.case_number_pattern.value, number, re.ASCII):
        raise CaseError(
            f'"{number[:40]}" is not a case number of this agency: state it like {access.case_number_example.value}.'
        )
    if profile.purpose(purpose) is None:
        raise CaseError("Choose one of the listed purposes.")
    if lint_reason(title):
        raise CaseError(
            "The title says too little or too much: name the offense or incident, and no protected trait."
        )
    try:
        with transaction.atomic(using=WEB):
            made = CaseFile.objects.create(
                agency=person.agency,
                number=number,
                title=title,
                purpose=purpose,
                opened_by=person,
                opened_at=now,
            )
            CaseMember.objects.create(case=made, person=person, added_by=person.username, added_at=now)
            _enter(made, person, "case.opened", {"number": number, "title": title, "purpose": purpose})
    except IntegrityError as error:
        raise CaseError(f"Case {number} is open already: ask a member to add you.") from error
    return made


def add_member(*, case: CaseFile, actor: Person, person: Person, now: datetime) -> None:
    """Let a colleague work on a case.

    Args:
        case: which; open.
        actor: a member.
        person: the colleague, of the same agency.
        now: the present time.

    Raises:
        CaseError: another agency's, a member already, or the case is closed.

    Records:
        `case.member-added`.

    Source:
        PUR-13
    """
    _check_open(case)
    if person.agency_id != case.agency_id:
        raise CaseError("Only people of the same agency work on a case; others need an agreement.")
    try:
        with transaction.atomic(using=WEB):
            CaseMember.objects.create(case=case, person=person, added_by=actor.username, added_at=now)
            _enter(case, actor, "case.member-added", {"person": person.username})
    except IntegrityError as error:
        raise CaseError(f"{person} works on this case already.") from error


def remove_member(*, case: CaseFile, actor: Person, person: Person, now: datetime) -> None:
    """End somebody's work on a case; the last member stays.

    Args:
        case: which.
        actor: a member.
        person: whose work ends.
        now: the present time.

    Raises:
        CaseError: no member, or the last one.

    Records:
        `case.member-removed`.

    Source:
        PUR-13
    """
    with transaction.atomic(using=WEB):
        standing = CaseMember.objects.filter(case=case, removed_at__isnull=True)
        if not standing.exclude(person=person).exists():
            raise CaseError("The last member stays: close the case instead.")
        if not standing.filter(person=person).update(removed_at=now, removed_by=actor.username):
            raise CaseError(f"{person} does not work on this case.")
        _enter(case, actor, "case.member-removed", {"person": person.username})


def close_case(*, case: CaseFile, actor: Person, now: datetime) -> None:
    """Close a case: nothing is added any more, and its number no longer excuses repeated searches (PUR-06).

    Args:
        case: which.
        actor: a member.
        now: the present time.

    Raises:
        CaseError: it was closed before.

    Records:
        `case.closed`.

    Source:
        PUR-06
    """
    with transaction.atomic(using=WEB):
        changed = CaseFile.objects.filter(pk=case.pk, closed_at__isnull=True).update(
            closed_at=now, closed_by=actor.username
        )
        if not changed:
            raise CaseError("This case is closed already.")
        _enter(case, actor, "case.closed", {})


def add_note(*, case: CaseFile, person: Person, text: str, now: datetime) -> None:
    """Write a note into a case; it stays as it is.

    Args:
        case: which; open.
        person: a member.
        text: the note.
        now: the present time.

    Raises:
        CaseError: empty, or the case is closed.

    Records:
        `case.note-added`.

    Source:
        SRC-06
    """
    _check_open(case)
    if not text.strip():
        raise CaseError("Write something first.")
    with transaction.atomic(using=WEB):
        CaseItem.objects.create(
            case=case, kind=ItemKind.NOTE, text=text.strip(), added_by=person, added_at=now
        )
        _enter(case, person, "case.note-added", {})


def add_search(*, case: CaseFile, person: Person, record: OwnRecord, now: datetime) -> None:
    """Put a search into its case.

    Args:
        case: which; open.
        person: a member, whose search it was.
        record: the access record of the search.
        now: the present time.

    Raises:
        CaseError: the search was for another case, is there already, or the case is closed.

    Records:
        `case.search-added`.

    Source:
        SRC-02
    """
    _check_for(case, record)
    try:
        with transaction.atomic(using=WEB):
            CaseItem.objects.create(
                case=case, kind=ItemKind.SEARCH, access_id=record.id, added_by=person, added_at=now
            )
            _enter(case, person, "case.search-added", {"access": str(record.id)})
    except IntegrityError as error:
        raise CaseError("This search is in the case already.") from error


def add_read(
    *, case: CaseFile, person: Person, record: OwnRecord, read_id: UUID, read_at: datetime, now: datetime
) -> None:
    """Put a read into the case in the course of which it was seen.

    Args:
        case: which; open.
        person: a member, who saw it.
        record: the access record in whose course it was seen.
        read_id: the read.
        read_at: its time, which says where it is stored.
        now: the present time.

    Raises:
        CaseError: it was seen for another case, is there already, or the case is closed.

    Records:
        `case.read-added`.

    Source:
        SRC-02
    """
    _check_for(case, record)
    try:
        with transaction.atomic(using=WEB):
            CaseItem.objects.create(
                case=case, kind=ItemKind.READ, access_id=record.id, read_id=read_id, read_at=read_at, added_by=person,
                added_at=now,
            )  # fmt: skip
            _enter(case, person, "case.read-added", {"read": str(read_id), "access": str(record.id)})
    except IntegrityError as error:
        raise CaseError("This read is in the case already.") from error


def _check_for(case: CaseFile, record: OwnRecord) -> None:
    _check_open(case)
    if record.case_number != case.number:
        raise CaseError(
            f"That was looked up for {record.case_number or 'no case'}: search again for {case.number}."
        )


def _check_open(case: CaseFile) -> None:
    if case.closed_at is not None:
        raise CaseError("This case is closed: nothing is added any more.")


def _enter(case: CaseFile, actor: Person, event: str, details: dict[str, str]) -> None:
    record_event(
        agency=case.agency.slug, event=event, actor=actor.username, subject=f"case:{case.pk}", details=details
    )
