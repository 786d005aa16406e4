"""What the OpenAPI document says, and whether an answer of the service is as it says."""

from collections.abc import Iterator
from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from crm_cell.app import all_routes
from crm_cell.http.openapi import document
from tests.world import Json

DOCUMENT = document(all_routes())
# What every HTTP answer may have, and nobody declares.
PLAIN_HEADERS = {"content-encoding", "content-length", "content-type", "vary"}

Operation = tuple[str, str, Json]


def operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def resolved(part: Json) -> Json:
    """What a reference stands for; anything else is itself."""
    found: Any = part
    while "$ref" in found:
        names = found["$ref"].removeprefix("#/").split("/")
        found = DOCUMENT
        for name in names:
            found = found[name]
    return dict(found)


def responses() -> Iterator[tuple[str, str, Json]]:
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            yield operation["operationId"], status, resolved(response)


def parameters(operation: Json) -> list[Json]:
    return [resolved(parameter) for parameter in operation["parameters"]]


def faults_of(value: object, schema: Json) -> list[str]:
    """What keeps a value from fitting a schema of the document."""
    root = {**schema, "components": DOCUMENT["components"]}
    validator = OAS31Validator(root, format_checker=oas31_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def examples_in(media: Json) -> list[Any]:
    if "examples" in media:
        return [example["value"] for example in media["examples"].values()]
    # A workbook is the one thing that cannot be shown in a text.
    return [] if media["schema"].get("format") == "binary" else [media["example"]]


def assert_as_documented(answer: httpx.Response, method: str, path: str) -> None:
    """Status, headers and body are what the document says of this operation."""
    told = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in told
    response = resolved(told[str(answer.status_code)])
    headers = {name.lower(): resolved(header) for name, header in response["headers"].items()}
    assert set(answer.headers) - PLAIN_HEADERS <= set(headers)
    assert {name for name, header in headers.items() if header.get("required")} <= set(
        answer.headers
    )
    if "content" not in response:
        assert answer.content == b""
        return
    media = answer.headers["content-type"].partition(";")[0]
    schema = response["content"][media]["schema"]
    if media == "application/json":
        faults = faults_of(answer.json(), schema)
        assert faults == [], faults
        assert_no_undocumented_member(answer.json(), schema)
    if answer.status_code >= 400 and "code" in answer.json():
        shown = examples_in(response["content"][media])
        assert answer.json()["code"] in {example["code"] for example in shown}


def assert_no_undocumented_member(value: Any, schema: Json) -> None:
    told = resolved(schema)
    if isinstance(value, dict) and "properties" in told:
        assert set(value) <= set(told["properties"])
        for member, inner in value.items():
            assert_no_undocumented_member(inner, told["properties"][member])
    if isinstance(value, list) and value and "items" in told:
        assert_no_undocumented_member(value[0], told["items"])
