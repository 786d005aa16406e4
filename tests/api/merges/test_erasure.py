"""What the journal of a merge has of a person is erased with the person."""

from crm_cell.kernel.actor import Actor
from crm_cell.privacy.data_subject import DataSubject
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.finding import find
from tests.api.merges.test_merge import merge
from tests.world import Caller, Running


async def erase(cell: Running, subject: DataSubject) -> list[str]:
    """The merges that were found by the number or address."""
    database, services = cell.service.database, cell.service.services
    found = await find(database, services, "acme", subject)
    erasing = Eraser(database, services, Actor("acme"), found)
    await erasing.run(await erasing.traces())
    return found.merges


async def test_a_former_number_is_found_and_forgotten(acme: Caller, cell: Running) -> None:
    first = await acme.customer(contactPhone="13812341111")
    second = await acme.customer(contactPhone="13987652222", remark="乙")
    choose = {"contactPhone": second["customerId"]}
    merged = await merge(acme, first, second, choose=choose)
    stored = "SELECT taken, contact_phone, contact_phone_key FROM merges"
    assert None not in cell.rows(stored)[0]
    assert await erase(cell, DataSubject(phone="13812341111")) == [merged["mergeId"]]
    assert tuple(cell.rows(stored)[0]) == (None, None, None)
    shown = (await acme.get(f"/customers/{first['customerId']}")).json()
    assert shown["contactPhone"] == "139****2222"


async def test_who_was_merged_is_erased_with_the_one_that_stayed(
    acme: Caller, cell: Running
) -> None:
    first = await acme.customer(name="甲")
    second = await acme.customer(name="乙")
    await merge(acme, first, second, choose={"name": second["customerId"]})
    assert await erase(cell, DataSubject(resource="customer", id=first["customerId"])) == []
    assert cell.rows("SELECT id FROM customers") == []
    assert [tuple(row) for row in cell.rows("SELECT taken FROM merges")] == [(None,)]


async def test_who_was_merged_is_erased_from_stored_answers(acme: Caller, cell: Running) -> None:
    first = await acme.customer(name="甲")
    second = await acme.customer(name="乙")
    merged = await merge(acme, first, second)
    await acme.post(f"/merges/{merged['mergeId']}/undo", {})

    def naming() -> list[str]:
        answers = cell.rows("SELECT path, body FROM idempotency_keys ORDER BY path")
        return [path for path, body in answers if body and "乙".encode() in bytes(body)]

    merging = f"/customers/{first['customerId']}/merge"
    assert naming() == ["/customers", merging, f"/merges/{merged['mergeId']}/undo"]
    await erase(cell, DataSubject(resource="customer", id=second["customerId"]))
    assert naming() == []
