"""Ways around a release, tried by raw SQL as the role of the pages: the database refuses each."""

import json

import psycopg
import pytest
from django.utils import timezone

from platekeeper.office.access import screening
from platekeeper.office.access.inquiries import Screening
from platekeeper.office.access.operations import AccessDenied, in_house
from platekeeper.office.evidence.custody import take_custody_step
from platekeeper.office.evidence.models import EvidencePackage
from platekeeper.office.evidence.queries import unbooked_packages
from platekeeper.office.sharing.lifecycle import WITHDRAW, ReleaseState
from platekeeper.office.sharing.models import StepName
from platekeeper.office.sharing.operations import take_move
from platekeeper.policy.vocabulary import RecipientClass

from ..people import an_agency
from .releases import an_approver, approved, entered
from .scenes import Scene, records_in

NO_RELEASE = "00000000-0000-4000-8000-000000000001"

UNCOVERED = psycopg.DatabaseError

GRANT = {"visible_from": "2020-01-01T00:00:00Z", "kinds": ["read"]}

REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def scene(database) -> Scene:
    return Scene()


class TestOpenAccess:
    def test_lets_the_export_that_was_released(self, scene, web):
        assert scene.asks(web)

    @pytest.mark.parametrize(
        "changes",
        [
            {"query": {}}, {"query": {"release": NO_RELEASE}}, {"query": {"release": "'; --"}},
            {"on_behalf_of": "Agent Doe, ICE"}, {"case_number": "26-99999"}, {"purpose": "another"},
        ],
        ids=str,
    )  # fmt: skip
    def test_refuses_an_export_for_somebody_else_that_nobody_released(self, scene, web, owner, changes):
        before = records_in(owner, scene.agency.pk)

        with pytest.raises(UNCOVERED, match="no approved request for release"):
            scene.asks(web, **changes)

        assert records_in(owner, scene.agency.pk) == before

    @pytest.mark.parametrize("function", ["search", "view-read", "view-image", "print", "report", "api"])
    @pytest.mark.parametrize(
        "changes",
        [
            {"query": {}},
            {"query": {"release": NO_RELEASE}},
            {"on_behalf_of": "Agent Doe, ICE"},
            {"case_number": ""},
        ],
        ids=str,
    )
    def test_refuses_a_look_for_somebody_else_that_nobody_released(self, scene, web, function, changes):
        with pytest.raises(UNCOVERED, match=f"covers this {function}"):
            scene.asks(web, function=function, **changes)

        assert scene.asks(web, function=function)

    def test_lets_a_look_for_a_colleague_and_none_for_somebody_of_no_such_name(self, scene, web, owner):
        asker = scene.asker
        name = f"{asker.full_name} ({asker.username}), {scene.agency.name}"

        assert scene.asks(web, function="search", query={}, on_behalf_of=name)
        with pytest.raises(UNCOVERED):
            scene.asks(web, function="search", query={}, on_behalf_of=name.replace(" (", "x ("))
        with pytest.raises(UNCOVERED):  # a copy is made for oneself or under a release
            scene.asks(web, query={}, on_behalf_of=name)

    def test_refuses_the_approver_who_fulfils_it(self, scene, web):
        with pytest.raises(UNCOVERED, match="SHR-03"):
            scene.asks(web, scene.approver)

    @pytest.mark.parametrize("state", ["waiting", "refused", "withdrawn", "another agency's"])
    def test_refuses_what_is_not_approved_here(self, scene, web, state):
        other = {
            "waiting": lambda: entered(scene.agency),
            "refused": lambda: entered(scene.agency, recipient_class=RecipientClass.FEDERAL),
            "withdrawn": lambda: withdrawn(scene.agency, scene.approver, scene.asker),
            "another agency's": lambda: approved(an_agency()),
        }[state]()

        with pytest.raises(UNCOVERED, match="SHR-03"):
            scene.asks(
                web, on_behalf_of=other.recipient, case_number=other.request.case_number,
                purpose=other.request.purpose_code, query={"release": str(other.request.pk)},
            )  # fmt: skip

    def test_keeps_the_refusal_of_the_policy(self, scene, owner):
        before = records_in(owner, scene.agency.pk)

        with pytest.raises(AccessDenied) as refused:
            scene.export(on_behalf_of="Det. Doe, Sheriff", query={})

        assert refused.value.decision.clause == "RB 432.9(b)"
        assert records_in(owner, scene.agency.pk) == before + 1

    def test_the_policy_bars_a_recipient_in_spite_of_a_cover(self, scene, monkeypatch):
        found = [Screening(released_to=RecipientClass.IMMIGRATION)]
        monkeypatch.setitem(screening._SCREENS, "sharing", lambda *_: found)

        with pytest.raises(AccessDenied, match="Nothing may be looked up"):
            scene.export()


class TestSealPackage:
    def test_names_the_release_in_row_index_and_ledger(self, owner):
        scene = Scene()

        package = scene.package()

        assert str(package.release_id) == scene.id
        sealed = owner.execute(
            "SELECT d.details FROM ledger_entry e JOIN ledger_details d USING (sequence)"
            " WHERE e.event = 'evidence.sealed' AND e.subject = %s", [str(package.id)],
        ).fetchone()  # fmt: skip
        assert json.loads(sealed[0])["release"] == scene.id
        assert scene.fresh().step(StepName.PACK).detail["package"] == str(package.id)

    def test_refuses_a_release_that_was_withdrawn_meanwhile(self, web):
        scene = Scene()
        access = scene.asks(web)
        take_move(
            release=scene.fresh(),
            move=WITHDRAW,
            person=scene.asker,
            now=timezone.now(),
            reason="suspect found",
        )

        with pytest.raises(REFUSED, match="covers this package"):
            scene.seals(web, access)

    def test_refuses_a_second_packing_after_the_hand_over(self, web):
        scene = Scene()
        access = scene.asks(web)
        scene.hands_over(web, scene.package(), received_by="D. Roe", release=scene.id)

        with pytest.raises(REFUSED, match="covers this package"):
            scene.seals(web, access)


class TestTakeCustodyStep:
    def test_hands_over_under_the_release_and_notes_it_there(self, web):
        scene = Scene()
        first, second = scene.package(), scene.package()

        for package in (first, second):
            scene.hands_over(web, package, received_by="D. Roe", release=scene.id)

        release = scene.fresh()
        assert release.state is ReleaseState.RELEASED
        assert not unbooked_packages(scene.agency).exists()  # they are the other agency's to book
        given = [step.detail["package"] for step in release.steps if step.step == "RELEASE"]
        assert given == [str(first.id), str(second.id)]

    @pytest.mark.parametrize(
        "detail",
        [
            {},
            {"received_by": ""},
            {"received_by": "Agent Doe, ICE"},
            {"received_by": "D. Roe", "release": NO_RELEASE},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("is_released", [True, False])
    def test_refuses_strangers(self, web, detail, is_released):
        scene = Scene()
        package = scene.package() if is_released else own(scene)

        with pytest.raises(REFUSED, match="approved release"):
            scene.hands_over(web, package, **detail)

    def test_refuses_it_under_the_name_of_another_state(self, web):
        scene = Scene()
        package = own(scene)

        with pytest.raises(REFUSED, match="HLD-02"):
            web.execute(
                "SELECT take_custody_step(%s, %s, 2, 'WRITTEN', 'evidence.handed-over', '{\"received_by\": \"ICE\"}')",
                [scene.handler.pk, package.id],
            )

    def test_refuses_the_release_of_another_case_and_the_approver(self, web):
        scene = Scene()
        package = own(scene)
        example = scene.release.request.case_number
        other = approved(
            scene.agency, scene.approver, case_number=example[:-1] + ("1" if example[-1] != "1" else "2")
        )

        with pytest.raises(REFUSED, match="of its case"):
            scene.hands_over(web, package, received_by="D. Roe", release=str(other.request.pk))
        with pytest.raises(REFUSED, match="of its case"):
            scene.hands_over(web, package, scene.approver, received_by="D. Roe", release=scene.id)

    def test_a_member_takes_the_copy_of_the_own_case_and_an_approved_release_lets_it_go_on(self, web):
        scene = Scene()
        package = own(scene)
        scene.hands_over(web, package, received_by=scene.asker.username)

        scene.hands_over(web, package, received_by="D. Roe", release=scene.id)

        assert scene.fresh().state is ReleaseState.RELEASED

    def test_the_policy_says_so_first_with_its_clause(self, web):
        scene = Scene()
        package = own(scene)
        said = {
            "medium": "USB stick 1",
            "verified": "by hand",
            "received_by": "Agent Doe, ICE",
            "place": "Room 3",
        }
        step = {
            "package": package,
            "agency": scene.agency,
            "person": scene.handler,
            "stated": said,
            "now": timezone.now(),
        }
        take_custody_step(name="write", **step)

        with pytest.raises(AccessDenied) as refused:
            take_custody_step(name="hand-over", **step)
        take_custody_step(
            name="hand-over", **{**step, "stated": {**said, "received_by": "D. Roe", "release": scene.id}}
        )

        assert (refused.value.decision.obligation, refused.value.decision.clause) == ("SHR-03", "RB 432.9(b)")
        assert scene.fresh().state is ReleaseState.RELEASED


class TestTables:
    @pytest.mark.parametrize("table", ["release_request", "release_step", "interagency_agreement"])
    @pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_nobody_removes_what_is_on_file(self, owner, table, change):
        with pytest.raises(REFUSED):
            owner.execute(change.format(table))

    @pytest.mark.parametrize("table", ["release_request", "release_step"])
    def test_nobody_changes_it(self, owner, table):
        column = "purpose" if table == "release_request" else "step"
        with pytest.raises(REFUSED):
            owner.execute(f"UPDATE {table} SET {column} = 'APPROVE'")

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO release_step (request_id) VALUES (gen_random_uuid())",
            "INSERT INTO release_request (agency_id) VALUES (1)",
            "INSERT INTO interagency_agreement (agency_id) VALUES (1)",
            "UPDATE interagency_agreement SET valid_to = NULL",
            "SELECT add_release_step(gen_random_uuid(), 'APPROVE', NULL, '{}')",
            "SELECT release_covers(1, '', 1, '', '', '', '{}')",
            "SELECT release_names('{8ABC123}', '8ABC123')",
            "SELECT reads_beyond_release(gen_random_uuid(), '{}')",
        ],
    )
    def test_pages_write_them_by_no_other_way(self, web, statement):
        with pytest.raises(REFUSED):
            web.execute(statement)

    @pytest.mark.parametrize("who", ["asker", "handler", "stranger"])
    def test_who_may_not_approves_nothing(self, scene, web, who):
        person = an_approver(an_agency()) if who == "stranger" else getattr(scene, who)
        waiting = entered(scene.agency, scene.asker)

        with pytest.raises(REFUSED):
            web.execute(
                'SELECT take_release_step(%s, %s, \'APPROVE\', \'{"finding": "fine", "office": "Chief"}\')',
                [person.pk, waiting.request.pk],
            )

    @pytest.mark.parametrize(
        ("step", "detail"),
        [
            ("APPROVE", {"office": "Chief"}),
            ("APPROVE", {"finding": "x"}),
            ("REFUSE", {}),
            ("PACK", {}),
            ("RELEASE", {}),
        ],
    )
    def test_nothing_is_approved_unfounded_or_released_by_a_statement(self, scene, web, step, detail):
        waiting = entered(scene.agency, scene.asker)

        with pytest.raises(REFUSED, match="does not follow"):
            web.execute(
                "SELECT take_release_step(%s, %s, %s, %s)",
                [scene.approver.pk, waiting.request.pk, step, json.dumps(detail)],
            )

    def test_nothing_is_approved_that_is_not_in_writing(self, scene, web):
        request = entered(scene.agency, scene.asker).request
        fields = (
            "recipient_class", "recipient_agency", "recipient_state", "requester", "contact", "verified_by",
            "purpose_code", "purpose", "authority", "disclaims", "case_number", "their_number", "data_wanted",
            "letter_name",
        )  # fmt: skip
        made = web.execute(
            "SELECT enter_release_request(%s, %s::jsonb, NULL, NULL)",
            [scene.asker.pk, json.dumps({name: getattr(request, name) for name in fields})],
        ).fetchone()[0]

        with pytest.raises(REFUSED, match="does not follow"):
            web.execute(
                'SELECT take_release_step(%s, %s, \'APPROVE\', \'{"finding": "fine", "office": "Chief"}\')',
                [scene.approver.pk, made],
            )


def own(scene: Scene) -> EvidencePackage:
    """Make a package for the own case file, of the release's case."""
    return scene.package(on_behalf_of=in_house(scene.handler), query={})


def withdrawn(agency, approver, asker):
    release = approved(agency, approver)
    take_move(release=release, move=WITHDRAW, person=asker, now=timezone.now(), reason="over")
    return release
