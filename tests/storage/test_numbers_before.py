"""Rows of a release whose keys were digits as they were typed are found by the normal form."""

import pytest

from crm_cell.kernel.lookup import earlier_phone_keys
from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running

pytestmark = pytest.mark.each_database

BEFORE = [
    ("+86 138 1234 5678", "+8613812345678", "13812345678"),
    ("86-13812345678", "8613812345678", "13812345678"),
    ("0086 10 88886666", "00861088886666", "010-88886666"),
    ("001 415 555 2671", "0014155552671", "+14155552671"),
]


@pytest.mark.parametrize(("typed", "key", "sought"), BEFORE)
async def test_a_migration_gives_them_their_new_keys(
    typed: str, key: str, sought: str, acme: Caller, cell: Running, beside: Beside
) -> None:
    customer = await acme.customer(contactPhone=typed)
    contact = await acme.contact(customer, phone=typed)
    cell.change(f"UPDATE customers SET contact_phone_key = '{key}'")
    cell.change(f"UPDATE contacts SET phone_key = '{key}'")
    await upgrade_from(cell, "0007")
    async with beside() as later:
        acme = Caller(later.client, "acme")
        assert await acme.rows("/customers", phone=sought) == [customer]
        assert await acme.rows("/contacts", phone=sought) == [contact]


@pytest.mark.parametrize(("typed", "key", "sought"), BEFORE)
def test_sealed_rows_are_sought_under_their_earlier_keys(typed: str, key: str, sought: str) -> None:
    for asked in (typed, sought):
        assert key in earlier_phone_keys(asked)
