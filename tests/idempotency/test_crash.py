"""The process is killed in the middle of its work: what it had acknowledged is there, once."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import httpx

from crm_cell.audit.verification import verify
from crm_cell.storage.engine import NO_KEYS
from crm_cell.storage.open import faults_in, open_database
from tests.databases import Datastore
from tests.processes import Process, serving
from tests.world import Json

CALLERS = 8
KILLED_AFTER = 150

Answers = dict[int, Json]


async def create(client: httpx.AsyncClient, number: int) -> httpx.Response:
    """Every copy of one number has the same bytes and the same id, as a gateway's retries do."""
    return await client.post(
        "/customers",
        json={"name": f"Customer {number}", "contactPhone": "13812345678"},
        headers={"X-Request-ID": f"create-{number}"},
    )


async def create_until_it_dies(
    service: Process, numbers: Iterator[int], acknowledged: Answers
) -> int:
    """One caller; gives the number whose answer never came."""
    async with service.client() as client:
        for number in numbers:
            try:
                answer = await create(client, number)
            except httpx.TransportError:
                return number
            assert answer.status_code == 201
            acknowledged[number] = answer.json()
            if len(acknowledged) == KILLED_AFTER:
                service.kill()
    raise AssertionError("the numbers never end")


async def test_every_acknowledged_create_is_there_exactly_once(
    tmp_path: Path, datastore: Datastore
) -> None:
    acknowledged: Answers = {}
    numbers = itertools.count()
    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        unanswered = await asyncio.gather(
            *[create_until_it_dies(service, numbers, acknowledged) for _ in range(CALLERS)]
        )
    assert len(unanswered) == CALLERS
    assert len(acknowledged) >= KILLED_AFTER
    datastore.wait_until_alone()
    await no_faults(datastore)
    everything_is_there_once(datastore, acknowledged)
    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        await retries_get_the_same_answers(service, acknowledged)
        await the_unanswered_are_settled(service, unanswered)
        await counters_match(service, datastore, len(acknowledged) + CALLERS)
        assert service.stop() == 0
    await no_faults(datastore)


async def no_faults(datastore: Datastore) -> None:
    """In the database itself, and in the chain of the audit trail."""
    assert await asyncio.to_thread(faults_in, datastore.url) == []
    database = open_database(datastore.url)
    await database.start()
    try:
        verdict = await database.read(
            "verify", "acme", lambda tx: verify(tx, "acme", NO_KEYS, {}, lambda _: None), long=True
        )
    finally:
        await database.stop()
    assert (verdict.entries, verdict.faults) == (verdict.unkeyed, [])
    assert verdict.entries > 0


def everything_is_there_once(datastore: Datastore, acknowledged: Answers) -> None:
    """Effect, key, audit entry and event: of each write all four or none."""
    stored = datastore.rows("SELECT id FROM customers")
    ids = {row[0] for row in stored}
    assert len(ids) == len(stored)
    assert ids >= {customer["customerId"] for customer in acknowledged.values()}
    events = [json.loads(row[0])["customerId"] for row in datastore.rows("SELECT data FROM events")]
    keys = [row[0] for row in datastore.rows("SELECT resource_id FROM idempotency_keys")]
    audited = [row[0] for row in datastore.rows("SELECT resource_id FROM audit_logs")]
    for kept in (events, keys, audited):
        assert sorted(kept) == sorted(ids)


async def retries_get_the_same_answers(service: Process, acknowledged: Answers) -> None:
    async with service.client() as client:
        for number, customer in acknowledged.items():
            again = await create(client, number)
            assert (again.status_code, again.json()) == (201, customer)
            assert again.headers["idempotent-replayed"] == "true"


async def the_unanswered_are_settled(service: Process, unanswered: list[int]) -> None:
    """Whether it had been written or not, the retry settles it, and its own retry agrees."""
    async with service.client() as client:
        for number in unanswered:
            first, second = await create(client, number), await create(client, number)
            assert (first.status_code, second.json()) == (201, first.json())
            assert second.headers["idempotent-replayed"] == "true"


async def counters_match(service: Process, datastore: Datastore, expected: int) -> None:
    async with service.client() as client:
        page = (await client.get("/customers", params={"pageSize": 500})).json()
        trail = (await client.get("/audit-logs", params={"pageSize": 1})).json()
    names = [customer["name"] for customer in page["data"]]
    assert (page["total"], len(names), len(set(names))) == (expected, expected, expected)
    assert trail["total"] == expected
    counted = datastore.rows("SELECT count(*), count(DISTINCT name_key) FROM customers")
    assert counted == [(expected, expected)]
