"""Colleagues go on working with somebody who is being erased by another process."""

import asyncio
from itertools import count

import pytest

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.opening import open_database, start
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.finding import find
from crm_cell.registry import make_services
from crm_cell.settings import Settings
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.databases import Datastore
from tests.privacy.person import PHONE, Person, erase, left, subject_of
from tests.privacy.test_erase import sound
from tests.world import Caller, Running

MARKS = ["忙碌", "13966667777"]


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    """In the open, so that every mark that is left is seen."""
    return Settings(database_url=datastore.url, demo=False, audit_key=AUDIT_KEY)


async def erase_beside(settings: Settings, **subject: str) -> None:
    database = open_database(settings)
    await start(database, settings)
    try:
        services = make_services()
        found = await find(database, services, "acme", subject_of(**subject))
        erasing = Eraser(database, services, Actor("acme"), found)
        await erasing.run(await erasing.traces())
    finally:
        await database.stop()


async def note_until_refused(acme: Caller, contact: str) -> int:
    for number in count():
        note = {"contactId": contact, "content": f"忙碌 {number}"}
        answer = await acme.post("/follow-ups", note)
        if answer.status_code != 201:
            assert answer.status_code == 400
            return number
    raise AssertionError("the numbers never end")


async def change_until_refused(acme: Caller, contact: str) -> int:
    for number in count():
        change = {"name": f"忙碌 {number}", "phone": "13966667777"}
        answer = await acme.patch(f"/contacts/{contact}", change)
        if answer.status_code != 200:
            assert answer.status_code == 404
            return number
    raise AssertionError("the numbers never end")


async def test_what_they_write_until_they_are_refused_goes_too(
    cell: Running, acme: Caller, person: Person, settings: Settings
) -> None:
    contact, customer = person.contact["contactId"], person.customer["customerId"]
    _, notes, changes = await asyncio.gather(
        erase_beside(settings, customer_id=customer),
        note_until_refused(acme, contact),
        change_until_refused(acme, contact),
    )
    assert notes > 0
    assert changes > 0
    assert left(cell, [*person.marks, *MARKS]) == []
    await sound(cell)


async def test_the_same_when_the_contact_alone_goes(
    cell: Running, acme: Caller, person: Person, settings: Settings
) -> None:
    contact = person.contact["contactId"]
    await asyncio.gather(
        erase_beside(settings, contact_id=contact), note_until_refused(acme, contact)
    )
    assert left(cell, ["忙碌", "赵小兰", PHONE]) == []
    assert (await acme.get(f"/customers/{person.customer['customerId']}")).status_code == 200
    await sound(cell)


async def test_a_contract_that_is_made_meanwhile_keeps_its_customer(
    cell: Running, acme: Caller, person: Person
) -> None:
    """The customer has to stay now: the same command, run again, makes them anonymous."""
    customer = person.customer["customerId"]
    database, services = cell.service.database, cell.service.services
    found = await find(database, services, "acme", subject_of(customer_id=customer))
    erasing = Eraser(database, services, Actor("acme"), found)
    traces = await erasing.traces()
    contract = await acme.contract(person.customer)
    with pytest.raises(Conflict):
        await erasing.run(traces)
    assert (await acme.get(f"/customers/{customer}")).status_code == 200
    await erase(cell, customer_id=customer)
    assert left(cell, person.marks) == []
    assert (await acme.get(f"/contracts/{contract['contractId']}")).status_code == 200
    await sound(cell)
