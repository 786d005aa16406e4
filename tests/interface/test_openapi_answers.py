"""The service does what its OpenAPI document says: examples are accepted, answers are as told."""

import json

import pytest

from crm_cell.app import all_routes
from crm_cell.http.openapi.members import members_of
from crm_cell.merges.schemas import MERGED_EXAMPLE
from crm_cell.tags.schemas import INTO_EXAMPLE
from tests.documented import Operation, assert_as_documented, operations
from tests.every_route import EXTERNAL, OTHER_CUSTOMER, plant
from tests.world import Caller, Running

MEMBERS = members_of(all_routes())
WITH_BODY = [
    pytest.param((method, path, operation), id=f"{method} {path}")
    for method, path, operation in operations()
    if "requestBody" in operation
]


@pytest.mark.parametrize("operation", WITH_BODY)
async def test_the_example_of_every_request_is_accepted(acme: Caller, operation: Operation) -> None:
    method, path, told = operation
    example = told["requestBody"]["content"]["application/json"]["example"]
    written = json.dumps(example)
    ids = await plant(acme) | {"external_id": "new"}
    for name, identifier in ids.items():
        path = path.replace(f"{{{name}}}", identifier)
        if name not in EXTERNAL and member_of(name) in MEMBERS:
            written = written.replace(example_id(name), identifier)
    written = written.replace(MERGED_EXAMPLE, ids[OTHER_CUSTOMER])
    written = written.replace(INTO_EXAMPLE, ids["into_tag_id"])
    sent = {"POST": acme.post, "PUT": acme.put, "PATCH": acme.patch}[method]
    answer = await sent(path, json.loads(written))
    assert answer.status_code in (200, 201), answer.text
    assert_as_documented(answer, method, operation[1])


def member_of(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def example_id(name: str) -> str:
    return str(MEMBERS[member_of(name)]["examples"][0])


async def test_lists_and_details_are_as_documented(acme: Caller) -> None:
    ids = await plant(acme)
    read = [
        path
        for method, path, operation in operations()
        if method == "GET" and operation.get("security") is None
    ]
    for path in read:
        assert_as_documented(await acme.get(path.format_map(ids)), "GET", path)


@pytest.mark.parametrize("kind", ["json", "csv", "ndjson", "xlsx"])
async def test_every_form_of_an_export_is_as_documented(acme: Caller, kind: str) -> None:
    await acme.customer()
    answer = await acme.get("/customers/export", format=kind)
    assert_as_documented(answer, "GET", "/customers/export")


async def test_metrics_for_prometheus_are_as_documented(acme: Caller) -> None:
    answer = await acme.get("/metrics", headers={"Accept": "text/plain"})
    assert_as_documented(answer, "GET", "/metrics")


async def test_open_routes_answer_as_documented(cell: Running) -> None:
    for method, path, operation in operations():
        if operation.get("security") == []:
            assert_as_documented(await cell.client.request(method, path), method, path)


async def test_the_life_of_a_customer_is_as_documented(acme: Caller) -> None:
    created = await acme.post("/customers", {"name": "云图"}, key="once")
    assert_as_documented(created, "POST", "/customers")
    replayed = await acme.post("/customers", {"name": "云图"}, key="once")
    assert replayed.headers["idempotent-replayed"] == "true"
    assert_as_documented(replayed, "POST", "/customers")
    path = f"/customers/{created.json()['customerId']}"
    changed = await acme.patch(path, created.json() | {"name": "云图科技"})
    assert_as_documented(changed, "PATCH", "/customers/{customer_id}")
    deleted = await acme.delete(path)
    assert deleted.status_code == 204
    assert_as_documented(deleted, "DELETE", "/customers/{customer_id}")


async def test_refusals_of_a_create_are_as_documented(acme: Caller) -> None:
    await acme.post("/customers", {"name": "云图"}, key="once")
    rejections = [
        (400, await acme.post("/customers", {"nmae": "云图"})),
        (400, await acme.post("/customers", b"{")),
        (400, await acme.post("/customers", {"name": "新"}, headers={"X-Tenant-Id": "?"})),
        (401, await acme.post("/customers", {"name": "新"}, headers={"Authorization": "?"})),
        (409, await acme.post("/customers", {"name": "云图"})),
        (409, await acme.post("/customers", {"name": "新"}, key="once")),
        (413, await acme.post("/customers", b" " * 1_100_000)),
        (415, await acme.post("/customers", {"name": "新"}, headers={"Content-Type": "text/csv"})),
    ]
    for status, answer in rejections:
        assert answer.status_code == status
        assert_as_documented(answer, "POST", "/customers")


async def test_refusals_of_a_change_are_as_documented(acme: Caller, alice: Caller) -> None:
    customer = await alice.customer()
    path = f"/customers/{customer['customerId']}"
    rejections = [
        (400, await acme.patch(path, {"tenantId": "globex"})),
        (403, await alice.patch(path, {"ownerId": "bob"})),
        (404, await acme.patch("/customers/none", {})),
        (412, await acme.patch(path, {}, headers={"If-Match": '"9"'})),
    ]
    for status, answer in rejections:
        assert answer.status_code == status
        assert_as_documented(answer, "PATCH", "/customers/{customer_id}")


async def test_refusals_of_references_and_of_money_are_as_documented(acme: Caller) -> None:
    ids = await plant(acme)
    missing = await acme.post("/contacts", {"customerId": ids["contact_id"], "name": "李雷"})
    assert missing.status_code == 400
    assert_as_documented(missing, "POST", "/contacts")
    kept = await acme.delete(f"/customers/{ids['customer_id']}")
    assert kept.status_code == 409
    assert_as_documented(kept, "DELETE", "/customers/{customer_id}")
