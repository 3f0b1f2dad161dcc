"""Nothing goes early, whoever asks the database; what is due goes, key and traces too."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.utils import timezone
from psycopg import IsolationLevel
from psycopg.errors import InsufficientPrivilege, InvalidParameterValue, InvalidTransactionState

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.reads.storage import vault
from platekeeper.office.reads.vault import VaultError
from platekeeper.office.retention.certificates import as_json, as_pdf, is_genuine
from platekeeper.office.retention.models import HoldScope, Schedule
from platekeeper.office.retention.operations import NotApproved, PurgeError, purge
from platekeeper.office.retention.schedules import (
    ScheduleError,
    approve_schedule,
    propose_schedule,
    terms_of,
)
from platekeeper.policy import Role

from ..people import a_person, an_agency, an_inquiry
from ..streets import a_list, a_read, an_unattested_camera, take
from .archives import OLD, ago, an_archive, approve, hold_of, plates_of, run_of, seen


class TestEarlyPurge:
    """Raw SQL, past all of the product's code."""

    @pytest.mark.parametrize("role", ["web", "ingest", "auditor"])
    @pytest.mark.parametrize(
        "statement",
        ["SELECT open_purge(1, now() - interval '50 years', now() - interval '50 years', 'x')",
         "SELECT * FROM purge_reads('2020-01-01', 10)", "SELECT purge_traces('2020-01-01')",
         "SELECT destroy_keys(1, '{}')", "SELECT purge_records(1, 10)", "SELECT purge_quarantine(1)",
         "SELECT * FROM quarantine_plan(1, now())", "SELECT * FROM held_quarantine(1, '-infinity', 'infinity')",
         "SELECT drop_empty_month('2020-01-01')", "SELECT tidy_plates(1, NULL, '2020-01-01', '', 10)",
         "SELECT * FROM purge_plan(1, now())", "SELECT * FROM held_reads(1, '-infinity', 'infinity')"],
    )  # fmt: skip
    def test_is_nobodys_but_the_custodians(self, role, statement, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(statement)

    @pytest.mark.parametrize(
        "statement",
        ["DELETE FROM read", "TRUNCATE read", "DELETE FROM image", "DELETE FROM image_key", "DROP TABLE read",
         "DELETE FROM access_record", "DELETE FROM hold", "UPDATE hold_step SET step = 'RELEASE'",
         "INSERT INTO retention_consent VALUES (1, 'custodian', 1, 'x', now())",
         "UPDATE retention_schedule SET purge_seconds = 0", "UPDATE purge_run SET reads_before = now()",
         "SELECT empty_month('2020_01', '{}')", "SELECT delete_due('2020_01', 10)",
         "SELECT lock_politely('{read}', 'SHARE')",
         "SELECT append_entry('', 'purge.certified', 'x', '', '{}')",
         "SELECT erase_details('a', '{}', now(), 'x', 'x')",
         "SELECT plate FROM read", "SELECT consent_schedule(1, 1, 'custodian')", "SELECT request_hold(1, '{}')",
         "SELECT take_hold_step(1, gen_random_uuid(), 'RELEASE', '{}')"],
    )  # fmt: skip
    def test_is_not_reached_around_the_functions(self, statement, connect):
        with pytest.raises(InsufficientPrivilege):
            connect("custodian").execute(statement)

    def test_is_refused_a_microsecond_too_soon(self, connect, owner):
        agency, _ = an_archive()
        custodian = connect("custodian")
        # the youngest read of this cut-off falls due in ten minutes
        before = owner.execute(
            "SELECT clock_timestamp() - interval '5 years 24 hours 1 minute' + interval '10 minutes'"
        )

        with pytest.raises(InsufficientPrivilege, match="RET-01, RET-02"):
            run_of(custodian, agency, before.fetchone()[0])

    def test_is_refused_without_an_approved_schedule(self, connect):
        agency = an_agency("los-angeles")
        propose_schedule(agency, terms_of(profile_of(agency)), by="test")

        with pytest.raises(InsufficientPrivilege, match="GOV-07"):
            run_of(connect("custodian"), agency, ago(days=20000))

    def test_is_refused_with_one_approval(self, connect):
        agency = an_agency("los-angeles")
        profile = profile_of(agency)
        schedule = Schedule.objects.get(pk=propose_schedule(agency, terms_of(profile), by="test"))
        approve_schedule(schedule, a_person(agency, Role.CUSTODIAN), Role.CUSTODIAN, profile=profile)

        with pytest.raises(InsufficientPrivilege, match="GOV-07"):
            run_of(connect("custodian"), agency, ago(days=20000))
        with pytest.raises(NotApproved, match="each approve"):
            purge([agency], by="test")

    def test_is_refused_in_the_future(self):
        agency, _ = an_archive()

        with pytest.raises(PurgeError, match="future"):
            purge([agency], by="test", as_of=timezone.now() + timedelta(days=400))

    def test_of_access_records_is_refused_within_their_period(self, connect):
        agency, _ = an_archive()

        with pytest.raises(InsufficientPrivilege, match="AUD-01"):
            run_of(connect("custodian"), agency, ago(days=3000), ago(days=5 * 365 - 3))

    def test_of_access_records_is_refused_within_a_year_even_to_their_owner(self, owner):
        agency, _ = an_archive()
        person = a_person(agency, Role.DETECTIVE)
        owner.execute(
            "SELECT open_access(jsonb_build_object('person_id', %s, 'function', 'search', 'outcome', 'DENIED',"
            " 'policy_version', '1', 'clauses', '[]'::jsonb, 'grants', '[]'::jsonb))", [person.pk])  # fmt: skip

        with pytest.raises(InsufficientPrivilege):
            owner.execute("DELETE FROM access_record WHERE agency_id = %s", [agency.pk])
        owner.execute("SET platekeeper.purging = 'access_record'")
        with pytest.raises(InsufficientPrivilege, match="AU-11"):
            owner.execute("DELETE FROM access_record WHERE agency_id = %s", [agency.pk])

    def test_goes_on_nowhere_once_the_schedule_was_lengthened(self, connect, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=OLD.days))
        custodian = connect("custodian")
        run_of(custodian, agency, ago(days=5 * 365 + 10))
        terms = terms_of(profile_of(agency))
        longer = approve(agency, terms.__class__(**{**vars(terms), "purge": terms.minimum.parse("P9Y")}))
        assert longer.number == 2

        month = ago(days=OLD.days).date().replace(day=1)
        with pytest.raises(InsufficientPrivilege, match="RET-01, RET-02"):
            custodian.execute("SELECT * FROM purge_reads(%s, 100)", [month])
        assert plates_of(owner, agency) == {"8OLD111"}
        (certificate,) = purge([], by="test")
        assert json.loads(certificate.body)["destroyed"] == []
        assert plates_of(owner, agency) == {"8OLD111"}

    def test_of_one_agency_holds_nobody_up_once_its_schedule_was_lengthened(self, connect, owner):
        (first, camera), (second, _) = an_archive(), an_archive()
        seen(first, camera, "8OLD112", ago(days=OLD.days))
        custodian = connect("custodian")
        for agency in (second, first):  # whichever is taken up first
            run_of(custodian, agency, ago(days=5 * 365 + 10))
        terms = terms_of(profile_of(second))
        approve(second, terms.__class__(**{**vars(terms), "purge": terms.minimum.parse("P9Y")}))

        assert len(purge([], by="test")) == 2
        assert plates_of(owner, first) == set()

    def test_from_an_older_snapshot_is_refused_for_it_would_not_show_a_hold(self, connect, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8HLD001", ago(days=OLD.days))
        custodian = connect("custodian")
        run_of(custodian, agency, ago(days=5 * 365 + 10))
        custodian.isolation_level = IsolationLevel.REPEATABLE_READ
        custodian.autocommit = False
        custodian.execute("SELECT 1 FROM agency")
        hold_of(a_person(agency, Role.DETECTIVE), HoldScope.PLATE)

        with pytest.raises(InvalidTransactionState, match="read committed"):
            custodian.execute("SELECT * FROM purge_reads(%s, 10)", [ago(days=OLD.days).date()])
        custodian.rollback()

        assert plates_of(owner, agency) == {"8HLD001"}
        purge([], by="test")

    def test_of_a_key_is_refused_while_its_pictures_are_kept(self, connect, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8NEW111", ago(days=10))
        custodian = connect("custodian")
        run_of(custodian, agency, ago(days=5 * 365 + 10))
        name = owner.execute("SELECT name FROM image_key WHERE agency_id = %s", [agency.pk]).fetchone()[0]

        with pytest.raises(InsufficientPrivilege, match="RET-01, RET-04"):
            custodian.execute("SELECT destroy_keys(%s, %s)", [agency.pk, [name]])
        owner.execute("UPDATE purge_run SET finished_at = now() WHERE agency_id = %s", [agency.pk])

    @pytest.mark.parametrize("names", [None, [None], ["2001-01-01", None]])
    def test_of_a_key_without_a_name_is_refused(self, names, connect, owner):
        # NULL is neither equal nor unequal to the name of a key that must stay
        agency, camera = an_archive()
        seen(agency, camera, "8NEW111", ago(days=10))
        custodian = connect("custodian")
        run_of(custodian, agency, ago(days=5 * 365 + 10))

        with pytest.raises(InsufficientPrivilege, match="by name"):
            custodian.execute("SELECT destroy_keys(%s, %s::text[])", [agency.pk, names])

        assert owner.execute(
            "SELECT count(*) FROM image_key WHERE agency_id = %s", [agency.pk]
        ).fetchone() == (1,)
        owner.execute("UPDATE purge_run SET finished_at = now() WHERE agency_id = %s", [agency.pk])

    @pytest.mark.parametrize("old", [None, "2001-01-01"])
    def test_shows_no_key_that_is_not_due(self, old, connect, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8NEW111", ago(days=10))
        name = owner.execute("SELECT name FROM image_key WHERE agency_id = %s", [agency.pk]).fetchone()[0]

        with pytest.raises(InvalidParameterValue, match="does not follow"):
            connect("custodian").execute("SELECT add_held_key(%s, %s, %s, '')", [agency.pk, old, name])


class TestApproval:
    def test_takes_two_people(self):
        agency = an_agency("los-angeles")
        profile = profile_of(agency)
        schedule = Schedule.objects.get(pk=propose_schedule(agency, terms_of(profile), by="test"))
        both = a_person(agency, Role.CUSTODIAN, roles=["custodian", "administrator"])
        approve_schedule(schedule, both, Role.CUSTODIAN, profile=profile)

        with pytest.raises(ScheduleError, match="two people"):
            approve_schedule(schedule, both, Role.ADMINISTRATOR, profile=profile)

    def test_takes_people_of_the_agency_in_these_roles(self):
        agency = an_agency("los-angeles")
        profile = profile_of(agency)
        schedule = Schedule.objects.get(pk=propose_schedule(agency, terms_of(profile), by="test"))

        for person in (a_person(agency, Role.DETECTIVE), a_person(an_agency("los-angeles"), Role.CUSTODIAN)):
            with pytest.raises(AccessDenied) as refused:
                approve_schedule(schedule, person, Role.CUSTODIAN, profile=profile)
            assert refused.value.decision.obligation == "GOV-07"

    def test_is_asked_again_after_a_change_and_not_without_one(self):
        agency, _ = an_archive()
        terms = terms_of(profile_of(agency))

        same = propose_schedule(agency, terms, by="test")
        other = propose_schedule(
            agency, terms.__class__(**{**vars(terms), "purge": terms.minimum.parse("P4Y")}), by="test"
        )

        assert Schedule.objects.get(pk=same).number == 1
        assert Schedule.objects.get(pk=other).number == 2


class TestPurge:
    def test_destroys_what_is_due_and_nothing_else(self, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=OLD.days))
        seen(agency, camera, "8OLD222", ago(days=OLD.days - 1))
        seen(agency, camera, "8MID333", ago(days=3 * 365))
        seen(agency, camera, "8NEW444", ago(days=1))

        (certificate,) = purge([agency], by="custodian.one")

        assert plates_of(owner, agency) == {"8MID333", "8NEW444"}
        index = owner.execute(
            "SELECT plate FROM plate WHERE agency_id = %s ORDER BY 1", [agency.pk]
        ).fetchall()
        assert [plate for (plate,) in index] == ["8MID333", "8NEW444"]
        told = json.loads(certificate.body)
        assert sum(one["count"] for one in told["destroyed"] if one["kind"] == "read") == 2
        assert purge([agency], by="custodian.one") == []

    def test_goes_by_arrival_where_the_policy_does(self, owner):
        agency, camera = an_archive("monrovia")
        seen(agency, camera, "8LATE11", ago(days=400), arrived=ago(days=300))
        seen(agency, camera, "8DUE111", ago(days=400), arrived=ago(days=400))

        purge([agency], by="test")

        assert plates_of(owner, agency) == {"8LATE11"}

    def test_leaves_other_agencies_alone_in_the_same_month(self, owner):
        short, short_camera = an_archive("monrovia")
        long, long_camera = an_archive("redondo-beach")
        moment = ago(days=500)
        for agency, camera in ((short, short_camera), (long, long_camera)):
            seen(agency, camera, "8ABC111", moment, arrived=moment)

        purge([short, long], by="test")

        assert plates_of(owner, short) == set()
        assert plates_of(owner, long) == {"8ABC111"}

    def test_takes_hits_alerts_and_their_steps_along(self, owner):
        agency, camera = an_archive("el-cajon")
        a_list(agency, "8HIT111", "8HIT222")
        for plate, moment in (("8HIT111", ago(days=31)), ("8HIT222", ago(days=2))):
            seen(agency, camera, plate, moment, arrived=moment)
        hits, alerts = (f"SELECT count(*) FROM {table} WHERE agency_id = %s" for table in ("hit", "alert"))
        counted = f"SELECT ({hits}), ({alerts})"
        assert owner.execute(counted, [agency.pk] * 2).fetchone() == (2, 2)

        purge([agency], by="test")

        assert owner.execute(counted, [agency.pk] * 2).fetchone() == (1, 1)

    def test_leaves_no_picture_that_a_copy_of_the_files_could_show(self, owner, tmp_path):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=OLD.days))
        digest, name = owner.execute(
            "SELECT sha256, key_name FROM image WHERE agency_id = %s", [agency.pk]
        ).fetchone()
        file = vault()._path(agency.pk, name, bytes(digest))
        copy = file.read_bytes()

        purge([agency], by="test")

        assert not file.exists()
        assert owner.execute("SELECT 1 FROM image_key WHERE agency_id = %s", [agency.pk]).fetchone() is None
        file.parent.mkdir(parents=True)
        file.write_bytes(copy)
        with pytest.raises(VaultError):
            vault().open(
                bytes(digest), agency_id=agency.pk, key_name=name, wrapped=vault().new_key(agency.pk, name)
            )
        file.unlink()

    def test_finds_the_months_whatever_plan_the_database_chooses(self, owner):
        agency, camera = an_archive("el-cajon")
        seen(agency, camera, "8ABC123", ago(days=3), pictures=False)
        # every relation's name is looked at first, pg_toast_16384's too
        for way in ("nestloop", "indexscan", "indexonlyscan", "bitmapscan"):
            owner.execute(f"SET enable_{way} = off")

        months = [month for (month,) in owner.execute("SELECT purge_months(now())")]

        assert months == sorted(set(months))
        assert months

    def test_removes_a_single_picture_of_a_day_that_is_not_over_yet(self, owner):
        agency, camera = an_archive("el-cajon")
        cut = ago(days=30)
        seen(agency, camera, "8OLD111", cut - timedelta(seconds=60))
        seen(agency, camera, "8NEW111", cut + timedelta(seconds=120))
        paths = [
            vault()._path(agency.pk, name, bytes(digest)) for digest, name in owner.execute(
                "SELECT sha256, key_name FROM image WHERE agency_id = %s ORDER BY read_at", [agency.pk])
        ]  # fmt: skip

        purge([agency], by="test")

        assert [path.exists() for path in paths] == [False, True]

    def test_removes_reads_in_quarantine_after_the_same_time(self, owner):
        agency, _ = an_archive("el-cajon")
        camera = an_unattested_camera(agency)
        for moment in (ago(days=31), ago(days=3)):
            take(agency, a_read(camera, captured_at=moment), now=moment)

        purge([agency], by="test")

        left = owner.execute(
            "SELECT count(*) FROM quarantined_read WHERE agency_id = %s", [agency.pk]
        ).fetchone()
        assert left == (1,)


class TestAccessRecords:
    """What the ledger says of accesses goes with their records; what it says of decisions stays (AUD-01)."""

    def told_after(self, database, agency, *, years: int) -> dict[str, bool]:
        """Return which events have their details after a purge of records, had all happened so long ago.

        Only a superuser can make the past older, and the chain would show it: nothing of it stays.
        """
        with (
            psycopg.connect(database.embedded.superuser_address("platekeeper")) as superuser,
            superuser.transaction(force_rollback=True),
        ):
            for table, column, of in (
                ("access_record", "accessed_at", ("agency_id", agency.pk)),
                ("ledger_entry", "entry_at", ("agency", agency.slug)),
            ):
                superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                superuser.execute(
                    f"UPDATE {table} SET {column} = {column} - interval '{years} years' WHERE {of[0]} = %s",
                    of[1:],
                )
                superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            before = datetime.now(UTC) - timedelta(days=5 * 366)
            run_of(superuser, agency, before, records=before)
            while superuser.execute("SELECT purge_records(%s, 1)", [agency.pk]).fetchone() == (True,):
                superuser.execute("DROP TABLE gone_record")  # as the end of a transaction does
            rows = superuser.execute(
                "SELECT e.event, d.details IS NOT NULL FROM ledger_entry e LEFT JOIN ledger_details d USING (sequence)"
                " WHERE e.agency = %s ORDER BY sequence", [agency.slug])  # fmt: skip
            return dict(rows.fetchall())

    def an_office(self):
        agency, _ = an_archive()
        detective = a_person(agency, Role.DETECTIVE)
        hold_of(detective)
        open_access(person=detective, agency=agency, inquiry=an_inquiry(agency), now=timezone.now())
        return agency

    def test_end_with_their_details_and_leave_those_of_decisions(self, database):
        told = self.told_after(database, self.an_office(), years=6)

        assert told["access.opened"] is False
        assert {
            told[event] for event in ("hold.requested", "retention.approved", "ledger-details.erased")
        } == {True}

    def test_keep_their_details_within_their_period(self, database):
        told = self.told_after(database, self.an_office(), years=4)

        assert told["access.opened"] is True
        assert "ledger-details.erased" not in told


class TestCertificate:
    def test_says_what_happened_and_is_signed(self, owner):
        agency, camera = an_archive()
        ids = [seen(agency, camera, f"8OLD00{n}", ago(days=OLD.days, seconds=-n))[1] for n in range(3)]

        (certificate,) = purge([agency], by="custodian.one")

        told = json.loads(certificate.body)
        (reads,) = (one for one in told["destroyed"] if one["kind"] == "read")
        assert reads["ids_sha256"] == hashlib.sha256(b"".join(one.bytes for one in ids)).hexdigest()
        assert (reads["first_id"], reads["last_id"]) == (str(ids[0]), str(ids[-1]))
        assert {one["role"] for one in told["schedule"]["approved"]} == {"administrator", "custodian"}
        assert told["rule"]["clauses"][0].startswith("LA 568.53")
        assert is_genuine(certificate)
        certificate.body = certificate.body.replace("custodian.one", "somebody.else")
        assert not is_genuine(certificate)

    def test_is_in_the_ledger_and_can_be_printed(self, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=OLD.days))

        (certificate,) = purge([agency], by="custodian.one")

        details = owner.execute(
            "SELECT d.details FROM ledger_entry e JOIN ledger_details d USING (sequence)"
            " WHERE e.event = 'purge.certified' AND e.subject = %s",
            [str(certificate.run_id)],
        ).fetchone()[0]
        digest = hashlib.sha256(certificate.body.encode()).hexdigest()
        assert json.loads(details)["certificate_sha256"] == digest
        assert as_pdf(certificate).startswith(b"%PDF")
        assert json.loads(as_json(certificate))["body"] == certificate.body

    def test_is_never_changed(self, owner):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=OLD.days))
        purge([agency], by="custodian.one")

        with pytest.raises(InsufficientPrivilege, match="never changed"):
            owner.execute("UPDATE purge_certificate SET body = ''")
