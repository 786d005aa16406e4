"""The service with a key."""

import base64
from collections.abc import Iterator

import pytest

from crm_cell.kernel.masking import mask_emails
from crm_cell.settings import Settings
from tests.databases import Datastore

KEY, OTHER_KEY = (base64.b64encode(bytes([digit]) * 32).decode() for digit in (1, 2))


@pytest.fixture(autouse=True)
def addresses_unmasked_afterwards() -> Iterator[None]:
    yield
    mask_emails(in_answers=False, in_records=False)


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    return Settings(database_url=datastore.url, demo=False, encryption_key=KEY)
