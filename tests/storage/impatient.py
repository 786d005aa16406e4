"""The service on PostgreSQL, waiting for nothing as long as it does in earnest, and with room for
all that comes, so that it is the database that refuses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from crm_cell.app import Cell
from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.settings import Settings
from crm_cell.storage.postgres.database import Patience, PostgresDatabase
from tests.databases import PostgresDatastore
from tests.world import Running

ROOM = 1_000


@asynccontextmanager
async def impatient(
    datastore: PostgresDatastore, patience: Patience, *, connections: int = 12
) -> AsyncIterator[Running]:
    settings = Settings(
        database_url=datastore.url, database_connections=connections, demo=False, slots=ROOM
    )
    service = Cell(settings, lambda _: None)
    assert isinstance(service.database, KeylessDatabase)
    database = service.database._inner
    assert isinstance(database, PostgresDatabase)
    database._patience = patience
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Running(service, client, datastore, [])
    await service.stop()
