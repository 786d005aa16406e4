"""Deals of a release that did not keep since when they stand get it from their history."""

from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running


async def test_a_migration_reads_the_history(
    acme: Caller, charlie: Caller, cell: Running, beside: Beside
) -> None:
    customer = await acme.customer()
    moved = await acme.opportunity(customer, stage=2)
    won = await acme.opportunity(customer, stage=3)
    bare = await acme.opportunity(customer, stage=6)
    hers = await charlie.opportunity(await charlie.customer())
    for stage in (3, 2):
        moved = await changed(acme, moved, stage=stage)
    won = await changed(acme, won, stage=5)
    renamed = await changed(acme, won, title="改过")
    cell.change(f"DELETE FROM opportunity_changes WHERE opportunity_id = '{bare['opportunityId']}'")
    await upgrade_from(cell, "0024")
    async with beside() as later:
        acme, charlie = Caller(later.client, "acme"), Caller(later.client, "globex")
        assert await acme.rows("/opportunities") == [
            bare,
            renamed | {"closedAt": won["closedAt"], "stageSince": won["stageSince"]},
            moved,
        ]
        assert moved["stageSince"] == moved["updatedAt"]
        assert await charlie.rows("/opportunities") == [hers]


async def changed(caller: Caller, deal: dict[str, object], **members: object) -> dict[str, object]:
    answer = await caller.patch(f"/opportunities/{deal['opportunityId']}", members)
    found: dict[str, object] = answer.json()
    return found
