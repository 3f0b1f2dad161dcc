"""The description for machines: valid, and true of the types and addresses that it describes."""

import json
import re

import pytest
import schemathesis
from django.test import Client
from django.urls import resolve

from platekeeper.office.config.machine_api import described


class TestDescription:
    def test_is_valid_openapi(self):
        schemathesis.openapi.from_dict(described()).validate()

    def test_has_only_patterns_that_other_languages_read(self):
        assert not re.search(r'"pattern": "[^"]*\\\\[AZ]', json.dumps(described()))

    @pytest.mark.parametrize("path", described()["paths"])
    def test_names_only_addresses_that_there_are(self, path, database):
        assert resolve(path).url_name

    def test_refers_to_nothing_that_is_missing(self):
        text = json.dumps(described())
        named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}

        assert named <= set(described()["components"]["schemas"])

    def test_is_served_to_everybody(self, database):
        answer = Client().get("/api/openapi.json")

        assert answer.status_code == 200
        assert answer.json()["openapi"].startswith("3.1")

    def test_page_names_every_operation(self, database):
        page = Client().get("/api/").content.decode()

        assert all(path in page for path in described()["paths"])

    def test_health_says_so_and_nothing_else(self, database):
        assert Client().get("/api/health").json() == {"status": "ok"}

    @pytest.mark.parametrize("path", ["/api/", "/api/health", "/api/openapi.json"])
    def test_takes_no_posts(self, path, database):
        assert Client().post(path).status_code == 405
