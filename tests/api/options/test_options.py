"""Options: each tenant renames, orders, deactivates and adds to the values of a field."""

import pytest

from tests.world import Beside, Caller, Json, Running, audit, events, faults, nothing_changes

SOURCES = [
    "source.referral",
    "source.website",
    "source.advertising",
    "source.exhibition",
    "source.phone",
    "source.visit",
    "source.partner",
    "source.other",
]
SUMMIT = {
    "field": "customer.source",
    "optionId": "source.summit",
    "label": {"zh": "行业峰会", "en": "industry summit"},
    "color": "teal",
    "position": 15,
}
PATH = "/options/customer.source/source.summit"


async def add(caller: Caller, **members: object) -> Json:
    answer = await caller.post("/options", SUMMIT | members)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def ids(caller: Caller, field: str = "customer.source") -> list[str]:
    return [each["optionId"] for each in await caller.rows("/options", field=field)]


async def test_a_tenant_has_the_options_of_the_service_until_it_changes_them(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    assert await ids(acme) == SOURCES
    first = (await acme.get("/options/customer.level/level.a")).json()
    assert first == {
        "field": "customer.level",
        "optionId": "level.a",
        "tenantId": "acme",
        "label": {"zh": "A 重点", "en": "A, key account"},
        "color": "red",
        "position": 10,
        "active": True,
        "updatedAt": None,
    }
    made = await add(acme)
    assert made == SUMMIT | {
        "tenantId": "acme",
        "active": True,
        "updatedAt": made["updatedAt"],
    }
    assert await ids(acme) == [SOURCES[0], "source.summit", *SOURCES[1:]]
    assert await ids(charlie) == SOURCES
    assert (await acme.get(PATH)).json() == made
    assert (await charlie.get(PATH)).status_code == 404
    assert (await charlie.patch(PATH, {"color": "red"})).status_code == 404
    fields = {each["field"] for each in await acme.rows("/options")}
    assert fields == {
        "customer.level",
        "customer.source",
        "customer.industry",
        "contact.role",
        "opportunity.lostReason",
        "opportunity.source",
        "follow_up.followUpType",
    }
    assert [(each["resourceId"], each["action"]) for each in audit(cell)] == [
        ("customer.source:source.summit", "created")
    ]
    assert events(cell, event_type="crm.option.created")[0]["data"] == {
        "field": "customer.source",
        "optionId": "source.summit",
        "tenantId": "acme",
        "labelZh": "行业峰会",
        "labelEn": "industry summit",
        "color": "teal",
        "position": 15,
        "active": True,
        "updatedAt": made["updatedAt"],
    }


async def test_records_get_what_the_tenant_has_and_keep_what_becomes_inactive(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": "云帆", "source": "source.summit"})
    assert faults(answer) == {("source", "not_one_of")}
    assert ", ".join(SOURCES) in answer.json()["errors"][0]["message"]
    await add(acme)
    yunfan = await acme.customer(name="云帆", source="source.summit")
    refused = await charlie.post("/customers", {"name": "云帆", "source": "source.summit"})
    assert faults(refused) == {("source", "not_one_of")}

    assert (await acme.patch(PATH, {"active": False})).json()["active"] is False
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": "星河", "source": "source.summit"})
        assert faults(answer) == {("source", "not_one_of")}
        assert "source.summit" not in answer.json()["errors"][0]["message"]
    path = f"/customers/{yunfan['customerId']}"
    kept = await acme.patch(path, {"source": "source.summit", "shortName": "云帆"})
    assert (kept.status_code, kept.json()["source"]) == (200, "source.summit")
    found = await acme.rows("/customers", filter_='source = "source.summit"')
    assert [each["name"] for each in found] == ["云帆"]
    assert (await acme.patch(path, {"source": "source.other"})).status_code == 200
    assert faults(await acme.patch(path, {"source": "source.summit"})) == {("source", "not_one_of")}


async def test_renaming_changes_no_record(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(level="level.a")
    before = await acme.get(f"/customers/{customer['customerId']}")
    path = "/options/customer.level/level.a"
    renamed = await acme.patch(path, {"label": {"zh": "战略客户"}, "color": "purple"})
    assert renamed.json()["label"] == {"zh": "战略客户", "en": "A, key account"}
    after = await acme.get(f"/customers/{customer['customerId']}")
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])
    same = await acme.patch(path, {"label": {"zh": "战略客户"}})
    assert same.headers["etag"] == renamed.headers["etag"]
    stale = await acme.patch(path, {"color": "red"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    [customers] = await acme.rows("/fields", resource="customer")
    [level] = [each for each in customers["fields"] if each["name"] == "level"]
    assert level["options"][0] == {
        "value": "level.a",
        "label": {"zh": "战略客户", "en": "A, key account"},
        "color": "purple",
        "active": True,
    }


async def test_another_process_knows_at_once(acme: Caller, beside: Beside) -> None:
    async with beside() as other:
        there = Caller(other.client, "acme")
        assert (await there.post("/customers", {"name": "一", "source": "source.summit"})).is_error
        await add(acme)
        await there.customer(source="source.summit")
        await there.patch(PATH, {"active": False})
        answer = await acme.post("/customers", {"name": "二", "source": "source.summit"})
        assert faults(answer) == {("source", "not_one_of")}


async def test_what_is_used_or_needed_stays(acme: Caller, cell: Running) -> None:
    await add(acme)
    customer = await acme.customer(source="source.summit")
    call = "/options/follow_up.followUpType/call"
    async with nothing_changes(cell):
        used = await acme.delete(PATH)
        assert (used.status_code, used.json()["message"]) == (409, "已有记录使用此选项，请停用")
        built_in = await acme.delete("/options/customer.level/level.a")
        assert built_in.status_code == 409
        assert (await acme.patch(call, {"active": False})).status_code == 409
        assert (await acme.post("/options", SUMMIT)).status_code == 409
        taken = await acme.post("/options", SUMMIT | {"optionId": "x", "label": {"en": "Website"}})
        assert taken.json()["message"] == "选项 source.website 已使用此名称"
        for label in ({}, {"fr": "foire"}, {"zh": ""}, "展会", {"zh": "x" * 51}):
            answer = await acme.post("/options", SUMMIT | {"label": label})
            assert answer.status_code == 400, label
        for wrong in (
            {"field": "customer.name"},
            {"color": "#ff0000"},
            {"optionId": "没有"},
            {"position": -1},
        ):
            [(field, _)] = faults(await acme.post("/options", SUMMIT | wrong))
            assert field in wrong
    path = f"/customers/{customer['customerId']}"
    await acme.delete(path)
    assert (await acme.delete(PATH)).status_code == 409, "it may be restored"
    await acme.post(f"{path}/restore")
    await acme.patch(path, {"source": None})
    assert (await acme.delete(PATH)).status_code == 204
    assert (await acme.get(PATH)).status_code == 404
    assert (await acme.get("/options/customer.name/x")).status_code == 404
    assert (await add(acme, color="pink"))["color"] == "pink"
    for number, option in enumerate(await ids(acme, "contact.role"), start=1):
        answer = await acme.patch(f"/options/contact.role/{option}", {"active": False})
        assert answer.status_code == (200 if number < 3 else 409)


async def test_files_and_lists_know_them_by_their_labels(acme: Caller, cell: Running) -> None:
    await add(acme)
    await acme.patch("/options/customer.level/level.b", {"label": {"zh": "乙级"}})
    items = [
        {"name": "一", "source": "行业峰会", "level": "乙级"},
        {"name": "二", "source": "Industry Summit", "level": "level.b"},
        {"name": "三", "source": "无此来源"},
    ]
    report = (await acme.post("/customers/import", {"items": items})).json()
    assert (report["created"], report["errors"]) == (2, 1)
    assert "source.summit 行业峰会 industry summit" in report["errorsDetail"][0]["reason"]
    found = await acme.rows("/customers", filter_='source = "source.summit" and level = "level.b"')
    assert [each["name"] for each in found] == ["二", "一"]
    unknown = await acme.get("/customers", filter_='source = "source.nowhere"')
    assert faults(unknown) == {("filter", "not_one_of")}
    csv = await acme.get("/customers/export", format_="csv", columns="labels")
    assert ",行业峰会," in csv.text
    assert ",乙级," in csv.text
    deal = await acme.post(
        "/opportunities/import",
        {"items": [{"customerName": "一", "title": "采购", "stage": 6, "lostReason": "价格"}]},
    )
    assert deal.json()["created"] == 1, deal.text
    view = {"name": "峰会", "resource": "customer", "filter": 'source = "source.summit"'}
    assert (await acme.post("/views", view)).status_code == 201
    async with nothing_changes(cell):
        wrong = await acme.post("/views", view | {"filter": 'source = "source.nowhere"'})
        assert faults(wrong) == {("filter", "not_one_of")}


async def test_a_type_of_ones_own_counts_as_other_in_reports(acme: Caller) -> None:
    field = {"field": "follow_up.followUpType", "optionId": "video", "label": {"zh": "视频会议"}}
    assert (await acme.post("/options", field)).json()["label"] == {
        "zh": "视频会议",
        "en": "视频会议",
    }
    customer = await acme.customer()
    await acme.follow_up(customerId=customer["customerId"], followUpType="video")
    assert '"others":1' in (await acme.get("/reports/activities")).text


async def test_a_batch_and_a_bulk_change_respect_them(acme: Caller, cell: Running) -> None:
    item = {"name": "一", "level": "level.z"}
    answer = await acme.post("/customers/batch", {"mode": "create", "items": [item]})
    assert answer.json()["results"][0]["errors"][0]["field"] == "items[0].level"
    customer = await acme.customer()
    body = {"ids": [customer["customerId"]], "set": {"level": "level.z"}}
    async with nothing_changes(cell):
        assert faults(await acme.post("/customers/bulk", body)) == {("set.level", "not_one_of")}


@pytest.mark.parametrize("user", ["alice"])
async def test_only_administrators_change_them(acme: Caller, user: str, cell: Running) -> None:
    narrowed = Caller(acme.client, "acme", user)
    assert await ids(narrowed) == SOURCES
    async with nothing_changes(cell):
        assert (await narrowed.post("/options", SUMMIT)).status_code == 403
        path = "/options/customer.level/level.a"
        assert (await narrowed.patch(path, {"color": "red"})).status_code == 403
        assert (await narrowed.delete(path)).status_code == 403
