"""What is known of an inquiry before it runs: the policy holds it until a supervisor clears it (PUR-05, PUR-06)."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from platekeeper.office.access.inquiries import Inquiry, Lookup, Screening
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.misuse.relations import counted_fold, relations_asked, relations_told
from platekeeper.office.search.sensitive import questions_in
from platekeeper.office.statements import Ask, Rows
from platekeeper.policy.misuse import REPEAT_WITHIN, repeat_is_held
from platekeeper.policy.vocabulary import INQUIRING, QUERYING, Function, MisuseFlag


def screen(
    person: Person,
    agency: Agency,  # noqa: ARG001  # see access.screening
    inquiry: Inquiry,
    now: datetime,
) -> Iterator[Screening | Lookup]:
    """Say what the detectors know of an inquiry: nobody is exempt.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    if inquiry.function not in INQUIRING | {Function.REQUEST_HOTLIST_ENTRY}:
        return
    if not person.is_on_duty and inquiry.function in QUERYING:
        yield Screening(flags=frozenset({MisuseFlag.OFF_SHIFT}))
    for plate in {question.plate for question in questions_in(inquiry.query) if question.plate}:
        relations = relations_asked(person, plate)
        if relations is not None:
            yield Lookup(relations, lambda rows: Screening(flags=relations_told(rows)))
        repetition = _repetition(person, plate, inquiry.case_number, now)
        if repetition is not None:
            yield Lookup(repetition, _repetition_told)


def _repetition(person: Person, plate: str, case_number: str, now: datetime) -> Ask | None:
    fold = counted_fold(plate)
    if not fold:
        return None
    return Ask(
        "SELECT * FROM inquiry_days(%s, %s, %s, %s, %s)",
        [person.pk, fold, case_number, now - REPEAT_WITHIN, settings.TIME_ZONE],
    )


def _repetition_told(rows: Rows) -> Screening:
    own_days, all_days, is_open_case = rows[0]
    held = not is_open_case and repeat_is_held(own_days, all_days)
    return Screening(flags=frozenset({MisuseFlag.REPEAT_TARGET} if held else ()))
