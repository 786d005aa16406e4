"""Events of a release without the changes feed get their numbers in the order of their ids."""

from crm_cell.app import Cell
from crm_cell.settings import Settings
from tests.storage.earlier import upgrade_from
from tests.world import Caller, Running


async def test_a_migration_numbers_the_events_of_each_tenant(
    cell: Running, settings: Settings, acme: Caller, alice: Caller, charlie: Caller
) -> None:
    customers = [await caller.customer() for caller in (acme, charlie, acme)]
    hers = await alice.customer()
    await alice.delete(f"/customers/{hers['customerId']}")
    await upgrade_from(cell, "0018")
    numbered = cell.rows("SELECT tenant_id, change_no FROM events ORDER BY tenant_id, id")
    assert numbered == [*(("acme", number) for number in (1, 2, 3, 4)), ("globex", 1)]
    heads = cell.rows("SELECT tenant_id, last_no FROM change_heads ORDER BY tenant_id")
    assert heads == [("acme", 4), ("globex", 1)]
    service = Cell(settings, lambda _: None)
    await service.start()
    cell.client._transport.app = service  # type: ignore[attr-defined]  # the one that is served now
    try:
        pages = [(await caller.get("/changes")).json() for caller in (acme, alice)]
    finally:
        await service.stop()
    lines = [[(each["id"], each["op"], each["version"]) for each in page["data"]] for page in pages]
    ids = [each["customerId"] for each in (customers[0], customers[2], hers)]
    created = [(identifier, "created", 1) for identifier in ids]
    # What the versions were is not known any more.
    assert lines == [[*created, (ids[2], "deleted", None)], [(ids[2], "deleted", None)]]
