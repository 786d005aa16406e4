"""GET /search finds records of every kind, as they are written and as people type them."""

from typing import Any

import pytest

from tests.world import Caller, Json, Running, faults, nothing_changes, refused


async def hits(caller: Caller, q: str, **query: Any) -> list[Json]:
    answer = await caller.get("/search", q=q, **query)
    assert answer.status_code == 200, answer.text
    return [hit for group in answer.json()["groups"] for hit in group["hits"]]


async def titles(caller: Caller, q: str, **query: Any) -> list[str]:
    return [hit["title"] for hit in await hits(caller, q, **query)]


FOUND = {
    "云帆": ["杭州云帆科技有限公司"],
    "雲帆": ["杭州云帆科技有限公司"],
    "yfkj": ["杭州云帆科技有限公司"],
    "yunfan": ["杭州云帆科技有限公司"],
    "cqca": ["重庆长安汽车"],
    "1111": ["重庆长安汽车"],
    "+86 138-1234-1111": ["重庆长安汽车"],
    "Li.Lei@example.com": ["重庆长安汽车"],
    "ABC DEF": ["ABC DEF Trading"],
    "trad": ["ABC DEF Trading"],
    "13812341112": [],
    "1381": [],
    "帆云": [],
    "()": [],
}


async def test_a_customer_is_found(acme: Caller) -> None:
    await acme.customer(name="杭州云帆科技有限公司")
    await acme.customer(
        name="重庆长安汽车", contactPhone="13812341111", contactEmail="li.lei@example.com"
    )
    await acme.customer(name="ABC DEF Trading")
    assert {q: await titles(acme, q) for q in FOUND} == FOUND


async def test_a_hit_says_what_matches_and_masks_numbers(alice: Caller) -> None:
    customer = await alice.customer(name="杭州云帆科技", contactPhone="13812341111")
    assert await hits(alice, "云帆") == [
        {
            "type": "customer",
            "id": customer["customerId"],
            "title": "杭州云帆科技",
            "subtitle": "138****1111",
            "ownerId": "alice",
            "matched": [{"field": "name", "text": "杭州云帆科技", "ranges": [[2, 4]]}],
            "score": 60,
        }
    ]
    [hit] = await hits(alice, "1111")
    assert hit["matched"] == [{"field": "contactPhone", "text": "138****1111", "ranges": []}]


async def test_every_kind_of_record_is_found_with_its_customer(acme: Caller) -> None:
    customer = await acme.customer(name="云帆")
    await acme.contact(customer, name="云帆李雷")
    await acme.opportunity(customer, title="云帆年度采购")
    await acme.contract(customer, contractNo="云帆-1")
    await acme.post("/tasks", {"title": "联系云帆", "customerId": customer["customerId"]})
    found = [(hit["type"], hit["title"], hit["subtitle"]) for hit in await hits(acme, "云帆")]
    assert found == [
        ("customer", "云帆", None),
        ("contact", "云帆李雷", "云帆"),
        ("opportunity", "云帆年度采购", "云帆"),
        ("contract", "云帆-1", "云帆"),
        ("task", "联系云帆", "云帆"),
    ]
    assert await titles(acme, "云帆", types="task,contact") == ["云帆李雷", "联系云帆"]


async def test_better_matches_come_first_then_own_then_newer_ones(
    acme: Caller, alice: Caller
) -> None:
    await alice.customer(name="云帆（上海）")
    await acme.customer(name="杭州云帆", ownerId="bob")
    await alice.customer(name="苏州云帆")
    await acme.customer(name="扬州云帆", ownerId="bob")
    await acme.customer(name="云帆")
    await acme.customer(name="允凡")
    order = ["云帆", "云帆（上海）", "扬州云帆", "苏州云帆", "杭州云帆"]
    assert await titles(acme, "云帆") == order
    assert await titles(acme, "云帆", limit=2) == order[:2]
    assert (await acme.get("/search", q="云帆", limit=2)).json()["groups"][0]["hasMore"] is True
    assert (await acme.get("/search", q="云帆")).json()["groups"][0]["hasMore"] is False


async def test_a_change_is_found_at_once(acme: Caller) -> None:
    customer = await acme.customer(name="云帆", contactPhone="13812341111")
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"name": "长风", "contactPhone": "13812342222"})
    assert await titles(acme, "云帆") == []
    assert await titles(acme, "changfeng") == ["长风"]
    assert await titles(acme, "1111") == []
    assert await titles(acme, "2222") == ["长风"]
    await acme.delete(path)
    assert await titles(acme, "长风") == []
    await acme.post(f"{path}/restore")
    assert await titles(acme, "长风") == ["长风"]
    assert await titles(acme, "2222") == ["长风"]


async def test_what_is_imported_is_found(acme: Caller) -> None:
    items = [{"name": f"云帆{number}号"} for number in range(30)]
    await acme.post("/customers/import", {"items": [*items, {"name": "云帆7号"}]})
    assert len(await titles(acme, "yunfan", limit=50)) == 30
    assert await titles(acme, "云帆7号") == ["云帆7号"]


async def test_a_dry_run_leaves_no_entry(acme: Caller, cell: Running) -> None:
    await acme.post("/customers/import", {"items": [{"name": "云帆"}]}, dryRun="true")
    assert cell.rows("SELECT * FROM search_entries WHERE tenant_id <> ''") == []


async def test_a_refused_create_leaves_no_entry(acme: Caller, cell: Running) -> None:
    await acme.customer(name="云帆")
    async with nothing_changes(cell):
        refused(await acme.post("/customers", {"name": "云帆"}), 409, "DUPLICATE_NAME")
    assert await titles(acme, "云帆") == ["云帆"]


async def test_exact_names_are_found_among_many_that_contain_them(acme: Caller) -> None:
    await acme.customer(name="科技")
    items = [{"name": f"第{number}科技公司"} for number in range(300)]
    await acme.post("/customers/import", {"items": items})
    found = await titles(acme, "科技", limit=5)
    assert found[0] == "科技"
    assert len(found) == 5


async def test_a_user_who_sees_few_records_finds_them_among_many_of_others(
    acme: Caller, bob: Caller
) -> None:
    await bob.customer(name="云帆一号")
    items = [{"name": f"云帆{number}号"} for number in range(400)]
    await acme.post("/customers/import", {"items": items})
    assert await titles(bob, "云帆") == ["云帆一号"]


async def test_others_records_are_not_found(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer(name="云帆", contactPhone="13812341111")
    await alice.contact(customer, name="云帆李雷")
    for q in ("云帆", "yunfan", "1111", "13812341111"):
        assert await hits(bob, q) == []
        assert await hits(charlie, q) == []
        assert await hits(acme, q) != []


async def test_a_user_finds_what_their_lists_show(acme: Caller, bob: Caller) -> None:
    """A customer of a colleague is read through an opportunity, and is in no list."""
    customer = await acme.customer(name="云帆", ownerId="alice")
    await acme.opportunity(customer, title="云帆采购", ownerId="bob")
    assert [(hit["title"], hit["subtitle"]) for hit in await hits(bob, "云帆")] == [
        ("云帆采购", None)
    ]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({}, ("q", "required")),
        ({"q": ""}, ("q", "required")),
        ({"q": "x" * 101}, ("q", "too_long")),
        ({"q": "x", "types": "customer,payment"}, ("types", "not_one_of")),
        ({"q": "x", "types": "x,"}, ("types", "not_one_of")),
        ({"q": "x", "limit": "0"}, ("limit", "too_small")),
        ({"q": "x", "limit": "51"}, ("limit", "too_large")),
        ({"q": "x", "sort": "name"}, ("sort", "unknown")),
    ],
)
async def test_a_bad_query_is_refused(acme: Caller, query: Json, fault: tuple[str, str]) -> None:
    assert faults(await acme.get("/search", **query)) == {fault}


async def test_what_databases_take_for_operators_is_text(acme: Caller) -> None:
    for q in ('"', "' OR 1=1", "a:*", "\\", "x & | !", "云*", "NOT a", "\U00020bb7"):
        await acme.customer(name=f"以{q}始")
        assert (await acme.get("/search", q=q)).status_code == 200, q
