"""Every form that the office shows: its pages come from the URL resolver, its fields from the pages themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve

_FIELDS = ("input", "select", "textarea")
_BUTTONS = {"submit", "button", "image", "reset"}
_LEAVE_ALONE = ("/log/out/", "/alerts/stream/", "/dispatch/stream/", "/static/")


@dataclass
class Form:
    """One form as a page shows it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.links = path, [], []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field or a link."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(urljoin(self.path, given.get("action", "")), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(urlsplit(given["href"]).path)
        elif tag in _FIELDS and self._open is not None and given.get("type") not in _BUTTONS:
            name = given.get("name", "")
            if name and name != "csrfmiddlewaretoken":
                self._open.fields.setdefault(name, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        if tag == "form":
            self._open = None


def forms_of(clients: list[Client]) -> Iterator[tuple[Client, Form]]:
    """Yield each form once, with a client that is shown it."""
    shown: set[str] = set()  # names of the views that somebody was shown: one page of each is enough
    for client in clients:
        paths, tried = list(plain_addresses()), set[str]()
        while paths:
            path = paths.pop()
            view = _view_of(path)
            if view in shown or view in tried or path.startswith(_LEAVE_ALONE):
                continue
            tried.add(view)
            answer = client.get(path)
            if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
                continue
            shown.add(view)
            page = _Page(path)
            page.feed(answer.content.decode())
            paths += page.links
            yield from (
                (client, form)
                for form in page.forms
                if form.fields and not form.action.startswith(_LEAVE_ALONE)
            )


def _view_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def plain_addresses() -> Iterator[str]:
    """Yield every address that takes no argument."""

    def walk(resolver: Any, path: str) -> Iterator[str]:
        for one in resolver.url_patterns:
            here = path + str(one.pattern).replace("^", "").replace(r"\Z", "")
            if isinstance(one, URLPattern):
                if "<" not in here:
                    yield "/" + here
            else:
                yield from walk(one, here)

    yield from walk(get_resolver(), "")
