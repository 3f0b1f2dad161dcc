"""Every attack that is tried, as a value: what is done, what stops or shows it, and how it is tried.

An attempt returns what was seen, in a few words for the table; an attack that succeeds fails its assertion.
"""

import secrets
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

from .ledgers import tampered
from .scene import Browser, Scene, code_of, log_in
from .stage import ABROAD, HOME, PASSWORD, SECRETS

DETECTIVE, STRANGER = f"detective@{HOME}", f"detective@{ABROAD}"
INJECTIONS = (
    "' OR '1'='1",
    "%' UNION SELECT password FROM person --",
    "0ZZ'); SELECT pg_sleep(5); --",
    '" OR ""="',
    "{{7*7}}${7*7}",
)


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: what it is called.
        tried: what exactly is done.
        stopped_by: what stops it, or shows it where nothing can stop it.
        attempt: tries it; returns what was seen.
    """

    name: str
    tried: str
    stopped_by: str
    attempt: Callable[[Scene], str]


def forged_access_id(scene: Scene) -> str:
    with scene.connected("owner") as owner:
        (agency,) = owner.execute(
            "SELECT id FROM agency WHERE slug = %s", [scene.made["agencies"][HOME]["slug"]]
        ).fetchone()
    record = scene.person(DETECTIVE)["record"]
    passes = (
        "", "1", f"{agency}:{uuid.uuid4()}:{secrets.token_hex(32)}", f"{agency}:{record}:{secrets.token_hex(32)}",
        f"{agency}:{record}:", "' OR true --",
    )  # fmt: skip
    with scene.connected("web") as web:
        for forged in passes:
            with web.transaction():
                web.execute("SELECT set_config('platekeeper.access', %s, true)", [forged])
                assert web.execute("SELECT count(*) FROM visible_read").fetchone() == (0,)
        for table in ("read", "image", "hit", "alert", "access_record", "plate"):
            try:
                web.execute(f"SELECT 1 FROM {table} LIMIT 1")
            except psycopg.errors.InsufficientPrivilege:
                continue
            raise AssertionError(f"web may select from {table}")
    return f"{len(passes)} forged passes: 0 rows each; the tables themselves: permission denied"


def replayed_access_id(scene: Scene) -> str:
    request = _a_request(scene)
    with scene.connected("web") as first, scene.connected("web") as second:
        (given,) = first.execute("SELECT pass FROM open_access(%s::jsonb)", [request]).fetchone()
        seen = [_rows(first, given), _rows(second, given)]
    assert seen[0] > 0, "the pass itself must open something, or nothing is shown by this"
    assert seen[1] == 0
    return f"the session that opened it sees {seen[0]} read, another session of the same role sees 0"


def pass_of_a_rolled_back_record(scene: Scene) -> str:
    request = _a_request(scene)
    with scene.connected("web") as web, web.transaction(force_rollback=True):
        (given,) = web.execute("SELECT pass FROM open_access(%s::jsonb)", [request]).fetchone()
        web.execute("SELECT set_config('platekeeper.access', %s, true)", [given])
        assert web.execute("SELECT count(*) FROM visible_read").fetchone() == (0,)
    return "in the transaction that could still roll the record back: 0 rows"


def anothers_record(scene: Scene) -> str:
    browser, because = scene.browser(f"patrol-officer@{HOME}"), scene.person(DETECTIVE)["record"]
    read = scene.made["reads"][HOME]
    page = browser.get(f"/reads/{read}/?because={because}")
    picture = browser.get(f"/reads/{read}/images/plate/?because={because}")
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/search/")
    assert picture.status_code == 403
    return "the read's page leads back to the search, its picture is refused (403)"


def sql_injection(scene: Scene) -> str:
    browser, tried = scene.browser(DETECTIVE), 0
    fields = (
        "plate", "case_number", "reason", "on_behalf_of", "purpose", "since", "until", "latitude", "longitude",
        "radius_m", "cameras", "region", "look_alikes", "outline", "street", "before", "make", "color",
    )  # fmt: skip
    for field in fields:
        for typed in INJECTIONS:
            answer = browser.post("/search/results/", scene.question(**{"plate": "0ZZZ000", field: typed}))
            assert answer.status_code < 500, (field, typed)
            assert SECRETS[HOME] not in answer.text, (field, typed)
            assert SECRETS[ABROAD] not in answer.text, (field, typed)
            tried += 1
    auditor = scene.browser(f"auditor@{HOME}")
    for field in ("person", "function", "purpose", "case_number", "outcome", "since", "until", "before"):
        for typed in INJECTIONS:
            answer = auditor.get("/audits/records/", params={field: typed})
            assert answer.status_code < 500, (field, typed)
            assert scene.made["agencies"][ABROAD]["name"] not in answer.text
            tried += 1
    with scene.connected("owner") as owner:
        assert owner.execute("SELECT count(*) FROM read").fetchone()[0] >= 2
    return f"{tried} requests: no row too many, no error, every table still there"


def parallel_sessions(scene: Scene) -> str:
    person = scene.person(f"spare@{HOME}")
    before = scene.events("session.overlapped", person["username"])
    first, second = scene.browser(f"spare@{HOME}"), Browser(scene.house.address)
    assert log_in(second, person).status_code == 302
    assert [browser.get("/rights/").status_code for browser in (first, second)] == [200, 200]
    told = scene.events("session.overlapped", person["username"]) - before
    assert told >= 1
    return f"both go on, {told} entries in the ledger, person and administrators told at once"


def parallel_searches(scene: Scene) -> str:
    count = "SELECT count(*) FROM access_record WHERE person_id = %s AND function = 'search'"
    who = scene.person(DETECTIVE)["id"]
    with scene.connected("owner") as owner:
        before = owner.execute(count, [who]).fetchone()[0]
        with ThreadPoolExecutor(8) as pool:
            codes = list(
                pool.map(
                    lambda _: scene.browser(DETECTIVE).post("/search/results/", scene.question()).status_code,
                    range(24),
                )
            )
        after = owner.execute(count, [who]).fetchone()[0]
    assert codes == [200] * 24
    assert after - before == 24
    return "24 searches, eight at a time in one session: 24 records"


def clock_set_back(scene: Scene) -> str:
    person = scene.person(DETECTIVE)
    with scene.connected("owner") as owner:
        (latest,) = owner.execute("SELECT max(entry_at) FROM ledger_entry").fetchone()
        # as after a clock that ran an hour ahead: the next entries come from "before" the last one
        (entry,) = owner.execute(
            "SELECT append_entry('', 'clock.tried', 'attack', 'attack', '{}')"
        ).fetchone()
        (at,) = owner.execute("SELECT entry_at FROM ledger_entry WHERE sequence = %s", [entry]).fetchone()
        assert at >= latest
        (step,) = owner.execute("SELECT last_code_step FROM person WHERE id = %s", [person["id"]]).fetchone()
    browser = Browser(scene.house.address)
    code = code_of(person["secret"])
    assert log_in(browser, person, code=code).status_code == 302
    with scene.connected("owner") as owner:
        (taken,) = owner.execute("SELECT last_code_step FROM person WHERE id = %s", [person["id"]]).fetchone()
    assert taken > step
    return "entries keep their order in time, a code of an earlier time is not taken again"


def session_fixation(scene: Scene) -> str:
    person = scene.person(f"supervisor@{HOME}")
    browser = Browser(scene.house.address)
    browser.get("/log/in/")
    planted = "x" * 32
    browser.http.cookies.set("sessionid", planted, domain="127.0.0.1")
    log_in(browser, person)
    assert browser.http.cookies.get("sessionid") != planted
    thief = Browser(scene.house.address)
    thief.http.cookies.set("sessionid", planted, domain="127.0.0.1")
    assert thief.get("/alerts/").headers["Location"].startswith("/log/in/")
    return "the session has another id after the log-in; the planted one opens nothing"


def stolen_session_after_log_out(scene: Scene) -> str:
    person = scene.person(f"custodian@{HOME}")
    browser = Browser(scene.house.address)
    assert log_in(browser, person).status_code == 302
    thief = Browser(scene.house.address)
    thief.http.cookies.set("sessionid", browser.http.cookies.get("sessionid"), domain="127.0.0.1")
    assert thief.get("/rights/").status_code == 200
    browser.post("/log/out/")
    assert thief.get("/rights/").status_code == 302
    return "worthless from the log-out on"


def one_time_code_replayed(scene: Scene) -> str:
    person = scene.person(f"trainer@{HOME}")
    code = code_of(person["secret"])
    first, second = Browser(scene.house.address), Browser(scene.house.address)
    assert log_in(first, person, code=code).status_code == 302
    assert log_in(second, person, code=code).status_code == 200
    assert second.get("/rights/").headers["Location"].startswith("/log/in/")
    return "taken once; the second time the page asks for another code"


def password_guessing(scene: Scene) -> str:
    person = scene.person(f"it@{HOME}")
    for _ in range(5):
        browser = Browser(scene.house.address)
        browser.get("/log/in/")
        browser.post("/log/in/", {"login": person["username"], "password": "guess", "understood": "on"})
    with scene.connected("owner") as owner:
        (locked,) = owner.execute("SELECT locked_at FROM person WHERE id = %s", [person["id"]]).fetchone()
        (told,) = owner.execute("SELECT count(*) FROM notice WHERE kind = 'account-locked'").fetchone()
    assert locked is not None
    assert told >= 1
    browser = Browser(scene.house.address)
    browser.get("/log/in/")
    right = browser.post("/log/in/", {"login": person["username"], "password": PASSWORD, "understood": "on"})
    assert right.status_code != 302
    return f"locked after five, against the right password too; {told} message to the office that the policy names"


def log_in_of_a_leaver(scene: Scene) -> str:
    person = scene.person(f"auditor@{ABROAD}")
    with scene.connected("owner") as owner:
        owner.execute("UPDATE person SET separated_at = now() WHERE id = %s", [person["id"]])
        going_on = scene.browser(f"auditor@{ABROAD}").get("/rights/")
        browser = Browser(scene.house.address)
        browser.get("/log/in/")
        answer = browser.post(
            "/log/in/", {"login": person["username"], "password": PASSWORD, "understood": "on"}
        )
        (told,) = owner.execute("SELECT count(*) FROM notice WHERE kind = 'login-refused'").fetchone()
    assert going_on.headers["Location"].startswith("/log/in/")
    assert answer.status_code != 302
    assert told >= 1
    return f"refused, the session that went on is ended, {told} message sent at once"


def cross_site_requests(scene: Scene) -> str:
    from .matrix import addresses, is_for_machines

    browser, tried = scene.browser(f"administrator@{HOME}"), 0
    for name, path in addresses(scene):
        if (
            is_for_machines(name) or name == "federation_back"
        ):  # a provider posts there: it shows a button, no more
            continue
        answer = browser.http.post(
            scene.house.address + path, data={"x": "1"}, headers={"Origin": "https://evil.example"},
            allow_redirects=False, timeout=180,
        )  # fmt: skip
        assert answer.status_code == 403, (name, answer.status_code)
        tried += 1
    return f"{tried} addresses, each refused (403)"


def foreign_host(scene: Scene) -> str:
    answer = requests.get(
        f"{scene.house.address}/log/in/", headers={"Host": "evil.example"}, timeout=180, allow_redirects=False
    )
    assert answer.status_code == 400
    return "refused (400)"


def paths_out_of_the_house(scene: Scene) -> str:
    key = (Path(scene.house.data) / "secrets" / "django.key").read_bytes()
    tries = ("/static/../../../secrets/django.key", "/static/%2e%2e/%2e%2e/secrets/django.key",
             "/public/ledger/..%2f..%2fsecrets%2fdjango.key", "/public/ledger/%2e%2e/secrets/master.key",
             "/static//etc/passwd", "/public/ledger/..")  # fmt: skip
    for path in tries:
        request = requests.Request("GET", scene.house.address + path).prepare()
        request.url = scene.house.address + path
        answer = requests.Session().send(request, allow_redirects=False, timeout=180)
        assert answer.status_code in {301, 302, 400, 404}, path
        assert key not in answer.content
    return f"{len(tries)} paths, none leads out"


def _rows(web: psycopg.Connection, given: str) -> int:
    with web.transaction():
        web.execute("SELECT set_config('platekeeper.access', %s, true)", [given])
        return int(web.execute("SELECT count(*) FROM visible_read").fetchone()[0])


def _a_request(scene: Scene) -> str:
    with scene.connected("owner") as owner:
        (agency,) = owner.execute(
            "SELECT id FROM agency WHERE slug = %s", [scene.made["agencies"][HOME]["slug"]]
        ).fetchone()
    return psycopg.types.json.json.dumps(
        {
            "person_id": scene.person(DETECTIVE)["id"], "function": "search", "query": {"plate": "8HOM123"},
            "purpose": scene.purpose, "case_number": "26-01234", "reason": "as the attack says",
            "policy_version": "attack", "outcome": "ALLOWED", "clauses": ["RB 432.4"], "source": "192.0.2.9",
            "grants": [{"data_agency_id": agency, "visible_from": "2020-01-01T00:00:00Z", "kinds": ["read"],
                        "camera_groups": None, "read_ids": None}],
        }
    )  # fmt: skip


ATTACKS = (
    Attack(
        "Forged access id",
        "as the pages' role, by SQL: invented passes, the id of a real record with an invented token",
        "`open_grants()`: the token's digest must fit; `web` has no right on the tables",
        forged_access_id,
    ),
    Attack(
        "Replayed access id",
        "a true pass used in another session of the same role",
        "`open_grants()`: the record belongs to one backend of one role for a minute",
        replayed_access_id,
    ),
    Attack(
        "Access that is rolled back",
        "look first, then roll the record back",
        "`open_grants()` skips records of the running transaction",
        pass_of_a_rolled_back_record,
    ),
    Attack(
        "Another user's id",
        "open a read and a picture in the course of a colleague's record",
        "`own_record()` knows a person's own records only",
        anothers_record,
    ),
    Attack(
        "SQL injection",
        "five payloads in every field of the search and of the access records",
        "parameters everywhere; `web` may do nothing but the gate",
        sql_injection,
    ),
    Attack(
        "Parallel sessions",
        "log in at two devices at once",
        "shown, not stopped: `session.overlapped`, a message (USR-01)",
        parallel_sessions,
    ),
    Attack(
        "Parallel searches",
        "one session asks many things at once",
        "each search opens an access of its own",
        parallel_searches,
    ),
    Attack(
        "Clock set back",
        "entries and codes after the clock went back",
        "`append_entry()` never goes back in time; `person.last_code_step` only rises",
        clock_set_back,
    ),
    Attack(
        "Session fixation",
        "plant a session id before the log-in",
        "a new id at every log-in",
        session_fixation,
    ),
    Attack(
        "Session replayed after log-out",
        "use a copied cookie",
        "the server forgets the session",
        stolen_session_after_log_out,
    ),
    Attack(
        "One-time code replayed",
        "use a code that was taken",
        "each code once (CJIS IA-5)",
        one_time_code_replayed,
    ),
    Attack(
        "Password guessing",
        "five wrong passwords, then the right one",
        "lock until an administrator releases it (CJIS AC-7)",
        password_guessing,
    ),
    Attack(
        "Log-in of somebody who left",
        "the right password after the last day",
        "`decide_login`, `decide_stay` (USR-10, USR-11)",
        log_in_of_a_leaver,
    ),
    Attack(
        "CSRF",
        "POST to every address from another site, as an administrator's browser",
        "a token in every form, compared by Django",
        cross_site_requests,
    ),
    Attack("Foreign host name", "ask under another host's name", "the list of hosts", foreign_host),
    Attack(
        "Paths out of the house",
        "`..` in paths of static and published files",
        "names are matched, not joined",
        paths_out_of_the_house,
    ),
    Attack(
        "Entry edited by a superuser",
        "change who did it, triggers switched off",
        "shown: `platekeeper ledger verify` names the entry",
        lambda scene: tampered(scene, "edited"),
    ),
    Attack(
        "Entry deleted by a superuser",
        "remove one from the middle",
        "shown: `platekeeper ledger verify` names the entry",
        lambda scene: tampered(scene, "deleted"),
    ),
    Attack(
        "Ledger truncated by a superuser",
        "remove the last entries and their checkpoint",
        "shown: the published checkpoint that anybody kept says there were more",
        lambda scene: tampered(scene, "truncated"),
    ),
    Attack(
        "Checkpoint key swapped",
        "sign with a key of one's own",
        "shown: the published key does not fit",
        lambda scene: tampered(scene, "key"),
    ),
)
