"""Data that others keep: a host's word is noted, another custodian's data is never certified here (RET-08, RET-09)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from psycopg.errors import CheckViolation, InsufficientPrivilege, RaiseException

from platekeeper import wire
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.notices.models import Notice
from platekeeper.office.retention.certificates import as_pdf
from platekeeper.office.retention.elsewhere import (
    ElsewhereError,
    ask_hosts,
    kept_elsewhere,
    may_certify,
    note_host_confirmation,
    take_over,
)
from platekeeper.office.retention.holds import HoldRequest
from platekeeper.office.retention.models import HoldScope
from platekeeper.office.retention.operations import purge
from platekeeper.policy import Role

from ..people import a_person, an_agency
from ..streets import a_camera, a_read
from .archives import ago, an_archive, approve, approvers_of, plates_of, seen

pytestmark = pytest.mark.usefixtures("database")


def confirm(person, source: str = "hosting-vendor", *, days_ago: float = 30, **changes) -> None:
    given = {"confirmed_by": "Support desk", "reference": "Ticket 4711", **changes}
    note_host_confirmation(
        person=person, source=source, covers_before=ago(days=days_ago), now=timezone.now(), **given
    )


def sources_of(agency):
    return {one.source.source: one for one in kept_elsewhere(agency, timezone.now())}


def a_request(**changes) -> HoldRequest:
    given = {
        "kind": "a read of a hot-list vehicle that criminal proceedings will need", "case_number": "26-001234",
        "reason": "Robbery at a pharmacy, getaway car", "contact": "ext. 4711", "scope": HoldScope.READS,
    }  # fmt: skip
    return HoldRequest(**{**given, **changes})


class TestKeptElsewhere:
    def test_is_nothing_where_the_policy_names_nobody(self):
        assert kept_elsewhere(an_agency("redondo-beach"), timezone.now()) == []

    def test_may_not_be_certified_before_the_host_confirms(self):
        agency = an_agency("el-cajon")

        before = sources_of(agency)["hosting-vendor"]
        confirm(a_person(agency, Role.CUSTODIAN))
        after = sources_of(agency)["hosting-vendor"]

        assert (before.is_due, may_certify(before), before.decision.obligation) == (True, False, "RET-08")
        assert (after.is_due, may_certify(after)) == (False, True)

    def test_is_due_again_a_month_later(self):
        agency = an_agency("el-cajon")
        confirm(a_person(agency, Role.CUSTODIAN), days_ago=62)

        assert sources_of(agency)["hosting-vendor"].is_due

    def test_never_claims_anything_of_another_custodian(self):
        agency = an_agency("el-cajon")

        arjis = sources_of(agency)["arjis"]

        assert (arjis.decision.obligation, arjis.decision.clause) == ("RET-09", "EC 427.6")
        assert (arjis.is_due, may_certify(arjis), arjis.due_before) == (False, False, None)
        assert "nothing of it is certified here" in arjis.said


class TestNoteHostConfirmation:
    def test_is_refused_for_another_custodians_data(self):
        person = a_person(an_agency("el-cajon"), Role.CUSTODIAN)

        with pytest.raises(AccessDenied) as refused:
            confirm(person, "arjis")

        assert refused.value.decision.obligation == "RET-09"

    @pytest.mark.parametrize("changes", [{"confirmed_by": " "}, {"reference": ""}, {"days_ago": -1}])
    def test_is_refused_where_something_is_missing_or_lies_ahead(self, changes):
        with pytest.raises(ElsewhereError, match="State who confirmed"):
            confirm(a_person(an_agency("el-cajon"), Role.CUSTODIAN), **changes)

    def test_is_refused_to_others(self):
        with pytest.raises(ElsewhereError, match="RET-08"):
            confirm(a_person(an_agency("el-cajon"), Role.DETECTIVE))

    def test_is_refused_for_what_the_policy_does_not_name(self):
        with pytest.raises(ElsewhereError, match="names no such source"):
            confirm(a_person(an_agency("el-cajon"), Role.CUSTODIAN), "cloud")

    def test_stays_as_it_was_noted(self, owner, web):
        agency = an_agency("el-cajon")
        confirm(a_person(agency, Role.CUSTODIAN))

        with pytest.raises((RaiseException, InsufficientPrivilege)):
            owner.execute("UPDATE host_confirmation SET covers_before = now()")
        with pytest.raises(InsufficientPrivilege):
            web.execute("DELETE FROM host_confirmation")
        with pytest.raises(CheckViolation):
            web.execute(
                "SELECT note_host_confirmation(%s, 'hosting-vendor', now() + interval '1 day', 'x', 'x')",
                [a_person(agency, Role.ADMINISTRATOR).pk],
            )


class TestAskHosts:
    def test_reminds_both_once_a_month(self):
        agency = an_agency("el-cajon")
        approvers_of(agency)

        ask_hosts(timezone.now())
        ask_hosts(timezone.now())

        told = Notice.objects.filter(agency=agency, kind="host-unconfirmed")
        assert told.count() == 2

    def test_asks_nobody_about_another_custodian(self):
        agency = an_agency("el-cajon")
        confirm(approvers_of(agency)[Role.CUSTODIAN])

        ask_hosts(timezone.now())

        assert not Notice.objects.filter(agency=agency, kind="host-unconfirmed").exists()


class TestCertificate:
    def test_says_what_it_does_not_speak_of(self):
        agency, camera = an_archive("el-cajon")
        seen(agency, camera, "7CRT001", ago(days=40), arrived=ago(days=40), pictures=False)

        (certificate,) = purge([agency], by="test")

        told = {one["source"]: one for one in json.loads(certificate.body)["elsewhere"]}
        assert (told["arjis"]["custodian"], told["arjis"]["certified"]) == ("ARJIS", False)
        assert told["hosting-vendor"]["certified"] is False
        assert as_pdf(certificate).startswith(b"%PDF")


class TestTakeOver:
    def test_holds_the_reads_so_that_no_purge_takes_them(self, owner):
        agency = an_agency("el-cajon")
        approve(agency)
        person, camera = a_person(agency, Role.DETECTIVE), a_camera(agency)
        old = a_read(camera, "7HST001", captured_at=ago(days=45))

        _, receipt = take_over(
            person=person, source="hosting-vendor", reads=[old], hold=a_request(), now=timezone.now()
        )
        purge([agency], by="test")

        assert receipt.receipt.stored == 1
        assert plates_of(owner, agency) == {"7HST001"}

    def test_is_refused_from_another_custodian(self):
        agency = an_agency("el-cajon")
        read = a_read(a_camera(agency), "7HST002")

        with pytest.raises(ElsewhereError, match="names no host arjis"):
            take_over(
                person=a_person(agency, Role.DETECTIVE), source="arjis", reads=[read], hold=a_request(),
                now=timezone.now(),
            )  # fmt: skip

    def test_is_refused_without_a_written_reason_and_stores_nothing(self, owner):
        agency = an_agency("el-cajon")
        read = a_read(a_camera(agency), "7HST003")

        with pytest.raises(AccessDenied) as refused:
            take_over(
                person=a_person(agency, Role.DETECTIVE), source="hosting-vendor", reads=[read],
                hold=a_request(reason=" "), now=timezone.now(),
            )  # fmt: skip

        assert refused.value.decision.obligation == "HLD-03"
        assert plates_of(owner, agency) == set()

    def test_names_a_camera_that_is_not_registered(self):
        agency = an_agency("el-cajon")
        read = wire.Read(
            plate=wire.Plate(raw="7HST004"), captured_at=timezone.now() - timedelta(days=3),
            camera=wire.Camera(ref_raw="pole-99"),
        )  # fmt: skip

        with pytest.raises(ElsewhereError, match="pole-99"):
            take_over(
                person=a_person(agency, Role.DETECTIVE), source="hosting-vendor", reads=[read], hold=a_request(),
                now=timezone.now(),
            )  # fmt: skip
