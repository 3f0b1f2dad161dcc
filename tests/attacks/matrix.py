"""Every address of the server, from its own URL resolver, asked for by everybody: new pages are in it by themselves."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter

from .scene import Browser, Scene
from .stage import ABROAD, HOME, ROLES, SECRETS

# what anybody may see without a log-in (SEC-01); whoever adds an address here says why in the page's own document
PUBLIC = {
    "account_login", "health", "api:health", "api:document", "api:documentation", "take_reads", "heartbeat",
    "federation_back", "federation_leave", "federation_response", "push_worker",
    "transparency:agency", "transparency:index", "transparency:published",
}  # fmt: skip
MACHINES = {"take_reads", "heartbeat"}  # no cookie opens them, a producer's token does
ENDS_SESSION = {"account_logout"}
ANSWERS = {200, 204, 301, 302, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429}


@dataclass(frozen=True)
class Outcome:
    """What one person got from one address."""

    name: str
    who: str
    method: str
    path: str
    status: int
    location: str
    leaks: tuple[str, ...]


def is_for_machines(name: str) -> bool:
    """Tell whether an address is asked by machines, with a token instead of a cookie."""
    return name in MACHINES or name.startswith(("saml", "openid"))


def addresses(scene: Scene, of: str = HOME) -> list[tuple[str, str]]:
    """Return every address by name, its arguments those of an agency's own things.

    Args:
        scene: where they are.
        of: whose things the arguments name.
    """
    found = []
    for name, pattern in _patterns():
        path = pattern
        for converter, argument in _arguments(pattern):
            path = path.replace(f"<{converter}:{argument}>", _value(scene, of, converter, argument), 1)
        found.append((name, "/" + path))
    return found


_KEPT = HTTPAdapter(pool_maxsize=6)


def asked(scene: Scene, method: str = "GET", *, of: str = HOME) -> Iterator[Outcome]:
    """Ask for every address as every role of the home agency, and as nobody.

    Args:
        scene: where.
        method: GET or POST; a POST carries the form's token and nothing else.
        of: whose things the arguments name.
    """
    patterns = dict(_patterns())
    everybody = (None, *(f"{role}@{HOME}" for role in ROLES))
    tried = [
        (scene, who, name, path, method)
        for name, path in addresses(scene, of)
        if name not in ENDS_SESSION and (of == HOME or "<" in patterns[name])
        for who in everybody
    ]
    with ThreadPoolExecutor(6) as pool:
        yield from pool.map(lambda one: _one(*one), tried)


def foreign(scene: Scene) -> tuple[str, ...]:
    """Return what nobody at home may ever be shown: the other agency's plate, people and their records."""
    people = [one for who, one in scene.made["people"].items() if who.endswith("@" + ABROAD)]
    names = [word for one in people for word in (one["username"], one["name"], one["record"]) if word]
    return (SECRETS[ABROAD], *names)


def _one(scene: Scene, who: str | None, name: str, path: str, method: str) -> Outcome:
    browser: Browser = scene.browser(who)
    browser.http.mount("http://", _KEPT)  # thousands of requests over a few connections
    headers = {"X-CSRFToken": "a" * 32} if method != "GET" else {}
    with browser.http.request(
        method, scene.house.address + path, headers=headers, allow_redirects=False, timeout=180, stream=True
    ) as answer:
        streams = answer.headers.get("Content-Type", "").startswith("text/event-stream")
        text = "" if streams else answer.text
        location = answer.headers.get("Location", "")
        leaks = () if _is_public(name) else tuple(word for word in foreign(scene) if word in text + location)
        # an address that was asked for may come back in the answer: that tells nobody anything
        leaks = tuple(word for word in leaks if word not in path)
        return Outcome(name, who or "nobody", method, path, answer.status_code, location, leaks)


def _is_public(name: str) -> bool:
    return name.startswith("transparency:")


def _patterns() -> list[tuple[str, str]]:
    os.environ.setdefault("PLATEKEEPER_DATA", tempfile.mkdtemp(prefix="platekeeper-attacks-"))
    from platekeeper.office.config.migrate import set_up_django

    set_up_django()
    from django.urls import URLPattern, get_resolver

    def walk(resolver: Any, name: str, path: str) -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            here = path + str(one.pattern).replace("^", "").replace(r"\Z", "")
            if isinstance(one, URLPattern):
                yield name + (one.name or here), here
            else:
                yield from walk(one, f"{name}{one.namespace}:" if one.namespace else name, here)

    return list(walk(get_resolver(), "", ""))


def _arguments(pattern: str) -> list[tuple[str, str]]:
    parts = [part.partition(">")[0] for part in pattern.split("<")[1:]]
    return [(part.partition(":")[0], part.partition(":")[2]) for part in parts if ":" in part]


def _value(scene: Scene, of: str, converter: str, argument: str) -> str:
    person = scene.person(f"detective@{of}")
    known = {
        "read_id": scene.made["reads"][of], "alert_id": scene.made["reads"][of], "record_id": person["record"],
        "access_id": person["record"], "username": person["username"], "slug": scene.made["agencies"][of]["slug"],
        "agency": scene.made["agencies"][of]["slug"], "role": "plate", "person_id": str(person["id"]),
        "name": "checkpoint.txt", "request_id": scene.made["releases"][of],
    }  # fmt: skip
    given = known.get(argument, "")
    if converter == "uuid":
        return given if len(given) == 36 else str(uuid.UUID(int=1))
    if converter == "int":
        return given if given.isdigit() else _row(scene, of)
    return given or "x"


def _row(scene: Scene, of: str) -> str:
    """Return the number of a row that is more likely theirs than the other agency's: the first, or the second."""
    return "1" if of == HOME else "2"
