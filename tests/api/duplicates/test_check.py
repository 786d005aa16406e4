"""Whether a customer is there already: asked before it is created, of the whole tenant."""

import asyncio
from typing import Any

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

PATH = "/duplicates/check"
THREE = ("云帆科技(上海)有限公司", "云帆科技（上海）有限责任公司", "雲帆科技(上海)有限公司")
WRITTEN = THE_TRAIL | {"duplicate_check_counts", "idempotency_keys"}
USCC = "91330106MA2CF1234L"


async def check(caller: Caller, **body: object) -> Json:
    answer = await caller.post(PATH, body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def found_by(caller: Caller, **body: object) -> tuple[str, list[Any]]:
    """The verdict, and of each match its name and by what it matches."""
    found = await check(caller, **body)
    return found["verdict"], [(each["name"], each["matchedBy"]) for each in found["matches"]]


async def test_spellings_of_one_company_find_each_other(acme: Caller, charlie: Caller) -> None:
    for name in THREE:
        await acme.customer(name=name)
    await acme.customer(name="云帆贸易有限公司")
    for name in THREE:
        verdict, matches = await found_by(acme, name=name)
        others = [each for each in reversed(THREE) if each != name]
        assert verdict == "exact"
        assert matches == [(name, ["name"]), *((each, ["nameCore"]) for each in others)]
    verdict, matches = await found_by(acme, name="上海云帆科技股份有限公司")
    assert (verdict, [each for each, _ in matches]) == ("similar", [*reversed(THREE)])
    assert await found_by(charlie, name=THREE[0]) == ("none", [])
    assert await found_by(acme, name="()") == ("none", [])


async def test_every_write_is_followed(acme: Caller, cell: Running) -> None:
    """Create, change, delete, restore, batch, import."""
    asked = {"name": "云图有限公司"}
    customer = await acme.customer(name="杭州云图科技智能装备有限公司")
    path = f"/customers/{customer['customerId']}"
    assert await found_by(acme, **asked) == ("none", [])
    await acme.patch(path, {"name": "雲圖集團有限公司"})
    similar = ("similar", [("雲圖集團有限公司", ["nameCore"])])
    assert await found_by(acme, **asked) == similar
    await acme.delete(path)
    assert await found_by(acme, **asked) == ("none", [])
    await acme.post(f"{path}/restore")
    assert await found_by(acme, **asked) == similar
    items = [{"name": "云图股份有限公司"}]
    answer = await acme.post("/customers/batch", {"mode": "create", "items": items})
    assert answer.status_code == 200, answer.text
    answer = await acme.post("/customers/import", {"items": [{"name": "云图（深圳）有限公司"}]})
    assert answer.json()["created"] == 1
    _, matches = await found_by(acme, **asked)
    assert [name for name, _ in matches] == [
        "云图（深圳）有限公司",
        "云图股份有限公司",
        "雲圖集團有限公司",
    ]
    # At most five; the one that is being edited is none.
    for city in ("北京", "天津", "重庆"):
        await acme.customer(name=f"{city}云图有限公司")
    assert len((await check(acme, **asked))["matches"]) == 5
    assert "雲圖集團有限公司" not in str(
        await check(acme, excludeId=customer["customerId"], **asked)
    )
    long = await acme.customer(name="云海智能科技装备有限公司")
    verdict, matches = await found_by(acme, name="云海智能科技装配有限公司")
    assert (verdict, matches) == ("similar", [(long["name"], ["similarName"])])


async def test_whole_numbers_addresses_and_codes_are_exact(acme: Caller, charlie: Caller) -> None:
    customer = await acme.customer(
        name="甲", contactPhone="138-1234-1111", contactEmail="Office@example.com", uscc=USCC
    )
    await acme.contact(customer, name="李雷", phone="+86 139 8765 2222", email="lei@example.com")
    assert await found_by(acme, phone="+86 13812341111") == ("exact", [("甲", ["phone"])])
    assert await found_by(acme, phone="13987652222") == ("exact", [("李雷", ["phone"])])
    assert await found_by(acme, email="LEI@example.com") == ("exact", [("李雷", ["email"])])
    assert await found_by(acme, phone="1381234") == ("none", [])
    every = {"name": "甲", "phone": "13812341111", "email": "lei@example.com", "uscc": USCC}
    assert await found_by(charlie, **every) == ("none", [])
    assert await found_by(acme, uscc=USCC.lower(), phone="13812341111", name="乙") == (
        "exact",
        [("甲", ["uscc", "phone"])],
    )
    found = await check(acme, phone="13987652222", email="office@example.com")
    assert [each["type"] for each in found["matches"]] == ["contact", "customer"]
    edited = {"phone": "13987652222", "excludeId": customer["customerId"]}
    assert await found_by(acme, **edited) == ("none", [])
    assert "1381234" not in str(found) + str(await check(acme, uscc=USCC))


async def test_of_what_a_colleague_has_little_is_told(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    for user, name in (("alice", "Alice"), ("bob", "Bob")):
        answer = await acme.put(f"/users/{user}", {"name": name})
        assert answer.is_success, answer.text
    hers = await alice.customer(name=THREE[0], contactPhone="13812341111")
    contact = await alice.contact(hers, name="李雷", phone="13987652222")
    month = hers["createdAt"][:7]
    little = {"ownerId": "alice", "ownerName": "Alice", "lastActiveMonth": month}
    closed = {"type": "customer", "id": None, "canOpen": False, "name": None, **little}
    [match] = (await check(bob, name=THREE[1]))["matches"]
    assert match == closed | {"name": THREE[0], "matchedBy": ["nameCore"]}
    [match] = (await check(bob, phone="13812341111"))["matches"]
    assert match == closed | {"matchedBy": ["phone"]}
    [match] = (await check(bob, phone="13987652222"))["matches"]
    assert match == closed | {"type": "contact", "matchedBy": ["phone"]}
    [match] = (await check(alice, phone="13987652222"))["matches"]
    assert match == closed | {
        "type": "contact",
        "id": contact["contactId"],
        "canOpen": True,
        "name": "李雷",
        "matchedBy": ["phone"],
    }
    await alice.follow_up(customerId=hers["customerId"], followedAt="2026-03-05T10:00:00Z")
    [match] = (await check(bob, name=THREE[0]))["matches"]
    assert (match["name"], match["matchedBy"]) == (THREE[0], ["name"])


async def test_checks_are_on_record_and_a_user_has_so_many_a_day(
    alice: Caller, bob: Caller, acme: Caller, beside: Beside
) -> None:
    async with beside(duplicate_checks_per_day=2) as other:
        hers, his = (Caller(other.client, "acme", each) for each in ("alice", "bob"))
        all_ = Caller(other.client, "acme")
        await all_.customer(name=THREE[0])
        async with nothing_changes(other, but=WRITTEN):
            first = await hers.post(PATH, {"name": THREE[1], "phone": "13812341111"}, key="once")
            # A replay is answered anew, and not counted.
            again = await hers.post(PATH, {"name": THREE[1], "phone": "13812341111"}, key="once")
            assert (first.status_code, again.json()) == (200, first.json())
        [entry] = [each for each in audit(other) if each["action"] == "checked"]
        assert (entry["actor"], entry["resourceType"], entry["changes"]) == (
            "alice",
            "customer",
            {"keys": ["name", "phone"], "verdict": "similar", "matches": 1},
        )
        [shown] = await all_.rows("/audit-logs", action="checked")
        assert shown["summary"] == "alice 对客户查重：1 条疑似重复"
        codes = await asyncio.gather(*(hers.post(PATH, {"name": "甲"}) for _ in range(3)))
        assert sorted(each.status_code for each in codes) == [200, 429, 429]
        async with nothing_changes(other):
            told = refused(await hers.post(PATH, {"name": "甲"}), 429, "RATE_LIMIT")
            assert told["message"] == "今日查重的次数已用完"
            assert faults(await his.post(PATH, {})) == {("name", "value")}
            wrong = {"phone": "a", "email": "no", "uscc": USCC[:-1] + "M", "nmae": "甲"}
            assert faults(await his.post(PATH, wrong)) == {
                ("phone", "not_a_phone"),
                ("email", "too_short"),
                ("uscc", "malformed"),
                ("nmae", "unknown"),
            }
        for _ in range(3):
            await check(all_, name="甲")
        assert (await his.post(PATH, {"name": "甲"})).status_code == 200
        other.change("UPDATE duplicate_check_counts SET day = day - 1")
        assert (await hers.post(PATH, {"name": "甲"})).status_code == 200
