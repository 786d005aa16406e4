"""Thousands of numbers and addresses go in, under a key; none of them lies anywhere in the open."""

import base64
import re
from pathlib import Path

import httpx

from tests.databases import PostgresDatastore
from tests.processes import rows, serving
from tests.turns import so_many
from tests.world import Json

KEY = base64.b64encode(b"k" * 32).decode()
COUNT, ROWS = so_many(3_000, of=10_000), 1_000
A_NUMBER = re.compile(rb"1[3-9][0-9]{9}")
AN_ADDRESS = re.compile(rb"[a-z]+\.[0-9]{5}@planted\.example")


def number(at: int) -> str:
    return f"1{3 + at % 7}{at:05}{(at * 7919) % 10_000:04}"


def address(at: int) -> str:
    return f"somebody.{at:05}@planted.example"


PLANTED = {text(at).encode() for at in range(COUNT) for text in (number, address)}


def found_in(place: bytes) -> set[bytes]:
    return {*A_NUMBER.findall(place), *AN_ADDRESS.findall(place)} & PLANTED


async def plant(client: httpx.AsyncClient) -> None:
    """Through imports, creates and changes; then looked for, exported and revealed."""
    for first in range(0, COUNT, ROWS):
        items = [
            {"name": f"C{at}", "contactPhone": number(at), "contactEmail": address(at)}
            for at in range(first, first + ROWS)
        ]
        report = await send(client, "/customers/import", {"items": items})
        assert report["created"] == ROWS
    for at in range(50):
        body = {"name": f"D{at}", "contactPhone": number(at), "contactEmail": address(at)}
        customer = await send(client, "/customers", body)
        where = customer["customerId"]
        person = {"customerId": where, "name": "李雷", "phone": number(at), "email": address(at)}
        await send(client, "/contacts", person)
        asked = {"fields": ["contactPhone", "contactEmail"], "reason": f"{number(at)} 回电"}
        seen = await send(client, f"/customers/{where}/reveal", asked)
        assert seen["revealed"] == {"contactPhone": number(at), "contactEmail": address(at)}
        answer = await client.get("/customers", params={"phone": number(at)})
        assert answer.json()["total"] == 2
        answer = await client.get("/contacts", params={"email": address(at)})
        assert answer.json()["total"] == 1


_keys = iter(range(1_000_000))


async def send(client: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer = await client.post(path, json=body, headers={"X-Request-ID": f"r{next(_keys)}"})
    assert answer.status_code in (200, 201), answer.text
    told: Json = answer.json()
    return told


async def shown(client: httpx.AsyncClient) -> bytes:
    """Lists, exports, the trail and the figures, as they leave the service."""
    answers = [
        await client.get(path)
        for path in (
            "/customers?pageSize=500",
            "/contacts?pageSize=500",
            "/audit-logs?pageSize=500",
            "/customers/export?format=csv",
            "/customers/export?format=ndjson",
            "/metrics",
        )
    ]
    answers.append(await client.get("/metrics", headers={"Accept": "text/plain"}))
    assert {answer.status_code for answer in answers} == {200}
    return b"\n".join(answer.content for answer in answers)


def test_the_search_itself_finds_what_was_planted() -> None:
    place = b"x" + number(17).encode() + b"," + address(COUNT - 1).encode() + b"\0"
    assert found_in(place) == {number(17).encode(), address(COUNT - 1).encode()}
    assert len(PLANTED) == 2 * COUNT


def files(folder: Path) -> list[tuple[Path, bytes]]:
    return [(file, file.read_bytes()) for file in folder.iterdir()]


def lying_in(folder: Path) -> dict[str, set[bytes]]:
    """By file, what of all that was planted is in it."""
    held = {file.name: found_in(place) for file, place in files(folder)}
    return {name: found for name, found in held.items() if found}


async def test_nothing_lies_in_the_file_its_wal_or_the_log(tmp_path: Path) -> None:
    settings = {"CRM_ENCRYPTION_KEY": KEY, "CRM_LOG_LEVEL": "debug", "CRM_MASK_EMAIL": "1"}
    with serving(tmp_path, **settings) as service:
        async with service.client() as client:
            await plant(client)
            told = await shown(client)
        service.kill()
    sizes = {file.name: len(place) for file, place in files(tmp_path)}
    assert (sizes["crm.db"] > 500 * COUNT, sizes["crm.db-wal"] > 1_000_000) == (True, True)
    assert found_in(told) == set()
    assert lying_in(tmp_path) == {}


async def test_with_addresses_shown_they_lie_nowhere_either(tmp_path: Path) -> None:
    """Answers show them then; what is stored of answers is sealed."""
    with serving(tmp_path, CRM_ENCRYPTION_KEY=KEY, CRM_LOG_LEVEL="debug") as service:
        async with service.client() as client:
            await plant(client)
            assert found_in(await shown(client))
        assert service.stop() == 0
    assert lying_in(tmp_path) == {}
    (kept,) = rows(tmp_path / "crm.db", "SELECT count(*) FROM customers")
    assert kept == (COUNT + 50,)


async def test_nothing_lies_in_the_tables_of_postgresql(
    postgres_datastore: PostgresDatastore, tmp_path: Path
) -> None:
    settings = {"CRM_DATABASE_URL": postgres_datastore.url, "CRM_ENCRYPTION_KEY": KEY}
    with serving(tmp_path, **settings) as service:
        async with service.client() as client:
            await plant(client)
        assert service.stop() == 0
    held = {
        table: found_in(dumped(postgres_datastore, table)) for table in postgres_datastore.tables()
    }
    assert {name: found for name, found in held.items() if found} == {}
    assert {"customers", "contacts", "audit_logs", "events", "idempotency_keys"} <= set(held)


def dumped(datastore: PostgresDatastore, table: str) -> bytes:
    """Every row as text, bytes as they are."""
    found = datastore.rows(f'SELECT * FROM "{table}"')
    values = [value for row in found for value in row]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
