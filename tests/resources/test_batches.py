"""Many records of each resource are written by one request, and each as if by one of its own."""

import asyncio
from typing import Any

import pytest

from crm_cell.resources.batch.schemas import modes
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.views import camel
from tests.resources.examples import Json, body_of, create
from tests.resources.test_every_resource import RESOURCES, having, path_of
from tests.resources.test_external_ids import by, every_written, put, text_of
from tests.world import THE_TRAIL, Beside, Caller, Running, audit, faults, nothing_changes, refused


async def batch(
    caller: Caller, resource: AnyResource, items: list[Any], key: str | None = None, **asked: Any
) -> Json:
    """The answer, in which all is report."""
    answer = await caller.post(f"{resource.path}/batch", {**asked, "items": items}, key=key)
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    assert [each["index"] for each in report["results"]] == list(range(len(items)))
    assert report["failed"] == sum(each["status"] >= 400 for each in report["results"])
    return report


def statuses(report: Json) -> list[int]:
    return [each["status"] for each in report["results"]]


async def bodies(caller: Caller, resource: AnyResource, many: int) -> list[Json]:
    return [await body_of(caller, resource) for _ in range(many)]


@every_written
async def test_a_batch_creates(resource: AnyResource, acme: Caller, cell: Running) -> None:
    report = await batch(acme, resource, await bodies(acme, resource, 3), mode="create")
    assert statuses(report) == [201, 201, 201]
    for result in report["results"]:
        assert (result["created"], result["version"]) == (True, 1)
        answer = await acme.get(f"{resource.path}/{result['id']}")
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert (await acme.get(resource.path)).json()["total"] == 3
    created = [each["resourceId"] for each in audit(cell) if each["resourceType"] == resource.name]
    assert created == [each["id"] for each in report["results"]]


@every_written
async def test_an_upsert_creates_and_changes_by_external_id(
    resource: AnyResource, acme: Caller
) -> None:
    there = await put(acme, resource, "K-0")
    change = text_of(resource) if resource.verbs & Verbs.UPDATE else {}
    items = [{"externalId": "K-0", **change}]
    items += [
        {"externalId": f"K-{number + 1}", **body}
        for number, body in enumerate(await bodies(acme, resource, 2))
    ]
    report = await batch(acme, resource, items, mode="upsert", match="external", source="erp")
    assert statuses(report) == [200, 201, 201]
    assert report["results"][0]["id"] == there[camel(resource.id_member)]
    assert (await acme.get(by(resource, "K-0"))).json().items() >= change.items()
    for number, result in enumerate(report["results"]):
        found = (await acme.get(by(resource, f"K-{number}"))).json()
        assert found[camel(resource.id_member)] == result["id"]
    again = await batch(acme, resource, items[:1], mode="upsert", source="erp")
    assert again["results"] == report["results"][:1]


@having(Verbs.UPDATE)
async def test_an_update_by_id_leaves_the_others_of_another_version(
    resource: AnyResource, acme: Caller
) -> None:
    member = camel(resource.id_member)
    first, second, third = [await create(acme, resource) for _ in range(3)]
    items = [
        {member: first[member], "ifVersion": 1, **text_of(resource)},
        {member: second[member], "ifVersion": 2, **text_of(resource)},
        {member: third[member].upper(), "externalId": "K-3", **text_of(resource)},
        {member: "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11", **text_of(resource)},
    ]
    report = await batch(acme, resource, items, mode="update", source="erp", match="id")
    assert statuses(report) == [200, 412, 200, 404]
    assert [each["version"] for each in report["results"]] == [2, 1, 2, None]
    assert report["results"][1]["current"] == second
    assert (await acme.get(path_of(resource, second))).json() == second
    assert (await acme.get(by(resource, "K-3"))).json()[member] == third[member]


@having(Verbs.DELETE)
async def test_a_deletion_by_id_or_external_id(resource: AnyResource, acme: Caller) -> None:
    member = camel(resource.id_member)
    one, other = await create(acme, resource), await put(acme, resource)
    report = await batch(acme, resource, [{member: one[member]}], mode="delete")
    assert statuses(report) == [204]
    items = [{"externalId": "K-1", "ifVersion": 1}, {"externalId": "K-2"}]
    report = await batch(acme, resource, items, mode="delete", source="erp")
    assert statuses(report) == [204, 404]
    for record in (one, other):
        refused(await acme.get(path_of(resource, record)), 404, "NOT_FOUND")
        assert (await acme.post(f"{path_of(resource, record)}/restore")).status_code == 200


@every_written
async def test_one_that_is_wrong_keeps_no_other_out(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    good = await bodies(acme, resource, 2)
    member = camel(next(each.name for each in resource.fields.values() if each.is_required))
    wrong = {
        name: value for name, value in (await body_of(acme, resource)).items() if name != member
    }
    report = await batch(acme, resource, [good[0], wrong, {**good[1], "odd": 1}], mode="create")
    assert statuses(report) == [201, 400, 400]
    assert ("items[1]." + member, "required") in [
        (each["field"], each["code"]) for each in report["results"][1]["errors"]
    ]
    assert [each["field"] for each in report["results"][2]["errors"]] == ["items[2].odd"]
    assert (await acme.get(resource.path)).json()["total"] == 1


@every_written
async def test_an_atomic_batch_is_written_as_a_whole_or_not_at_all(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    good = await bodies(acme, resource, 2)
    items = [good[0], {"odd": 1}, good[1]]
    async with nothing_changes(cell, but={"idempotency_keys"}):
        report = await batch(acme, resource, items, mode="create", atomic=True)
    assert statuses(report) == [424, 400, 424]
    assert report["results"][0]["code"] == "FAILED_DEPENDENCY"
    assert {each["id"] for each in report["results"]} == {None}
    report = await batch(acme, resource, good, mode="create", atomic=True)
    assert statuses(report) == [201, 201]


@every_written
async def test_a_dry_run_tells_and_writes_nothing(
    resource: AnyResource, alice: Caller, cell: Running
) -> None:
    items: list[Json] = [*await bodies(alice, resource, 2), {"odd": 1}]
    async with nothing_changes(cell, but=THE_TRAIL | {"dry_run_counts"}):
        report = await batch(alice, resource, items, mode="create", dryRun=True)
    assert (report["dryRun"], statuses(report)) == (True, [201, 201, 400])
    assert {each["id"] for each in report["results"]} == {None}
    assert (audit(cell)[-1]["action"], audit(cell)[-1]["changes"]) == (
        "tested",
        {"rows": 3, "taken": 0},
    )


@every_written
async def test_a_repeated_batch_is_answered_byte_for_byte(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    asked = {"mode": "create", "items": [*await bodies(acme, resource, 2), {"odd": 1}]}
    first = await acme.post(f"{resource.path}/batch", asked, key="the-same")
    async with nothing_changes(cell):
        again = await acme.post(f"{resource.path}/batch", asked, key="the-same")
        other = await acme.post(f"{resource.path}/batch", asked | {"atomic": True}, key="the-same")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    refused(other, 409, "IDEMPOTENT_CONFLICT")


@every_written
async def test_others_records_are_neither_shown_nor_changed(
    resource: AnyResource, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    hers, member = await put(alice, resource), camel(resource.id_member)
    for stranger in (bob, charlie):
        for mode in {"update", "delete"} & {*modes(resource)}:
            by_id = [{member: hers[member], **({"ifVersion": 7} if mode == "update" else {})}]
            by_external = [{"externalId": "K-1"}, {"externalId": "K-2"}]
            async with nothing_changes(cell, but={"idempotency_keys"}):
                report = await batch(stranger, resource, by_id, mode=mode)
                assert statuses(report) == [404]
                report = await batch(stranger, resource, by_external, mode=mode, source="erp")
                assert statuses(report) == [404, 404]
                one, other = report["results"]
                assert one == other | {"index": 0}
    body = await body_of(bob, resource)
    async with nothing_changes(cell, but={"idempotency_keys"}):
        items = [{"externalId": "K-1", **body}]
        assert statuses(await batch(bob, resource, items, mode="upsert", source="erp")) == [409]


WRONG: list[tuple[Json, set[tuple[str, str]]]] = [
    ({"mode": "drop", "items": [{}]}, {("mode", "not_one_of")}),
    ({"items": [{}]}, {("mode", "required")}),
    ({"mode": "create", "items": []}, {("items", "too_few")}),
    ({"mode": "create", "items": [{}] * 1001}, {("items", "too_many")}),
    ({"mode": "create", "items": {}}, {("items", "type")}),
    ({"mode": "create", "items": [{}, 1, None]}, {("items[1]", "type"), ("items[2]", "type")}),
    ({"mode": "create", "items": [{}], "match": "phone"}, {("match", "not_one_of")}),
    ({"mode": "upsert", "items": [{}], "match": "name"}, {("match", "not_one_of")}),
    ({"mode": "delete", "items": [{}], "match": "name"}, {("match", "not_one_of")}),
    ({"mode": "upsert", "items": [{}], "match": "external"}, {("source", "required")}),
    ({"mode": "upsert", "items": [{}], "source": "a b"}, {("source", "malformed")}),
    ({"mode": "create", "items": [{}], "atomic": 1}, {("atomic", "type")}),
    ({"mode": "create", "items": [{}], "odd": 1}, {("odd", "unknown")}),
    (
        {"mode": "upsert", "source": "erp", "items": [{"externalId": "1"}, {"externalId": "1"}]},
        {("items[1].externalId", "repeated")},
    ),
    (
        {"mode": "update", "match": "name", "items": [{"name": "ABC"}, {"name": " abc"}]},
        {("items[1].name", "repeated")},
    ),
    (
        {
            "mode": "update",
            "items": [{"customerId": "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"}] * 2,
        },
        {("items[1].customerId", "repeated")},
    ),
]


@pytest.mark.parametrize(("body", "expected"), WRONG)
async def test_what_is_wrong_with_a_batch_is_named(
    body: Json, expected: set[tuple[str, str]], acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        assert faults(await acme.post("/customers/batch", body)) == expected


ITEMS: list[tuple[Json, tuple[str, str]]] = [
    ({}, ("items[0].externalId", "required")),
    ({"externalId": 1}, ("items[0].externalId", "type")),
    ({"externalId": "a/b"}, ("items[0].externalId", "malformed")),
    ({"externalId": "1", "ifVersion": "1"}, ("items[0].ifVersion", "type")),
    ({"externalId": "1", "ifVersion": 0}, ("items[0].ifVersion", "too_small")),
    ({"externalId": "1", "name": None}, ("items[0].name", "null")),
]


@pytest.mark.parametrize(("item", "expected"), ITEMS)
async def test_what_is_wrong_with_an_item_is_named_in_both_languages(
    item: Json, expected: tuple[str, str], acme: Caller
) -> None:
    body = {"mode": "upsert", "source": "erp", "items": [item]}
    report = []
    for language in ("zh", "en"):
        answer = await acme.post("/customers/batch", body, headers={"Accept-Language": language})
        [result] = answer.json()["results"]
        [error] = result["errors"]
        assert (result["status"], result["code"]) == (400, "BAD_REQUEST")
        assert (error["field"], error["code"]) == expected
        report.append(error["message"])
    assert report[0] != report[1]


async def test_a_name_finds_a_customer_and_stays(acme: Caller) -> None:
    there = await acme.customer(name="ABC 公司")
    items = [
        {"name": "abc 公司", "status": 2, "externalId": "K-1"},
        {"name": "DEF 公司", "status": 2},
    ]
    report = await acme.post(
        "/customers/batch", {"mode": "update", "match": "name", "source": "erp", "items": items}
    )
    assert statuses(report.json()) == [200, 404]
    now = (await acme.get("/customers/by/erp/K-1")).json()
    assert now == there | {"status": 2, "updatedAt": now["updatedAt"]}


async def test_items_take_effect_in_their_order(acme: Caller) -> None:
    """A name that an item gives up is free for a later one, and not for an earlier one."""
    there = await acme.customer(name="甲")
    rename = {"customerId": there["customerId"], "name": "乙"}
    report = await acme.post(
        "/customers/batch", {"mode": "upsert", "items": [rename, {"name": "甲"}]}
    )
    assert statuses(report.json()) == [200, 201]
    rename["name"] = "丙"
    report = await acme.post(
        "/customers/batch", {"mode": "upsert", "items": [{"name": "乙"}, rename]}
    )
    assert statuses(report.json()) == [409, 200]


async def test_counters_lists_and_figures_are_right_after_a_thousand(acme: Caller) -> None:
    items = [{"name": f"客户 {number}", "externalId": str(number)} for number in range(1000)]
    items[500]["name"] = "客户 1"
    asked = {"mode": "upsert", "source": "erp", "items": items}
    report = (await acme.post("/customers/batch", asked)).json()
    assert (report["failed"], report["results"][500]["code"]) == (1, "DUPLICATE_NAME")
    assert (await acme.get("/customers")).json()["total"] == 999
    report = (await acme.post("/customers/batch", asked)).json()
    assert [each["status"] for each in report["results"][498:503]] == [200, 200, 409, 200, 200]


async def test_of_two_batches_at_once_each_record_is_created_once(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    items = [{"externalId": f"K-{number}", "name": f"甲 {number}"} for number in range(40)]

    async def send(caller: Caller, turn: int) -> list[int]:
        ordered = items if turn % 2 else items[::-1]
        report = await caller.post(
            "/customers/batch",
            {"mode": "upsert", "source": "erp", "items": ordered},
            key=f"race-{turn}",
        )
        assert report.status_code == 200, report.text
        return statuses(report.json())

    async def race(callers: list[Caller]) -> None:
        turns = [send(callers[turn % len(callers)], turn) for turn in range(4)]
        seen = [status for report in await asyncio.gather(*turns) for status in report]
        assert (seen.count(201), seen.count(200)) == (40, 120)

    if cell.datastore.url.startswith("sqlite"):
        await race([acme])
    else:
        async with beside() as other:
            await race([acme, Caller(other.client, "acme")])
    assert cell.rows("SELECT count(*) FROM customers") == [(40,)]
    assert cell.rows("SELECT count(*) FROM external_ids") == [(40,)]


def test_every_resource_that_is_created_has_batches() -> None:
    assert [each.table for each in RESOURCES if not each.has_external_ids] == []
