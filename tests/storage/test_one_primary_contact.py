"""Two contacts that become primary at the same moment: the index lets one of them."""

import msgspec
import pytest

from crm_cell.contacts.service import ContactService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.kernel.ids import new_id
from crm_cell.registry import make_services
from crm_cell.storage.engine import Tx
from tests.world import Caller, Running, nothing_changes

STORE = make_services().get(ContactService).store


async def test_the_second_to_come_is_in_conflict(acme: Caller, cell: Running) -> None:
    first = await acme.contact(await acme.customer(), isPrimary=True)

    async def come(tx: Tx) -> None:
        there = await STORE.find(tx, Actor("acme"), first["contactId"])
        assert there is not None
        await STORE.insert(tx, msgspec.structs.replace(there, id=new_id(tx.now)))

    async with nothing_changes(cell):
        with pytest.raises(Conflict):
            await cell.service.database.write("test", "acme", come)


async def test_the_second_to_be_set_is_in_conflict(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.contact(customer, isPrimary=True)
    second = await acme.contact(customer)

    async def become(tx: Tx) -> None:
        there = await STORE.find(tx, Actor("acme"), second["contactId"])
        assert there is not None
        await STORE.update(tx, there, msgspec.structs.replace(there, is_primary=True))

    async with nothing_changes(cell):
        with pytest.raises(Conflict):
            await cell.service.database.write("test", "acme", become)
