"""Who sees only a part of the tenant learns of that part, and when a record comes into or leaves
it."""

import random

import pytest

from crm_cell.registry import make_registry
from crm_cell.resources.views import camel
from tests.changes.following import Copy, follow, start_of
from tests.world import Caller, Json, Running, events

VISIBILITIES = ["private", "tenant"]
PATHS = {each.name: each.path for each in make_registry()}
FIGURES = {
    (each.name, camel(field.name))
    for each in make_registry()
    for field in each.fields.values()
    if field.derived
}


async def lines(caller: Caller, after: str) -> list[tuple[str, str, str]]:
    changes, _ = await follow(caller, after)
    return [(each["type"], each["id"], each["op"]) for each in changes]


async def readable(caller: Caller, records: set[tuple[str, str]]) -> dict[tuple[str, str], Json]:
    """Of these, what the caller can GET."""
    found = {}
    for kind, identifier in records:
        answer = await caller.get(f"{PATHS[kind]}/{identifier}")
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            found[kind, identifier] = answer.json()
    return found


def without_figures(records: dict[tuple[str, str], Json]) -> dict[tuple[str, str], Json]:
    """Without what follows from other records, whose changes are not in the feed."""
    return {
        (kind, identifier): {
            name: value for name, value in record.items() if (kind, name) not in FIGURES
        }
        for (kind, identifier), record in records.items()
    }


async def test_records_of_others_are_not_in_it(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    starts = [await start_of(each) for each in (acme, alice, bob, charlie)]
    customer = await alice.customer()
    await alice.contact(customer)
    await alice.patch(f"/customers/{customer['customerId']}", {"name": "云图"})
    await alice.delete(f"/customers/{customer['customerId']}")
    seen = [
        await lines(caller, start)
        for caller, start in zip((acme, alice, bob, charlie), starts, strict=True)
    ]
    assert len(seen[0]) == 5
    # Of what she can read no longer she learns the end.
    assert seen[1] == seen[0][-2:]
    assert [op for _, _, op in seen[1]] == ["deleted", "deleted"]
    assert seen[2] == seen[3] == []


async def test_a_transfer_leaves_for_one_and_enters_for_the_other(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    contact = await alice.contact(customer)
    follow_up = await alice.follow_up(customerId=customer["customerId"])
    contract = await alice.contract(customer)
    payment = await alice.payment(contract)
    ids = {
        ("contact", contact["contactId"]),
        ("follow_up", follow_up["followUpId"]),
        ("contract", contract["contractId"]),
        ("payment", payment["paymentId"]),
        ("customer", customer["customerId"]),
    }
    start = await start_of(acme)
    hers, his = await start_of(alice), await start_of(bob)
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    assert set(await lines(alice, hers)) == {(*each, "left") for each in ids}
    assert set(await lines(bob, his)) == {(*each, "entered") for each in ids}
    # The owner of a follow-up is not shown, so it is as it was.
    shown = {each for each in ids if each[0] != "follow_up"}
    assert set(await lines(acme, start)) == {(*each, "updated") for each in shown}
    changes, _ = await follow(bob, his, include="data")
    assert {each["id"]: each["data"] for each in changes} == {
        record[1]: data for record, data in (await readable(bob, ids)).items()
    }
    assert all("data" not in each for each in (await follow(alice, hers, include="data"))[0])
    assert {tuple(each["fields"]) for each in (await follow(acme, start))[0]} == {("ownerId",)}


async def test_an_opportunity_lets_its_owner_in_and_out(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    contact = await alice.contact(customer)
    start = await start_of(bob)
    deal = await acme.opportunity(customer, ownerId="bob")
    both = {("customer", customer["customerId"]), ("contact", contact["contactId"])}
    assert set(await lines(bob, start)) == {
        *((*each, "entered") for each in both),
        ("opportunity", deal["opportunityId"], "created"),
    }
    start = await start_of(bob)
    note = await bob.follow_up(opportunityId=deal["opportunityId"])
    assert await lines(bob, start) == [("follow_up", note["followUpId"], "created")]
    start = await start_of(bob)
    await acme.patch(f"/opportunities/{deal['opportunityId']}", {"ownerId": "alice"})
    assert set(await lines(bob, start)) == {
        *((*each, "left") for each in both),
        ("follow_up", note["followUpId"], "left"),
        ("opportunity", deal["opportunityId"], "left"),
    }


async def test_a_deleted_opportunity_takes_its_customer_out_of_view_and_back(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    deal = await acme.opportunity(customer, ownerId="bob")
    path = f"/opportunities/{deal['opportunityId']}"
    start = await start_of(bob)
    await bob.delete(path)
    assert await lines(bob, start) == [
        ("customer", customer["customerId"], "left"),
        ("opportunity", deal["opportunityId"], "deleted"),
    ]
    start = await start_of(bob)
    await bob.post(f"{path}/restore")
    assert await lines(bob, start) == [
        ("customer", customer["customerId"], "entered"),
        ("opportunity", deal["opportunityId"], "restored"),
    ]


async def test_a_create_for_oneself_says_nothing_else(alice: Caller, cell: Running) -> None:
    """The hot path: no event but the record's own."""
    customer = await alice.customer()
    before = len(events(cell))
    await alice.opportunity(customer)
    await alice.contact(customer)
    assert len(events(cell)) == before + 2


async def test_a_deletion_is_shown_though_the_row_has_gone(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    note = await alice.follow_up()
    start, his = await start_of(alice), await start_of(bob)
    await alice.delete(f"/follow-ups/{note['followUpId']}")
    await start_of(alice)
    cell.change("DELETE FROM follow_ups")
    assert await lines(alice, start) == [("follow_up", note["followUpId"], "deleted")]
    assert await lines(bob, his) == []


@pytest.mark.parametrize("seed", range(2))
async def test_every_copy_ends_as_its_owner_sees_the_records(
    seed: int, acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    """Whatever happens in whatever order: users of the whole tenant and of a part of it."""
    callers = {"acme": acme, "alice": alice, "bob": bob, "charlie": charlie}
    copies = {name: Copy(await start_of(caller)) for name, caller in callers.items()}
    draw = random.Random(seed)
    known: set[tuple[str, str]] = set()
    for turn in range(60):
        await one_step(draw, acme, known)
        if turn % 20 == 19:
            for name, caller in callers.items():
                await copies[name].catch_up(caller)
    for name, caller in callers.items():
        copied = without_figures(copies[name].records)
        assert copied == without_figures(await readable(caller, known)), name
    assert len(copies["acme"].records) > len(copies["alice"].records) > 0
    assert copies["bob"].records
    assert not copies["charlie"].records


async def one_step(draw: random.Random, acme: Caller, known: set[tuple[str, str]]) -> None:
    """A write of the whole tenant's account; some are refused, which changes nothing."""
    of = {kind: sorted(each for each in known if each[0] == kind) for kind in PATHS}
    owner = {"ownerId": draw.choice(["alice", "bob", None])}
    action = draw.choice([*["create"] * 5, "transfer", "with deals", "edit", "delete", "restore"])
    if action == "create" or not known:
        made = await created(draw, acme, of, owner)
        if made is not None:
            known.add(made)
        return
    kind, identifier = draw.choice(sorted(known))
    path = f"{PATHS[kind]}/{identifier}"
    if action == "transfer" and of["customer"]:
        kind, identifier = draw.choice([*of["customer"], *of["opportunity"]])
        await acme.patch(f"{PATHS[kind]}/{identifier}", owner)
    elif action == "with deals" and of["customer"]:
        _, identifier = draw.choice(of["customer"])
        await acme.send(
            "PATCH",
            f"/customers/{identifier}",
            headers={"Content-Type": "application/json", "X-Request-ID": f"over-{draw.random()}"},
            params={"withOpportunities": "true"},
            content=b'{"ownerId": "%s"}' % draw.choice([b"alice", b"bob"]),
        )
    elif action == "edit":
        deal = draw.choice(of["opportunity"] or [(None, None)])[1]
        member = {
            "contact": {"name": f"联系人 {draw.random()}"},
            "follow_up": {"content": "改", "opportunityId": deal},
            "contract": {"status": 2, "opportunityId": deal},
            "task": {"title": "改", "assigneeId": owner["ownerId"]},
            "opportunity": {"stage": draw.randint(1, 6)},
            "view": {"visibility": draw.choice(VISIBILITIES), **owner},
            "goal": {"amountCents": draw.randint(1, 100)},
        }
        await acme.patch(path, member.get(kind, {"status": draw.randint(1, 2)}))
    elif action == "delete":
        await acme.delete(path)
    elif action == "restore":
        await acme.post(f"{path}/restore")


async def created(
    draw: random.Random,
    acme: Caller,
    of: dict[str, list[tuple[str, str]]],
    owner: dict[str, str | None],
) -> tuple[str, str] | None:
    kind = draw.choice(sorted(PATHS)) if of["customer"] else "customer"
    customer = draw.choice(of["customer"])[1] if of["customer"] else None
    contract = draw.choice(of["contract"] or [(None, None)])[1]
    name = f"{draw.random()}"
    bodies: dict[str, Json] = {
        "customer": {"name": name, **owner},
        "contact": {"customerId": customer, "name": name, "phone": "13812345678"},
        "opportunity": {"customerId": customer, "title": name, **owner},
        "follow_up": {"customerId": customer, "content": name},
        "contract": {"customerId": customer, "contractNo": name, "amountCents": 100},
        "payment": {"contractId": contract, "amountCents": 1, "paymentAt": "2026-11-20"},
        "task": {"customerId": customer, "title": name, "assigneeId": owner["ownerId"]},
        "view": {
            "name": name,
            "resource": "task",
            "visibility": draw.choice(VISIBILITIES),
            **owner,
        },
        "goal": {"userId": owner["ownerId"], "period": "2026-11", "amountCents": 100},
    }
    answer = await acme.post(PATHS[kind], bodies[kind])
    if answer.status_code != 201:
        return None
    member = {"follow_up": "followUpId"}.get(kind, f"{kind}Id")
    return kind, answer.json()[member]
