"""On PostgreSQL transactions commit in any order: a reader of the feed misses none of them, even
where a process that wrote is killed."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.changes.following import Copy
from tests.databases import PostgresDatastore
from tests.processes import Process, serving
from tests.world import Json

# Commits of these wait at their end, with ids that are made already.
SLOW_COMMIT = (
    "CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " PERFORM pg_sleep(0.05 + 0.4 * random()); RETURN NULL; END $$"
)
AFTER_CUSTOMERS = (
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON customers DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW WHEN (NEW.name LIKE 'slow%') EXECUTE FUNCTION wait_a_while()"
)
OUT_OF_ORDER = (
    "SELECT count(*) FROM events AS a JOIN events AS b ON a.tenant_id = b.tenant_id"
    " AND a.id < b.id AND a.change_no > b.change_no"
)
WRITERS = 6
SECONDS = 1.5
numbers = itertools.count(1)


@pytest.fixture
def slow_commits(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    for statement in (SLOW_COMMIT, AFTER_CUSTOMERS):
        copy.rows(statement)
    yield copy
    copy.close()


async def write(client: httpx.AsyncClient, ends: float) -> None:
    """Until the time is up, or the process is gone."""
    with suppress(httpx.HTTPError):
        while asyncio.get_running_loop().time() < ends:
            number = next(numbers)
            body: Json = {"name": f"{'slow' if number % 3 == 0 else 'fast'} {number}"}
            answer = await send(client, "POST", "/customers", body)
            path = f"/customers/{answer.json()['customerId']}"
            if number % 2:
                await send(client, "PATCH", path, {"status": 2})
            if number % 5 == 0:
                await send(client, "DELETE", path)


async def send(
    client: httpx.AsyncClient, method: str, path: str, body: Json | None = None
) -> httpx.Response:
    headers = {"X-Request-ID": f"late-{next(numbers)}"}
    answer = await client.request(method, path, headers=headers, json=body)
    assert answer.is_success, answer.text
    return answer


async def read_on(client: httpx.AsyncClient, copy: Copy, ended: asyncio.Event) -> None:
    """Follow the feed until it is caught up with all that was written before the end."""
    while True:
        was_over = ended.is_set()
        query: dict[str, str | int] = {"include": "data", "limit": 20, "wait": 1}
        answer = await client.get("/changes", params={"after": copy.cursor, **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for change in page["data"]:
            copy.apply(change)
        copy.cursor = page["next"]
        if was_over and page["caughtUp"] and not page["data"]:
            return


async def customers_in(client: httpx.AsyncClient) -> dict[tuple[str, str], Json]:
    found: dict[tuple[str, str], Json] = {}
    query = {"pageSize": "100"}
    while True:
        page = (await client.get("/customers", params=query)).json()
        found.update((("customer", row["customerId"]), row) for row in page["data"])
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


async def test_a_reader_ends_with_exactly_what_is_in_the_tables(
    slow_commits: PostgresDatastore, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    url = slow_commits.url
    with (
        serving(folders[0], CRM_DATABASE_URL=url) as one,
        serving(folders[1], CRM_DATABASE_URL=url) as other,
    ):
        await follow_through_a_crash(slow_commits, one, other)


async def follow_through_a_crash(
    datastore: PostgresDatastore, one: Process, other: Process
) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    async with one.client() as dying, other.client() as client, other.client() as reader:
        copy = Copy((await reader.get("/changes/now")).json()["next"])
        reading = asyncio.create_task(read_on(reader, copy, ended))
        ends = loop.time() + SECONDS
        writing = [
            asyncio.create_task(write(each, ends))
            for each in [dying] * WRITERS + [client] * WRITERS
        ]
        await asyncio.sleep(SECONDS / 2)
        one.kill()
        await asyncio.gather(*writing)
        await asyncio.to_thread(wait_for_numbers, datastore)
        ended.set()
        await asyncio.wait_for(reading, 30)
        assert copy.records == await customers_in(client)
    assert len(copy.records) > WRITERS
    # It was worth it: a reader who had read in the order of ids would have missed some.
    [(out_of_order,)] = datastore.rows(OUT_OF_ORDER)
    assert out_of_order > 0
    [(many, last, head)] = datastore.rows(
        "SELECT count(*), max(change_no), (SELECT last_no FROM change_heads) FROM events"
    )
    assert many == last == head


def wait_for_numbers(datastore: PostgresDatastore) -> None:
    """Transactions of a killed process may still commit; another process numbers their events."""
    quiet = 0
    while quiet < 3:
        active = datastore.rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        left = datastore.rows("SELECT 1 FROM events WHERE change_no IS NULL LIMIT 1")
        quiet = 0 if active or left else quiet + 1
