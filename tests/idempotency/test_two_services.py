"""Two services on one PostgreSQL: what comes to both is one effect and one answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from crm_cell.app import Cell
from crm_cell.settings import Settings
from crm_cell.storage.engine import EVERY_TENANT
from crm_cell.storage.postgres.database import Patience
from tests.counters import differences
from tests.databases import Outside, PostgresDatastore
from tests.idempotency.test_concurrent import COPIES, NEW, Impatient, create
from tests.storage.impatient import impatient
from tests.wire import WRITE, ask, refused
from tests.world import Running, audit, events, nothing_changes

CLAIM = (
    "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at)"
    " VALUES ('acme', 'POST', '/customers', 'request-1', '', 1)"
)


@pytest.fixture
def datastore(postgres_datastore: PostgresDatastore) -> PostgresDatastore:
    return postgres_datastore


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[Cell]:
    service = Cell(settings, lambda _: None)
    await service.start()
    yield service
    await service.stop()


async def test_copies_sent_to_both_are_one_effect_and_one_answer(
    cell: Running, other: Cell
) -> None:
    answers = await asyncio.gather(
        *[
            ask(service, "POST", "/customers", headers=WRITE, body=NEW)
            for _ in range(COPIES // 2)
            for service in (cell.service, other)
        ]
    )
    assert {(heard.status, heard.body) for heard in answers} == {(201, answers[0].body)}
    replayed = [heard.header("idempotent-replayed") for heard in answers]
    assert (replayed.count(None), replayed.count("true")) == (1, COPIES - 1)
    assert len(cell.rows("SELECT id FROM customers")) == 1
    assert (len(audit(cell)), len(events(cell))) == (1, 1)
    assert await other.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_a_copy_waits_for_the_first_elsewhere_and_then_is_told_to_come_back(
    datastore: PostgresDatastore,
) -> None:
    """Somebody else's uncommitted key is what there is to see of a request that runs there."""
    async with impatient(datastore, Patience(lock=0.1)) as cell:
        service = Impatient(cell, patience_seconds=0.25)
        elsewhere = Outside(datastore.server.url(datastore.name))
        async with nothing_changes(cell):
            elsewhere.run("BEGIN")
            elsewhere.run(CLAIM)
            started = asyncio.get_running_loop().time()
            copy = await service.create()
            waited = asyncio.get_running_loop().time() - started
            refused(copy, 409, "IDEMPOTENT_CONFLICT")
            assert copy.header("retry-after") == "1"
            assert waited >= 0.25
            elsewhere.run("ROLLBACK")
        elsewhere.close()
        assert (await service.create()).status == 201


async def test_a_copy_gets_its_own_try_when_the_first_elsewhere_fails(
    cell: Running, datastore: PostgresDatastore
) -> None:
    elsewhere = Outside(datastore.server.url(datastore.name))
    elsewhere.run("BEGIN")
    elsewhere.run(CLAIM)
    copy = create(cell)
    await asyncio.sleep(0)
    elsewhere.run("ROLLBACK")
    elsewhere.close()
    assert (await copy).status == 201
    assert len(cell.rows("SELECT id FROM customers")) == 1
