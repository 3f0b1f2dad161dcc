"""Misuse: held before it happens, found afterwards whoever it is, and judged by somebody else."""

import psycopg
import pytest
from django.utils import timezone

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.misuse.models import Finding, PlateRelation
from platekeeper.office.misuse.operations import ReviewRefused, examine, judge, name_reviewer
from platekeeper.office.misuse.relations import RelationError, end_plate, enter_plate
from platekeeper.policy import Role
from platekeeper.policy.misuse import REPEAT_DAYS

from ..cases.test_cases import a_case
from ..doors import logged_in
from ..people import a_person, a_searcher, an_agency, an_inquiry


@pytest.fixture
def agency() -> Agency:
    return an_agency()


def asks(person: Person, plate: str = "8ABC123", **changes: object) -> None:
    inquiry = an_inquiry(person.agency, **{"query": {"plate": plate}, **changes})
    open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())


def enters(person: Person, plate: str = "8ABC123", kind: str = "OWN") -> PlateRelation:
    return enter_plate(
        person=person, actor=person, plate=plate, kind=kind, label="the blue one", now=timezone.now()
    )


def asked_before(owner, person: Person, days: int, plate: str = "8ABC123", case: str = "") -> None:
    """Write looks of earlier days, as only the owner can."""
    owner.execute(
        "INSERT INTO access_record"
        " SELECT (jsonb_populate_record(NULL::access_record, to_jsonb(r) || jsonb_build_object('id', gen_random_uuid(),"
        " 'accessed_at', r.accessed_at - n * interval '1 day', 'query', jsonb_build_object('plate', %s::text),"
        " 'plate_fold', typed_fold(%s),"
        " 'case_number', CASE WHEN %s = '' THEN r.case_number ELSE %s || n END))).*"
        " FROM generate_series(1, %s) n, (SELECT * FROM access_record"
        " WHERE person_id = %s AND outcome = 'ALLOWED' ORDER BY accessed_at DESC LIMIT 1) r",
        [plate, plate, case, case, days, person.pk],
    )


class TestPrivatePlate:
    @pytest.mark.parametrize("typed", ["8ABC123", "8abc-123", "BABC123", "8ABC12?", "8AB?12?", "8ABC1*"])
    @pytest.mark.parametrize("kind", ["OWN", "HOUSEHOLD"])
    def test_is_held_however_it_is_typed(self, typed, kind, agency):
        person = a_searcher(agency)
        enters(person, kind=kind)

        with pytest.raises(AccessDenied, match=f"{kind.lower()}-plate"):
            asks(person, typed)

    def test_is_held_for_a_colleague_too_chief_included(self, agency):
        enters(a_searcher(agency))

        for person in (a_searcher(agency), a_person(agency, Role.SUPERVISOR)):
            with pytest.raises(AccessDenied, match="colleague-plate"):
                asks(person)

    def test_is_not_held_in_another_agency_or_when_the_vehicle_is_gone(self, agency):
        person = a_searcher(agency)
        relation = enters(person)

        asks(a_searcher(an_agency()))
        asks(person, "7XYZ890")
        end_plate(relation=relation, actor=person, now=timezone.now())
        asks(person)

    def test_is_kept_so_that_nobody_reads_it(self, agency, owner):
        enters(a_searcher(agency))

        row = owner.execute(
            "SELECT to_jsonb(r)::text FROM plate_relation r WHERE agency_id = %s", [agency.pk]
        ).fetchone()
        entries = owner.execute(
            "SELECT d.details FROM ledger_details d JOIN ledger_entry e USING (sequence) WHERE e.agency = %s",
            [agency.slug],
        ).fetchall()
        assert row
        assert "8ABC123" not in row[0]
        assert "8ABC123" not in str(entries)

    @pytest.mark.parametrize(
        ("plate", "label"), [("", "x"), ("--", "x"), ("8ABC123", ""), ("8ABC123", "8abc 123")]
    )
    def test_is_refused_where_it_is_none_or_tells_itself(self, plate, label, agency):
        person = a_searcher(agency)

        with pytest.raises(RelationError):
            enter_plate(person=person, actor=person, plate=plate, kind="OWN", label=label, now=timezone.now())


class TestRepeat:
    def test_is_held_without_an_open_case(self, agency, owner):
        person = a_searcher(agency)
        asks(person)
        asked_before(owner, person, REPEAT_DAYS - 1)

        with pytest.raises(AccessDenied, match="again and again"):
            asks(person)
        asks(person, "7XYZ890")

    @pytest.mark.parametrize("typed", ["8ABC123*", "8ABC12?"])
    def test_is_held_however_a_wildcard_dresses_it(self, typed, agency, owner):
        person = a_searcher(agency)
        asks(person)
        asked_before(owner, person, REPEAT_DAYS - 1, plate=typed)

        with pytest.raises(AccessDenied, match="again and again"):
            asks(person, typed)
        asked_before(owner, person, REPEAT_DAYS, plate=typed)
        assert examine(agency, timezone.now()) == 1

    def test_is_held_by_the_days_on_which_the_case_was_not_ones_own(self, agency, owner):
        person = a_searcher(agency)
        a_case(person)
        asks(person)
        owner.execute("UPDATE case_file SET opened_at = '2020-01-01' WHERE agency_id = %s", [agency.pk])
        asked_before(owner, person, REPEAT_DAYS)  # days before they were a member
        owner.execute(
            "UPDATE case_member SET removed_at = now(), removed_by = 'x' WHERE person_id = %s", [person.pk]
        )

        with pytest.raises(AccessDenied, match="again and again"):
            asks(person)
        assert examine(agency, timezone.now()) == 1

    def test_is_not_held_with_one(self, agency, owner):
        person = a_searcher(agency)
        asks(person)
        asked_before(owner, person, REPEAT_DAYS - 1)
        a_case(person)

        asks(person)

    def test_is_not_held_before(self, agency, owner):
        person = a_searcher(agency)
        asks(person)
        asked_before(owner, person, REPEAT_DAYS - 2)

        asks(person)


class TestOffShift:
    def test_is_held(self, agency):
        with pytest.raises(AccessDenied, match="off-shift"):
            asks(a_searcher(agency, is_on_duty=False))


class TestExamination:
    def stalks(self, owner, person: Person) -> None:
        asks(person)
        asked_before(owner, person, REPEAT_DAYS)

    def test_finds_once_and_tells_the_auditor(self, agency, owner):
        person = a_searcher(agency)
        self.stalks(owner, person)

        assert examine(agency, timezone.now()) == 1
        assert examine(agency, timezone.now()) == 0

        (finding,) = Finding.objects.filter(agency=agency)
        assert (finding.detector, finding.subject, finding.is_outside) == ("repeat-target", person, False)
        assert "8ABC123" not in finding.explanation
        events = owner.execute(
            "SELECT event FROM ledger_entry WHERE agency = %s AND event LIKE 'misuse.%%'", [agency.slug]
        )
        assert [event for (event,) in events.fetchall()] == [
            "misuse.found",
            "misuse.examined",
            "misuse.examined",
        ]

    def test_finds_nothing_in_ordinary_work(self, agency):
        person = a_searcher(agency)
        for plate in ("8ABC123", "7XYZ890", "6DEF456"):
            asks(person, plate)

        assert examine(agency, timezone.now()) == 0

    def test_finds_one_plate_under_many_cases(self, agency, owner):
        person = a_searcher(agency)
        asks(person)
        asked_before(owner, person, 3, case="25-")

        examine(agency, timezone.now())

        assert {one.detector for one in Finding.objects.filter(agency=agency)} == {"many-cases"}

    def test_of_a_chief_is_judged_from_outside_alone(self, agency, owner):
        chief = a_person(agency, Role.SUPERVISOR)
        Person.objects.using("owner").filter(pk=chief.pk).update(roles=["supervisor", "commander"])
        chief.refresh_from_db()
        self.stalks(owner, chief)
        examine(agency, timezone.now())
        (finding,) = Finding.objects.filter(agency=agency)
        auditor, inspector = a_person(agency, Role.AUDITOR), a_person(an_agency("milpitas"), Role.AUDITOR)
        given = {"finding": finding, "judgement": "MISUSE", "note": "his former wife", "now": timezone.now()}

        for inside in (auditor, chief, inspector):
            with pytest.raises(ReviewRefused):
                judge(reviewer=inside, **given)
        with pytest.raises(ReviewRefused, match="leads here"):
            name_reviewer(
                agency=agency,
                username=chief.username,
                organization="Police",
                actor=auditor,
                now=timezone.now(),
            )
        name_reviewer(
            agency=agency,
            username=inspector.username,
            organization="County",
            actor=auditor,
            now=timezone.now(),
        )
        assert logged_in(auditor).get(f"/misuse/{finding.pk}/").status_code == 403
        assert logged_in(inspector).get(f"/misuse/{finding.pk}/").status_code == 200
        judge(reviewer=inspector, **given)
        with pytest.raises(ReviewRefused, match="before"):
            judge(reviewer=inspector, **given)

    def test_is_judged_with_a_reason_and_stays(self, agency, owner, web):
        self.stalks(owner, a_searcher(agency))
        examine(agency, timezone.now())
        (finding,) = Finding.objects.filter(agency=agency)
        client = logged_in(a_person(agency, Role.AUDITOR))

        client.post(f"/misuse/{finding.pk}/", {"judgement": "ORDINARY", "note": ""})
        assert not hasattr(Finding.objects.get(pk=finding.pk), "review")
        client.post(f"/misuse/{finding.pk}/", {"judgement": "ORDINARY", "note": "The case was on paper"})
        assert "The case was on paper" in client.get(f"/misuse/{finding.pk}/").content.decode()
        for statement in ("UPDATE misuse_review SET judgement = 'MISUSE'", "DELETE FROM misuse_finding"):
            for role in (owner, web):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    role.execute(statement)


class TestLooks:
    """What a finding rests on is shown to whoever judges it and to nobody else."""

    @pytest.fixture
    def stalker(self, agency, owner):
        person = a_searcher(agency)
        asks(person, case_number="26-00417", reason="burglary series on Elm Street")
        asked_before(owner, person, REPEAT_DAYS)
        return person

    @pytest.fixture
    def found(self, agency, stalker):
        examine(agency, timezone.now())
        return Finding.objects.get(agency=agency)

    def opened(self, role, person: Person, finding: Finding) -> list[object]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            role.execute("SELECT open_finding(%s, %s)", [person.pk, finding.pk])
        return role.execute("SELECT * FROM finding_looks(%s, %s)", [person.pk, finding.pk]).fetchall()

    def test_are_not_the_subject_s_nor_another_agency_s(self, web, stalker, found):
        stranger = a_person(an_agency("milpitas"), Role.AUDITOR)

        assert not self.opened(web, stalker, found)
        assert not self.opened(web, stranger, found)

    def test_of_nobody_who_leads_are_not_the_outside_reviewer_s(self, web, agency, found):
        inspector = a_person(an_agency("milpitas"), Role.AUDITOR)
        name_reviewer(
            agency=agency,
            username=inspector.username,
            organization="County",
            actor=a_person(agency, Role.AUDITOR),
            now=timezone.now(),
        )

        assert not self.opened(web, inspector, found)
        assert logged_in(inspector).get(f"/misuse/{found.pk}/").status_code == 404
        assert found.subject.full_name not in logged_in(inspector).get("/misuse/").content.decode()

    def test_of_whoever_leads_are_the_outside_reviewer_s_alone(self, web, owner, agency, found):
        owner.execute("ALTER TABLE misuse_finding DISABLE TRIGGER misuse_finding_stays")
        owner.execute("UPDATE misuse_finding SET is_outside = true WHERE id = %s", [found.pk])
        owner.execute("ALTER TABLE misuse_finding ENABLE TRIGGER misuse_finding_stays")
        auditor, inspector = a_person(agency, Role.AUDITOR), a_person(an_agency("milpitas"), Role.AUDITOR)
        name_reviewer(
            agency=agency,
            username=inspector.username,
            organization="County",
            actor=auditor,
            now=timezone.now(),
        )

        assert not self.opened(web, auditor, found)
        page = logged_in(inspector).get(f"/misuse/{found.pk}/").content.decode()
        assert "burglary series on Elm Street" in page
        assert "/audit/records/" not in page

    def test_show_time_purpose_case_and_reason_and_never_the_plate(self, owner, agency, found):
        auditor = a_person(agency, Role.AUDITOR)

        page = logged_in(auditor).get(f"/misuse/{found.pk}/").content.decode()

        assert page.count("burglary series on Elm Street") == len(found.records)
        assert page.count("26-00417") == len(found.records)
        assert "8ABC123" not in page
        assert all(str(record) in page for record in found.records)
        opened = owner.execute(
            "SELECT actor FROM ledger_entry WHERE agency = %s AND event = 'misuse.finding-opened'",
            [agency.slug],
        )
        assert opened.fetchall() == [(auditor.username,)]


class TestPages:
    @pytest.mark.parametrize("address", ["/misuse/", "/misuse/reviewers/"])
    def test_of_findings_are_not_for_everybody(self, address, agency):
        assert logged_in(a_searcher(agency)).get(address).status_code == 403
        assert logged_in(a_person(agency, Role.AUDITOR)).get(address).status_code == 200

    def test_of_one_s_plates_show_their_names_only(self, agency):
        client = logged_in(a_searcher(agency))

        client.post("/misuse/plates/", {"plate": "8ABC123", "label": "the blue one", "kind": "OWN"})
        page = client.get("/misuse/plates/").content.decode()

        assert "the blue one" in page
        assert "8ABC123" not in page
