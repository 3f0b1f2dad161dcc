"""Every address, asked for by everybody: who gets what, and nothing that nobody thought of."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from platekeeper.office.access.keeping import sign_ledger
from platekeeper.office.access.operations import open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import NOW, REASON, a_person, an_agency, an_inquiry
from ..streets import a_camera, a_list, a_picture, a_read, identified, take

# a newcomer still has a one-time password; the stranger is another agency's detective
WHO = ("anonymous", "newcomer", "officer", "detective", "auditor", "custodian", "stranger")
LOGIN, CHOOSE, HOME, SEARCH = "/log/in/", "/account/password/", "/", "/search/"
ALERTS, RECORDS, KEEPING, UNIT = "/alerts/", "/audits/records/", "/retention/", "/dispatch/unit/"
APPROVALS, MINE = "/people/approvals/", "/people/mine/"

# address -> what GET gives each of them: a status, or where it leads
GET: dict[str, tuple[int | str, ...]] = {
    "access:why": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "account_login": (200, CHOOSE, HOME, HOME, HOME, HOME, HOME),
    "account_logout": (LOGIN, 200, 200, 200, 200, 200, 200),
    "account_reauthenticate": (LOGIN, 403, 403, 403, 403, 403, 403),
    "accounts:account": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "accounts:end_others": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "accounts:end_session": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "accounts:enrol": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "accounts:password": (LOGIN, 200, 200, 200, 200, 200, 200),
    "accounts:person": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "accounts:revoke_terminal": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "accounts:terminals": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "alerts:alert": (LOGIN, CHOOSE, 200, 200, 403, 403, 404),
    "alerts:board": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "alerts:card": (LOGIN, CHOOSE, 200, 200, 403, 403, 404),
    "alerts:step": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "alerts:stream": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "api:document": (200, CHOOSE, 200, 200, 200, 200, 200),
    "api:documentation": (200, CHOOSE, 200, 200, 200, 200, 200),
    "api:health": (200, CHOOSE, 200, 200, 200, 200, 200),
    "federation_back": (404, CHOOSE, 404, 404, 404, 404, 404),
    "federation_leave": (405, CHOOSE, 405, 405, 405, 405, 405),
    "federation_response": (405, CHOOSE, 405, 405, 405, 405, 405),
    "push_worker": (200, CHOOSE, 200, 200, 200, 200, 200),
    "audits:access_record": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:checkpoint": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:export": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:ledger": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:proof": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:public_key": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:since": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "audits:verifier": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "compliance:report": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "audits:access_records": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "dispatch:answer_pursuit": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "dispatch:board": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "dispatch:broadcast": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    # Redondo Beach wants the unit logged on first (OPS-01), Milpitas does not ask
    "dispatch:car": (LOGIN, CHOOSE, UNIT, UNIT, 403, 403, 200),
    "dispatch:close_ticket": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "dispatch:report": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "dispatch:stream": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "dispatch:tickets": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "dispatch:unit": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "governance:profile": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "governance:programme": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "governance:proposal": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "governance:propose": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "governance:version": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "governance:version_text": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "health": (200, CHOOSE, 200, 200, 200, 200, 200),
    "home": (LOGIN, CHOOSE, ALERTS, ALERTS, RECORDS, KEEPING, ALERTS),
    "reads:image": (LOGIN, CHOOSE, 200, 200, 403, 403, 404),
    "reads:read": (LOGIN, CHOOSE, 200, 200, SEARCH, SEARCH, 404),
    "rms:outbox": (LOGIN, CHOOSE, 403, 403, 200, 200, 403),
    "roster:act": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:add": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:approvals": (LOGIN, CHOOSE, 403, 403, 403, 200, 403),
    "roster:approve": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:classes": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:close_visit": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:deployments": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:documents": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:end_designation": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:leave": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:mine": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "roster:offices": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:people": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:person": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:read": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "roster:reconcile": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:sign": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:training": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "cases:case": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "cases:cases": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "cases:close": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "cases:member": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "cases:note": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "cases:pin": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "misuse:end_plate": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "misuse:finding": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "misuse:findings": (LOGIN, CHOOSE, 403, 403, 200, 403, 403),
    "misuse:plates": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "misuse:reviewers": (LOGIN, CHOOSE, 403, 403, 200, 403, 403),
    "search:ask": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "search:both_places": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "search:canvass": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "search:companions": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "search:end_place": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "search:registry": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "search:request": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "search:requests": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "search:respond": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "search:run": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "search:vehicle": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "search:results": (LOGIN, CHOOSE, 405, 405, 405, 405, 405),
    "search:search": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "take_reads": (405, CHOOSE, 405, 405, 405, 405, 405),
    "transparency:agency": (200, CHOOSE, 200, 200, 200, 200, 200),
    "transparency:index": (200, CHOOSE, 200, 200, 200, 200, 200),
    "transparency:published": (404, CHOOSE, 404, 404, 404, 404, 404),
    # allauth's pages about one's own second factor; nobody here has one yet
    "mfa_activate_totp": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "mfa_add_webauthn": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "mfa_authenticate": (LOGIN, CHOOSE, HOME, HOME, HOME, HOME, HOME),
    "mfa_deactivate_totp": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "mfa_download_recovery_codes": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "mfa_edit_webauthn": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "mfa_generate_recovery_codes": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "mfa_index": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "mfa_list_webauthn": (LOGIN, CHOOSE, 200, 200, 200, 200, 200),
    "mfa_reauthenticate": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "mfa_reauthenticate_webauthn": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "mfa_remove_webauthn": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "mfa_view_recovery_codes": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
}

# address -> what POST gives each of them; every other address of ours answers 405
POST: dict[str, tuple[int | str, ...]] = {
    "account_login": (200, CHOOSE, HOME, HOME, HOME, HOME, HOME),
    "account_logout": (LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN),
    "account_reauthenticate": (LOGIN, 403, 403, 403, 403, 403, 403),
    "federation_back": (404, CHOOSE, 404, 404, 404, 404, 404),
    "federation_leave": (404, CHOOSE, 404, 404, 404, 404, 404),
    "federation_response": (404, CHOOSE, 404, 404, 404, 404, 404),
    "accounts:end_others": (LOGIN, CHOOSE, "/account/", "/account/", "/account/", "/account/", "/account/"),
    "accounts:end_session": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "accounts:enrol": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "accounts:password": (LOGIN, 422, 422, 422, 422, 422, 422),
    "accounts:revoke_terminal": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "accounts:terminals": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "alerts:step": (LOGIN, CHOOSE, ALERTS, ALERTS, 403, 403, 404),
    "dispatch:answer_pursuit": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "dispatch:broadcast": (LOGIN, CHOOSE, 404, 404, 403, 403, 404),
    "dispatch:close_ticket": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "dispatch:report": (LOGIN, CHOOSE, 400, 400, 403, 403, 400),
    "governance:programme": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "governance:proposal": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "governance:propose": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "health": (200, CHOOSE, 200, 200, 200, 200, 200),
    "home": (LOGIN, CHOOSE, ALERTS, ALERTS, RECORDS, KEEPING, ALERTS),
    "roster:act": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:add": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:approve": (LOGIN, CHOOSE, 403, 403, 403, APPROVALS, 403),
    "roster:close_visit": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:deployments": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:documents": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:end_designation": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:leave": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:offices": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:read": (LOGIN, CHOOSE, MINE, MINE, MINE, MINE, MINE),
    "roster:reconcile": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "roster:sign": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "cases:cases": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "cases:close": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "cases:member": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "cases:note": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "cases:pin": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "misuse:end_plate": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "misuse:finding": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "misuse:plates": (
        LOGIN,
        CHOOSE,
        "/misuse/plates/",
        "/misuse/plates/",
        "/misuse/plates/",
        "/misuse/plates/",
        "/misuse/plates/",
    ),
    "misuse:reviewers": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "search:ask": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "search:both_places": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "search:canvass": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "search:companions": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "search:end_place": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "search:registry": (LOGIN, CHOOSE, 403, 403, 403, 403, 403),
    "search:respond": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "search:run": (LOGIN, CHOOSE, 404, 404, 404, 404, 404),
    "search:vehicle": (LOGIN, CHOOSE, 422, 422, 422, 422, 422),
    "search:results": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "search:search": (LOGIN, CHOOSE, 200, 200, 403, 403, 200),
    "take_reads": (401, CHOOSE, 401, 401, 401, 401, 401),
}


@dataclass(frozen=True)
class Scene:
    """An agency with one alert, somebody of each kind, and a detective of another agency."""

    agency: Agency
    people: dict[str, Person]
    read: UUID
    because: dict[str, str]

    def client(self, who: str) -> Client:
        return logged_in(self.people[who]) if who in self.people else Client()

    def address(self, name: str, who: str) -> str:
        read, record = {"read_id": self.read}, {"record_id": self.because["detective"]}
        arguments: dict[str, dict[str, object]] = {
            "alerts:alert": {"alert_id": self.read}, "alerts:card": {"alert_id": self.read},
            "alerts:step": {"alert_id": self.read}, "reads:read": read, "reads:image": read | {"role": "plate"},
            "dispatch:answer_pursuit": {"pursuit_id": 2**31 - 1}, "dispatch:close_ticket": {"ticket_id": 2**31 - 1},
            "dispatch:broadcast": {"cancellation_id": UUID(int=1)},
            "transparency:agency": {"slug": self.agency.slug}, "transparency:published": {"name": "nothing.txt"},
            "governance:proposal": {"proposal_id": 2**31 - 1}, "governance:version": {"number": 1},
            "governance:version_text": {"number": 1},
            "audits:access_record": record, "audits:proof": record, "audits:since": {"size": 1},
            "mfa_remove_webauthn": {"pk": 1}, "mfa_edit_webauthn": {"pk": 1},
            "federation_back": {"slug": "nobody"}, "federation_leave": {"slug": "nobody"},
            "federation_response": {"slug": "nobody"},
            "accounts:person": {"username": self.people["detective"].username},
            "roster:person": {"person_id": self.people["detective"].pk}, "roster:close_visit": {"visit_id": 1},
            "roster:sign": {"person_id": self.people["detective"].pk}, "roster:end_designation": {"designation_id": 1},
            "roster:act": {"person_id": self.people["detective"].pk, "what": "enable"},
            "roster:approve": {"person_id": self.people["detective"].pk, "step": "grant"},
            **{
                name: {"number": 2**31 - 1}
                for name in (
                    "cases:case", "cases:close", "cases:member", "cases:note", "misuse:end_plate", "misuse:finding",
                    "search:end_place", "search:request", "search:respond", "search:run",
                )
            },
            "search:ask": {"record_id": UUID(int=1)},
            "accounts:end_session": {"session_id": UUID(int=1)}, "accounts:revoke_terminal": {"terminal_id": 1},
        }  # fmt: skip
        address = reverse(name, kwargs=arguments.get(name, {}))
        goes_on = name.startswith("reads:") and who in self.because
        return f"{address}?because={self.because[who]}" if goes_on else address

    def form(self, name: str, who: str) -> dict[str, str]:
        asked = an_inquiry(self.people[who].agency if who in self.people else self.agency)
        question = {
            "plate": "8ABC123",
            "purpose": asked.purpose,
            "case_number": asked.case_number,
            "reason": REASON,
        }
        forms = {
            "accounts:password": {"new_password1": "short", "new_password2": "short"},
            "accounts:enrol": {"code": "nobody's"},
            "alerts:step": {"step": "acknowledge"}, "search:search": question, "search:results": question,
        }  # fmt: skip
        return forms.get(name, {})


@pytest.fixture(scope="module")
def people(database) -> dict[str, Person]:
    agency, other = an_agency("redondo-beach"), an_agency("milpitas")
    return {
        "newcomer": a_person(agency, Role.DETECTIVE, must_choose_password=True),
        "officer": a_person(agency, Role.PATROL_OFFICER),
        "detective": a_person(agency, Role.DETECTIVE),
        "auditor": a_person(agency, Role.AUDITOR),
        "custodian": a_person(agency, Role.CUSTODIAN),
        "stranger": a_person(other, Role.DETECTIVE),
    }


@pytest.fixture
def scene(people) -> Scene:
    agency = people["detective"].agency
    a_list(agency, "8ABC123")
    read = identified(a_read(a_camera(agency), images=(a_picture("plate"), a_picture("context"))))
    take(agency, read)
    assert read.id is not None
    asked = {who: _asked(people[who]) for who in ("officer", "detective", "stranger")}
    sign_ledger(timezone.now())  # so that there is a checkpoint, and a proof of the records
    return Scene(agency, people, read.id, asked)


def _asked(person: Person) -> str:
    inquiry = an_inquiry(person.agency)
    return str(open_access(person=person, agency=person.agency, inquiry=inquiry, now=NOW).record_id)


def _outcome(answer) -> int | str:
    where = answer.headers.get("Location", "").partition("?")[0]
    return ALERTS if where.startswith(ALERTS) else where or answer.status_code


class TestGet:
    @pytest.mark.parametrize("who", WHO)
    def test_gives_everybody_what_the_table_says(self, who, scene):
        client = scene.client(who)

        given = {name: _outcome(client.get(scene.address(name, who))) for name in GET}

        assert given == {name: row[WHO.index(who)] for name, row in GET.items()}


class TestPost:
    @pytest.mark.parametrize("who", WHO)
    @pytest.mark.parametrize("name", POST)
    def test_gives_everybody_what_the_table_says(self, name, who, scene):
        answer = scene.client(who).post(scene.address(name, who), scene.form(name, who))

        assert _outcome(answer) == POST[name][WHO.index(who)]

    def test_is_refused_by_every_page_of_ours_that_only_shows(self, scene):
        client = scene.client("detective")
        shown = [name for name in GET if name not in POST and not name.startswith("mfa_")]

        given = {name: client.post(scene.address(name, "detective")).status_code for name in shown}

        assert given == dict.fromkeys(shown, 405)

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_is_the_only_way_to_change_anything(self, method, scene):
        client = scene.client("detective")
        ours = [
            name
            for name in GET
            if not name.startswith(("mfa_", "account_")) and name not in {"health", "home"}
        ]

        given = {name: getattr(client, method)(scene.address(name, "detective")).status_code for name in ours}

        assert given == dict.fromkeys(ours, 405)

    @pytest.mark.parametrize(
        "name",
        [
            "account_login",
            "account_logout",
            "accounts:password",
            "alerts:step",
            "search:search",
            "search:results",
        ],
    )
    def test_is_refused_without_its_token(self, name, scene):
        client = scene.client("anonymous" if name == "account_login" else "detective")
        client.handler.enforce_csrf_checks = True

        answer = client.post(scene.address(name, "detective"), scene.form(name, "detective"))

        assert answer.status_code == 403


# these apps' addresses are asked for by every role in tests/attacks, from the resolver itself
TRIED_BY_THE_MATRIX = ("evidence", "hotlists", "notices", "retention", "sharing")


class TestTables:
    def test_know_every_address(self):
        names = set(_names(get_resolver()))
        elsewhere = {name for name in names if name.split(":")[0] in TRIED_BY_THE_MATRIX}

        assert set(GET) | elsewhere == names
        assert set(POST) <= set(GET)

    def test_leave_only_these_open_to_everybody(self):
        to_all = {name for name, row in GET.items() if row[0] != LOGIN}

        assert to_all == {
            "account_login", "federation_back", "federation_leave", "federation_response", "push_worker",
            "api:document", "api:documentation", "api:health", "health",
            "take_reads", "transparency:agency", "transparency:index", "transparency:published",
        }  # fmt: skip


STREAMS = {"alerts:stream", "dispatch:stream"}


class TestAnswer:
    @pytest.mark.parametrize("name", [name for name in GET if name not in STREAMS])
    def test_is_kept_by_nobody_and_runs_nothing_of_others(self, name, scene):
        answer = scene.client("detective").get(scene.address(name, "detective"))

        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield prefix + (one.name or str(one.pattern))
        else:
            yield from _names(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
