"""Customers that are the same become one, with everything that belonged to them."""

import asyncio
import itertools
from typing import Any

from crm_cell.registry import make_registry
from tests.counters import differences
from tests.world import (
    Caller,
    Json,
    Running,
    all_numbered,
    audit,
    events,
    faults,
    nothing_changes,
    refused,
)

PATHS = ("/contacts", "/opportunities", "/follow-ups", "/contracts", "/tasks")
_numbers = itertools.count(1)
CHANGED = {"customerId", "ownerId", "isPrimary", "updatedAt"}
"""Members of what is moved that a merge may change. Only those that have their customer's owner get
another one."""


async def family(caller: Caller, **members: object) -> Json:
    """A customer with one or two records of each kind."""
    number = next(_numbers)
    body = {"name": f"客户 A{number}", **members}
    customer: Json = (await caller.put(f"/customers/by/erp/{number}", body)).json()
    of = {"customerId": customer["customerId"]}
    contact = await caller.contact(customer, isPrimary=True, phone="13987652222")
    deal = await caller.opportunity(customer)
    await caller.patch(f"/opportunities/{deal['opportunityId']}", {"stage": 3})
    lost = await caller.opportunity(customer, title="旧")
    await caller.patch(f"/opportunities/{lost['opportunityId']}", {"status": 3})
    await caller.follow_up(**of, contactId=contact["contactId"], followedAt="2026-03-05T10:00:00Z")
    await caller.follow_up(opportunityId=deal["opportunityId"])
    contract = await caller.contract(customer, status=2, opportunityId=deal["opportunityId"])
    await caller.payment(contract)
    task = {"title": "回电", "dueOn": "2035-01-15", "contractId": contract["contractId"]}
    assert (await caller.post("/tasks", task | of)).status_code == 201
    return customer


async def everything(acme: Caller) -> dict[str, list[Json]]:
    found = {path: await acme.rows(path, pageSize=100) for path in (*PATHS, "/payments")}
    for deal in found["/opportunities"]:
        path = f"/opportunities/{deal['opportunityId']}/history"
        deal["history"] = await acme.rows(path, pageSize=100)
    return found


def kept(found: dict[str, list[Json]]) -> Any:
    """What no merge may change."""
    return {
        path: [{name: row[name] for name in row.keys() - CHANGED} for row in rows]
        for path, rows in found.items()
    }


async def merge(caller: Caller, into: Json, *others: Json, **members: object) -> Json:
    body = {"fromIds": [each["customerId"] for each in others], **members}
    answer = await caller.post(f"/customers/{into['customerId']}/merge", body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def counters_are_right(cell: Running) -> None:
    assert await cell.service.database.read("counters", None, differences) == []
    for service in cell.service.services:
        wrong = await cell.service.database.read("sums", None, service.wrong_sums)
        assert wrong == []


async def test_everything_belongs_to_the_one_that_stays(acme: Caller, cell: Running) -> None:
    bobs = await family(acme, name="云帆科技（上海）有限公司", ownerId="bob", level=None)
    alices = await family(
        acme,
        name="云帆科技(上海)有限责任公司",
        ownerId="alice",
        contactPhone="13812341111",
        remark="年底",
    )
    gone = await acme.contact(alices, name="旧")
    await acme.delete(f"/contacts/{gone['contactId']}")
    before = await everything(acme)
    path = f"/customers/{bobs['customerId']}"
    figures = (await acme.get(path)).json()
    async with nothing_changes(cell, but={"idempotency_keys"}):
        tried = await merge(acme, bobs, alices, dryRun=True)
    assert (tried["mergeId"], tried["dryRun"]) == (None, True)
    counts = {"contacts": 1, "opportunities": 2, "followUps": 2, "contracts": 1, "tasks": 1}
    assert tried["moved"] == counts | {"customers": 0, "payments": 1, "externalIds": 1}
    assert tried["merged"] == [{"customerId": alices["customerId"], "name": alices["name"]}]

    done = await merge(acme, bobs, alices, choose={"name": alices["customerId"]})
    assert done["moved"] == tried["moved"]
    assert done["changes"] == {
        "name": {"before": bobs["name"], "after": alices["name"]},
        "contactPhone": {"before": None, "after": "138****1111"},
        "remark": {"before": None, "after": "年底"},
    }
    shown = (await acme.get(path)).json()
    assert done["customer"] == shown
    assert (shown["ownerId"], shown["contactPhone"]) == ("bob", "138****1111")
    assert shown["outstandingCents"] == 2 * figures["outstandingCents"]
    assert shown["openOpportunityCount"] == 2
    after = await everything(acme)
    assert kept(after) == kept(before)
    for kind in PATHS:
        assert {row["customerId"] for row in after[kind]} == {bobs["customerId"]}
    for kind in ("/contacts", "/contracts", "/payments"):
        assert {row["ownerId"] for row in after[kind]} == {"bob"}
    owners = sorted(row["ownerId"] for row in after["/opportunities"])
    assert owners == ["alice", "alice", "bob", "bob"]
    assert sorted(row["isPrimary"] for row in after["/contacts"]) == [False, True]
    assert (await acme.post(f"/contacts/{gone['contactId']}/restore")).status_code == 200
    restored = (await acme.get(f"/contacts/{gone['contactId']}")).json()
    assert (restored["customerId"], restored["ownerId"]) == (bobs["customerId"], "bob")
    external = await acme.rows(f"{path}/external-ids")
    assert len(external) == 2

    assert [row["customerId"] for row in await acme.rows("/customers")] == [bobs["customerId"]]
    [group] = (await acme.get("/search", q="云帆", types="customer")).json()["groups"]
    assert [each["id"] for each in group["hits"]] == [bobs["customerId"]]
    similar = (await acme.post("/duplicates/check", {"name": "云帆科技"})).json()["matches"]
    assert [each["id"] for each in similar] == [bobs["customerId"]]
    assert await acme.rows("/recycle-bin", types="customer") == []
    timeline = await acme.rows(f"{path}/timeline", pageSize=100)
    assert sum(each["type"] == "followUp" for each in timeline) == 4
    assert sum(each["type"] == "payment" for each in timeline) == 2
    [entry] = [each for each in audit(cell) if each["action"] == "merged"]
    assert (entry["resourceId"], entry["changes"]["mergedIds"]) == (
        bobs["customerId"],
        {"after": [alices["customerId"]]},
    )
    [shown] = await acme.rows("/audit-logs", action="merged")
    assert shown["summary"] == f"系统将其他客户合并到了客户「{alices['name']}」"
    await counters_are_right(cell)


async def test_the_old_id_names_the_survivor_to_those_who_may_see_it(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    first, second, third = [await alice.customer() for _ in range(3)]
    hers = f"/customers/{third['customerId']}"
    await merge(alice, second, third)
    await merge(alice, first, second)
    body = {"fromIds": [first["customerId"]]}
    async with nothing_changes(cell):
        for answer in (
            await alice.get(hers),
            await alice.patch(hers, {"remark": "x"}),
            await alice.delete(hers),
            await alice.post(f"{hers}/restore"),
            await alice.get(f"{hers}/timeline"),
            await acme.get(f"{hers}/access"),
            await alice.get(f"{hers}/external-ids"),
            await alice.post(f"{hers}/merge", body),
        ):
            assert refused(answer, 410, "MERGED")["mergedInto"] == first["customerId"]
        for stranger in (bob, charlie):
            refused(await stranger.get(hers), 404, "NOT_FOUND")
            refused(await stranger.post(f"{hers}/restore"), 404, "NOT_FOUND")
            refused(await stranger.post(f"{hers}/merge", body), 404, "NOT_FOUND")
    await alice.delete(f"/customers/{first['customerId']}")
    refused(await alice.get(hers), 404, "NOT_FOUND")
    refused(await alice.post(f"{hers}/restore"), 404, "NOT_FOUND")


async def test_bad_input_names_what_is_wrong(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    mine, gone, other = [await alice.customer() for _ in range(3)]
    his, stranger = await bob.customer(), await charlie.customer()
    await alice.delete(f"/customers/{gone['customerId']}")
    merged = await alice.customer()
    await merge(alice, other, merged)
    path = f"/customers/{mine['customerId']}/merge"
    nobody = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"
    async with nothing_changes(cell):
        assert faults(await alice.post(path, {})) == {("fromIds", "required")}
        assert faults(await alice.post(path, {"fromIds": []})) == {("fromIds", "too_few")}
        five = {"fromIds": [nobody] * 5}
        assert faults(await alice.post(path, five)) == {("fromIds", "too_many")}
        ids = [mine["customerId"], other["customerId"], other["customerId"], 1]
        choose = {"name": his["customerId"], "tenantId": mine["customerId"], "remark": None}
        wrong = {"fromIds": ids, "choose": choose, "into": 1}
        assert faults(await alice.post(path, wrong)) == {("into", "unknown")}
        del wrong["into"]
        assert faults(await alice.post(path, wrong)) == {
            ("fromIds[0]", "value"),
            ("fromIds[2]", "value"),
            ("fromIds[3]", "type"),
            ("choose.name", "value"),
            ("choose.tenantId", "unknown"),
            ("choose.remark", "value"),
        }
        for each in (nobody, his["customerId"], stranger["customerId"], gone["customerId"]):
            body = {"fromIds": [other["customerId"], each]}
            told = refused(await alice.post(path, body), 400, "BUSINESS_RULE_VIOLATION")
            assert (told["message"], told["details"]) == ("客户不存在", "fromIds[1]")
        body = {"fromIds": [merged["customerId"]]}
        told = refused(await alice.post(path, body), 400, "BUSINESS_RULE_VIOLATION")
        assert told["message"] == "客户已合并到其他客户"
        refused(await bob.post(path, {"fromIds": [his["customerId"]]}), 404, "NOT_FOUND")
        body = {"fromIds": [other["customerId"]]}
        stale = await alice.post(path, body, headers={"If-Match": '"7"'})
        refused(stale, 412, "PRECONDITION_FAILED")
        taken = {**body, "choose": {"ownerId": other["customerId"]}}
        assert (await alice.post(path, taken | {"dryRun": True})).status_code == 200


async def test_a_customer_that_is_only_read_is_not_merged(
    acme: Caller, bob: Caller, cell: Running
) -> None:
    """Bob sees Alice's customer, because he owns one of its deals."""
    hers, his = await acme.customer(ownerId="alice"), await bob.customer()
    await acme.opportunity(hers, ownerId="bob")
    async with nothing_changes(cell):
        path = f"/customers/{hers['customerId']}/merge"
        refused(await bob.post(path, {"fromIds": [his["customerId"]]}), 403, "FORBIDDEN")
        path = f"/customers/{his['customerId']}/merge"
        told = refused(
            await bob.post(path, {"fromIds": [hers["customerId"]]}), 400, "BUSINESS_RULE_VIOLATION"
        )
        assert told["details"] == "fromIds[0]"


async def test_a_repeated_request_merges_once(acme: Caller, cell: Running) -> None:
    first, second, third = [await acme.customer() for _ in range(3)]
    path = f"/customers/{first['customerId']}/merge"
    tag = {"If-Match": (await acme.get(f"/customers/{first['customerId']}")).headers["etag"]}
    body = {"fromIds": [second["customerId"]]}
    answers = await asyncio.gather(
        *(acme.post(path, body, key="once", headers=tag) for _ in range(3))
    )
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert len({each.content for each in answers}) == 1
    assert len(cell.rows("SELECT id FROM merges")) == 1
    # Whoever has read the survivor before has to read it again.
    body = {"fromIds": [third["customerId"]]}
    refused(await acme.post(path, body, headers=tag), 412, "PRECONDITION_FAILED")
    both = [
        acme.post(path, body),
        acme.post(f"/customers/{third['customerId']}/merge", {"fromIds": [first["customerId"]]}),
    ]
    answers = await asyncio.gather(*both)
    assert sorted(each.status_code for each in answers) in ([200, 400], [200, 410])


async def test_readers_of_the_feed_learn_of_it(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    """Bob owns a deal of the customer that goes, Dora nothing."""
    dora = Caller(acme.client, "acme", "dora")
    stays = await alice.customer()
    await alice.contact(stays)
    goes = await alice.customer()
    moved = await alice.contact(goes)
    deal = await acme.opportunity(goes, ownerId="bob")
    await all_numbered(cell)
    starts = {each: (await each.get("/changes/now")).json()["next"] for each in (alice, bob, dora)}
    await merge(alice, stays, goes)
    await all_numbered(cell)
    told = {}
    for caller, start in starts.items():
        rows = (await caller.get("/changes", after=start)).json()["data"]
        told[caller] = [(each["type"], each["id"], each["op"]) for each in rows]
    ours = [
        ("contact", moved["contactId"], "updated"),
        ("opportunity", deal["opportunityId"], "updated"),
        ("customer", goes["customerId"], "deleted"),
    ]
    assert set(ours) <= set(told[alice])
    assert ("customer", stays["customerId"], "entered") in told[bob]
    assert ("customer", goes["customerId"], "deleted") in told[bob]
    assert told[dora] == []
    assert len(events(cell, event_type="crm.customer.deleted")) == 1


async def test_no_reference_to_a_customer_is_forgotten(acme: Caller, cell: Running) -> None:
    """A table that refers to customers is moved because it is declared, or by what is listed."""
    declared = {
        (resource.table, field.name)
        for resource in make_registry()
        for field in resource.references
        if field.reference is not None and field.reference.path == "customers"
    }
    # Collaborators are moved by merges/members.py.
    more = {("merged_customers", "customer_id"), ("customer_members", "customer_id")}
    # And these stand for nothing of the customer: see customers/pairs, matching/store.py.
    more |= {("duplicate_keys", "customer_id"), ("duplicate_searches", "customer_id")}
    without_key = {("customers", "parent_id")}
    assert references(cell) == declared - without_key | more
    # And each of them is moved.
    first, second = await acme.customer(), await family(acme)
    await acme.customer(parentId=second["customerId"])
    await merge(acme, first, second)
    for table, column in sorted(declared):
        named = f"{column} IS NOT NULL"
        rows = cell.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {named}")
        assert [tuple(row) for row in rows] == [(first["customerId"],)], table


def references(cell: Running) -> set[tuple[str, str]]:
    """Columns that refer to customers, by a foreign key or by their name."""
    if cell.datastore.url.startswith("sqlite"):
        found = set()
        for table in cell.datastore.tables():
            columns = {row[1] for row in cell.rows(f"PRAGMA table_info({table})")}
            keys = cell.rows(f"PRAGMA foreign_key_list({table})")
            found |= {(table, name) for name in columns if name.endswith("customer_id")}
            found |= {(table, row[3]) for row in keys if row[2] == "customers"}
        return {each for each in found if each[1] != "tenant_id"}
    named = cell.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE column_name LIKE '%customer_id'"
    )
    keys = cell.rows(
        "SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint AS k"
        " JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)"
        " WHERE k.contype = 'f' AND k.confrelid = 'customers'::regclass"
        " AND a.attname <> 'tenant_id'"
    )
    return {(row[0], row[1]) for row in (*named, *keys)}
