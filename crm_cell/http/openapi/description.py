"""The whole OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from crm_cell import __version__
from crm_cell.http.base_path import BASE_PATH
from crm_cell.http.openapi import words
from crm_cell.http.openapi.failures import codes_table, every_code
from crm_cell.http.openapi.headers import PARAMETERS, RESPONSE_HEADERS
from crm_cell.http.openapi.operations import Operations
from crm_cell.http.openapi.schemas import Schemas
from crm_cell.http.routing import Route


def document(routes: Iterable[Route], public_base_path: str = BASE_PATH) -> dict[str, Any]:
    """OpenAPI 3.1 as JSON-compatible data."""
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
        "servers": _servers(public_base_path),
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


def _servers(public_base_path: str) -> list[dict[str, str]]:
    """The first is relative to the URL of the document, behind any prefix."""
    servers = {
        ".": "本文档所在位置 · Where this document was read",
        public_base_path: "对外地址 · The public address",
        BASE_PATH: "网关与直连均可 · Behind the gateway and directly",
        "/": "细胞直连 · Directly",
    }
    return [{"url": url, "description": description} for url, description in servers.items()]


def _info() -> dict[str, Any]:
    table = "\n".join(codes_table())
    return {
        "title": words.TITLE,
        "summary": words.SUMMARY,
        "version": __version__,
        "description": f"{words.INTRODUCTION}{table}\n",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _tags(routes: list[Route]) -> list[dict[str, str]]:
    """In the order of the routes."""
    return [
        {
            "name": tag.name,
            "x-displayName": f"{tag.chinese} {tag.name}",
            "description": f"{tag.chinese} · {tag.description}",
        }
        for tag in dict.fromkeys(route.group for route in routes)
    ]
