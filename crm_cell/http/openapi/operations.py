"""One operation: what it takes, what it gives, how it can fail."""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from crm_cell.http.openapi import failures
from crm_cell.http.openapi.examples import Examples
from crm_cell.http.openapi.headers import reference_headers, request_headers
from crm_cell.http.openapi.media import described, gives_files
from crm_cell.http.openapi.members import MEMBERS
from crm_cell.http.openapi.schemas import Schema, Schemas, gives_resource, shown, tidy
from crm_cell.http.openapi.words import SUCCESS
from crm_cell.http.routing import Route
from crm_cell.http.schema import Query

_JSON = "application/json"
_ANYTHING = {"schema": {"type": "object"}, "example": {}}


class Operations:
    """Describes routes in terms of the components that they share."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._examples = Examples(schemas.components)
        self.shared = failures.shared_responses()

    def of(self, route: Route) -> dict[str, Any]:
        english = inspect.getdoc(route.handler) or ""
        return {
            "tags": [route.tag],
            "operationId": operation_id(route),
            "summary": f"{route.summary} · {_first_sentence(english)}",
            "description": english,
            "security": [] if route.open else [{"bearerAuth": [route.scope]}],
            "parameters": [*_path_ids(route), *self._query(route), *request_headers(route)],
            **({"requestBody": self._body(route)} if route.binding.body else {}),
            "responses": self._responses(route),
        }

    def _query(self, route: Route) -> Iterator[dict[str, Any]]:
        for kind in route.binding.queries:
            yield from query_parameters(kind)

    def _body(self, route: Route) -> dict[str, Any]:
        """In one form, though PATCH takes two: of a second, generators make a second body."""
        return {"required": True, "content": {_JSON: self._media(route.binding.body)}}

    def _media(self, kind: Any) -> dict[str, Any]:
        schema = self._schemas.of(kind)
        return {"schema": schema, "example": self._examples.of(schema)}

    def _responses(self, route: Route) -> dict[str, Any]:
        responses = {str(_status(route)): self._success(route)}
        if route.conditional:
            responses["304"] = {"$ref": "#/components/responses/NotModified"}
        for status, view in route.others.items():
            told = self._media(type(view)) | {"example": msgspec.to_builtins(view)}
            responses[str(status)] = self._answer(status, {_JSON: told})
        for status, errors in failures.of_route(route).items():
            responses[str(status)] = self._shared(failures.response(errors))
        return dict(sorted(responses.items()))

    def _success(self, route: Route) -> dict[str, Any]:
        headers = ["ETag"] if gives_resource(route) or route.conditional else []
        headers += ["Location"] if gives_resource(route) and route.status == 201 else []
        headers += ["Content-Disposition"] if gives_files(route) else []
        headers += ["Idempotent-Replayed"] if route.kind == "write" else []
        return self._answer(_status(route), self._content(route), *headers)

    def _content(self, route: Route) -> dict[str, Any]:
        kind = shown(route)
        if kind is None:
            return {} if _status(route) == 204 else {_JSON: _ANYTHING}
        content = {_JSON: self._media(kind)}
        for media in route.media:
            name = media.partition(";")[0]
            if name not in content:
                content[name] = described(media, kind, content[_JSON]["example"])
        return content

    def _answer(self, status: int, content: dict[str, Any], *headers: str) -> dict[str, Any]:
        told = {
            "description": SUCCESS.get(status, "不可用 · Unavailable"),
            "headers": reference_headers(*headers),
        }
        return told | ({"content": content} if content else {})

    def _shared(self, response: dict[str, Any]) -> dict[str, Any]:
        for name, known in self.shared.items():
            if known == response:
                return {"$ref": f"#/components/responses/{name}"}
        return response


def operation_id(route: Route) -> str:
    """follow-ups.create → followUpsCreate: stable, and unique as the route's name is."""
    first, *rest = re.split(r"[^A-Za-z0-9]+", route.name)
    return first + "".join(word.capitalize() for word in rest)


def query_parameters(kind: type[Query]) -> Iterator[dict[str, Any]]:
    _, components = msgspec.json.schema_components([kind], ref_template="{name}")
    described = tidy(components[kind.__name__])
    for name, schema in described["properties"].items():
        told = MEMBERS.get(name, {}) | schema
        yield {
            "name": name,
            "in": "query",
            "required": name in described.get("required", []),
            "description": told.pop("description", ""),
            "schema": _given(told),
        }


def _given(schema: Schema) -> Schema:
    """A parameter is there or not there; there is no null in a URL."""
    kind = schema.get("type")
    told = schema | {"type": kind[0]} if isinstance(kind, list) else schema
    if "enum" in told:
        told = told | {"enum": [choice for choice in told["enum"] if choice is not None]}
    return told


def _path_ids(route: Route) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", route.path):
        told = MEMBERS[_camel(name)]
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": told["description"],
            "schema": {"type": "string", "format": "uuid"},
            "example": told["examples"][0],
        }


def _status(route: Route) -> int:
    return 204 if route.binding.returns is type(None) else route.status


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", text.replace("\n", " "), maxsplit=1)[0].rstrip(".")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
