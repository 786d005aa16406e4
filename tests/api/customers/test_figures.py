"""What is known of a customer from its follow-ups, tasks, opportunities and contracts."""

import asyncio
import random
from collections.abc import Iterable
from typing import Any

from crm_cell.customers.resource import customers
from crm_cell.registry import make_services
from tests.counters import differences
from tests.storage.earlier import upgrade_from
from tests.world import Caller, Json, Running, events, refused

FIGURES = (
    "lastFollowUpAt",
    "lastFollowUpBy",
    "nextContactAt",
    "openOpportunityCount",
    "openOpportunityCents",
    "outstandingCents",
)
NOTHING = dict.fromkeys(FIGURES)


def figures_of(customer: Json) -> Json:
    return {name: customer[name] for name in FIGURES}


async def figures(caller: Caller, customer: Json) -> Json:
    return figures_of((await caller.get(f"/customers/{customer['customerId']}")).json())


async def task(caller: Caller, customer: Json, **members: object) -> Json:
    body = {"customerId": customer["customerId"], "title": "回电", **members}
    answer = await caller.post("/tasks", body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_they_follow_each_write(alice: Caller, acme: Caller, cell: Running) -> None:
    customer = await alice.customer()
    where = f"/customers/{customer['customerId']}"
    assert figures_of(customer) == NOTHING
    await alice.follow_up(customerId=customer["customerId"], followedAt="2026-01-02T03:04:05.678Z")
    await task(alice, customer, dueAt="2027-01-01T08:00:00Z")
    await task(alice, customer, dueOn="2027-01-02")
    deal = await alice.opportunity(customer, amountCents=500)
    await alice.opportunity(customer, amountCents=900, currency="USD")
    contract = await alice.contract(customer, contractNo="HT-1", amountCents=700, status=2)
    await alice.payment(contract, amountCents=300)
    known = await alice.get(where)
    assert figures_of(known.json()) == {
        "lastFollowUpAt": "2026-01-02T03:04:05.678Z",
        "lastFollowUpBy": "alice",
        "nextContactAt": "2027-01-01T08:00:00.000Z",
        "openOpportunityCount": 2,
        "openOpportunityCents": 500,
        "outstandingCents": 400,
    }

    # The customer itself was not changed, yet it does not look as it did before.
    assert known.json()["updatedAt"] == customer["updatedAt"]
    assert known.headers["etag"].startswith('"1.')
    same = {"If-None-Match": known.headers["etag"]}
    assert (await alice.get(where, same)).status_code == 304
    assert (await alice.get(where, {"If-None-Match": '"1"'})).status_code == 200
    for tag in (known.headers["etag"], '"1"'):
        unchanged = await alice.patch(where, {}, headers={"If-Match": tag})
        assert unchanged.status_code == 200
    late = await alice.patch(where, {"status": 2}, headers={"If-Match": '"2"'})
    refused(late, 412, "PRECONDITION_FAILED")
    assert {each["eventType"] for each in events(cell)} & {"crm.customer.updated"} == set()

    # Nor does a transfer change them, or a won deal count as open.
    await acme.patch(where, {"ownerId": "bob"})
    assert await figures(acme, customer) == figures_of(known.json())
    await acme.patch(f"/opportunities/{deal['opportunityId']}", {"status": 2})
    after = await figures(acme, customer)
    assert (after["openOpportunityCount"], after["openOpportunityCents"]) == (1, None)


async def test_lists_are_sorted_and_filtered_by_them(acme: Caller) -> None:
    quiet, busy, new = [await acme.customer() for _ in range(3)]
    for customer, day in ((quiet, "01"), (busy, "03"), (quiet, "02")):
        moment = f"2026-01-{day}T00:00:00.000Z"
        await acme.follow_up(customerId=customer["customerId"], followedAt=moment)
    await acme.opportunity(busy, amountCents=5)
    asked: list[tuple[dict[str, str], list[Json]]] = [
        ({"sort": "-lastFollowUpAt"}, [busy, quiet, new]),
        ({"sort": "lastFollowUpAt"}, [quiet, busy, new]),
        ({"filter": "lastFollowUpAt < 2026-01-03"}, [quiet]),
        ({"filter": "lastFollowUpAt is empty"}, [new]),
        ({"filter": "openOpportunityCents > 0"}, [busy]),
        ({"filter": "openOpportunityCount is empty", "sort": "createdAt"}, [quiet, new]),
    ]
    for query, expected in asked:
        rows = (await acme.get("/customers", None, **query)).json()["data"]
        assert [row["customerId"] for row in rows] == [each["customerId"] for each in expected], (
            query
        )
    refused(
        await acme.patch(f"/customers/{new['customerId']}", {"nextContactAt": "x"}),
        400,
        "BAD_REQUEST",
    )


async def test_simultaneous_writes_all_count(acme: Caller, cell: Running) -> None:
    """Of two that read the sum before either had written, the later one would undo the other."""
    customer = await acme.customer()
    await asyncio.gather(
        *(acme.opportunity(customer, amountCents=5) for _ in range(4)),
        *(acme.follow_up(customerId=customer["customerId"]) for _ in range(4)),
        *(task(acme, customer, dueOn=f"2027-01-{10 + day}") for day in range(4)),
    )
    found = await figures(acme, customer)
    assert (found["openOpportunityCount"], found["openOpportunityCents"]) == (4, 20)
    assert found["nextContactAt"] == "2027-01-10"
    assert await cell.service.database.read("check", "acme", differences) == []


async def test_a_restored_customer_has_what_is_restored_with_it(acme: Caller) -> None:
    customer = await acme.customer()
    where = f"/customers/{customer['customerId']}"
    await acme.follow_up(customerId=customer["customerId"])
    await acme.opportunity(customer, amountCents=5)
    before = await figures(acme, customer)
    assert (await acme.delete(where)).status_code == 204
    restored = await acme.post(f"{where}/restore")
    assert figures_of(restored.json()) == before
    assert await figures(acme, customer) == before


async def test_a_database_of_before_gets_them(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.follow_up(customerId=customer["customerId"])
    await task(acme, customer, dueAt="2027-01-01T08:00:00.120Z")
    await acme.opportunity(customer, amountCents=5)
    await acme.contract(customer, contractNo="HT-1", amountCents=700, status=2)
    columns = "last_follow_up_at, last_follow_up_by, next_contact_at, open_opportunity_count,"
    read = f"SELECT {columns} open_opportunity_cents, outstanding_cents FROM customers"
    before = cell.rows(read)
    await upgrade_from(cell, "0024")
    assert cell.rows(read) == before


# A model in plain Python


wrong_figures = make_services().of(customers).wrong_sums
"""Seen after each step, since the next one may put right what one has left out."""


def model(rows: dict[str, list[Json]], customer: str) -> Json:
    def of(kind: str) -> Iterable[Json]:
        return (row for row in rows[kind] if row["customerId"] == customer)

    notes = sorted(of("follow-ups"), key=lambda row: (row["followedAt"], row["followUpId"]))
    due = [row["dueOn"] or row["dueAt"] for row in of("tasks") if row["status"] == "open"]
    deals = [row for row in of("opportunities") if row["status"] == 1]
    owed = [
        max(row["amountCents"] - row["paidCents"], 0)
        for row in of("contracts")
        if row["status"] in (2, 3) and row["currency"] == "CNY"
    ]
    return {
        "lastFollowUpAt": notes[-1]["followedAt"] if notes else None,
        "lastFollowUpBy": notes[-1]["createdBy"] if notes else None,
        "nextContactAt": min(filter(None, due), default=None),
        "openOpportunityCount": len(deals) or None,
        "openOpportunityCents": sum(row["amountCents"] for row in deals if row["currency"] == "CNY")
        or None,
        "outstandingCents": sum(owed) or None,
    }


class Random:
    """Someone who does all kinds of things, in an order that a number decides."""

    def __init__(self, caller: Caller, customers: list[Json], seed: int) -> None:
        self.caller = caller
        self.customers = customers
        self.random = random.Random(seed)
        self.deleted: list[str] = []
        self.number = 0

    async def do(self) -> None:
        step = self.random.choice(
            (
                self.note,
                self.plan,
                self.deal,
                self.sell,
                self.change,
                self.change,
                self.remove,
                self.bring_back,
                self.batch,
            )
        )
        await step()

    def customer(self) -> str:
        return str(self.random.choice(self.customers)["customerId"])

    def day(self) -> str:
        return f"2026-0{self.random.randint(1, 9)}-1{self.random.randint(0, 9)}"

    async def note(self) -> None:
        moment = f"{self.day()}T00:00:00.000Z"
        await self.caller.follow_up(customerId=self.customer(), followedAt=moment)

    async def plan(self) -> None:
        due = (
            {"dueOn": self.day()}
            if self.random.random() < 0.5
            else {"dueAt": f"{self.day()}T01:00:00.000Z"}
        )
        await self.created("/tasks", {"customerId": self.customer(), "title": "回电", **due})

    async def deal(self) -> None:
        currency = self.random.choice(["CNY", "USD"])
        amount = self.random.choice([0, 5, 2**62])
        body = {"customerId": self.customer(), "title": "采购", "amountCents": amount}
        await self.created("/opportunities", body | {"currency": currency})

    async def sell(self) -> None:
        self.number += 1
        body = {
            "customerId": self.customer(),
            "contractNo": f"HT-{self.number}",
            "amountCents": self.random.randint(0, 9),
            "status": self.random.randint(1, 4),
        }
        contract = await self.created("/contracts", body)
        for _ in range(self.random.randint(0, 2)):
            await self.caller.payment(contract, amountCents=self.random.randint(1, 6))

    async def change(self) -> None:
        choices: dict[str, list[Json]] = {
            "follow-ups": [
                {"followedAt": f"{self.day()}T00:00:00.000Z"},
                {"customerId": self.customer()},
            ],
            "tasks": [{"status": "done"}, {"status": "open"}, {"dueOn": self.day(), "dueAt": None}],
            "opportunities": [
                {"status": 2},
                {"status": 3, "lostReason": "价格"},
                {"status": 1},
                {"amountCents": 7},
            ],
            "contracts": [{"status": 3}, {"status": 4}, {"amountCents": 8}],
        }
        kind = self.random.choice(list(choices))
        if (path := await self.one(kind)) is not None:
            answer = await self.caller.patch(path, self.random.choice(choices[kind]))
            assert answer.status_code < 500, answer.text

    async def remove(self) -> None:
        path = await self.one(self.random.choice(["follow-ups", "tasks", "opportunities"]))
        if path is not None:
            assert (await self.caller.delete(path)).status_code == 204
            self.deleted.append(path)

    async def bring_back(self) -> None:
        if self.deleted:
            path = self.deleted.pop(self.random.randrange(len(self.deleted)))
            assert (await self.caller.post(f"{path}/restore")).status_code == 200

    async def batch(self) -> None:
        items = [
            {"customerId": self.customer(), "title": "回访", "dueOn": self.day()} for _ in range(3)
        ]
        answer = await self.caller.post("/tasks/batch", {"mode": "create", "items": items})
        assert answer.status_code == 200, answer.text

    async def one(self, kind: str) -> str | None:
        rows = await self.caller.rows(f"/{kind}", pageSize=100)
        name = {"follow-ups": "followUpId", "opportunities": "opportunityId"}.get(
            kind, f"{kind[:-1]}Id"
        )
        return f"/{kind}/{self.random.choice(rows)[name]}" if rows else None

    async def created(self, path: str, body: Json) -> Json:
        answer = await self.caller.post(path, body)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made


async def test_they_are_what_a_plain_model_says(acme: Caller, cell: Running) -> None:
    some = [await acme.customer() for _ in range(3)]
    someone = Random(acme, some, seed=20_261_129)
    kinds = ("follow-ups", "tasks", "opportunities", "contracts")
    for number in range(120):
        await someone.do()
        assert await cell.service.database.read("check", "acme", wrong_figures) == [], number
        if number % 12 == 11:
            rows: dict[str, list[Any]] = {
                kind: await acme.rows(f"/{kind}", pageSize=100) for kind in kinds
            }
            for customer in some:
                expected = model(rows, customer["customerId"])
                if expected["openOpportunityCents"] is not None:
                    most = 2**63 - 1
                    expected["openOpportunityCents"] = min(expected["openOpportunityCents"], most)
                assert await figures(acme, customer) == expected
    assert await cell.service.database.read("check", "acme", differences) == []
