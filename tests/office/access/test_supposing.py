"""The policy is asked while the database looks, on the supposition that it finds what it found last time (ADR 0013).

Whatever changed since counts at once: what was found last time decides nothing.
"""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from platekeeper.office.access import operations
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.models import Person, TrainingCompletion
from platekeeper.office.misuse.relations import end_plate, enter_plate
from platekeeper.office.rms.operations import connect_rms, take_cases
from platekeeper.policy import Role

from ..people import OWNER, a_person, a_searcher, an_agency, an_inquiry


@pytest.fixture(autouse=True)
def _nothing_supposed(monkeypatch):
    monkeypatch.setattr(operations, "_FOUND_LAST", {})


@pytest.fixture
def decided(monkeypatch) -> list[object]:
    """Return the list of what the policy answered, in order, whether it counted or not."""
    answers: list[object] = []
    usual = operations.decide_access

    def listening(*asked):
        answers.append(usual(*asked))
        return answers[-1]

    monkeypatch.setattr(operations, "decide_access", listening)
    return answers


def asks(person: Person, **changes: object) -> None:
    inquiry = an_inquiry(person.agency, **changes)
    open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())


def refused(person: Person, **changes: object) -> str:
    with pytest.raises(AccessDenied) as caught:
        asks(person, **changes)
    return caught.value.decision.obligation


class TestWhatChangedSince:
    def test_counts_at_once_where_a_training_was_withdrawn(self):
        person = a_searcher(an_agency())
        asks(person)
        TrainingCompletion.objects.using(OWNER).filter(person=person).delete()

        assert refused(person) == "TRN-01"

    def test_counts_at_once_where_a_training_was_completed(self):
        agency = an_agency()
        person, other = a_person(agency, Role.DETECTIVE, trained=False), a_person(agency, Role.DETECTIVE)
        assert refused(person) == "TRN-01"
        TrainingCompletion.objects.using(OWNER).filter(person=other).update(person=person)

        asks(person)

    def test_counts_at_once_where_the_account_was_suspended(self):
        person = a_searcher(an_agency())
        asks(person)
        Person.objects.using(OWNER).filter(pk=person.pk).update(
            suspended_until=timezone.now() + timedelta(days=3)
        )

        assert refused(Person.objects.select_related("agency").get(pk=person.pk)) == "USR-09"

    @pytest.mark.parametrize(
        ("change", "obligation"),
        [
            ({"suspended_until": timezone.now() + timedelta(days=3)}, "USR-09"),
            ({"disabled_at": timezone.now() + timedelta(minutes=1), "is_active": False}, "USR-10"),
            ({"separated_at": timezone.now() + timedelta(minutes=1), "is_active": False}, "USR-11"),
        ],
    )
    def test_is_a_refusal_on_record_where_it_happened_while_the_page_was_answered(
        self, change, obligation, owner
    ):
        person = a_searcher(an_agency())  # as the request found them, a moment ago
        Person.objects.using(OWNER).filter(pk=person.pk).update(**change)

        assert refused(person) == obligation
        asked = "SELECT outcome FROM access_record WHERE person_id = %s"
        assert owner.execute(asked, [person.pk]).fetchall() == [("DENIED",)]

    def test_counts_at_once_where_the_plate_turned_out_to_be_one_s_own(self):
        person = a_searcher(an_agency())
        asks(person)
        own = enter_plate(
            person=person, actor=person, plate="8ABC123", kind="OWN", label="the blue one", now=timezone.now()
        )

        assert refused(person) == "PUR-05"

        asks(person, query={"plate": "7XYZ890"})
        end_plate(relation=own, actor=person, now=timezone.now())
        asks(person)

    def test_counts_at_once_where_a_case_was_closed(self, tmp_path):
        person = a_searcher(an_agency())
        asks(person, case_number="26-01234")
        registry = connect_rms(agency=person.agency, cases_folder=str(tmp_path))
        for second, status in enumerate(("open", "closed"), start=1):
            file = tmp_path / f"{second}.csv"
            file.write_text(f"case_number,status\n26-01234,{status}\n26-2,open\n", "utf-8")
            os.utime(file, (second, second))
            take_cases(registry, timezone.now())
            if status == "open":
                asks(person, case_number="26-01234")

        assert refused(person, case_number="26-01234") == "PUR-14"


class TestSupposition:
    def test_that_is_wrong_lets_nobody_in(self):
        agency = an_agency()
        asks(a_searcher(agency))
        (said,) = operations._FOUND_LAST.values()
        untrained = a_person(agency, Role.DETECTIVE, trained=False)
        assert refused(untrained) == "TRN-01"

        for key in operations._FOUND_LAST:
            operations._FOUND_LAST[key] = said

        assert refused(untrained) == "TRN-01"

    def test_that_is_wrong_keeps_nobody_out(self):
        person = a_searcher(an_agency())
        asks(person)
        for key, (_, *others) in operations._FOUND_LAST.items():
            operations._FOUND_LAST[key] = [[], *others]

        asks(person)

    def test_that_holds_is_not_decided_twice(self, decided):
        person = a_searcher(an_agency())
        asks(person)
        asks(person, query={"plate": "7XYZ890"})

        assert len(decided) == 2

    def test_that_does_not_hold_is_decided_anew(self, decided):
        person = a_searcher(an_agency())
        asks(person)
        TrainingCompletion.objects.using(OWNER).filter(person=person).delete()
        refused(person)

        supposed, found = decided[1:]
        assert isinstance(supposed, operations.Allowed)
        assert isinstance(found, operations.Denied)

    def test_is_of_the_same_questions_alone(self):
        # a pattern that too many plates fit is not looked up among one's own: fewer questions, fewer answers
        person = a_searcher(an_agency())
        for plate in ("8ABC123", "8*", "8ABC123"):
            asks(person, query={"plate": plate})

        assert len(operations._FOUND_LAST) == 2

    def test_is_made_for_so_many_and_no_more(self, monkeypatch):
        monkeypatch.setattr(operations, "_MOST_SUPPOSED", 2)
        agency = an_agency()
        for _ in range(3):
            asks(a_searcher(agency))

        assert len(operations._FOUND_LAST) == 1
