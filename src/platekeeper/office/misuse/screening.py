"""What is known of an inquiry before it runs: the policy holds it until a supervisor clears it (PUR-05, PUR-06)."""

from datetime import datetime

from django.conf import settings

from platekeeper import plates
from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import Inquiry
from platekeeper.office.access.screening import Screening
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.misuse.relations import relations_with
from platekeeper.office.search.sensitive import questions_in
from platekeeper.office.statements import prepared
from platekeeper.policy.misuse import REPEAT_WITHIN, repeat_is_held
from platekeeper.policy.vocabulary import INQUIRING, QUERYING, MisuseFlag


def screen(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> Screening:  # noqa: ARG001  # see access.screening
    """Say what the detectors know of an inquiry: nobody is exempt.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    if inquiry.function not in INQUIRING:
        return Screening()
    asked = {question.plate for question in questions_in(inquiry.query) if question.plate}
    flags: set[MisuseFlag] = set()
    if not person.is_on_duty and inquiry.function in QUERYING:
        flags.add(MisuseFlag.OFF_SHIFT)
    for plate in asked:
        flags |= relations_with(person, plate)
        if _is_repeated(person, plate, inquiry.case_number, now):
            flags.add(MisuseFlag.REPEAT_TARGET)
    return Screening(flags=frozenset(flags))


def _is_repeated(person: Person, plate: str, case_number: str, now: datetime) -> bool:
    fold = plates.fold(plates.normalize(plate))
    if not fold or "?" in plate or "*" in plate:
        return False
    with prepared(WEB) as cursor:
        cursor.execute(
            "SELECT * FROM inquiry_days(%s, %s, %s, %s, %s)",
            [person.pk, fold, case_number, now - REPEAT_WITHIN, settings.TIME_ZONE],
            prepare=True,
        )
        row = cursor.fetchone()
    assert row is not None
    own_days, all_days, is_open_case = row
    return not is_open_case and repeat_is_held(own_days, all_days)
