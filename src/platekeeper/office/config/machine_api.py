"""What machines may ask, described in OpenAPI 3.1: made from the very types that parse what they send."""

from functools import cache
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from platekeeper import wire

VERSION = "1"
_PLACE = "#/components/schemas/{name}"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A read that is kept apart until a person decides."""

    id: str
    reason: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A read that was not taken at all."""

    index: int
    reason: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch; all that it names is on disk."""

    stored: int
    known: int
    hits: int
    alerts: int
    quarantined: list[Kept]
    refused: list[Refusal]


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence with the remedy."""

    error: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The server answers."""

    status: str


@login_not_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Say that the server answers; nothing more is told without a log-in."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def document(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Give the description."""
    return JsonResponse(described())


@login_not_required
@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """Show the description to people."""
    schemas = described()["components"]["schemas"]
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "ui/machine_api.html", {"operations": operations, "schemas": schemas})


@cache
def described() -> dict[str, Any]:
    """Return the description of every address for machines.

    Source:
        OpenAPI 3.1.1; docs/reference/reads.md
    """
    types = (wire.ReadBatch, Receipt, Error, Health)
    (batch, receipt, error, well), schemas = msgspec.json.schema_components(types, ref_template=_PLACE)
    refusals = {
        "400": "The batch as a whole cannot be read.",
        "401": "No valid token.",
        "405": "Not a POST.",
        "507": "A picture could not be stored: send the batch again later.",
    }
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Platekeeper, for machines",
            "version": VERSION,
            "summary": "Cameras and field units send what they read. People's pages are no API.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/reads": {
                "post": {
                    "operationId": "sendReads",
                    "summary": "Send a batch of reads",
                    "description": "200 only after all of it is on disk; sending it again stores nothing twice.",
                    "security": [{"producer": []}],
                    "requestBody": {"required": True, "content": _json(batch)},
                    "responses": {
                        "200": {"description": "All of it is on disk.", "content": _json(receipt)},
                        **{
                            code: {"description": sentence, "content": _json(error)}
                            for code, sentence in refusals.items()
                        },
                    },
                }
            },
            "/api/health": {
                "get": {
                    "operationId": "health",
                    "summary": "Ask whether the server answers",
                    "security": [],
                    "responses": {"200": {"description": "It does.", "content": _json(well)}},
                }
            },
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "producer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that `platekeeper producer add` printed.",
                }
            },
        },
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
