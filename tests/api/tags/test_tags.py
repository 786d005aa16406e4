"""Tags: names of a tenant for customers, contacts and deals."""

import pytest

from tests.world import Beside, Caller, Json, Running, audit, faults, nothing_changes, refused


async def tag(caller: Caller, name: str, **members: object) -> Json:
    answer = await caller.post("/tags", {"name": name, **members})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def rows(cell: Running) -> list[tuple[str, str]]:
    return sorted(
        (each[0], each[1]) for each in cell.rows("SELECT tag_id, record_id FROM record_tags")
    )


async def names(caller: Caller, text: str, path: str = "/customers") -> list[str]:
    return [each["name"] for each in await caller.rows(path, filter_=text)]


async def test_records_have_tags_by_id_or_name(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    key = await tag(acme, "重点", color="red")
    assert key == {
        "tagId": key["tagId"],
        "tenantId": "acme",
        "name": "重点",
        "color": "red",
        "active": True,
        "createdAt": key["createdAt"],
        "updatedAt": key["createdAt"],
    }
    south = await tag(acme, "华南")
    first = await acme.customer(name="一", tags=["重点", south["tagId"], " 重点"])
    assert first["tags"] == [key["tagId"], south["tagId"]]
    await acme.customer(name="二", tags=["华南"])
    await acme.customer(name="三")
    assert await names(acme, 'tags has "重点"') == ["一"]
    assert await names(acme, f'tags has "{south["tagId"]}"') == ["二", "一"]
    assert await names(acme, 'tags has any ("重点", "华南")') == ["二", "一"]
    assert await names(acme, 'tags has none ("重点")') == ["三", "二"]
    assert await names(acme, 'not (tags has "华南") or name = "一"') == ["三", "一"]
    assert await names(acme, "tags is empty") == ["三"]
    assert await names(acme, 'tags has "华南" and tags is set', "/customers") == ["二", "一"]
    assert faults(await acme.get("/customers", filter_='tags has "北"')) == {("filter", "value")}
    assert faults(await charlie.get("/customers", filter_='tags has "重点"')) == {
        ("filter", "value")
    }
    contact = await acme.contact(first, tags=["重点"])
    deal = await acme.opportunity(first, tags=["重点"])
    assert contact["tags"] == deal["tags"] == [key["tagId"]]
    assert await names(acme, 'tags has "重点"', "/contacts") == ["李雷"]
    assert [each["tagId"] for each in await acme.rows("/tags")] == [south["tagId"], key["tagId"]]
    assert await charlie.rows("/tags") == []
    assert (await charlie.get(f"/tags/{key['tagId']}")).status_code == 404
    [fields] = await acme.rows("/fields", resource="customer")
    [described] = [each for each in fields["fields"] if each["name"] == "tags"]
    assert described["type"] == "tags"
    assert [(each["value"], each["color"]) for each in described["options"]] == [
        (south["tagId"], "gray"),
        (key["tagId"], "red"),
    ]
    assert len(rows(cell)) == 5


async def test_changes_replace_add_and_remove(acme: Caller, cell: Running) -> None:
    for name in "甲乙丙":
        await tag(acme, name)
    customer = await acme.customer(tags=["甲"])
    path = f"/customers/{customer['customerId']}"

    async def shown() -> str:
        ids = (await acme.get(path)).json()["tags"]
        known = {each["tagId"]: each["name"] for each in await acme.rows("/tags")}
        return "".join(known[each] for each in ids)

    async with nothing_changes(cell, but=["idempotency_keys"]):
        assert (await acme.patch(path, {"tags": ["甲"]})).status_code == 200
        assert (await acme.patch(path, {"tags": customer["tags"]})).status_code == 200
    body = {"ids": [customer["customerId"]], "set": {"tags": {"add": ["乙", "丙"]}}}
    assert (await acme.post("/customers/bulk", body)).json()["updated"] == 1
    assert await shown() == "甲乙丙"
    body["set"] = {"tags": {"add": ["丙"], "remove": ["甲", "无此标签"]}}
    assert (await acme.post("/customers/bulk", body)).json()["updated"] == 1
    assert await shown() == "乙丙"
    third = await acme.post("/customers/bulk", body)
    assert third.json().get("unchanged") == 1, third.text
    [change] = audit(cell)[-1:]
    assert len(change["changes"]["tags"]["before"]) == 3
    assert (await acme.patch(path, {"tags": None})).json()["tags"] == []
    assert rows(cell) == []
    async with nothing_changes(cell):
        for wrong in (["丁"], {"add": ["丁"]}):
            answer = await acme.patch(path, {"tags": wrong})
            assert faults(answer) == {("tags", "value")}
            assert answer.json()["message"] == "标签「丁」不存在"
        assert faults(await acme.patch(path, {"tags": "甲"})) == {("tags", "type")}
        assert faults(await acme.patch(path, {"tags": {"set": []}})) == {("tags", "not_one_of")}
        many = [str(number) for number in range(21)]
        assert faults(await acme.patch(path, {"tags": many})) == {("tags", "too_many")}


async def test_renaming_keeps_rows_and_an_inactive_tag_stays(acme: Caller, cell: Running) -> None:
    key = await tag(acme, "重点")
    customer = await acme.customer(tags=["重点"])
    place, path = f"/tags/{key['tagId']}", f"/customers/{customer['customerId']}"
    before = await acme.get(path)
    assert (await acme.patch(place, {"name": "ＶＩＰ", "color": "red"})).json()["color"] == "red"
    assert (await acme.get(path)).json() == before.json()
    assert (await acme.get(path)).headers["etag"] == before.headers["etag"]
    await tag(acme, "其他")
    async with nothing_changes(cell):
        refused(await acme.patch(place, {"name": "其他"}), 409, "DUPLICATE_NAME")
        refused(await acme.post("/tags", {"name": "vip"}), 409, "DUPLICATE_NAME")
        assert faults(await acme.post("/tags", {"name": "甲，乙"})) == {("name", "malformed")}
        stale = await acme.patch(place, {"color": "blue"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
    assert (await acme.patch(place, {"active": False})).status_code == 200
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": "新", "tags": ["vip"]})
        assert faults(answer) == {("tags", "value")}
    kept = await acme.patch(path, {"tags": ["vip", "其他"]})
    assert kept.json()["tags"][0] == key["tagId"]
    assert len(kept.json()["tags"]) == 2


async def test_a_merged_tag_gives_way_to_the_other(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running
) -> None:
    old, new = await tag(acme, "老客户"), await tag(acme, "回头客")
    both = await acme.customer(name="一", tags=["老客户", "回头客"])
    one = await acme.customer(name="二", tags=["老客户"])
    gone = await acme.customer(name="三", tags=["老客户"])
    deal = await acme.opportunity(one, tags=["老客户"])
    await acme.delete(f"/customers/{gone['customerId']}")
    path, body = f"/tags/{old['tagId']}/merge", {"intoTagId": new["tagId"]}
    async with nothing_changes(cell):
        assert faults(await acme.post(path, {"intoTagId": old["tagId"]})) == {
            ("intoTagId", "value")
        }
        nobody = {"intoTagId": "0193a1b2-0000-7000-8000-000000000000"}
        refused(await acme.post(path, nobody), 400, "BUSINESS_RULE_VIOLATION")
        assert (await charlie.post(path, body)).status_code == 404
        assert (await alice.post(path, body)).status_code == 403
    assert (await acme.post(path, body)).json() == new
    for each in (both, one):
        found = (await acme.get(f"/customers/{each['customerId']}")).json()
        assert found["tags"] == [new["tagId"]]
    assert (await acme.get(f"/opportunities/{deal['opportunityId']}")).json()["tags"] == [
        new["tagId"]
    ]
    restored = await acme.post(f"/customers/{gone['customerId']}/restore")
    assert restored.json()["tags"] == [new["tagId"]]
    assert {row[0] for row in rows(cell)} == {new["tagId"]}
    assert (await acme.get(f"/tags/{old['tagId']}")).status_code == 404
    assert await names(acme, f'tags has "{old["tagId"]}"') == ["三", "二", "一"]
    await tag(acme, "老客户")
    assert (await acme.customer(name="四", tags=[old["tagId"]]))["tags"] == [new["tagId"]]


async def test_files_have_names_between_commas(acme: Caller) -> None:
    for name in ("重点", "华南"):
        await tag(acme, name)
    items = [{"name": "一", "tags": "重点，华南"}, {"name": "二", "tags": "重点, 无"}]
    report = (await acme.post("/customers/import", {"items": items})).json()
    assert [report["created"], report["errors"]] == [1, 1]
    assert "「无」不存在" in report["errorsDetail"][0]["reason"]
    csv = await acme.get("/customers/export", format_="csv", columns="labels")
    assert '"重点, 华南"' in csv.text
    sent = {"Content-Type": "text/csv"}
    again = await acme.send(
        "POST", "/customers/import", content=csv.content, headers={**sent, "X-Request-ID": "again"}
    )
    assert again.json()["unchanged"] == 1, again.text
    deals = "客户,商机标题,标签\n一,采购,华南、重点\n".encode()
    made = await acme.send(
        "POST", "/opportunities/import", content=deals, headers={**sent, "X-Request-ID": "deals"}
    )
    assert made.json()["created"] == 1, made.text
    assert len((await acme.rows("/opportunities", filter_='tags has "华南"'))[0]["tags"]) == 2


async def test_another_process_knows_at_once(acme: Caller, beside: Beside) -> None:
    async with beside() as other:
        there = Caller(other.client, "acme")
        assert (await there.post("/customers", {"name": "一", "tags": ["重点"]})).is_error
        key = await tag(acme, "重点")
        await there.customer(tags=["重点"])
        await there.patch(f"/tags/{key['tagId']}", {"active": False})
        answer = await acme.post("/customers", {"name": "二", "tags": ["重点"]})
        assert faults(answer) == {("tags", "value")}


@pytest.mark.parametrize("method", ["post", "patch"])
async def test_only_administrators_change_them(acme: Caller, alice: Caller, method: str) -> None:
    key = await tag(acme, "重点")
    path = "/tags" if method == "post" else f"/tags/{key['tagId']}"
    assert (await getattr(alice, method)(path, {"name": "其他"})).status_code == 403
    assert len(await alice.rows("/tags")) == 1
