"""Rows of a release whose keys were digits as they were typed are found by the normal form."""

import pytest

from crm_cell.kernel.lookup import earlier_phone_keys
from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running

BEFORE = [
    ("+86 138 1234 5678", "+8613812345678", "13812345678"),
    ("86-13812345678", "8613812345678", "13812345678"),
    ("0086 10 88886666", "00861088886666", "010-88886666"),
    ("001 415 555 2671", "0014155552671", "+14155552671"),
]


async def test_a_migration_gives_them_their_new_keys(
    acme: Caller, cell: Running, beside: Beside
) -> None:
    planted = []
    for typed, key, sought in BEFORE:
        customer = await acme.customer(contactPhone=typed)
        contact = await acme.contact(customer, phone=typed)
        found = key, customer["customerId"]
        cell.change("UPDATE customers SET contact_phone_key = ? WHERE id = ?", *found)
        cell.change("UPDATE contacts SET phone_key = ? WHERE customer_id = ?", *found)
        planted.append((sought, customer, contact))
    await upgrade_from(cell, "0007")
    async with beside() as later:
        acme = Caller(later.client, "acme")
        for sought in {sought for sought, _, _ in planted}:
            theirs = [each for each in reversed(planted) if each[0] == sought]
            assert await acme.rows("/customers", phone=sought) == [each[1] for each in theirs]
            assert await acme.rows("/contacts", phone=sought) == [each[2] for each in theirs]


@pytest.mark.parametrize(("typed", "key", "sought"), BEFORE)
def test_sealed_rows_are_sought_under_their_earlier_keys(typed: str, key: str, sought: str) -> None:
    for asked in (typed, sought):
        assert key in earlier_phone_keys(asked)
