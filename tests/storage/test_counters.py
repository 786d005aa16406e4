"""Counters and sums tell the truth, whatever has been done in whichever order."""

import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.counters import differences
from tests.turns import so_many
from tests.world import Caller, Json, Running

STEPS = so_many(600, of=1000)
OWNERS = ["alice", "bob", None]
CREATED = "/customers", "/contacts", "/opportunities", "/follow-ups", "/contracts", "/payments"


class Walk:
    """Does one thing after another at random: most succeed, some are refused."""

    def __init__(self, seed: int, callers: list[Caller]) -> None:
        self._random = random.Random(seed)
        self._callers = callers
        self._ids: dict[str, list[str]] = defaultdict(list)
        self.answered: Counter[tuple[str, str, int]] = Counter()

    async def step(self) -> None:
        caller = self._random.choice(self._callers)
        deed = self._random.choices(
            [self._create, self._change, self._delete, self._restore], [6, 5, 2, 1]
        )[0]
        where = self._random.choices(CREATED, [5, 3, 4, 3, 1, 2])[0]
        answer = await deed(caller, where)
        if answer is not None:
            restored = deed == self._restore
            method = "restore" if restored else answer.request.method
            self.answered[method, where, answer.status_code] += 1
            assert answer.status_code < 500, answer.text

    async def _create(self, caller: Caller, where: str) -> httpx.Response | None:
        if where == "/customers" and self._random.random() < 0.2:
            rows = [{"name": self._name()} for _ in range(4)]
            return await caller.post("/customers/import", {"items": rows})
        answer = await caller.post(where, self._body(where))
        if answer.status_code == 201:
            self._ids[where].append(answer.headers["location"].rpartition("/")[2])
        return answer

    async def _change(self, caller: Caller, where: str) -> httpx.Response | None:
        if where == "/payments" or not self._ids[where]:
            return None
        members = self._body(where) | self._more(where)
        kept = self._random.sample(sorted(members), k=self._random.randint(1, 2))
        patch = {name: members[name] for name in kept}
        return await caller.patch(f"{where}/{self._some(where)}", patch)

    async def _delete(self, caller: Caller, where: str) -> httpx.Response | None:
        if where in ("/payments", "/contracts") or not self._ids[where]:
            return None
        return await caller.delete(f"{where}/{self._some(where)}")

    async def _restore(self, caller: Caller, where: str) -> httpx.Response | None:
        if where in ("/payments", "/contracts") or not self._ids[where]:
            return None
        return await caller.post(f"{where}/{self._some(where)}/restore")

    def _body(self, where: str) -> Json:
        """A create that may well refer to what is deleted, or to somebody else's."""
        customer, cents = self._some("/customers"), self._random.randint(0, 2**40)
        bodies: dict[str, Json] = {
            "/customers": {"name": self._name()},
            "/contacts": {"customerId": customer, "name": "李雷"},
            "/opportunities": {"customerId": customer, "title": "年度采购", "amountCents": cents},
            "/follow-ups": {"content": "电话", **self._reference()},
            "/contracts": {
                "customerId": customer,
                "contractNo": self._name(),
                "amountCents": cents,
            },
            "/payments": {
                "contractId": self._some("/contracts"),
                "amountCents": cents,
                "paymentAt": "2026-11-23",
            },
        }
        return bodies[where]

    def _more(self, where: str) -> Json:
        """What a change may name besides."""
        owner = self._random.choice(OWNERS)
        stage, status = self._random.randint(1, 6), self._random.randint(1, 3)
        more: dict[str, Json] = {
            "/customers": {"ownerId": owner, "status": 2},
            "/contacts": {"isPrimary": self._random.random() < 0.5},
            "/opportunities": {
                "ownerId": owner,
                "stage": stage,
                "status": status,
                "currency": "USD",
            },
            "/follow-ups": self._reference(),
            "/contracts": {"status": status},
        }
        return more[where]

    def _reference(self) -> Json:
        member, where = self._random.choice(
            [("customerId", "/customers"), ("opportunityId", "/opportunities")]
        )
        return {member: self._some(where) if self._random.random() < 0.8 else None}

    def _some(self, where: str) -> str:
        return self._random.choice(self._ids[where][-12:] or ["none"])

    def _name(self) -> str:
        return f"Name {self._random.randint(1, 150)}"


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_walk_every_counter_is_right(
    seed: int, cell: Running, acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    walk = Walk(seed, [acme, acme, alice, bob, charlie])
    for _ in range(STEPS):
        await walk.step()
    done = {(method, where) for method, where, status in walk.answered if status < 300}
    assert len(done) >= 17, "it went everywhere"
    assert await cell.service.database.read("check", None, differences) == []
    for caller in (acme, alice, bob, charlie):
        await totals_match(caller)


async def totals_match(caller: Caller) -> None:
    """Each list's total is what one meets by paging through it; figures agree with the lists."""
    for where in (*CREATED, "/audit-logs"):
        assert await met(caller.get, where) == (await caller.get(where)).json()["total"], where
    funnel = (await caller.get("/reports/funnel", currency="CNY")).json()
    deals = await caller.rows("/opportunities", pageSize=500)
    in_yuan = [deal for deal in deals if deal["currency"] == "CNY"]
    assert funnel["totalCount"] == len(in_yuan)
    assert funnel["totalAmountCents"] == sum(deal["amountCents"] for deal in in_yuan)
    metrics = (await caller.get("/metrics")).json()["metrics"]
    assert metrics["opportunity_total"] == len(deals)
    assert metrics["opportunity_win_count"] == sum(deal["status"] == 2 for deal in deals)


async def met(get: Callable[..., Awaitable[httpx.Response]], where: str) -> int:
    seen: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        page = (await get(where, pageSize=37, **cursor)).json()
        ids = [str(sorted(row.items())) for row in page["data"]]
        assert not seen & set(ids)
        seen.update(ids)
        if page["nextCursor"] is None:
            return len(seen)
        cursor = {"cursor": page["nextCursor"]}
