"""Rows of a release whose keys were digits as they were typed are found by the normal form."""

import asyncio

import pytest

from crm_cell.kernel.lookup import earlier_phone_keys
from crm_cell.storage.migrate import migrate
from tests.databases import PostgresDatastore
from tests.world import Caller, Running


def owners_url(cell: Running) -> str:
    """Whoever owns the tables migrates them: on PostgreSQL that is not the service."""
    if not isinstance(cell.datastore, PostgresDatastore):
        return cell.datastore.url
    [(owner,)] = cell.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'")
    return cell.datastore.url_for(str(owner))


BEFORE = [
    ("+86 138 1234 5678", "+8613812345678", "13812345678"),
    ("86-13812345678", "8613812345678", "13812345678"),
    ("0086 10 88886666", "00861088886666", "010-88886666"),
    ("001 415 555 2671", "0014155552671", "+14155552671"),
]


@pytest.mark.parametrize(("typed", "key", "sought"), BEFORE)
async def test_a_migration_gives_them_their_new_keys(
    typed: str, key: str, sought: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer(contactPhone=typed)
    contact = await acme.contact(customer, phone=typed)
    cell.change(f"UPDATE customers SET contact_phone_key = '{key}'")
    cell.change(f"UPDATE contacts SET phone_key = '{key}'")
    cell.change("UPDATE alembic_version SET version_num = '0007'")
    await asyncio.to_thread(migrate, owners_url(cell))
    assert await acme.rows("/customers", phone=sought) == [customer]
    assert await acme.rows("/contacts", phone=sought) == [contact]


@pytest.mark.parametrize(("typed", "key", "sought"), BEFORE)
def test_sealed_rows_are_sought_under_their_earlier_keys(typed: str, key: str, sought: str) -> None:
    for asked in (typed, sought):
        assert key in earlier_phone_keys(asked)
