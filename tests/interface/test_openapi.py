"""The OpenAPI document: valid, complete, and explained."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from crm_cell.app import all_routes
from crm_cell.http.openapi import as_yaml
from crm_cell.http.openapi.failures import every_code
from crm_cell.http.preconditions import IfMatch
from crm_cell.kernel.errors import Merged, NotFound
from tests.documented import DOCUMENT, examples_in, faults_of, operations, parameters, responses
from tests.world import Json, Running

# The rows of the contract, as method and path.
ROWS = """
    GET /customers · GET /customers/{customer_id} · POST /customers · PATCH /customers/{customer_id}
    DELETE /customers/{customer_id} · POST /customers/import · GET /customers/export
    GET /contacts · GET /contacts/{contact_id} · POST /contacts · PATCH /contacts/{contact_id}
    DELETE /contacts/{contact_id} · GET /opportunities · GET /opportunities/{opportunity_id}
    POST /opportunities · PATCH /opportunities/{opportunity_id}
    DELETE /opportunities/{opportunity_id} · GET /follow-ups · GET /follow-ups/{follow_up_id}
    POST /follow-ups · PATCH /follow-ups/{follow_up_id} · DELETE /follow-ups/{follow_up_id}
    GET /contracts · GET /contracts/{contract_id} · POST /contracts · GET /payments
    POST /payments · GET /reports/funnel · GET /metrics · GET /health
""".replace("\n", " · ").split(" · ")


def medias() -> Iterator[tuple[str, Json]]:
    for _, _, operation in operations():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{operation['operationId']} request", media
    for name, status, response in responses():
        for kind, media in response.get("content", {}).items():
            yield f"{name} {status} {kind}", media


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_has_every_declared_route_and_no_other() -> None:
    declared = {(route.method, route.path) for route in all_routes()}
    assert {(method, path) for method, path, _ in operations()} == declared


def test_it_has_every_row_of_the_contract() -> None:
    rows = [row.split() for row in ROWS if row.strip()]
    assert len(rows) == 30
    missing = [
        (method, path)
        for method, path in rows
        if method.lower() not in DOCUMENT["paths"].get(path, {})
    ]
    assert missing == []


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


def test_every_operation_is_told_in_chinese_and_english() -> None:
    for _, _, operation in operations():
        chinese, english = operation["summary"].split(" · ")
        assert not chinese.isascii()
        assert english.isascii()
        assert operation["description"]


def test_every_tag_is_explained() -> None:
    explained = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    used = {tag for _, _, operation in operations() for tag in operation["tags"]}
    assert used == set(explained)


def test_every_member_and_parameter_is_explained() -> None:
    members = [
        (name, member)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for member, told in schema["properties"].items()
        if not told.get("description")
    ]
    unexplained = [
        (operation["operationId"], parameter["name"])
        for _, _, operation in operations()
        for parameter in parameters(operation)
        if not parameter["description"]
    ]
    assert members + unexplained == []


def test_every_example_fits_its_schema() -> None:
    wrong = {
        name: faults
        for name, media in medias()
        for example in examples_in(media)
        if (faults := faults_of(example, media["schema"]))
    }
    assert wrong == {}


def test_every_example_of_a_parameter_or_header_fits_its_schema() -> None:
    told = [*DOCUMENT["components"]["parameters"].values()]
    told += DOCUMENT["components"]["headers"].values()
    told += [parameter for _, _, operation in operations() for parameter in parameters(operation)]
    given = [(part["example"], part["schema"]) for part in told if "example" in part]
    given += [
        (value, part["schema"]) for part in told for value in part["schema"].get("examples", [])
    ]
    assert [faults for value, schema in given if (faults := faults_of(value, schema))] == []


def test_every_error_code_is_listed_and_shown() -> None:
    codes = {kind.code for kind in every_code()}
    assert set(DOCUMENT["components"]["schemas"]["Error"]["properties"]["code"]["enum"]) == codes
    shown = {
        (example["code"], status)
        for _, status, response in responses()
        for media in response.get("content", {}).values()
        for example in examples_in(media)
        if isinstance(example, dict) and "code" in example
    }
    # One belongs to methods that are no operations, the other to single items of a batch.
    elsewhere = {("METHOD_NOT_ALLOWED", "405"), ("FAILED_DEPENDENCY", "424")}
    assert shown | elsewhere == {(kind.code, str(kind.status)) for kind in every_code()}


def test_every_error_stands_in_the_introduction() -> None:
    for kind in every_code():
        assert f"| {kind.status} | `{kind.code}` |" in DOCUMENT["info"]["description"]


@pytest.mark.parametrize(
    ("path", "words"), [("/customers", "客户名称已存在"), ("/contracts", "合同编号已存在")]
)
def test_conflicts_are_shown_in_the_words_of_the_contract(path: str, words: str) -> None:
    conflict = DOCUMENT["paths"][path]["post"]["responses"]["409"]
    examples = conflict["content"]["application/json"]["examples"].values()
    assert words in [example["value"]["message"] for example in examples]


def test_every_response_declares_the_headers_that_all_have() -> None:
    for name, status, response in responses():
        common = {"X-Request-ID", "X-Response-Time", "Server-Timing"}
        assert common <= set(response["headers"]), (name, status)


def test_every_operation_can_fail_in_the_ways_that_all_can() -> None:
    for route in all_routes():
        told = set(DOCUMENT["paths"][route.path][route.method.lower()]["responses"])
        expected = {"400", "429", "500", "503"}
        expected |= set() if route.open else {"401", "403", "421"}
        creates = route.status == 201 or route.shown_ids is not None
        shows = creates and route.authorize_replay is not None
        may_miss = "NOT_FOUND" in route.rejections or any(
            isinstance(each, NotFound) for each in route.rejections
        )
        expected |= {"404"} if "{" in route.path or shows or may_miss else set()
        expected |= {"413", "415"} if route.takes_body else set()
        expected |= {"409"} if route.kind == "write" else set()
        has_condition = IfMatch in route.binding.kinds.values()
        expected |= {"412"} if has_condition or route.method == "PATCH" else set()
        is_gone = any(isinstance(each, Merged) for each in route.rejections)
        expected |= {"410"} if is_gone or "CHANGES_EXPIRED" in route.rejections else set()
        assert {status for status in told if status >= "400"} == expected, route.name


def test_writes_but_deletions_need_a_request_id() -> None:
    for route in all_routes():
        assert route.needs_request_id is (route.kind == "write" and route.method != "DELETE")


def test_the_headers_of_a_request_are_required_where_the_service_requires_them() -> None:
    for route in all_routes():
        operation = DOCUMENT["paths"][route.path][route.method.lower()]
        required = {
            parameter["name"]
            for parameter in parameters(operation)
            if parameter["in"] == "header" and parameter.get("required")
        }
        expected = set() if route.open else {"X-Tenant-Id"}
        expected |= {"X-Request-ID"} if route.needs_request_id else set()
        assert required == expected, route.name


def test_only_open_routes_go_without_a_token_and_the_others_say_which_scope_they_need() -> None:
    assert DOCUMENT["security"] == [{"bearerAuth": []}]
    for route in all_routes():
        operation = DOCUMENT["paths"][route.path][route.method.lower()]
        needed = [] if route.open else [{"bearerAuth": [route.scope] if route.scope else []}]
        assert operation["security"] == needed, route.name


def test_a_patch_takes_what_a_get_gave() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    patch = schemas["CustomerPatch"]
    assert set(patch["properties"]) == set(schemas["Customer"]["properties"])
    assert "required" not in patch
    assert patch["additionalProperties"] is False
    assert patch["properties"]["tenantId"]["readOnly"] is True
    assert "readOnly" not in patch["properties"]["name"]


def test_a_generator_makes_a_name_of_the_title() -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z ]+", DOCUMENT["info"]["title"])


def test_no_parameter_and_no_plain_string_takes_null() -> None:
    schemas = [schema for schema in _every(DOCUMENT) if isinstance(schema.get("enum"), list)]
    assert len(schemas) >= 8
    wrong = [each for each in schemas if None in each["enum"] and "null" not in each["type"]]
    assert wrong == []


def test_no_member_of_a_body_has_a_default_that_generators_would_require() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for member, told in schema["properties"].items():
            assert "default" not in told, (name, member)
    currency = DOCUMENT["components"]["schemas"]["ContractCreate"]["properties"]["currency"]
    assert currency["description"].endswith("（默认 CNY · CNY by default）")


def test_every_component_is_used() -> None:
    written = json.dumps(DOCUMENT)
    unused = [
        f"{kind}/{name}"
        for kind, components in DOCUMENT["components"].items()
        for name in components
        if kind != "securitySchemes" and f'"#/components/{kind}/{name}"' not in written
    ]
    assert unused == []


def test_no_operation_asks_for_what_only_the_gateway_can_know() -> None:
    names = {each["name"] for _, _, operation in operations() for each in parameters(operation)}
    assert "X-Tenant-Id" in names
    assert not [name for name in names if name.startswith("X-Signature")]
    assert "X-Signature-Time" in DOCUMENT["info"]["description"]


def _every(part: object) -> Iterator[Json]:
    """Every object in the document, at any depth."""
    if isinstance(part, dict):
        yield part
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _every(inner)


def test_yaml_says_the_same_without_anchors() -> None:
    written = as_yaml(DOCUMENT)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is there
    assert yaml.load(written, loader) == json.loads(json.dumps(DOCUMENT))
    assert (
        "title: CRM Cell API\n  summary: CRM 接口文档（商用版）· A multi-tenant CRM service"
        in written
    )
    assert "&id0" not in written


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/crm/openapi.json"])
async def test_it_is_served_to_anybody_at_both_base_paths(cell: Running, path: str) -> None:
    answer = await cell.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(DOCUMENT))
