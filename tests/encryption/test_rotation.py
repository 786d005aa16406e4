"""New keys, while requests go on."""

import asyncio
from typing import Any

import pytest

from crm_cell.encryption.database import EncryptedDatabase
from crm_cell.encryption.key_source import InvalidKey
from crm_cell.encryption.rotation import ConcurrentRotation, Rotation, RotationResult
from crm_cell.idempotency.purge import purge_old
from tests.encryption.conftest import KEY, OTHER_KEY
from tests.world import Beside, Caller, Json, Running

PHONE = "13812345678"


async def rotate(cell: Running, **options: Any) -> RotationResult:
    database = cell.service.database
    assert isinstance(database, EncryptedDatabase)
    return await Rotation(database).run(**options)


async def some(caller: Caller, count: int = 3) -> list[Json]:
    """Newest first, all of one number."""
    made = [
        await caller.customer(contactPhone=PHONE, contactEmail=f"a{n}@example.com")
        for n in range(count)
    ]
    await caller.contact(made[0], phone=PHONE, email="c@example.com")
    return made[::-1]


def numbers(cell: Running) -> set[str]:
    """Of the keys that something is under."""
    rows = cell.rows(
        "SELECT contact_phone FROM customers UNION SELECT contact_email FROM customers"
        " UNION SELECT contact_phone_key FROM customers"
        " UNION SELECT contact_email_key FROM customers"
        " UNION SELECT phone FROM contacts UNION SELECT phone_key FROM contacts"
        " UNION SELECT email FROM users UNION SELECT email_key FROM users"
    )
    return {value.split(":")[1] if value[0] == ":" else "open" for (value,) in rows if value}


def keys(cell: Running) -> list[tuple[Any, ...]]:
    return cell.rows(
        "SELECT tenant_id, number, complete FROM tenant_keys WHERE retired_at IS NULL ORDER BY 1, 2"
    )


async def test_everything_is_under_new_keys(acme: Caller, charlie: Caller, cell: Running) -> None:
    made = await some(acme)
    user = {"name": "Bob", "email": "bob@example.com"}
    bob = (await acme.put("/users/bob", user)).json()
    await charlie.customer(contactPhone=PHONE)
    deleted = await acme.customer(contactPhone=PHONE)
    await acme.delete(f"/customers/{deleted['customerId']}")
    before = cell.rows("SELECT id, version, updated_at FROM customers ORDER BY id")
    rotated = await rotate(cell)
    assert (rotated.tenants, rotated.rows, rotated.finished) == (2, 7, False)
    assert numbers(cell) == {"2"}
    assert (await acme.get("/users/bob")).json() == bob
    assert keys(cell) == [("acme", 2, 1), ("globex", 2, 1)]
    assert cell.rows("SELECT id, version, updated_at FROM customers ORDER BY id") == before
    assert await acme.rows("/customers") == made
    assert await acme.rows("/customers", phone=PHONE) == made


async def test_the_service_goes_on_with_the_new_keys(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    """Whoever had the old ones finds out by itself."""
    made = await some(acme)
    async with beside() as other:
        await rotate(other)
    assert await acme.rows("/customers", phone=PHONE) == made
    assert (await acme.get(f"/customers/{made[0]['customerId']}")).json() == made[0]
    new = await acme.customer(contactPhone=PHONE)
    assert numbers(cell) == {"2"}
    assert await acme.rows("/customers", phone=PHONE) == [new, *made]


async def test_whoever_had_the_old_keys_reads_under_the_new_ones(
    acme: Caller, beside: Beside
) -> None:
    made = await some(acme)
    async with beside() as other:
        await rotate(other)
    assert await acme.rows("/customers", pageSize=2) == made[:2]


async def test_writers_meet_a_rotation_and_nothing_is_lost(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    await some(acme)
    made: list[Json] = []

    async def write() -> None:
        for number in range(40):
            customer = await acme.customer(contactPhone=f"139000000{number:02}")
            made.append(customer)

    async with beside() as other:
        writing = asyncio.create_task(write())
        for _ in range(3):
            await rotate(other)
        await writing
        await rotate(other)
    assert len(numbers(cell)) == 1
    for number, customer in enumerate(made):
        assert await acme.rows("/customers", phone=f"139000000{number:02}") == [customer]


async def test_what_was_interrupted_goes_on_where_it_was(
    acme: Caller, charlie: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for caller in (acme, charlie, Caller(cell.client, "zulu")):
        await some(caller)
    went = 0

    def stop_in_the_second(_: int) -> None:
        nonlocal went
        went += 1
        if went == 5:
            raise KeyboardInterrupt

    database = cell.service.database
    assert isinstance(database, EncryptedDatabase)
    with pytest.raises(KeyboardInterrupt):
        await Rotation(database, on_rows=stop_in_the_second).run()
    assert keys(cell) == [("acme", 2, 1), ("globex", 2, 0), ("zulu", 1, 1)]
    assert len(await charlie.rows("/customers", phone=PHONE)) == 3
    rotated = await rotate(cell)
    assert (rotated.tenants, rotated.finished) == (2, True)
    assert keys(cell) == [("acme", 2, 1), ("globex", 2, 1), ("zulu", 2, 1)]
    assert numbers(cell) == {"2"}


async def test_stored_answers_outlive_a_rotation_and_old_keys_do_not_outlive_them(
    acme: Caller, cell: Running
) -> None:
    body = {"name": "N", "contactPhone": PHONE, "contactEmail": "a@example.com"}
    first = await acme.post("/customers", body, key="same")
    await rotate(cell)
    again = await acme.post("/customers", body, key="same")
    assert (again.status_code, again.content) == (201, first.content)
    other = await acme.post("/customers", body | {"contactPhone": "13900000000"}, key="same")
    assert other.status_code == 409
    await purge_old(cell.service.database, 72)
    assert cell.rows("SELECT number FROM tenant_keys ORDER BY 1") == [(1,), (2,)]
    day = 86_400_000
    cell.change(f"UPDATE tenant_keys SET retired_at = retired_at - 4 * {day}")
    await purge_old(cell.service.database, 72)
    assert cell.rows("SELECT number FROM tenant_keys") == [(2,)]
    assert (await acme.get(f"/customers/{first.json()['customerId']}")).json() == first.json()


async def test_a_second_rotation_at_once_leaves_it_to_the_first(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    await some(acme)
    async with beside() as other:
        database = cell.service.database
        assert isinstance(database, EncryptedDatabase)
        second = Rotation(database)
        stale = await database.load("acme")
        await rotate(other)
        with pytest.raises(ConcurrentRotation):
            await second._rotate(stale)
    assert keys(cell) == [("acme", 2, 1)]
    assert len(await acme.rows("/customers", phone=PHONE)) == 3


async def test_encryption_is_turned_on_by_it(beside: Beside) -> None:
    async with beside(encryption_key=None) as plain:
        made = await some(Caller(plain.client, "acme"))
    async with beside() as cell:
        acme = Caller(cell.client, "acme")
        assert await acme.rows("/customers", phone=PHONE) == made
        new = await acme.customer(contactPhone=PHONE)
        assert numbers(cell) == {"open", "1"}
        assert await acme.rows("/customers", phone=PHONE) == [new, *made]
        rotated = await rotate(cell)
        assert (rotated.tenants, rotated.rows, rotated.finished) == (1, 5, True)
        assert (numbers(cell), keys(cell)) == ({"1"}, [("acme", 1, 1)])
        assert await acme.rows("/customers", phone=PHONE) == [new, *made]
        assert (await rotate(cell)).finished is False
        assert numbers(cell) == {"2"}


async def test_the_ciphers_can_be_changed_by_it(acme: Caller, beside: Beside) -> None:
    made = await some(acme)
    async with beside(encryption_cipher="sm4-gcm") as other:
        await rotate(other)
        current = "SELECT cipher FROM tenant_keys WHERE retired_at IS NULL"
        assert other.rows(current) == [("sm4-gcm",)]
        assert await Caller(other.client, "acme").rows("/customers", phone=PHONE) == made


# The installation's key


async def test_the_key_of_the_installation_can_be_changed(acme: Caller, beside: Beside) -> None:
    made = await some(acme)
    async with beside(encryption_key=OTHER_KEY, encryption_old_keys=KEY) as other:
        assert await Caller(other.client, "acme").rows("/customers") == made
        rotated = await rotate(other, master_only=True)
        assert (rotated.rewrapped, rotated.tenants) == (1, 0)
        assert numbers(other) == {"1"}
    async with beside(encryption_key=OTHER_KEY) as other:
        assert await Caller(other.client, "acme").rows("/customers", phone=PHONE) == made
    with pytest.raises(InvalidKey):
        async with beside():
            pass


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"encryption_key": OTHER_KEY}, "CRM_ENCRYPTION_KEY: the data is under another key"),
        ({"encryption_key": None}, "CRM_ENCRYPTION_KEY: must be set"),
    ],
)
async def test_a_key_that_does_not_fit_is_refused_at_the_start(
    given: dict[str, Any], said: str, acme: Caller, beside: Beside
) -> None:
    await some(acme)
    with pytest.raises(InvalidKey) as refused:
        async with beside(**given):
            pass
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


async def test_an_empty_database_takes_any_key(beside: Beside) -> None:
    for given in ({"encryption_key": OTHER_KEY}, {"encryption_key": None}, {}):
        async with beside(**given) as cell:
            assert await Caller(cell.client, "acme").rows("/customers") == []
