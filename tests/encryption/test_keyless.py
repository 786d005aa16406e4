"""A process without the key, beside one that has it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from crm_cell.encryption.keyless import POLL_SECONDS
from tests.databases import Datastore, SqliteFile
from tests.world import Beside, Caller

PHONE = "13812345678"
IN_THE_OPEN = "SELECT contact_phone FROM customers WHERE contact_phone NOT LIKE ':%'"


async def test_no_sealed_text_is_shown_and_nothing_is_written_after_it_was_met(
    beside: Beside,
) -> None:
    async with beside(encryption_key=None) as keyless, beside() as sealing:
        made = await Caller(sealing.client, "acme").customer(contactPhone=PHONE)
        acme = Caller(keyless.client, "acme")
        with capture_logs() as logged:
            path = f"/customers/{made['customerId']}"
            answers = [
                await acme.get(path),
                await acme.get("/customers"),
                await acme.get("/customers/export"),
                await acme.post("/customers", {"name": "late", "contactPhone": PHONE}),
                await keyless.client.get("/readyz"),
            ]
            assert (await keyless.client.get("/livez")).status_code == 200
        assert [answer.status_code for answer in answers] == [503] * 5
        assert not any(":1:" in answer.text for answer in answers)
        assert [line["event"] for line in logged].count("encryption_key_missing") == 1
        assert sealing.rows(IN_THE_OPEN) == []
        assert (await Caller(sealing.client, "acme").get(path)).status_code == 200


async def test_a_number_is_not_written_in_the_open_once_there_are_keys(
    beside: Beside, datastore: Datastore
) -> None:
    async with beside(encryption_key=None) as keyless, beside() as sealing:
        await Caller(sealing.client, "bravo").customer(contactPhone=PHONE)
        if not isinstance(datastore, SqliteFile):  # there it takes a moment to notice
            await asyncio.sleep(1.5 * POLL_SECONDS)
        answer = await Caller(keyless.client, "acme").post(
            "/customers", {"name": "late", "contactPhone": PHONE}
        )
        assert answer.status_code == 503
        assert sealing.rows(IN_THE_OPEN) == []


async def test_an_idle_process_notices_keys_by_itself(beside: Beside) -> None:
    async with beside(encryption_key=None) as keyless, beside() as sealing:
        assert (await keyless.client.get("/readyz")).status_code == 200
        await Caller(sealing.client, "acme").customer(contactPhone=PHONE)
        await asyncio.sleep(1.5 * POLL_SECONDS)
        assert (await keyless.client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/customers", "/health"])
async def test_without_keys_in_the_database_all_is_served(beside: Beside, path: str) -> None:
    async with beside(encryption_key=None) as keyless, beside():
        assert (await Caller(keyless.client, "acme").get(path)).status_code == 200
