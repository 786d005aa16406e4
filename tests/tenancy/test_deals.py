"""Who owns a deal works on it, whoever owns its customer: each record, each caller, each verb.

Alice owns the customer. Bob and Dave own a deal with it each, Carol one that she lost again and one
that was deleted. Erin has nothing to do with any of it.
"""

import httpx
import pytest

from tests.world import Caller, Json, Running, audit, nothing_changes, refused

CALLERS = ("whole", "alice", "bob", "dave", "carol", "erin", "charlie")

# By record, who reads it.
READ = {
    "customer": "whole alice bob dave",
    "contact": "whole alice bob dave",
    "deal of alice": "whole alice",
    "deal of bob": "whole alice bob",
    "deal of dave": "whole alice dave",
    "note": "whole alice",
    "note on bob's": "whole alice bob",
    "note on dave's": "whole alice dave",
    "note on carol's deleted": "whole alice",
    "contract": "whole alice",
    "contract of bob's": "whole alice bob",
    "contract of dave's": "whole alice dave",
    "payment for bob's": "whole alice",
}
# Who changes it; others who read it are told that they may not.
WRITTEN = READ | {"customer": "whole alice", "contact": "whole alice"}
DELETABLE = [name for name in READ if not name.startswith(("contract", "payment"))]
CHANGE: dict[str, Json] = {
    "customer": {"status": 2},
    "contact": {"name": "韩梅梅"},
    "deal": {"title": "改过"},
    "note": {"content": "改过"},
    "contract": {"status": 2},
}


class Deals:
    """All of it, and the people."""

    def __init__(self, cell: Running) -> None:
        users = {"whole": None} | {name: name for name in CALLERS[1:-1]}
        self.callers = {name: Caller(cell.client, "acme", user) for name, user in users.items()}
        self.callers["charlie"] = Caller(cell.client, "globex")
        self.paths: dict[str, str] = {}
        self.records: dict[str, Json] = {}

    def keep(self, name: str, path: str, record: Json) -> Json:
        first = next(iter(record))
        assert first.endswith("Id")
        self.paths[name], self.records[name] = f"{path}/{record[first]}", record
        return record

    async def plant(self) -> None:
        whole, alice = self.callers["whole"], self.callers["alice"]
        customer = self.keep(
            "customer", "/customers", await alice.customer(contactPhone="13812345678")
        )
        self.keep("contact", "/contacts", await alice.contact(customer, phone="13987654321"))
        owners = ("alice", "bob", "dave", "carol")
        deals = {owner: await whole.opportunity(customer, ownerId=owner) for owner in owners}
        for owner in owners[:3]:
            self.keep(f"deal of {owner}", "/opportunities", deals[owner])
        self.keep("note", "/follow-ups", await alice.follow_up(customerId=customer["customerId"]))
        self.keep("contract", "/contracts", await alice.contract(customer))
        for owner in ("bob", "dave"):
            of_deal = {"opportunityId": deals[owner]["opportunityId"]}
            self.keep(f"note on {owner}'s", "/follow-ups", await whole.follow_up(**of_deal))
            contract = await whole.contract(customer, **of_deal)
            self.keep(f"contract of {owner}'s", "/contracts", contract)
        payment = await whole.payment(self.records["contract of bob's"])
        self.keep("payment for bob's", "/payments", payment)
        of_carol = {"opportunityId": deals["carol"]["opportunityId"]}
        self.keep("note on carol's deleted", "/follow-ups", await whole.follow_up(**of_carol))
        await whole.delete(f"/opportunities/{deals['carol']['opportunityId']}")
        lost = await whole.opportunity(customer, ownerId="carol")
        await whole.patch(f"/opportunities/{lost['opportunityId']}", {"ownerId": "alice"})
        self.keep("deal that carol gave up", "/opportunities", lost)
        self.ids = {name: path.rpartition("/")[2] for name, path in self.paths.items()}


@pytest.fixture
async def deals(cell: Running) -> Deals:
    found = Deals(cell)
    await found.plant()
    return found


def told(answers: dict[tuple[str, str], httpx.Response]) -> dict[tuple[str, str], int]:
    return {cell: answer.status_code for cell, answer in answers.items()}


async def test_who_reads_what(deals: Deals, cell: Running) -> None:
    async with nothing_changes(cell):
        answers = {
            (record, name): await caller.get(deals.paths[record])
            for record in READ
            for name, caller in deals.callers.items()
        }
    assert told(answers) == {
        (record, name): 200 if name in READ[record].split() else 404
        for record in READ
        for name in CALLERS
    }
    for (record, _), answer in answers.items():
        if answer.status_code == 200:
            seen = await deals.callers["whole"].get(deals.paths[record])
            assert answer.content == seen.content


async def test_numbers_are_masked_and_not_revealed(deals: Deals, cell: Running) -> None:
    bob = deals.callers["bob"]
    customer = await bob.get(deals.paths["customer"])
    assert customer.json()["contactPhone"] == "138****5678"
    async with nothing_changes(cell):
        for record, member in (("customer", "contactPhone"), ("contact", "phone")):
            body = {"fields": [member], "reason": "回电"}
            answer = await bob.post(f"{deals.paths[record]}/reveal", body)
            refused(answer, 403, "FORBIDDEN")


async def test_who_changes_what(deals: Deals) -> None:
    found = {}
    for record in READ:
        if record.startswith("payment"):
            continue
        for name, caller in deals.callers.items():
            kind = record.partition(" ")[0]
            change = {
                member: value if isinstance(value, int) else f"{value} {name}"
                for member, value in CHANGE[kind].items()
            }
            found[record, name] = (await caller.patch(deals.paths[record], change)).status_code
    assert found == {
        (record, name): 200
        if name in WRITTEN[record].split()
        else 403
        if name in READ[record].split()
        else 404
        for record, name in found
    }


@pytest.mark.parametrize("name", CALLERS)
async def test_who_deletes_what(name: str, deals: Deals) -> None:
    """What belongs to the customer first; the customer has contracts, and stays."""
    caller = deals.callers[name]
    found = {
        record: (await caller.delete(deals.paths[record])).status_code
        for record in (*sorted(DELETABLE, key="deal contact note".find), "customer")
        if not record.startswith("deal")
    }
    assert found == {
        record: (409 if record == "customer" else 204)
        if name in WRITTEN[record].split()
        else 403
        if name in READ[record].split()
        else 404
        for record in found
    }


@pytest.mark.parametrize("name", CALLERS)
async def test_who_deletes_deals(name: str, deals: Deals) -> None:
    for record in ("deal of alice", "deal of bob", "deal of dave"):
        answer = await deals.callers[name].delete(deals.paths[record])
        assert answer.status_code == (204 if name in READ[record].split() else 404)


@pytest.mark.parametrize("name", CALLERS)
async def test_who_restores_what(name: str, deals: Deals) -> None:
    """What is deleted is read by nobody, so whoever may not restore it learns nothing of it."""
    caller, whole = deals.callers[name], deals.callers["whole"]
    found = {}
    for record in DELETABLE:
        if record != "customer":  # it has contracts, and stays
            assert (await whole.delete(deals.paths[record])).status_code == 204
            answer = await caller.send(
                "POST", f"{deals.paths[record]}/restore", headers={"X-Request-ID": record[:4]}
            )
            found[record] = answer.status_code
            await whole.post(f"{deals.paths[record]}/restore", {})
    assert found == {record: 200 if name in WRITTEN[record].split() else 404 for record in found}


async def test_who_only_reads_a_live_record_may_not_restore_it(deals: Deals, cell: Running) -> None:
    async with nothing_changes(cell):
        for record in ("customer", "contact"):
            answer = await deals.callers["bob"].post(f"{deals.paths[record]}/restore", {})
            refused(answer, 403, "FORBIDDEN")


# Lists: by question, what each caller finds, newest first.

LISTS: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, list[str]]] = {
    ("/customers", ()): {"whole": ["customer"], "alice": ["customer"]},
    ("/contacts", ()): {"whole": ["contact"], "alice": ["contact"]},
    ("/contacts", (("customerId", "customer"),)): {
        name: ["contact"] for name in ("whole", "alice", "bob", "dave")
    },
    ("/opportunities", ()): {
        "whole": ["deal that carol gave up", "deal of dave", "deal of bob", "deal of alice"],
        "alice": ["deal that carol gave up", "deal of alice"],
        "bob": ["deal of bob"],
        "dave": ["deal of dave"],
    },
    ("/opportunities", (("customerId", "customer"),)): {
        "whole": ["deal that carol gave up", "deal of dave", "deal of bob", "deal of alice"],
        "alice": ["deal that carol gave up", "deal of dave", "deal of bob", "deal of alice"],
        "bob": ["deal of bob"],
        "dave": ["deal of dave"],
    },
    ("/follow-ups", ()): {
        name: ["note on carol's deleted", "note on dave's", "note on bob's", "note"]
        for name in ("whole", "alice")
    },
    ("/follow-ups", (("customerId", "customer"),)): {
        "whole": ["note on carol's deleted", "note on dave's", "note on bob's", "note"],
        "alice": ["note on carol's deleted", "note on dave's", "note on bob's", "note"],
        "bob": ["note on bob's"],
        "dave": ["note on dave's"],
    },
    ("/follow-ups", (("opportunityId", "deal of bob"),)): {
        name: ["note on bob's"] for name in ("whole", "alice", "bob")
    },
    ("/follow-ups", (("customerId", "customer"), ("opportunityId", "deal of dave"))): {
        name: ["note on dave's"] for name in ("whole", "alice", "dave")
    },
    ("/contracts", ()): {
        name: ["contract of dave's", "contract of bob's", "contract"] for name in ("whole", "alice")
    },
    ("/contracts", (("customerId", "customer"),)): {
        "whole": ["contract of dave's", "contract of bob's", "contract"],
        "alice": ["contract of dave's", "contract of bob's", "contract"],
        "bob": ["contract of bob's"],
        "dave": ["contract of dave's"],
    },
    ("/payments", ()): {name: ["payment for bob's"] for name in ("whole", "alice")},
    ("/payments", (("contractId", "contract of bob's"),)): {
        name: ["payment for bob's"] for name in ("whole", "alice")
    },
}


@pytest.mark.parametrize("list_", LISTS, ids=str)
async def test_who_finds_what_in_lists(
    list_: tuple[str, tuple[tuple[str, str], ...]], deals: Deals
) -> None:
    path, filters = list_
    query: Json = {name: deals.ids[record] for name, record in filters}
    for name, caller in deals.callers.items():
        expected = [deals.ids[record] for record in LISTS[list_].get(name, [])]
        page = (await caller.get(path, **query)).json()
        assert [next(iter(row.values())) for row in page["data"]] == expected, name
        assert page["total"] == len(expected), name
        assert await walked(caller, path, query) == expected, name


async def walked(caller: Caller, path: str, query: Json) -> list[str]:
    """By cursors, a row at a time."""
    found: list[str] = []
    page = (await caller.get(path, **query, pageSize=1)).json()
    while page["data"]:
        found += [next(iter(row.values())) for row in page["data"]]
        if page["nextCursor"] is None:
            break
        page = (await caller.get(path, **query, pageSize=1, cursor=page["nextCursor"])).json()
    return found


async def test_a_colleagues_cursor_opens_nothing(deals: Deals) -> None:
    query: Json = {"customerId": deals.ids["customer"], "pageSize": 1}
    for path in ("/contacts", "/opportunities", "/follow-ups", "/contracts"):
        cursor = (await deals.callers["whole"].get(path, **query)).json()["nextCursor"]
        for name in ("bob", "erin"):
            if cursor is not None:
                refused(
                    await deals.callers[name].get(path, **query, cursor=cursor), 400, "BAD_REQUEST"
                )


async def test_exports_and_sums_stay_the_owners(deals: Deals) -> None:
    bob = deals.callers["bob"]
    assert (await bob.get("/customers/export")).json()["total"] == 0
    assert (await bob.get("/metrics")).json()["metrics"]["customer_total"] == 0
    assert (await bob.get("/reports/funnel")).json()["totalCount"] == 1
    assert (await deals.callers["alice"].get("/reports/funnel")).json()["totalCount"] == 2


# Writing for a deal


async def test_a_deals_owner_writes_follow_ups_for_it(deals: Deals, cell: Running) -> None:
    bob, deal = deals.callers["bob"], deals.ids["deal of bob"]
    body = {"opportunityId": deal, "contactId": deals.ids["contact"], "content": "已报价"}
    first = await bob.post("/follow-ups", body, key="note")
    assert first.status_code == 201
    note = first.json()
    assert (note["customerId"], note["createdBy"]) == (deals.ids["customer"], "bob")
    again = await bob.post("/follow-ups", body, key="note")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    for name in ("bob", "alice"):
        rows = await deals.callers[name].rows("/follow-ups", opportunityId=deal)
        assert rows[0] == note
        page = await deals.callers[name].get("/follow-ups", opportunityId=deal)
        assert page.json()["total"] == 2
    entries = await bob.rows("/audit-logs", resourceType="follow_up")
    assert [entry["resourceId"] for entry in entries] == [note["followUpId"]]
    refused(await deals.callers["dave"].get(f"/follow-ups/{note['followUpId']}"), 404, "NOT_FOUND")


async def test_a_deals_owner_writes_contracts_for_it(deals: Deals) -> None:
    bob = deals.callers["bob"]
    body = {
        "customerId": deals.ids["customer"],
        "opportunityId": deals.ids["deal of bob"],
        "contractNo": "HT-NEW",
        "amountCents": 100,
    }
    first = await bob.post("/contracts", body, key="contract")
    assert (first.status_code, first.json()["ownerId"]) == (201, "alice")
    again = await bob.post("/contracts", body, key="contract")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    page = (await bob.get("/contracts", customerId=deals.ids["customer"])).json()
    assert (page["total"], page["data"][0]) == (2, first.json())


async def test_nothing_else_is_written_with_a_colleagues_customer(
    deals: Deals, cell: Running
) -> None:
    bob, customer = deals.callers["bob"], deals.ids["customer"]
    contract = {"customerId": customer, "contractNo": "HT-X", "amountCents": 1}
    payment = {
        "contractId": deals.ids["contract of bob's"],
        "amountCents": 1,
        "paymentAt": "2026-11-20",
    }
    name_it = "客户由同事负责，请注明您负责的商机"
    not_yours = "客户由同事负责，只有客户负责人可以这样做"
    dave = deals.ids["deal of dave"]
    rejections: list[tuple[str, Json, str]] = [
        ("/follow-ups", {"customerId": customer, "content": "x"}, name_it),
        ("/follow-ups", {"contactId": deals.ids["contact"], "content": "x"}, name_it),
        ("/follow-ups", {"opportunityId": dave, "content": "x"}, "商机不存在"),
        ("/contracts", contract, name_it),
        ("/contracts", contract | {"opportunityId": dave}, "商机不存在"),
        ("/contacts", {"customerId": customer, "name": "x"}, not_yours),
        ("/opportunities", {"customerId": customer, "title": "x"}, not_yours),
        ("/payments", payment, not_yours),
    ]
    async with nothing_changes(cell):
        for path, body, message in rejections:
            answer = await bob.post(path, body)
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message, path


@pytest.mark.parametrize("record", ["note on bob's", "contract of bob's"])
async def test_what_is_written_for_a_deal_stays_with_one(
    record: str, deals: Deals, cell: Running
) -> None:
    """Or whoever wrote it would write about a customer that is not theirs."""
    bob, path = deals.callers["bob"], deals.paths[record]
    changes: list[Json] = [{"opportunityId": None}]
    changes += [{"opportunityId": None, "customerId": None}] if "note" in record else []
    async with nothing_changes(cell):
        for change in changes:
            body = refused(await bob.patch(path, change), 400, "BUSINESS_RULE_VIOLATION")
            assert body["message"] == "客户由同事负责，请注明您负责的商机"
        change = {"opportunityId": deals.ids["deal of dave"]}
        body = refused(await bob.patch(path, change), 400, "BUSINESS_RULE_VIOLATION")
        assert body["message"] == "商机不存在"
    answer = await deals.callers["alice"].patch(path, {"opportunityId": None})
    assert answer.status_code == 200
    refused(await bob.get(path), 404, "NOT_FOUND")


# What ends with the deal


async def test_a_deal_that_goes_takes_its_sight_along(deals: Deals) -> None:
    bob, erin = deals.callers["bob"], deals.callers["erin"]
    seen = [record for record in READ if "bob" in READ[record].split()]
    note = {"opportunityId": deals.ids["deal of bob"], "content": "x"}
    await bob.post("/follow-ups", note, key="note")
    await deals.callers["whole"].patch(deals.paths["deal of bob"], {"ownerId": "erin"})
    for record in seen:
        refused(await bob.get(deals.paths[record]), 404, "NOT_FOUND")
        assert (await erin.get(deals.paths[record])).status_code == 200, record
    refused(await bob.post("/follow-ups", note, key="note"), 404, "NOT_FOUND")
    await erin.delete(deals.paths["deal of bob"])
    for record in seen:
        refused(await erin.get(deals.paths[record]), 404, "NOT_FOUND")


async def test_a_deleted_customer_is_gone_for_all(deals: Deals) -> None:
    whole, bob = deals.callers["whole"], deals.callers["bob"]
    customer = await deals.callers["alice"].customer()
    deal = await whole.opportunity(customer, ownerId="bob")
    assert (await bob.get(f"/customers/{customer['customerId']}")).status_code == 200
    await whole.delete(f"/customers/{customer['customerId']}")
    refused(await bob.get(f"/customers/{customer['customerId']}"), 404, "NOT_FOUND")
    refused(await bob.get(f"/opportunities/{deal['opportunityId']}"), 404, "NOT_FOUND")


async def test_what_the_customers_owner_does_to_a_colleagues_deal_is_hers_on_record(
    deals: Deals, cell: Running
) -> None:
    alice, path = deals.callers["alice"], deals.paths["deal of bob"]
    answer = await alice.patch(path, {"title": "改过"}, key="change")
    assert answer.json()["ownerId"] == "bob"
    assert audit(cell)[-1]["actor"] == "alice"
    [entry] = await alice.rows("/audit-logs", resourceId=deals.ids["deal of bob"])
    assert entry["action"] == "updated"
    again = await alice.patch(path, {"title": "改过"}, key="change")
    assert again.content == answer.content
    assert (await alice.delete(path, key="gone")).status_code == 204
    assert (await alice.delete(path, key="gone")).status_code == 204


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        ("alice", "owner"),
        ("bob", "opportunity_owner"),
        ("carol", "other_owner"),
        ("erin", "other_owner"),
    ],
)
async def test_access_says_why(user: str, rule: str, deals: Deals) -> None:
    answer = await deals.callers["whole"].get(f"{deals.paths['customer']}/access", userId=user)
    told = answer.json()
    assert (told["rule"], told["granted"]) == (rule, rule != "other_owner")
