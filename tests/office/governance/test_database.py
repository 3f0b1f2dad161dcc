"""What raw SQL as `web` can do to a profile: read it, propose, and answer what somebody else proposed."""

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    InsufficientPrivilege,
    ObjectNotInPrerequisiteState,
    UniqueViolation,
)

from platekeeper.policy import Role

from ..people import NOW, a_person, an_agency
from .drafts import renamed

INSERT = (
    "INSERT INTO profile_version (agency_id, number, text, sha256, version, reason, proposed_by, proposed_as,"
    " proposed_at, approved_by, approved_as, in_force_from)"
)
PROPOSE = "SELECT propose_profile(%s, %s, %s, 'x+1', 'because', %s)"
ANSWER = "SELECT answer_profile(%s, %s, %s, %s, 'because')"


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def admin(agency):
    return a_person(agency, Role.ADMINISTRATOR)


@pytest.fixture
def custodian(agency):
    return a_person(agency, Role.CUSTODIAN)


def proposed(web: psycopg.Connection, person, *, role: str = "administrator", retention: bool = False) -> int:
    row = web.execute(PROPOSE, [person.pk, role, renamed(person.agency), retention]).fetchone()
    return int(row[0])


class TestAVersion:
    @pytest.mark.parametrize(
        "statement",
        [
            f"{INSERT} SELECT agency_id, 2, text, sha256, '', '', '', '', now(), '', '', now() FROM profile_version",
            "UPDATE profile_version SET text = 'forged'",
            "DELETE FROM profile_version",
            "TRUNCATE profile_version",
            "UPDATE agency SET profile_number = 1",
            "UPDATE profile_proposal SET concerns_retention = false",
            "DELETE FROM profile_answer",
            "INSERT INTO profile_answer (proposal_id) VALUES (1)",
            "UPDATE attestation SET valid_until = now()",
            "SELECT put_profile_in_force()",
        ],
    )
    def test_is_not_forged_by_the_pages_role(self, web, agency, statement):
        with pytest.raises((InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
            web.execute(statement)

    @pytest.mark.parametrize(
        "table", ["profile_version", "profile_proposal", "profile_answer", "attestation"]
    )
    @pytest.mark.parametrize(
        "change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    def test_is_not_changed_by_its_owner(self, owner, table, change):
        column = "statement" if table == "attestation" else "reason"

        with pytest.raises(InsufficientPrivilege, match="never changed"):
            owner.execute(change.format(table).replace("reason", column))

    def test_is_what_its_digest_says(self, owner, agency):
        with pytest.raises(CheckViolation, match="digest"):
            owner.execute(
                f"{INSERT} VALUES (%s, 2, 'other', repeat('0', 64), 'v', 'r', 'a', 'a', now(), 'a', 'a', now())",
                [agency.pk],
            )

    def test_follows_the_one_before(self, owner, agency):
        with pytest.raises(CheckViolation, match="number 2"):
            owner.execute(
                f"{INSERT} SELECT agency_id, 7, text, sha256, version, 'r', 'a', 'a', now(), 'a', 'a', now()"
                " FROM profile_version WHERE agency_id = %s",
                [agency.pk],
            )

    def test_leaves_an_entry_even_of_the_owner(self, owner, agency):
        rows = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE agency = %s ORDER BY sequence", [agency.slug]
        )

        assert rows.fetchall() == [("policy.published", "installation")]


class TestAProposal:
    def test_is_not_made_by_somebody_without_the_role(self, web, agency):
        detective = a_person(agency, Role.DETECTIVE)

        for role in ("detective", "administrator", "owner"):
            with pytest.raises(InsufficientPrivilege, match="GOV-07"):
                web.execute(PROPOSE, [detective.pk, role, renamed(agency), False])

    def test_is_not_made_by_somebody_who_left(self, web, agency):
        left = a_person(agency, Role.ADMINISTRATOR, is_active=False)

        with pytest.raises(InsufficientPrivilege):
            web.execute(PROPOSE, [left.pk, "administrator", renamed(agency), False])

    def test_is_not_adopted_by_the_proposer(self, web, admin):
        proposal = proposed(web, admin)

        with pytest.raises(InsufficientPrivilege, match="GOV-09"):
            web.execute(ANSWER, [proposal, admin.pk, "administrator", True])

    def test_on_retention_is_not_adopted_by_two_of_one_role(self, web, agency, admin):
        proposal, other = proposed(web, admin, retention=True), a_person(agency, Role.ADMINISTRATOR)

        with pytest.raises(InsufficientPrivilege, match="GOV-07"):
            web.execute(ANSWER, [proposal, other.pk, "administrator", True])

    def test_is_not_answered_by_another_agency(self, web, admin):
        stranger = a_person(an_agency("milpitas"), Role.CUSTODIAN)

        with pytest.raises(InsufficientPrivilege, match="no such proposal"):
            web.execute(ANSWER, [proposed(web, admin), stranger.pk, "custodian", True])

    @pytest.mark.parametrize("first", [True, False])
    def test_is_answered_once(self, web, admin, custodian, first):
        proposal = proposed(web, admin)
        web.execute(ANSWER, [proposal, custodian.pk, "custodian", first])

        with pytest.raises((UniqueViolation, ObjectNotInPrerequisiteState)):
            web.execute(ANSWER, [proposal, custodian.pk, "custodian", True])

    def test_is_not_adopted_over_a_version_that_came_later(self, web, admin, custodian):
        one, two = proposed(web, admin), proposed(web, admin)
        web.execute(ANSWER, [one, custodian.pk, "custodian", True])

        with pytest.raises(ObjectNotInPrerequisiteState):
            web.execute(ANSWER, [two, custodian.pk, "custodian", True])

    def test_comes_into_force_whole_or_not_at_all(self, web, owner, agency, admin, custodian):
        proposal = proposed(web, admin)
        break_it = "ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (agency <> '{}') NOT VALID"
        owner.execute(break_it.format(agency.slug))
        try:
            with pytest.raises(CheckViolation):
                web.execute(ANSWER, [proposal, custodian.pk, "custodian", True])
        finally:
            owner.execute("ALTER TABLE ledger_entry DROP CONSTRAINT broken")

        kept = owner.execute(
            "SELECT a.profile_number, (SELECT count(*) FROM profile_version v WHERE v.agency_id = a.id),"
            " (SELECT count(*) FROM profile_answer WHERE proposal_id = %s) FROM agency a WHERE a.id = %s",
            [proposal, agency.pk],
        )
        assert kept.fetchone() == (1, 1, 0)

    def test_is_in_force_once_somebody_else_adopted_it(self, web, owner, agency, admin, custodian):
        proposal = proposed(web, admin, retention=True)

        outcome = web.execute(ANSWER, [proposal, custodian.pk, "custodian", True]).fetchone()

        assert outcome == ("ADOPTED",)
        row = owner.execute(
            "SELECT v.number, v.text, v.proposed_by, v.approved_by FROM agency a JOIN profile_version v"
            " ON v.agency_id = a.id AND v.number = a.profile_number WHERE a.id = %s",
            [agency.pk],
        ).fetchone()
        assert row == (2, row[1], admin.username, custodian.username)
        assert "second edition" in row[1]
        events = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE agency = %s ORDER BY sequence", [agency.slug]
        )
        assert events.fetchall()[1:] == [
            ("policy.proposed", admin.username),
            ("policy.published", custodian.username),
        ]


class TestAnAttestation:
    def test_is_not_given_by_somebody_without_the_role(self, web, agency):
        officer = a_person(agency, Role.DETECTIVE)

        with pytest.raises(InsufficientPrivilege):
            web.execute("SELECT attest(%s, 'administrator', 'GOV-13', 'done', '', now())", [officer.pk])

    def test_states_something(self, web, admin):
        with pytest.raises(CheckViolation, match="attestation_stated"):
            web.execute("SELECT attest(%s, 'administrator', 'GOV-13', ' ', '', now())", [admin.pk])

    def test_is_kept_with_its_entry(self, web, owner, agency, admin):
        web.execute("SELECT attest(%s, 'administrator', 'GOV-13', 'read', 'shelf 3', %s)", [admin.pk, NOW])

        rows = owner.execute(
            "SELECT event, actor, subject FROM ledger_entry WHERE agency = %s AND event = 'obligation.attested'",
            [agency.slug],
        )
        assert rows.fetchall() == [("obligation.attested", admin.username, "GOV-13")]
