"""With a key everything is as without one, but for what lies in the database."""

import asyncio
import re

import pytest

from crm_cell.settings import Settings
from tests.databases import Datastore
from tests.encryption.conftest import KEY
from tests.world import Beside, Caller, Running, audit, events, nothing_changes, refused

PHONE, EMAIL = "13812345678", "Li.Lei@example.com"
SEALED = re.compile(r":1:[A-Za-z0-9+/]+=*")


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def settings(datastore: Datastore, request: pytest.FixtureRequest) -> Settings:
    return Settings(
        database_url=datastore.url,
        demo=False,
        encryption_key=KEY,
        encryption_cipher=request.param,
    )


async def test_what_is_sealed_is_shown_as_it_would_be_in_the_open(acme: Caller) -> None:
    customer = await acme.customer(contactPhone=PHONE, contactEmail=EMAIL)
    contact = await acme.contact(customer, phone=PHONE, email=EMAIL)
    assert (customer["contactPhone"], customer["contactEmail"]) == ("138****5678", EMAIL)
    assert (contact["phone"], contact["email"]) == ("138****5678", EMAIL)
    for record, path, member in (
        (customer, "/customers", "customerId"),
        (contact, "/contacts", "contactId"),
    ):
        assert (await acme.get(f"{path}/{record[member]}")).json() == record
        assert await acme.rows(path) == [record]
        assert await acme.rows(path) == [record], "from what was opened before"


async def test_the_database_holds_neither_number_nor_address(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactPhone=PHONE, contactEmail=EMAIL)
    await acme.contact(customer, phone=PHONE, email=EMAIL)
    await acme.post(
        "/customers/import",
        {"items": [{"name": "I", "contactPhone": PHONE, "contactEmail": "i@example.com"}]},
    )
    for table, columns in {
        "customers": "contact_phone, contact_email, contact_phone_key, contact_email_key",
        "contacts": "phone, email, phone_key, email_key",
    }.items():
        for row in cell.rows(f"SELECT {columns} FROM {table}"):
            assert all(SEALED.fullmatch(value) for value in row)
    everything = repr(cell.everything())
    assert PHONE not in everything
    assert EMAIL not in everything
    assert "i@example.com" not in everything


async def test_stored_answers_are_sealed_and_given_again(acme: Caller, cell: Running) -> None:
    body = {"name": "N", "contactPhone": PHONE, "contactEmail": EMAIL}
    first = await acme.post("/customers", body, key="same")
    again = await acme.post("/customers", body, key="same")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    [(fingerprint, kept)] = cell.rows(
        "SELECT fingerprint, body FROM idempotency_keys WHERE key = 'same'"
    )
    assert (bytes(fingerprint)[:3], bytes(kept)[:3]) == (b":1:", b":1:")
    assert b"example" not in bytes(kept)
    async with nothing_changes(cell):
        other = await acme.post("/customers", body | {"contactEmail": "x@y.cn"}, key="same")
        refused(other, 409, "IDEMPOTENT_CONFLICT")


async def test_equal_numbers_look_alike_in_no_column_but_their_key(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    for caller in (acme, acme, charlie):
        customer = await caller.customer(contactPhone=PHONE)
        await caller.contact(customer, phone=PHONE)
    numbers = cell.rows("SELECT contact_phone FROM customers UNION SELECT phone FROM contacts")
    assert len(numbers) == 6
    keys = cell.rows(
        "SELECT tenant_id, contact_phone_key FROM customers"
        " UNION SELECT tenant_id, phone_key FROM contacts"
    )
    assert len({key for _, key in keys}) == 4, "of each tenant and table one"


async def test_it_is_found_by_the_whole_number_or_address(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers = await alice.customer(contactPhone="138 1234 5678", contactEmail=EMAIL)
    contact = await alice.contact(hers, phone=PHONE, email=EMAIL)
    await acme.customer(contactPhone="13900000000")
    for query in ({"phone": PHONE}, {"email": EMAIL.upper()}):
        for caller, seen in ((acme, True), (alice, True), (bob, False), (charlie, False)):
            answer = (await caller.get("/customers", None, **query)).json()
            assert (answer["data"], answer["total"]) == ([hers] * seen, int(seen))
            assert await caller.rows("/contacts", **query) == [contact] * seen


async def test_a_change_of_something_else_leaves_it_sealed_as_it_was(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer(contactPhone=PHONE, contactEmail=EMAIL)
    where = f"/customers/{customer['customerId']}"
    before = cell.rows("SELECT contact_phone, contact_email FROM customers")
    echoed = {"name": "N", "contactPhone": "138****5678"}
    assert (await acme.patch(where, echoed)).status_code == 200
    assert cell.rows("SELECT contact_phone, contact_email FROM customers") == before
    changed = await acme.patch(where, {"contactPhone": "13900001111", "contactEmail": None})
    assert changed.json()["contactPhone"] == "139****1111"
    [(number, address, key)] = cell.rows(
        "SELECT contact_phone, contact_email, contact_email_key FROM customers"
    )
    assert number != before[0][0]
    assert (address, key) == (None, None)
    assert await acme.rows("/customers", phone="13900001111") == [changed.json()]


async def test_an_export_shows_it_masked(acme: Caller) -> None:
    await acme.customer(contactPhone=PHONE, contactEmail=EMAIL)
    for kind in ("csv", "ndjson", "json"):
        text = (await acme.get("/customers/export", format=kind)).text
        assert "138****5678" in text
        assert EMAIL in text
        assert ":1:" not in text


async def test_records_of_what_happened_are_masked_as_before(acme: Caller, cell: Running) -> None:
    await acme.customer(contactPhone=PHONE)
    assert events(cell)[0]["data"]["contactPhone"] == "138****5678"
    assert audit(cell)[0]["changes"]["contactPhone"] == {"after": "138****5678"}


@pytest.mark.parametrize("column", ["contact_phone", "contact_email"])
async def test_what_was_moved_to_another_row_is_not_shown(
    column: str, acme: Caller, cell: Running
) -> None:
    """A thief who can write to the database gets the service to open nothing for him."""
    first = await acme.customer(contactPhone=PHONE, contactEmail=EMAIL)
    second = await acme.customer(contactPhone="13900000000", contactEmail="b@example.com")
    [(stolen,)] = cell.rows(f"SELECT {column} FROM customers WHERE id = ?", first["customerId"])
    cell.change(f"UPDATE customers SET {column} = ? WHERE id = ?", stolen, second["customerId"])
    answer = await acme.get(f"/customers/{second['customerId']}")
    refused(answer, 500, "INTERNAL_ERROR")
    assert (await acme.get(f"/customers/{first['customerId']}")).json() == first


async def test_what_was_moved_to_another_column_is_not_shown(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactPhone=PHONE)
    cell.change("UPDATE customers SET contact_email = contact_phone")
    refused(await acme.get(f"/customers/{customer['customerId']}"), 500, "INTERNAL_ERROR")


async def test_two_processes_share_the_keys_of_a_new_tenant(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    async with beside() as other:
        there = Caller(other.client, "acme")
        assert await there.rows("/customers", phone=PHONE) == []
        mine = await acme.customer(contactPhone=PHONE)
        theirs = await there.customer(contactPhone=PHONE)
        for caller in (acme, there):
            assert await caller.rows("/customers") == [theirs, mine]
            assert await caller.rows("/customers", phone=PHONE) == [theirs, mine]
    assert len(cell.rows("SELECT number FROM tenant_keys")) == 1


async def test_without_a_number_or_an_address_there_is_nothing_to_seal(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    await acme.contact(customer)
    assert cell.rows("SELECT contact_phone, contact_phone_key FROM customers") == [(None, None)]


def test_settings_name_the_keys(settings: Settings) -> None:
    assert settings.keys.is_set
    assert not settings.model_copy(update={"encryption_key": None}).keys.is_set


async def test_of_customers_with_one_number_the_policy_lets_one_in(
    acme: Caller, cell: Running
) -> None:
    acts = {"api": "block"}
    answer = await acme.put("/settings/duplicates", {"phone": acts, "email": acts})
    assert answer.status_code == 200, answer.text
    body = {"contactPhone": PHONE, "contactEmail": EMAIL}
    answers = await asyncio.gather(
        *(acme.post("/customers", {"name": name} | body) for name in ("甲", "乙", "丙"))
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert cell.rows("SELECT * FROM duplicate_keys") == []
