"""The OpenAPI operations: parameters, bodies, responses."""

import csv
import inspect
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from crm_cell.http.openapi import failures
from crm_cell.http.openapi.examples import Examples
from crm_cell.http.openapi.headers import reference_headers, request_headers
from crm_cell.http.openapi.media import described, gives_files
from crm_cell.http.openapi.schemas import Schema, Schemas, gives_resource, shown, tidy
from crm_cell.http.openapi.words import SUCCESS
from crm_cell.http.path_text import PathText
from crm_cell.http.routing import Route
from crm_cell.http.schema import Query
from crm_cell.http.uploads import CSV, XLSX

_JSON = "application/json"
_ANYTHING = {"schema": {"type": "object"}, "example": {}}


class Operations:
    """Describes routes with references to shared components."""

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
            "security": [] if route.open else [{"bearerAuth": scopes(route)}],
            "parameters": [*self._path_ids(route), *self._query(route), *request_headers(route)],
            **({"requestBody": self._body(route)} if route.binding.body else {}),
            "responses": self._responses(route),
        }

    def _path_ids(self, route: Route) -> Iterable[dict[str, Any]]:
        for name in re.findall(r"{(\w+)}", route.path):
            if name in route.binding.texts:
                yield _text_parameter(name, route.binding.texts[name])
                continue
            member = self._schemas.members[_camel(name)]
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": member["description"],
                "schema": {"type": "string", "format": "uuid"},
                "example": member["examples"][0],
            }

    def _query(self, route: Route) -> Iterator[dict[str, Any]]:
        for kind in route.binding.queries:
            yield from query_parameters(kind, self._schemas.members)

    def _body(self, route: Route) -> dict[str, Any]:
        """One media type, although PATCH accepts two: client generators would make two bodies."""
        content: dict[str, Any] = {_JSON: self._media(route.binding.body)}
        if route.read_file is not None:
            example = _csv(content[_JSON]["example"]["items"])
            content[CSV] = {"schema": {"type": "string", "format": "binary"}, "example": example}
            content[XLSX] = {"schema": {"type": "string", "format": "binary"}}
        return {"required": True, "content": content}

    def _media(self, kind: Any) -> dict[str, Any]:
        schema = self._schemas.of(kind)
        return {"schema": schema, "example": self._examples.of(schema)}

    def _responses(self, route: Route) -> dict[str, Any]:
        responses = {str(_status(route)): self._success(route)}
        if route.may_create:
            headers = ("ETag", "Location", "Idempotent-Replayed")
            responses["201"] = self._answer(201, self._content(route), *headers)
        if route.conditional:
            responses["304"] = {"$ref": "#/components/responses/NotModified"}
        for status, view in route.others.items():
            media = self._media(type(view)) | {"example": msgspec.to_builtins(view)}
            responses[str(status)] = self._answer(status, {_JSON: media})
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
        response = {
            "description": SUCCESS.get(status, "不可用 · Unavailable"),
            "headers": reference_headers(*headers),
        }
        return response | ({"content": content} if content else {})

    def _shared(self, response: dict[str, Any]) -> dict[str, Any]:
        for name, known in self.shared.items():
            if known == response:
                return {"$ref": f"#/components/responses/{name}"}
        return response


def _text_parameter(name: str, kind: type[PathText]) -> dict[str, Any]:
    schema = tidy(kind.schema())
    description, example = schema.pop("description"), schema.pop("examples")[0]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def scopes(route: Route) -> list[str]:
    return [route.scope] if route.scope else []


def operation_id(route: Route) -> str:
    """follow-ups.create → followUpsCreate. Route names are stable and unique."""
    first, *rest = re.split(r"[^A-Za-z0-9]+", route.name)
    return first + "".join(word.capitalize() for word in rest)


def query_parameters(
    kind: type[Query], members: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    _, components = msgspec.json.schema_components([kind], ref_template="{name}")
    described = tidy(components[kind.__name__])
    for name, schema in described["properties"].items():
        member = {**members.get(name, {}), **schema}
        yield {
            "name": name,
            "in": "query",
            "required": name in described.get("required", []),
            "description": member.pop("description", ""),
            "schema": _without_null(member),
        }


def _without_null(schema: Schema) -> Schema:
    """Removes null from a schema, which query parameters cannot express."""
    kind = schema.get("type")
    found = schema | {"type": kind[0]} if isinstance(kind, list) else schema
    if "enum" in found:
        found = found | {"enum": [choice for choice in found["enum"] if choice is not None]}
    return found


def _csv(rows: list[dict[str, Any]]) -> str:
    """Rows of one kind."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def _status(route: Route) -> int:
    return 204 if route.binding.returns is type(None) else route.status


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", text.replace("\n", " "), maxsplit=1)[0].rstrip(".")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
