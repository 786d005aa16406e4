"""A person who has left traces everywhere, in the open and under a key."""

import base64
from collections.abc import Iterator

import pytest

from crm_cell.kernel.masking import mask_emails
from crm_cell.settings import Settings
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.databases import Datastore
from tests.privacy.person import Person, plant
from tests.world import Caller

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(params=["open", "sealed"])
def settings(request: pytest.FixtureRequest, datastore: Datastore) -> Settings:
    key = KEY if request.param == "sealed" else None
    return Settings(database_url=datastore.url, demo=False, encryption_key=key, audit_key=AUDIT_KEY)


@pytest.fixture(autouse=True)
def addresses_unmasked_afterwards() -> Iterator[None]:
    yield
    mask_emails(in_answers=False, in_records=False)


@pytest.fixture
async def person(acme: Caller) -> Person:
    return await plant(acme)
