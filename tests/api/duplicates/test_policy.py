"""What a tenant has decided about customers that may be there already."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.databases import SqliteFile
from tests.world import (
    THE_TRAIL,
    Beside,
    Caller,
    Json,
    Running,
    audit,
    faults,
    nothing_changes,
    refused,
)

PATH = "/settings/duplicates"
ALLOW = "X-Allow-Duplicate"
OFF = {"api": "off", "batch": "off", "import": "off"}
EVERYWHERE = {"api": "block", "batch": "block", "import": "block"}
USCC = "91330106MA2CF1234L"


@asynccontextmanager
async def beside_where_possible(cell: Running, beside: Beside) -> AsyncIterator[Running | None]:
    """A file is served by one process."""
    if isinstance(cell.datastore, SqliteFile):
        yield None
    else:
        async with beside() as other:
            yield other


async def decide(caller: Caller, **acts: object) -> Json:
    answer = await caller.put(PATH, acts)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_policy_is_read_by_all_and_set_by_administrators(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running
) -> None:
    every_key = dict.fromkeys(("nameCore", "phone", "email", "uscc"), OFF)
    assert (await alice.get(PATH)).json() == {**every_key, "updatedAt": None}
    found = await decide(acme, phone={"api": "warn"}, uscc=EVERYWHERE)
    phone = {**OFF, "api": "warn"}
    assert found == {
        **every_key,
        "phone": phone,
        "uscc": EVERYWHERE,
        "updatedAt": found["updatedAt"],
    }
    answer = await alice.get(PATH)
    assert (answer.json(), answer.headers["etag"]) == (found, '"1"')
    assert (await charlie.get(PATH)).json()["phone"] == OFF
    [entry] = [each for each in audit(cell) if each["resourceType"] == "duplicate_policy"]
    assert entry["changes"]["phone"] == {"before": OFF, "after": phone}
    async with nothing_changes(cell):
        refused(await alice.put(PATH, {}), 403, "FORBIDDEN")
        refused(await acme.put(PATH, {}, headers={"If-Match": '"7"'}), 412, "PRECONDITION_FAILED")
        wrong = {
            "pager": OFF,
            "name": "block",
            "email": {"api": "refuse", "fax": "warn"},
            "uscc": [],
        }
        assert faults(await acme.put(PATH, wrong)) == {
            ("pager", "unknown"),
            ("name", "unknown"),
            ("uscc", "type"),
        }
        wrong = {"email": {"api": "refuse", "fax": "warn"}, "uscc": {"batch": 1}}
        assert faults(await acme.put(PATH, wrong)) == {
            ("email.api", "not_one_of"),
            ("email.fax", "unknown"),
            ("uscc.batch", "not_one_of"),
        }
    assert await decide(acme, phone={"api": "warn"}, uscc=EVERYWHERE) == found


async def test_what_is_blocked_needs_a_reason(acme: Caller, bob: Caller, cell: Running) -> None:
    await acme.put("/users/alice", {"name": "Alice"})
    await acme.put("/users/bob", {"name": "Bob"})
    alice = Caller(acme.client, "acme", "alice")
    hers = await alice.customer(
        name="云帆科技(上海)有限公司", contactPhone="13812341111", uscc=USCC
    )
    new = {"name": "上海云帆科技有限公司", "contactPhone": "138-1234-1111"}
    assert "warnings" not in await bob.customer(**new | {"name": "先建的", "uscc": USCC})
    await decide(acme, nameCore={"api": "block"}, phone={"api": "warn"})
    async with nothing_changes(cell, but=THE_TRAIL | {"duplicate_check_counts"}):
        answer = await bob.post("/customers", new)
    body = refused(answer, 409, "DUPLICATE_SUSPECTED")
    assert body["message"] == "疑似重复：已有相同或相近的客户或联系人"
    check = await bob.post("/duplicates/check", {"name": new["name"]})
    assert answer.json()["matches"][0] == check.json()["matches"][0] | {
        "matchedBy": ["phone", "nameCore"]
    }
    assert "1381234" not in answer.text
    entry = [each for each in audit(cell) if each["action"] == "checked"][-2]
    assert entry["changes"] == {"keys": ["nameCore", "phone"], "verdict": "exact", "matches": 2}
    async with nothing_changes(cell):
        for reason in ("", "长" * 201):
            answer = await bob.post("/customers", new, headers={ALLOW: reason})
            assert faults(answer) == {(ALLOW, "malformed")}
    reason = "同一集团的两家公司，电话 13812341111"
    answer = await bob.post("/customers", new, key="again", headers={ALLOW: reason})
    assert answer.status_code == 201, answer.text
    entry = audit(cell)[-1]
    assert entry["action"] == "allowed_duplicate"
    assert entry["resourceId"] == answer.json()["customerId"]
    assert entry["changes"]["reason"] == "同一集团的两家公司，电话 ***"
    shown = (await acme.rows("/audit-logs"))[0]
    assert shown["summary"].endswith("不是重复：原因：同一集团的两家公司，电话 ***")
    again = await bob.post("/customers", new, key="again", headers={ALLOW: reason})
    assert again.content == answer.content
    # A change of something else is not compared, and a change back to what others have is.
    path = f"/customers/{hers['customerId']}"
    assert (await alice.patch(path, {"remark": "x", "name": "云帆科技（上海）公司"})).is_success
    assert (await alice.patch(path, {"name": "另一家"})).is_success
    refused(await alice.patch(path, {"name": "云帆科技"}), 409, "DUPLICATE_SUSPECTED")
    refused(await bob.post("/customers", {"name": "先建的"}), 409, "DUPLICATE_NAME")
    assert (await alice.patch(path, {"name": "云帆科技"}, headers={ALLOW: "ok"})).is_success


async def test_what_is_warned_of_is_in_the_answer(acme: Caller, charlie: Caller) -> None:
    old = await acme.customer(name="甲", contactPhone="13812341111")
    contact = await acme.contact(old, email="lei@example.com")
    await decide(acme, phone={"api": "warn"}, email={"api": "warn"})
    new = {"name": "乙", "contactPhone": "+86 13812341111", "contactEmail": "LEI@example.com"}
    answer = await acme.post("/customers", new, key="once")
    assert answer.status_code == 201, answer.text
    matches: list[Any] = [
        {
            "type": "customer",
            "id": old["customerId"],
            "matchedBy": ["phone"],
            "canOpen": True,
        },
        {
            "type": "contact",
            "id": contact["contactId"],
            "matchedBy": ["email"],
            "canOpen": True,
        },
    ]
    assert answer.json()["warnings"] == [{"code": "DUPLICATE_SUSPECTED", "matches": matches}]
    assert (await acme.post("/customers", new, key="once")).content == answer.content
    path = f"/customers/{answer.json()['customerId']}"
    assert "warnings" not in (await acme.get(path)).json()
    # Clients send back what they have read.
    assert "warnings" not in (await acme.patch(path, answer.json())).json()
    assert "warnings" not in (await acme.patch(path, {"contactPhone": None})).json()
    answer = await acme.patch(path, {"contactPhone": "13812341111"})
    assert answer.json()["warnings"][0]["matches"] == matches[:1]
    assert "warnings" not in await charlie.customer(**new)


async def test_batches_and_imports_are_compared_too(acme: Caller, cell: Running) -> None:
    await acme.customer(name="云帆科技", contactPhone="13812341111")
    acts = {"api": "off", "batch": "block", "import": "block"}
    await decide(acme, nameCore=acts, phone={"batch": "warn", "import": "warn"})
    items = [{"name": name} for name in ("云帆科技有限公司", "云图", "云图有限公司")]
    answer = await acme.post("/customers/batch", {"mode": "create", "items": items})
    assert [(each["status"], each.get("code")) for each in answer.json()["results"]] == [
        (409, "DUPLICATE_SUSPECTED"),
        (201, None),
        (409, "DUPLICATE_SUSPECTED"),
    ]
    items = [{"name": name} for name in ("云帆科技公司", "云图公司", "云海", "云海公司", "云海")]
    found = (await acme.post("/customers/import", {"items": items})).json()
    assert (found["created"], [each["name"] for each in found["details"]]) == (1, ["云海"])
    assert [(each["index"], each["code"]) for each in found["errorsDetail"]] == [
        (0, "DUPLICATE_SUSPECTED"),
        (1, "DUPLICATE_SUSPECTED"),
        (3, "DUPLICATE_SUSPECTED"),
        (4, "DUPLICATE_NAME"),
    ]
    answer = await acme.post(
        "/customers/import",
        "客户名称\n云海集团\n云山\n云山股份".encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert [each["code"] for each in answer.json()["errorsDetail"]] == ["DUPLICATE_SUSPECTED"] * 2
    number, warned = {"contactPhone": "13812341111"}, ["DUPLICATE_SUSPECTED"]
    answer = await acme.post("/customers/import", {"items": [{"name": "丙"} | number]})
    assert [each["code"] for each in answer.json()["details"][0]["warnings"]] == warned
    batch = {"mode": "create", "items": [{"name": "丁"} | number, {"name": "戊"}]}
    results = (await acme.post("/customers/batch", batch)).json()["results"]
    assert [each["code"] for each in results[0]["warnings"]] == warned
    assert "warnings" not in results[1]
    headers = {ALLOW: "ok"}
    answer = await acme.post(
        "/customers/import", {"items": [{"name": "云山股份"}]}, headers=headers
    )
    assert answer.json()["created"] == 1
    assert (await acme.post("/customers", {"name": "云海集团"})).status_code == 201
    assert cell.rows("SELECT * FROM duplicate_keys") == []


async def test_of_two_simultaneous_creates_one_wins(
    acme: Caller, cell: Running, beside: Beside
) -> None:
    every_key = dict.fromkeys(("nameCore", "phone", "uscc"), EVERYWHERE)
    await decide(acme, **every_key)
    callers = [acme]
    async with beside_where_possible(cell, beside) as other:
        if other is not None:
            callers.append(Caller(other.client, "acme"))
        for common in (
            {"contactPhone": "13812341111"},
            {"uscc": USCC},
            {"name": "云帆科技"},
        ):
            body = {"name": "无关"} | common
            forms = ("{}", "{}有限公司", "{}集团", "{}股份有限公司", "上海{}有限公司", "{}公司")
            names = (
                [form.format(body["name"]) for form in forms]
                if "name" in common
                else [f"{next(iter(common))} {number}" for number in range(6)]
            )
            answers = await asyncio.gather(
                *(
                    callers[at % len(callers)].post("/customers", body | {"name": name})
                    for at, name in enumerate(names)
                )
            )
            assert sorted(each.status_code for each in answers) == [201] + [409] * 5
            codes = {each.json()["code"] for each in answers if each.status_code == 409}
            assert codes == {"DUPLICATE_SUSPECTED"}
    assert cell.rows("SELECT * FROM duplicate_keys") == []


async def test_deleted_restored_and_merged_customers_are_followed(acme: Caller) -> None:
    await decide(acme, uscc=EVERYWHERE)
    first = await acme.customer(name="甲", uscc=USCC)
    path = f"/customers/{first['customerId']}"
    new = {"name": "乙", "uscc": USCC}
    await acme.delete(path)
    second = await acme.customer(**new)
    assert (await acme.post(f"{path}/restore")).is_success
    refused(await acme.post("/customers", {**new, "name": "丙"}), 409, "DUPLICATE_SUSPECTED")
    merged = await acme.post(f"{path}/merge", {"fromIds": [second["customerId"]]})
    assert merged.is_success, merged.text
    assert (await acme.patch(path, {"uscc": None})).is_success
    third = await acme.customer(**{**new, "name": "丁"})
    undone = await acme.post(f"/merges/{merged.json()['mergeId']}/undo")
    assert undone.is_success, undone.text
    await acme.delete(f"/customers/{third['customerId']}")
    refused(await acme.post("/customers", {**new, "name": "戊"}), 409, "DUPLICATE_SUSPECTED")
