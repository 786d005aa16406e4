"""The document as a whole."""

from collections.abc import Iterable
from typing import Any

from crm_cell import __version__
from crm_cell.http.openapi import words
from crm_cell.http.openapi.failures import codes_table, every_code
from crm_cell.http.openapi.headers import PARAMETERS, RESPONSE_HEADERS
from crm_cell.http.openapi.operations import Operations
from crm_cell.http.openapi.schemas import Schemas
from crm_cell.http.routing import Route


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """OpenAPI 3.1 as plain data."""
    routes = list(routes)
    schemas = Schemas(routes)
    operations = Operations(schemas)
    schemas.components["Error"]["properties"]["code"]["enum"] = [kind.code for kind in every_code()]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = operations.of(route)
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": _SERVERS,
        "security": [{"bearerAuth": []}],
        "tags": _tags(routes),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearerAuth": {"type": "http", "scheme": "bearer", "description": words.BEARER}
            },
            "schemas": dict(sorted(schemas.components.items())),
            "parameters": PARAMETERS,
            "headers": RESPONSE_HEADERS,
            "responses": operations.shared,
        },
    }


# The first answers behind the gateway and without it; the second only without.
_SERVERS = [
    {"url": "/api/v1/crm", "description": "网关与直连均可 · Behind the gateway and directly"},
    {"url": "/", "description": "细胞直连 · Directly"},
]


def _info() -> dict[str, Any]:
    table = "\n".join(codes_table())
    return {
        "title": words.TITLE,
        "version": __version__,
        "description": f"{words.INTRODUCTION}{table}\n",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _tags(routes: list[Route]) -> list[dict[str, str]]:
    used = {route.tag for route in routes}
    return [
        {"name": tag, "x-displayName": f"{chinese} {tag}", "description": f"{chinese} · {english}"}
        for tag, (chinese, english) in words.TAGS.items()
        if tag in used
    ]
