"""What was asked before anybody looks: a case with its searches, and looks that the misuse detectors find.

All of it takes the way that it takes from a page: decided, recorded, refused where the policy refuses it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from platekeeper.demo.history import DAYS
from platekeeper.demo.stage import Stage, searcher
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.cases.models import CaseFile
from platekeeper.office.cases.operations import add_member, add_note, add_read, add_search, open_case
from platekeeper.office.misuse.operations import examine, name_reviewer
from platekeeper.office.misuse.relations import enter_plate
from platekeeper.office.search.answers import Shown, answer
from platekeeper.office.search.questions import Question
from platekeeper.policy import Function

_READS = slice(3, None, 6)  # of those found, put into the case: one of some evenings each
_OTHER_CASES = "567"  # last digits of numbers that a curious person made up
_CURIOUS = "vehicle of a witness in a burglary of a garage"


def gather(stages: list[Stage], now: datetime) -> None:
    """Open each agency's case and leave looks to be judged, once.

    Args:
        stages: the agencies, their history played.
        now: the present time.
    """
    for stage, neighbour in zip(stages, stages[1:] + stages[:1], strict=True):
        if not CaseFile.objects.filter(agency=stage.agency).exists():
            _work_on(stage, now)
            _leave_misuse(stage, neighbour, now)


def _work_on(stage: Stage, now: datetime) -> None:
    person, story = stage.people[searcher(stage)], stage.story
    purpose = profile_of(stage.agency).purposes.authorized[0].code
    case = open_case(
        person=person, number=story["case_number"], title=story["title"], purpose=purpose, now=now
    )
    asked = {"case_number": case.number, "reason": story["title"]}
    colleague = stage.people["supervisor"]
    if colleague.pk != person.pk:
        add_member(case=case, actor=person, person=colleague, now=now)
    for query in ({}, {"analysis": "vehicle"}, {"analysis": "companions", "seconds": 60, "least": 3}):
        shown = _asked(person, story["plate"], now, **asked, **query)
        record = _record(person, shown)
        add_search(case=case, person=person, record=record, now=now)
        for row in shown.context.get("reads", ())[_READS]:
            add_read(case=case, person=person, record=record, read_id=row.id, read_at=row.read_at, now=now)
    add_note(
        case=case, person=person, now=now,
        text=f"Seen on evenings at three cameras in a row; {story['companion']} passes them seconds later each time.",
    )  # fmt: skip


def _leave_misuse(stage: Stage, neighbour: Stage, now: datetime) -> None:
    """A colleague's plate, one plate under made-up numbers, and the chief's own household's."""
    curious, officer, chief = (stage.people[part] for part in (searcher(stage), "officer", "commander"))
    name_reviewer(
        agency=stage.agency, username=neighbour.people["auditor"].username, actor=stage.people["admin"], now=now,
        organization=f"{neighbour.agency.name}, by agreement",
    )  # fmt: skip
    enter_plate(person=officer, actor=officer, plate="4HJK120", kind="OWN", label="the blue one", now=now)
    enter_plate(person=chief, actor=chief, plate="4PRT655", kind="HOUSEHOLD", label="the van", now=now)
    number = profile_of(stage.agency).access.case_number_example.value
    _asked(curious, "4HJK120", now, case_number=number, reason=_CURIOUS)
    _asked(chief, "4PRT655", now, case_number=number, reason=_CURIOUS)
    for digit in _OTHER_CASES:
        _asked(curious, "6NRW414", now, case_number=number[:-1] + digit, reason=_CURIOUS)
    examine(stage.agency, now)


def _asked(
    person: Person, plate: str, now: datetime, *, case_number: str, reason: str, **query: object
) -> Shown:
    question = Question(plate=plate, since=now - timedelta(days=DAYS + 1), until=now + timedelta(minutes=1))
    purpose = profile_of(person.agency).purposes.authorized[0].code
    inquiry = Inquiry(
        function=Function.SEARCH, purpose=purpose, case_number=case_number, reason=reason,
        query={**question.as_record(), **query}, asked_from=question.since, asked_to=question.until,
        source="demonstration",
    )  # fmt: skip
    return answer(person, inquiry)


def _record(person: Person, shown: Shown) -> OwnRecord:
    record = own_record(person, UUID(str(shown.context["record"]["id"])))
    assert record is not None, "the search of the demonstration's own case is allowed"
    return record
