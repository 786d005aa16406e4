"""The service with a key, and others on the same database beside it."""

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import msgspec
import pytest

from crm_cell.app import Cell
from crm_cell.kernel.masking import mask_emails
from crm_cell.settings import Settings
from tests.databases import Datastore
from tests.world import Running

KEY, OTHER_KEY = (base64.b64encode(bytes([digit]) * 32).decode() for digit in (1, 2))

Beside = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture(autouse=True)
def addresses_unmasked_afterwards() -> Iterator[None]:
    yield
    mask_emails(in_answers=False, in_records=False)


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    return Settings(database_url=datastore.url, demo=False, encryption_key=KEY)


@pytest.fixture
def beside(settings: Settings, datastore: Datastore) -> Beside:
    """Another process on the same database, with other settings."""

    @asynccontextmanager
    async def run(**others: object) -> AsyncIterator[Running]:
        service = Cell(msgspec.structs.replace(settings, **others), lambda _: None)
        await service.start()
        transport = httpx.ASGITransport(service)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
                yield Running(service, client, datastore, [])
        finally:
            await service.stop()

    return run
