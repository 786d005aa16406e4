"""Keys are kept for as long as retries may come, and not much longer."""

import asyncio

from structlog.testing import capture_logs

from crm_cell.idempotency.purge import purge_forever, purge_old
from tests.world import Caller, Running, audit, nothing_changes, refused

HOUR = 3_600_000
NEW = {"name": "New"}


def age(cell: Running, hours: float) -> None:
    cell.change("UPDATE idempotency_keys SET created_at = created_at - ?", int(hours * HOUR))


async def test_only_what_is_older_than_its_time_goes(acme: Caller, cell: Running) -> None:
    for number, hours in enumerate([1, 50, 0.5]):  # so that they are 51.5, 50.5 and 0.5 old
        await acme.post("/customers", {"name": f"New {number}"}, key=f"key-{number}")
        age(cell, hours)
    gone = [await purge_old(cell.service.database, hours) for hours in (52, 51, 50, 24)]
    assert gone == [0, 1, 1, 0]
    assert cell.rows("SELECT key FROM idempotency_keys") == [("key-2",)]


async def test_a_younger_key_still_gives_its_answer(acme: Caller, cell: Running) -> None:
    first = await acme.post("/customers", NEW, key="same")
    age(cell, 71.9)
    assert await purge_old(cell.service.database, 72) == 0
    async with nothing_changes(cell):
        assert (await acme.post("/customers", NEW, key="same")).content == first.content


async def test_a_forgotten_id_is_a_new_request(acme: Caller, cell: Running) -> None:
    first = await acme.post("/customers", NEW, key="same")
    await acme.delete(f"/customers/{first.json()['customerId']}")
    age(cell, 73)
    await purge_old(cell.service.database, 72)
    again = await acme.post("/customers", NEW, key="same")
    assert again.status_code == 201
    assert again.json()["customerId"] != first.json()["customerId"]


async def test_many_go_in_small_batches_of_every_tenant(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    await acme.post("/customers", NEW, key="first")
    await charlie.post("/customers", NEW, key="first")
    cell.change(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 600)"
        " INSERT INTO idempotency_keys SELECT k.tenant_id, k.method, k.path, 'copy-' || n,"
        " k.fingerprint, k.status, k.body, k.location, k.etag, k.resource_id, k.created_at"
        " FROM idempotency_keys AS k, numbers"
    )
    age(cell, 73)
    assert await purge_old(cell.service.database, 72) == 1202
    assert cell.rows("SELECT count(*) FROM idempotency_keys") == [(0,)]
    assert len(audit(cell)) == 2


async def test_money_is_not_entered_twice_even_when_its_key_is_forgotten(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    contract = {"customerId": customer["customerId"], "contractNo": "HT-1", "amountCents": 100}
    entered = (await acme.post("/contracts", contract, key="money")).json()
    payment = {
        "contractId": entered["contractId"],
        "amountCents": 100,
        "paymentAt": "2026-11-23",
    }
    assert (await acme.post("/payments", payment, key="money")).status_code == 201
    age(cell, 1000)
    await purge_old(cell.service.database, 72)
    async with nothing_changes(cell):
        for path, body in (
            ("/contracts", contract | {"contractNo": "HT-2"}),
            ("/payments", payment),
            ("/payments", payment | {"amountCents": 1}),
        ):
            answer = await acme.post(path, body, key="money")
            refused(answer, 409, "IDEMPOTENT_CONFLICT")


async def test_when_the_database_is_away_the_next_round_will_do(
    cell: Running, periodic_work: None
) -> None:
    await cell.service.database.stop()
    with capture_logs() as logged:
        rounds = asyncio.create_task(purge_forever(cell.service.database, 72))
        async with asyncio.timeout(10):
            while not logged:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0)
        assert not rounds.done()
        rounds.cancel()
    assert [(line["event"], line["work"]) for line in logged] == [("upkeep_postponed", "purge")]
