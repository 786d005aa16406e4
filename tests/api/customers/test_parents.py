"""Groups of companies: subsidiaries name their parent company."""

import asyncio

from tests.world import Caller, Json, Running, faults, nothing_changes, refused

LEVELS = 5


def path(customer: Json) -> str:
    return f"/customers/{customer['customerId']}"


async def line_of(caller: Caller, many: int, **members: object) -> list[Json]:
    """Customers of which each is a subsidiary of the one before."""
    found: list[Json] = []
    for _ in range(many):
        above = {"parentId": found[-1]["customerId"]} if found else {}
        found.append(await caller.customer(**above, **members))
    return found


async def test_a_subsidiary_names_its_parent_company(acme: Caller) -> None:
    group = await acme.customer(name="云帆集团")
    first = await acme.customer(name="云帆上海", parentId=group["customerId"])
    other = await acme.customer(name="云帆北京")
    assert (group["parentId"], first["parentId"]) == (None, group["customerId"])
    moved = await acme.patch(path(other), {"parentId": group["customerId"]})
    assert moved.json()["parentId"] == group["customerId"]
    subsidiaries = f'parentId = "{group["customerId"]}"'
    for text, found in [
        (subsidiaries, ["云帆北京", "云帆上海"]),
        ("parentId is empty", ["云帆集团"]),
        (f'{subsidiaries} and name ~ "北京"', ["云帆北京"]),
    ]:
        rows = await acme.rows("/customers", filter=text)
        assert [each["name"] for each in rows] == found, text
    [shown] = await acme.rows("/customers", filter='name = "云帆上海"', embed="parent")
    assert shown["parent"]["name"] == "云帆集团"
    left = await acme.patch(path(other), {"parentId": None})
    assert left.json()["parentId"] is None


async def test_no_customer_is_above_itself(acme: Caller, cell: Running) -> None:
    first, second, third = await line_of(acme, 3)
    async with nothing_changes(cell):
        for above in (first, third):
            answer = await acme.patch(path(first), {"parentId": above["customerId"]})
            body = refused(answer, 400, "BAD_REQUEST")
            assert faults(answer) == {("parentId", "value")}
            assert body["errors"][0]["message"] == "不能是该客户本身或其下级"
    # A deleted one still counts, since it may be restored.
    await acme.delete(path(second))
    async with nothing_changes(cell):
        answer = await acme.patch(path(first), {"parentId": third["customerId"]})
        assert faults(answer) == {("parentId", "value")}


async def test_there_are_at_most_five_levels(acme: Caller, cell: Running) -> None:
    long = await line_of(acme, LEVELS)
    above, below = await line_of(acme, 2)
    async with nothing_changes(cell):
        new = {"name": "新", "parentId": long[-1]["customerId"]}
        answer = await acme.post("/customers", new)
        body = refused(answer, 400, "BAD_REQUEST")
        assert body["errors"][0]["message"] == "上下级最多 5 层"
        answer = await acme.patch(path(above), {"parentId": long[3]["customerId"]})
        assert faults(answer) == {("parentId", "value")}
    fits = await acme.patch(path(above), {"parentId": long[2]["customerId"]})
    assert (fits.status_code, below["parentId"]) == (200, above["customerId"])


async def test_a_parent_has_to_be_seen(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    mine = await alice.customer()
    deleted = await alice.customer()
    await alice.delete(path(deleted))
    strangers = [await bob.customer(), await charlie.customer(), deleted]
    answers = []
    async with nothing_changes(cell):
        for each in [*strangers, {"customerId": "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c99"}]:
            change = {"parentId": each["customerId"]}
            answers.append(await alice.patch(path(mine), change))
            answers.append(await alice.post("/customers", {"name": "新", **change}))
    told = {refused(each, 400, "BUSINESS_RULE_VIOLATION")["message"] for each in answers}
    assert told == {"客户不存在"}
    # One who reads it by a deal or as a collaborator may name it.
    await acme.opportunity(strangers[0], ownerId="alice")
    named = await alice.patch(path(mine), {"parentId": strangers[0]["customerId"]})
    assert named.status_code == 200


async def test_two_changes_at_a_time_make_no_cycle(acme: Caller) -> None:
    for _ in range(4):
        one, other = await acme.customer(), await acme.customer()
        answers = await asyncio.gather(
            acme.patch(path(one), {"parentId": other["customerId"]}),
            acme.patch(path(other), {"parentId": one["customerId"]}),
        )
        assert sorted(each.status_code for each in answers) == [200, 400]


async def test_a_batch_sees_what_its_items_before_have_done(acme: Caller) -> None:
    one, other = await acme.customer(), await acme.customer()
    ids = [one["customerId"], other["customerId"]]
    items = [{"customerId": ids[0], "parentId": ids[1]}, {"customerId": ids[1], "parentId": ids[0]}]
    answer = await acme.post("/customers/batch", {"mode": "update", "match": "id", "items": items})
    assert [each["status"] for each in answer.json()["results"]] == [200, 400]
    bulk = await acme.post("/customers/bulk", {"ids": ids, "set": {"parentId": ids[1]}})
    counted = bulk.json()
    assert (counted["unchanged"], counted["failed"]) == (1, 1)


async def test_a_deleted_parent_is_named_until_it_is_restored(acme: Caller, cell: Running) -> None:
    group, subsidiary = await line_of(acme, 2)
    await acme.delete(path(group))
    [shown] = await acme.rows("/customers", embed="parent")
    assert (shown["parentId"], shown["parent"]) == (group["customerId"], None)
    renamed = await acme.patch(path(subsidiary), {"remark": "仍可修改"})
    assert renamed.json()["parentId"] == group["customerId"]
    await acme.post(f"{path(group)}/restore", {})
    [shown] = await acme.rows("/customers", filter="parentId is set", embed="parent")
    assert shown["parent"]["customerId"] == group["customerId"]


async def test_files_name_parents_by_id_or_by_name(acme: Caller) -> None:
    group = await acme.customer(name="云帆集团")
    *_, deepest = await line_of(acme, LEVELS)
    rows = [
        {"name": "甲", "parentId": group["customerId"]},
        {"name": "乙", "parentId": " 云帆集团 "},
        {"name": "丙", "parentId": "没有的集团"},
        {"name": "丁", "parentId": deepest["customerId"]},
    ]
    report = (await acme.post("/customers/import", {"items": rows})).json()
    assert [(row["name"], row["reason"]) for row in report["errorsDetail"]] == [
        ("丙", "上级客户客户不存在"),
        ("丁", "上级客户上下级最多 5 层"),
    ]
    csv = "客户名称,上级客户\n戊,云帆集团\n己,没有的集团\n".encode()
    headers = {"Content-Type": "text/csv"}
    report = (await acme.post("/customers/import", csv, headers=headers)).json()
    assert (report["created"], report["errors"]) == (1, 1), report
    found = await acme.rows("/customers", filter="parentId is set", fields="name,parentId")
    under = {each["name"] for each in found if each["parentId"] == group["customerId"]}
    assert under == {"甲", "乙", "戊"}
