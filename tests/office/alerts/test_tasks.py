"""Alerts without anybody: stops are chased, old alerts end, stale lists are told of (ALR-06, HOT-03)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from platekeeper.office.alerts.models import AlertState
from platekeeper.office.alerts.queries import EXPIRES_AFTER
from platekeeper.office.alerts.tasks import JOBS, chase_stops, expire_alerts, tell_of_stale_lists
from platekeeper.office.hotlists.models import HotList
from platekeeper.policy import Role

from ..people import NOW, OWNER, a_person, an_agency
from .officers import a_street, an_alert, an_officer, lead, rows, step

A = AlertState


def told(owner, person, kind: str) -> int:
    query = "SELECT count(*) FROM notice WHERE recipient_id = %s AND kind = %s"
    return owner.execute(query, [person.pk, kind]).fetchone()[0]


class TestChase:
    def test_asks_the_officer_once_an_hour_later_and_the_supervisor_after_twelve(self, owner):
        agency = an_agency("el-cajon")
        officer, supervisor = an_officer(agency), a_person(agency, Role.SUPERVISOR)
        lead(officer, an_alert(agency, a_street(agency)), A.STOPPED)
        now = timezone.now()

        heard = []
        for hours in (0.5, 1.5, 2, 13, 14):
            chase_stops(now + timedelta(hours=hours))
            heard.append([told(owner, one, "disposition-missing") for one in (officer, supervisor)])

        assert heard == [[0, 0], [1, 0], [1, 0], [1, 1], [1, 1]]

    def test_leaves_closed_stops_in_peace(self, owner):
        agency = an_agency("el-cajon")
        officer = an_officer(agency)
        lead(officer, an_alert(agency, a_street(agency)), A.CLOSED)

        chase_stops(timezone.now() + timedelta(days=1))

        assert told(owner, officer, "disposition-missing") == 0


def grown_old(owner, *alerts) -> None:
    """Have alerts lie there for a shift: the database goes by its own clock."""
    owner.execute(
        "UPDATE alert SET raised_at = raised_at - %s WHERE id = ANY (%s)",
        [EXPIRES_AFTER + timedelta(minutes=5), list(alerts)],
    )


class TestExpiry:
    @pytest.mark.parametrize("said", ["infinity", "2100-01-01", None])
    def test_ends_nothing_before_its_time_whatever_is_said(self, said, owner, connect):
        agency = an_agency("el-cajon")
        camera = a_street(agency)
        fresh, old = an_alert(agency, camera), an_alert(agency, camera)
        owner.execute(
            "UPDATE alert SET raised_at = now() - %s WHERE id = %s",
            [EXPIRES_AFTER - timedelta(minutes=5), fresh],
        )
        grown_old(owner, old)

        ingest = connect("ingest")
        while ingest.execute("SELECT expire_alerts(%s)", [said]).fetchall():
            pass

        assert rows(owner, fresh) == []
        assert rows(owner, old)[-1] == ("expire", "EXPIRED", "platekeeper")

    def test_ends_what_nobody_finished_but_never_a_stop(self, owner):
        agency = an_agency("el-cajon")
        officer, camera = an_officer(agency), a_street(agency)
        untouched, checked, stopped = (an_alert(agency, camera) for _ in range(3))
        lead(officer, checked, A.VERIFIED)
        lead(officer, stopped, A.STOPPED)

        expire_alerts(NOW)
        early = [len(rows(owner, one)) for one in (untouched, checked, stopped)]
        grown_old(owner, untouched, checked, stopped)
        while expire_alerts(NOW):
            pass  # other tests' alerts are ended before, some hundreds at a time

        assert early == [0, 2, 4]
        assert rows(owner, untouched)[-1] == ("expire", "EXPIRED", "platekeeper")
        assert rows(owner, checked)[-1] == ("expire", "EXPIRED", "platekeeper")
        assert rows(owner, stopped)[-1][1] == "STOPPED"
        step(officer, stopped, "close")


class TestStaleLists:
    def test_are_told_of_once_a_day(self, owner):
        agency, now = an_agency("el-cajon"), timezone.now()
        a_street(agency)
        HotList.objects.using(OWNER).filter(agency=agency).update(layout="csv", fetched_at=now)

        for hours in (1, 25, 26, 49):
            tell_of_stale_lists(now + timedelta(hours=hours))

        told_of = owner.execute(
            "SELECT count(DISTINCT key) FROM notice WHERE agency_id = %s AND key LIKE 'stale:%%'", [agency.pk]
        ).fetchone()[0]
        assert told_of in {2, 3}  # midnight may lie between the 25th and 26th hour


class TestJobs:
    def test_name_the_clause_that_asks_for_them(self):
        assert all(job.name.startswith("alerts.") and job.clause for job in JOBS)
