"""What no form should be sent, sent to every form: a sentence with 4xx, never 5xx, and nothing stored but the refusal.

The forms are found in the pages, so a new one is in it by itself. Which field gets which nonsense is drawn with a fixed
seed, so that the same fields get the same in every run.
"""

import random
import re
from urllib.parse import urlencode

import psycopg
import pytest
from django.test import Client

from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency
from ..sharing.releases import an_approver, entered
from .forms_found import Form, forms_of

ROLES = (Role.ADMINISTRATOR, Role.DETECTIVE, Role.SUPERVISOR, Role.AUDITOR, Role.COMMANDER)
DRAWN = 60
# what is no text comes into no page; what is too much or of the wrong kind is the form's to refuse
NO_TEXT = {"NUL": b"a%00b", "control": b"%1B%5B31m", "no UTF-8": b"%FF%FE", "half a surrogate": b"%ED%A0%80"}
NONSENSE = {
    "wrong type": "true", "a list": "[]", "too long": "A" * 70_000, "look-alikes": "8АВС123", "negative": "-1",
    "huge number": "9" * 40, "no number": "NaN", "no date": "2026-02-30T99:99", "markup": "<script>1</script>",
    "quote": "'; DROP TABLE read; --", "right to left": "\u202e\u2066x", "spaces": " \t ",
    "cars": "\U0001f694" * 300,
}  # fmt: skip
# where a request leaves its traces whatever it holds: who was there, what was refused
_TRACES = (
    "django_session",
    "access_record",
    "access_grant",
    "ledger_",
    "person_session",
    "rms_request",
    "job",
)
_SENTENCE = re.compile(r"[A-Z][^<>]{8,}[.:]")


@pytest.fixture(scope="module")
def forms(database) -> list[tuple[Client, Form]]:
    agency = an_agency()
    an_approver(agency)
    entered(agency)  # so that the page of a request is found, and its forms
    return list(forms_of([logged_in(a_person(agency, role)) for role in ROLES]))


def rows_in(owner: psycopg.Connection) -> dict[str, int]:
    names = owner.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    kept = [name for (name,) in names if not name.startswith(_TRACES)]
    query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in kept)
    return dict(owner.execute(query).fetchall())


def sent(client: Client, form: Form, body: bytes):
    if form.method == "post":
        return client.post(form.action, body, "application/x-www-form-urlencoded")
    return client.get(f"{form.action.partition('?')[0]}?{body.decode('ascii')}")


class TestForms:
    def test_are_found(self, forms):
        assert len(forms) > 20
        assert sum(len(form.fields) for _, form in forms) > 100
        assert {"/releases/new/", "/releases/agreements/"} <= {form.action for _, form in forms}
        assert {"finding", "considered"} <= {name for _, form in forms for name in form.fields}

    def test_refuse_what_is_no_text_and_store_nothing(self, forms, owner):
        draw = random.Random(462)
        before = rows_in(owner)

        for client, form in forms:
            name, (kind, bad) = draw.choice(list(form.fields)), draw.choice(list(NO_TEXT.items()))
            body = urlencode({**form.fields, name: ""}).replace(f"{name}=", "", 1).encode()
            answer = sent(client, form, body + f"&{name}=".encode() + bad)

            assert 400 <= answer.status_code < 500, (form.action, name, kind, answer.status_code)
            assert _SENTENCE.search(answer.content.decode()), (form.action, name, kind)
        assert rows_in(owner) == before

    def test_answer_nonsense_in_any_field_and_store_nothing_they_refuse(self, forms, owner):
        draw = random.Random(463)
        before = rows_in(owner)

        fields = [(client, form, name) for client, form in forms for name in form.fields]
        for client, form, name in draw.sample(fields, min(DRAWN, len(fields))):
            kind, bad = draw.choice(list(NONSENSE.items()))
            answer = sent(client, form, urlencode({**form.fields, name: bad}).encode())

            assert answer.status_code < 500, (form.action, name, kind)
            if answer.status_code >= 400:
                assert _SENTENCE.search(answer.content.decode()), (form.action, name, kind)
                assert rows_in(owner) == before, (form.action, name, kind)
            elif form.method == "post":
                before = rows_in(owner)  # it was taken: a word like any other in a free text

    def test_refuse_ten_megabytes(self, forms, owner):
        body = b"reason=" + b"x" * 10 * 2**20
        before = rows_in(owner)

        for client, form in random.Random(464).sample([one for one in forms if one[1].method == "post"], 5):
            answer = sent(client, form, body)
            assert 400 <= answer.status_code < 500, form.action
            assert _SENTENCE.search(answer.content.decode()), form.action
        assert rows_in(owner) == before
