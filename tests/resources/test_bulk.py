"""Many records of a resource are changed, deleted or restored alike."""

from typing import Any

import pytest

from crm_cell.resources.batch import selecting
from crm_cell.resources.batch.bulk import actions
from crm_cell.resources.listing import containing, reading
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel
from tests.resources.examples import Json, create
from tests.resources.test_every_resource import RESOURCES, path_of
from tests.resources.test_external_ids import text_of
from tests.world import THE_TRAIL, Caller, Running, faults, nothing_changes, refused

NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"
MANY = [each for each in RESOURCES if actions(each)]
every_one = pytest.mark.parametrize("resource", MANY, ids=lambda each: each.table)
NONE = dict.fromkeys(("updated", "deleted", "restored", "unchanged", "failed"), 0)


async def bulk(caller: Caller, resource: AnyResource, ids: list[str], **asked: Any) -> Json:
    answer = await caller.post(f"{resource.path}/bulk", {"ids": ids, **asked})
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


def counted(report: Json) -> Json:
    return {name: report[name] for name in NONE}


async def three(caller: Caller, resource: AnyResource) -> list[Json]:
    return [await create(caller, resource) for _ in range(3)]


@every_one
async def test_a_dry_run_counts_what_the_deletion_then_does(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    records = await three(acme, resource)
    ids = [NOBODY, *(each[camel(resource.id_member)] for each in records)]
    async with nothing_changes(cell, but=THE_TRAIL):
        tried = await bulk(acme, resource, ids, action="delete", dryRun=True)
    done = await bulk(acme, resource, ids, action="delete")
    assert tried == done | {"dryRun": True}
    assert (done["total"], counted(done)) == (4, NONE | {"deleted": 3, "failed": 1})
    [failure] = done["failures"]
    assert (failure["id"], failure["status"], failure["code"]) == (NOBODY, 404, "NOT_FOUND")
    for each in records:
        refused(await acme.get(path_of(resource, each)), 404, "NOT_FOUND")
    restored = await bulk(acme, resource, ids[1:], action="restore")
    assert counted(restored) == NONE | {"restored": 3}
    again = await bulk(acme, resource, ids[1:], action="restore")
    assert counted(again) == NONE | {"unchanged": 3}


async def test_a_change_is_made_where_it_is_one(acme: Caller) -> None:
    records = [await acme.customer(status=status) for status in (1, 2, 1)]
    ids = [each["customerId"] for each in records]
    report = (await acme.post("/customers/bulk", {"ids": ids, "set": {"status": 2}})).json()
    assert counted(report) == NONE | {"updated": 2, "unchanged": 1}
    assert [each["status"] for each in await acme.rows("/customers")] == [2, 2, 2]


@every_one
async def test_what_is_not_seen_is_not_found(
    resource: AnyResource, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await create(alice, resource)
    ids = [created[camel(resource.id_member)], NOBODY]
    for stranger in (bob, charlie):
        for asked in ({"action": "delete"}, {"action": "restore"}, {"set": text_of(resource)}):
            async with nothing_changes(cell, but={"idempotency_keys"}):
                report = await bulk(stranger, resource, ids, **asked)
            assert [each["status"] for each in report["failures"]] == [404, 404]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("ids", "required")}),
        ({"ids": [NOBODY]}, {("action", "required")}),
        ({"ids": [NOBODY], "action": "drop"}, {("action", "not_one_of")}),
        ({"ids": [NOBODY], "action": "delete", "set": {}}, {("action", "exclusive")}),
        ({"ids": [], "action": "delete"}, {("ids", "too_few")}),
        ({"ids": [NOBODY] * 1001, "action": "delete"}, {("ids", "too_many")}),
        ({"ids": [NOBODY, NOBODY], "action": "delete"}, {("ids[1]", "repeated")}),
        ({"ids": ["x", 1], "action": "delete"}, {("ids[0]", "malformed"), ("ids[1]", "type")}),
        ({"ids": [NOBODY], "set": []}, {("set", "type")}),
        ({"ids": [NOBODY], "set": {"odd": 1}}, {("set.odd", "unknown")}),
        ({"ids": [NOBODY], "set": {"status": 3}}, {("set.status", "too_large")}),
    ],
)
async def test_what_is_wrong_is_named(
    body: Json, expected: set[tuple[str, str]], acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        found = faults(await acme.post("/customers/bulk", body))
    assert found == expected


# By a filter


async def by_filter(caller: Caller, filter_: object, **asked: Any) -> Json:
    answer = await caller.post("/customers/bulk", {"filter": filter_, **asked})
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


async def test_a_dry_run_counts_what_a_filter_then_changes(acme: Caller, cell: Running) -> None:
    for name, status in (("云帆一", 1), ("云帆二", 2), ("长安", 1)):
        await acme.customer(name=name, status=status)
    async with nothing_changes(cell, but=THE_TRAIL):
        tried = await by_filter(acme, 'name ~ "yf"', set={"status": 2}, dryRun=True)
    done = await by_filter(acme, 'name ~ "yf"', set={"status": 2})
    assert tried == done | {"dryRun": True}
    assert (done["total"], counted(done)) == (2, NONE | {"updated": 1, "unchanged": 1})
    rows = await acme.rows("/customers", sort="name")
    assert {row["name"]: row["status"] for row in rows} == {"云帆一": 2, "云帆二": 2, "长安": 1}


async def test_a_filter_may_look_at_many_candidates(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "_FIRST", 2)
    monkeypatch.setattr(containing, "_NEXT", 2)
    for number in range(5):
        await acme.customer(name=f"云帆{number}")
    report = await by_filter(acme, 'name ~ "yf"', set={"status": 2})
    assert (report["total"], counted(report)) == (5, NONE | {"updated": 5})


async def test_a_filter_as_json_deletes_what_it_finds(acme: Caller) -> None:
    for status in (1, 2, 2):
        await acme.customer(status=status)
    tree = {"field": "status", "op": "=", "value": 2}
    assert counted(await by_filter(acme, tree, action="delete")) == NONE | {"deleted": 2}
    assert [each["status"] for each in await acme.rows("/customers")] == [1]
    nothing = await by_filter(acme, tree, action="delete")
    assert (nothing["total"], counted(nothing)) == (0, NONE)


async def test_a_filter_reaches_only_what_the_caller_sees(
    alice: Caller, bob: Caller, charlie: Caller, acme: Caller
) -> None:
    await alice.customer()
    for stranger in (bob, charlie):
        for filter_ in ("status = 1", "not (status = 2)"):
            report = await by_filter(stranger, filter_, action="delete")
            assert (report["total"], counted(report)) == (0, NONE)
    assert len(await acme.rows("/customers")) == 1


async def test_a_filter_that_finds_too_many_changes_none(
    acme: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "MOST_ITEMS", 2)
    for _ in range(4):
        await acme.customer()
    body = {"filter": "status = 1", "action": "delete"}
    for most, said in ((10_000, "finds 4 records"), (3, "finds more than 3 records")):
        monkeypatch.setattr(reading, "MOST_COUNTED", most)
        for dry_run in (False, True):
            async with nothing_changes(cell):
                answer = await acme.post(
                    "/customers/bulk",
                    body | {"dryRun": dry_run},
                    headers={"Accept-Language": "en"},
                )
            assert faults(answer) == {("filter", "too_many")}
            assert answer.json()["message"] == (f"filter {said}; at most 2 can be changed at once")


async def test_a_filter_without_time_changes_none(
    acme: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await acme.customer()
    monkeypatch.setattr(reading, "DEADLINE_SECONDS", 0.0)
    async with nothing_changes(cell):
        answer = await acme.post("/customers/bulk", {"filter": "status = 1", "action": "delete"})
    refused(answer, 400, "QUERY_TOO_BROAD")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"filter": "x = 1", "action": "delete"}, ("filter", "unknown_field")),
        ({"filter": 1, "action": "delete"}, ("filter", "type")),
        ({"filter": {"field": "x"}, "action": "delete"}, ("filter.op", "syntax")),
        ({"filter": "status = 1", "action": "restore"}, ("filter", "value")),
        ({"filter": "status = 1", "tz": "Nowhere", "action": "delete"}, ("tz", "value")),
        ({"filter": "status = 1", "ids": [NOBODY], "action": "delete"}, ("filter", "exclusive")),
        ({"ids": [NOBODY], "tz": "UTC", "action": "delete"}, ("filter", "required")),
    ],
)
async def test_what_is_wrong_with_a_filter_is_named(
    body: Json, fault: tuple[str, str], acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/customers/bulk", body)
    assert faults(answer) == {fault}
