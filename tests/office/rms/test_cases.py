"""The case registry: a number that it does not know is refused, and silence is recorded as unknown (PUR-14)."""

import os

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.rms.links import RmsError
from platekeeper.office.rms.models import CaseList
from platekeeper.office.rms.operations import connect_rms, take_cases
from platekeeper.office.rms.queries import case_known, normal_number

from ..people import a_searcher, an_agency, an_inquiry
from .systems import RecordsSystem

CASE = "26-01234"  # as Redondo Beach writes them


@pytest.fixture
def agency():
    return an_agency()


def dropped(folder, content: bytes, name: str = "cases.csv", *, second: int = 1):
    (folder / name).write_bytes(content)
    os.utime(folder / name, (second, second))


def recorded(owner, agency) -> list[tuple[str, bool | None]]:
    rows = owner.execute(
        "SELECT outcome, case_known FROM access_record WHERE agency_id = %s ORDER BY accessed_at", [agency.pk]
    )
    return rows.fetchall()


class TestTheFolder:
    def test_knows_the_open_cases_of_its_latest_file(self, agency, tmp_path):
        connection = connect_rms(agency=agency, cases_folder=str(tmp_path))
        dropped(tmp_path, b"case_number,status\n26-01234,open\n26-1,closed\n", "a.csv", second=1)
        take_cases(connection, timezone.now())
        assert [case_known(agency, number) for number in (CASE, " 26-01234 ", "26-1", "26-2")] == [
            True, True, False, False,
        ]  # fmt: skip

        dropped(tmp_path, b"status,case_number\nopen,26-2\n", "b.csv", second=2)
        take_cases(connection, timezone.now())

        assert [case_known(agency, number) for number in (CASE, "26-2")] == [False, True]

    def test_is_unknown_before_its_first_file(self, agency, tmp_path):
        connection = connect_rms(agency=agency, cases_folder=str(tmp_path))

        assert take_cases(connection, timezone.now()) is None
        assert case_known(agency, CASE) is None

    def test_takes_a_file_once(self, agency, tmp_path):
        connection = connect_rms(agency=agency, cases_folder=str(tmp_path))
        dropped(tmp_path, b"case_number\n26-01234\n")

        assert take_cases(connection, timezone.now()).count == 1
        assert take_cases(connection, timezone.now()) is None

    @pytest.mark.parametrize(
        "content",
        [b"", b"number\n26-1\n", b"case_number\n", b"case_number\n\n26-1\n,\n", b"case_number\n\xff\n",
         b"case_number\n" + b"9" * 65 + b"\n", b'case_number\n"26', b"case_number\n26\x001\n"],
        ids=("empty", "no such column", "no case", "a line without", "not UTF-8", "too long", "unclosed", "zero byte"),
    )  # fmt: skip
    def test_refuses_a_broken_file_and_keeps_what_it_knew(self, agency, tmp_path, content):
        connection = connect_rms(agency=agency, cases_folder=str(tmp_path))
        dropped(tmp_path, b"case_number\n26-01234\n", "a.csv", second=1)
        take_cases(connection, timezone.now())
        dropped(tmp_path, content, "b.csv", second=2)

        with pytest.raises(RmsError, match=r"\.csv|CSV"):
            take_cases(connection, timezone.now())

        assert case_known(agency, CASE) is True
        assert CaseList.objects.filter(agency=agency).count() == 1

    def test_that_is_missing_is_told_in_a_sentence(self, agency, tmp_path):
        connection = connect_rms(agency=agency, cases_folder=str(tmp_path / "missing"))

        with pytest.raises(RmsError, match="There is no folder"):
            take_cases(connection, timezone.now())

    @given(st.text(max_size=30))
    def test_compares_numbers_without_spaces_and_case(self, number):
        assert normal_number(normal_number(number)) == normal_number(number)
        assert normal_number(f" {number} ") == normal_number(number)


class TestTheLookup:
    def test_answers_what_the_system_says(self, agency):
        with RecordsSystem(cases={CASE: True, "26-00001": False}).listening() as system:
            connect_rms(agency=agency, cases_url=system.url)

            assert [case_known(agency, number) for number in (CASE, "26-00001", "26-00002")] == [
                True, False, False,
            ]  # fmt: skip

    @pytest.mark.parametrize("answer", [b"yes", b"[]", b'{"open": "maybe"}', b"{}", b"\xff", b"null"])
    def test_of_nonsense_is_unknown(self, agency, answer):
        with RecordsSystem(answer=answer).listening() as system:
            connect_rms(agency=agency, cases_url=system.url)

            assert case_known(agency, CASE) is None

    def test_that_nobody_answers_is_unknown(self, agency):
        connect_rms(agency=agency, cases_url="http://127.0.0.1:9/")

        assert case_known(agency, CASE) is None

    def test_that_takes_too_long_is_recorded_as_unknown_and_bars_nothing(self, agency, owner):
        with RecordsSystem(hangs=True).listening() as system:
            connect_rms(agency=agency, cases_url=system.url)
            open_access(
                person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
            )

        assert recorded(owner, agency) == [("ALLOWED", None)]

    @pytest.mark.parametrize(
        "url", ["file:///etc/passwd", "ftp://x/", "http://", "http://me:pw@host/", "nonsense"]
    )
    def test_asks_no_other_kind_of_address(self, agency, url):
        connect_rms(agency=agency, cases_url=url)

        assert case_known(agency, CASE) is None


class TestOpenAccess:
    def test_is_refused_for_a_case_that_the_registry_does_not_know(self, agency, owner):
        with RecordsSystem().listening() as system:
            connect_rms(agency=agency, cases_url=system.url)
            with pytest.raises(AccessDenied) as refused:
                open_access(
                    person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
                )

        assert refused.value.decision.obligation == "PUR-14"
        assert "does not know an open case 26-01234" in refused.value.decision.reason
        assert recorded(owner, agency) == [("DENIED", False)]

    def test_keeps_with_the_record_that_the_registry_knew_it(self, agency, owner):
        with RecordsSystem(cases={CASE: True}).listening() as system:
            connect_rms(agency=agency, cases_url=system.url)
            open_access(
                person=a_searcher(agency), agency=agency, inquiry=an_inquiry(agency), now=timezone.now()
            )

        assert recorded(owner, agency) == [("ALLOWED", True)]
        assert system.asked == [CASE]

    def test_names_one_place_for_one_thing(self, agency):
        with pytest.raises(RmsError, match="not both"):
            connect_rms(agency=agency, cases_url="http://x/", cases_folder="/x")
