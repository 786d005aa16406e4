"""Customers of a group are merged, and the merge is undone, without one above itself."""

from crm_cell.kernel.actor import Actor
from crm_cell.privacy.data_subject import DataSubject
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.finding import find
from tests.api.customers.test_parents import line_of, path
from tests.api.merges.test_merge import counters_are_right, merge
from tests.world import Caller, Json, Running, audit, nothing_changes, refused


async def parents(caller: Caller, *customers: Json) -> list[str | None]:
    rows = {each["customerId"]: each["parentId"] for each in await caller.rows("/customers")}
    return [rows.get(each["customerId"], "gone") for each in customers]


async def undo(caller: Caller, merged: Json) -> None:
    answer = await caller.post(f"/merges/{merged['mergeId']}/undo", {})
    assert answer.status_code == 200, answer.text


async def test_subsidiaries_go_to_the_one_that_stays_and_back(acme: Caller, cell: Running) -> None:
    first, group = await acme.customer(), await acme.customer()
    second = await acme.customer(parentId=group["customerId"])
    below = await acme.customer(parentId=second["customerId"])
    merged = await merge(acme, first, second)
    assert merged["moved"]["customers"] == 1
    everyone = (first, below, group)
    assert await parents(acme, *everyone) == [group["customerId"], first["customerId"], None]
    await undo(acme, merged)
    assert await parents(acme, *everyone) == [None, second["customerId"], None]
    assert await parents(acme, second) == [group["customerId"]]
    assert audit(cell)[-1]["changes"]["parentId"] == {"before": group["customerId"], "after": None}
    await counters_are_right(cell)


async def test_a_company_is_merged_into_one_that_is_below_it(acme: Caller) -> None:
    top, first, second, third = customers = await line_of(acme, 4)
    ids = [each["customerId"] for each in customers]
    before = [None, *ids[:3]]
    merged = await merge(acme, third, first)
    assert await parents(acme, *customers) == [None, "gone", ids[3], ids[0]]
    await undo(acme, merged)
    assert await parents(acme, *customers) == before
    merged = await merge(acme, second, third, first, top)
    assert await parents(acme, second) == [None]
    await undo(acme, merged)
    assert await parents(acme, *customers) == before


async def test_a_merge_makes_no_group_of_six_levels(acme: Caller, cell: Running) -> None:
    upper = await line_of(acme, 4)
    lower = await line_of(acme, 3)
    async with nothing_changes(cell):
        body = {"fromIds": [lower[0]["customerId"]]}
        answer = await acme.post(f"{path(upper[-1])}/merge", body)
        assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "上下级最多 5 层"
    await merge(acme, upper[2], lower[0])


async def test_undoing_a_merge_puts_no_company_below_itself(acme: Caller) -> None:
    first = await acme.customer()
    second = await acme.customer()
    inner = await acme.customer(parentId=second["customerId"])
    outer = await acme.customer()
    await acme.patch(path(second), {"parentId": outer["customerId"]})
    merged = await merge(acme, first, second, choose={"parentId": first["customerId"]})
    # Since then the one above has been moved below the one that goes back.
    await acme.patch(path(outer), {"parentId": inner["customerId"]})
    await undo(acme, merged)
    assert await parents(acme, second, inner, outer) == [
        None,
        second["customerId"],
        inner["customerId"],
    ]


async def test_subsidiaries_of_one_who_is_erased_stay(acme: Caller, cell: Running) -> None:
    group, live, deleted = await acme.customer(), await acme.customer(), await acme.customer()
    for each in (live, deleted):
        await acme.patch(path(each), {"parentId": group["customerId"]})
    await acme.delete(path(deleted))
    database, services = cell.service.database, cell.service.services
    subject = DataSubject(resource="customer", id=group["customerId"])
    found = await find(database, services, "acme", subject)
    assert found.counts["customers"] == 1
    erasing = Eraser(database, services, Actor("acme"), found)
    await erasing.run(await erasing.traces())
    assert await parents(acme, live) == [None]
    restored = await acme.post(f"{path(deleted)}/restore", {})
    assert restored.json()["parentId"] is None
    await counters_are_right(cell)
