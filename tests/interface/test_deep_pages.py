"""On every list, pages by number hold what a cursor meets, after whatever has been done."""

import random

import pytest

from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.storage.postgres.database import PostgresDatabase
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.storage.test_counters import CREATED, Walk
from tests.world import Caller, Json, Running

pytestmark = pytest.mark.usefixtures("every_page_is_deep")

STEPS, OFTEN = 300, 20
LISTS: list[tuple[str, Json]] = [
    *((path, {}) for path in CREATED),
    ("/audit-logs", {}),
    ("/audit-logs", {"actor": "alice"}),
    ("/audit-logs", {"resourceType": "contact"}),
]


async def by_cursor(caller: Caller, path: str, query: Json) -> list[Json]:
    rows: list[Json] = []
    cursor: Json = {}
    while True:
        page = (await caller.get(path, pageSize=500, **query, **cursor)).json()
        rows += page["data"]
        if page["nextCursor"] is None:
            return rows
        cursor = {"cursor": page["nextCursor"]}


async def assert_exact(caller: Caller, path: str, query: Json, size: int) -> None:
    """The newest ten pages or so, and some that lie deep."""
    expected = await by_cursor(caller, path, query)
    last = len(expected) // size + 1
    for number in sorted({*range(1, min(last, 10) + 1), *range(11, last + 1, 7), last, last + 1}):
        page = (await caller.get(path, page=number, pageSize=size, **query)).json()
        assert page["data"] == expected[(number - 1) * size : number * size], (path, query, number)
        assert page["total"] == len(expected)
        assert (page["nextCursor"] is not None) == (number * size < len(expected))


async def assert_all_exact(callers: list[Caller], *more: tuple[str, Json]) -> None:
    for caller in callers:
        for path, query in [*LISTS, *more]:
            await assert_exact(caller, path, query, 3)


async def everything_of(acme: Caller, owner: str) -> dict[str, Json]:
    """A customer with one of each, and a second follow-up that mentions nothing."""
    customer = await acme.customer(ownerId=owner)
    opportunity = await acme.opportunity(customer, ownerId=owner)
    contract = await acme.contract(customer)
    return {
        "customer": customer,
        "contact": await acme.contact(customer),
        "opportunity": opportunity,
        "follow-up": await acme.follow_up(opportunityId=opportunity["opportunityId"]),
        "contract": contract,
        "payment": await acme.payment(contract),
        "note": await acme.follow_up(),
        "lead": await acme.customer(ownerId=owner),
    }


@pytest.fixture
async def made(acme: Caller, alice: Caller, bob: Caller) -> list[dict[str, Json]]:
    """By turns Alice's and Bob's, and all lists paged through by everybody."""
    made = [await everything_of(acme, ["alice", "bob"][number % 2]) for number in range(16)]
    await assert_all_exact([acme, alice, bob])
    return made


@pytest.mark.parametrize(
    ("path", "kind", "member"),
    [
        ("/customers", "lead", "customerId"),
        ("/contacts", "contact", "contactId"),
        ("/opportunities", "opportunity", "opportunityId"),
        ("/follow-ups", "follow-up", "followUpId"),
    ],
)
async def test_pages_are_exact_after_deletions(
    path: str,
    kind: str,
    member: str,
    made: list[dict[str, Json]],
    acme: Caller,
    alice: Caller,
    bob: Caller,
) -> None:
    for number in (3, 8):
        answer = await acme.delete(f"{path}/{made[number][kind][member]}")
        assert answer.status_code == 204
    await assert_all_exact([acme, alice, bob])


@pytest.mark.parametrize(
    ("path", "kind", "member"),
    [("/customers", "customer", "customerId"), ("/opportunities", "opportunity", "opportunityId")],
)
async def test_pages_are_exact_after_a_handover(
    path: str,
    kind: str,
    member: str,
    made: list[dict[str, Json]],
    acme: Caller,
    alice: Caller,
    bob: Caller,
) -> None:
    """What belongs to the customer goes over with it."""
    answer = await acme.patch(f"{path}/{made[5][kind][member]}", {"ownerId": "alice"})
    assert answer.status_code == 200
    await assert_all_exact([acme, alice, bob])


async def test_pages_of_a_customer_are_exact_after_older_notes_came_to_it(
    made: list[dict[str, Json]], acme: Caller, alice: Caller, bob: Caller
) -> None:
    opportunity = made[1]["opportunity"]
    narrowed = {name: opportunity[name] for name in ("customerId", "opportunityId")}
    for _ in range(9):
        await acme.follow_up(**narrowed)
    lists = [("/follow-ups", {name: value}) for name, value in narrowed.items()]
    await assert_all_exact([acme, alice, bob], *lists)
    for number in (4, 9):
        note = made[number]["note"]["followUpId"]
        assert (await acme.patch(f"/follow-ups/{note}", narrowed)).status_code == 200
    await assert_all_exact([acme, alice, bob], *lists)


async def test_wherever_a_walk_leads_every_page_is_exact(
    cell: Running, acme: Caller, alice: Caller, bob: Caller
) -> None:
    walk, chance = Walk(5, [acme, acme, alice, bob]), random.Random(5)
    for number in range(STEPS):
        await walk.step()
        if number % OFTEN == 0:
            caller = chance.choice([acme, acme, alice, bob])
            for path, query in LISTS:
                await assert_exact(caller, path, query, chance.choice([2, 3, 7]))
    done = {(method, where) for method, where, status in walk.answered if status < 300}
    assert len(done) >= 13, "it went everywhere"
    assert isinstance(cell.service.database, KeylessDatabase)
    database = cell.service.database._inner
    assert isinstance(database, SqliteDatabase | PostgresDatabase)
    assert database._rank_index._lists, "pages were found by what was remembered"
