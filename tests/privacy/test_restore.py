"""Nobody restores what is being erased, or has been."""

import asyncio
from itertools import count

import pytest

from crm_cell.settings import Settings
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.databases import Datastore
from tests.privacy.person import PHONE, Person, erase, left
from tests.privacy.test_erase import sound
from tests.privacy.test_meanwhile import erase_beside
from tests.world import Caller, Running, nothing_changes, refused


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    """In the open, so that every mark that is left is seen."""
    return Settings(database_url=datastore.url, demo=False, audit_key=AUDIT_KEY)


async def restore_until_gone(acme: Caller, path: str) -> list[int]:
    """The rejections until there is nothing to refuse any more."""
    found = []
    for _ in count():
        answer = await acme.post(f"{path}/restore")
        found.append(answer.status_code)
        if answer.status_code == 404:
            return found
        assert answer.status_code in (200, 409), answer.text
    raise AssertionError("it is never gone")


async def test_a_customer_that_was_deleted_is_not_restored_while_it_is_erased(
    cell: Running, acme: Caller, person: Person, settings: Settings
) -> None:
    customer, contact = person.customer["customerId"], person.contact["contactId"]
    await person.send("DELETE", f"/customers/{customer}")
    await person.send("POST", f"/customers/{customer}/restore")
    await person.send("DELETE", f"/customers/{customer}")
    await asyncio.gather(
        erase_beside(settings, customer_id=customer),
        restore_until_gone(acme, f"/customers/{customer}"),
        restore_until_gone(acme, f"/contacts/{contact}"),
    )
    assert left(cell, person.marks) == []
    assert await acme.rows("/contacts") == await acme.rows("/follow-ups") == []
    await sound(cell)


async def test_nothing_comes_back_below_a_customer_of_whom_only_money_is_left(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer = person.customer["customerId"]
    await acme.contract(person.customer)
    deal = f"/opportunities/{person.opportunity['opportunityId']}"
    await person.send("DELETE", deal)
    await erase(cell, customer_id=customer)
    async with nothing_changes(cell):
        answer = await acme.post(f"{deal}/restore")
        assert refused(answer, 409, "CONFLICT")["message"] == "个人信息已抹除，不能恢复"
        answer = await acme.post(f"{deal}/restore", headers={"Accept-Language": "en"})
        assert answer.json()["message"] == (
            "What was held of this person has been erased, and cannot be restored"
        )
        contact = f"/contacts/{person.contact['contactId']}"
        refused(await acme.post(f"{contact}/restore"), 404, "NOT_FOUND")
    assert left(cell, person.marks) == []


async def test_a_contact_that_was_erased_does_not_come_back_with_its_customer(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer = person.customer["customerId"]
    await person.send("DELETE", f"/customers/{customer}")
    await erase(cell, phone=PHONE)
    assert (await acme.post(f"/customers/{customer}/restore")).status_code == 200
    assert await acme.rows("/contacts") == []
    assert left(cell, ["赵小兰", "小兰周五有空", PHONE]) == []
    await sound(cell)


async def test_nor_while_it_is_being_erased(
    cell: Running, acme: Caller, person: Person, settings: Settings
) -> None:
    customer, contact = person.customer["customerId"], person.contact["contactId"]
    await person.send("DELETE", f"/customers/{customer}")
    await asyncio.gather(
        erase_beside(settings, contact_id=contact),
        delete_and_restore(acme, customer),
    )
    assert left(cell, ["赵小兰", "小兰周五有空", PHONE]) == []
    await sound(cell)


async def delete_and_restore(acme: Caller, customer: str) -> None:
    for _ in range(10):
        assert (await acme.post(f"/customers/{customer}/restore")).status_code == 200
        assert (await acme.delete(f"/customers/{customer}")).status_code == 204
