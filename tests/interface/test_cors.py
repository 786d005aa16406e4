"""Web pages of other origins: shut out unless named, and then without credentials."""

from collections.abc import AsyncIterator

import httpx
import pytest

from crm_cell.app import Cell
from crm_cell.http.limits.cors import read_origins
from crm_cell.settings import Settings
from tests.databases import SqliteFile
from tests.world import Caller, refused

PAGE = "https://crm.example.com"
OTHER = "https://evil.example.com"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "etag"}


@pytest.fixture
async def open_to_a_page(sqlite_datastore: SqliteFile) -> AsyncIterator[httpx.AsyncClient]:
    origins = f"{PAGE}, http://localhost:5173"
    settings = Settings(database_url=sqlite_datastore.url, demo=False, cors_origins=origins)
    service = Cell(settings, lambda line: None)
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await service.stop()


async def test_nobody_is_named_and_nobody_is_let_in(acme: Caller) -> None:
    answer = await acme.get("/customers", {"Origin": PAGE})
    assert answer.status_code == 200
    refused(
        await acme.send("OPTIONS", "/customers", headers={"Origin": PAGE} | PREFLIGHT),
        405,
        "METHOD_NOT_ALLOWED",
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "vary" not in answer.headers


@pytest.mark.parametrize("path", ["/customers", "/api/v1/crm/customers/1", "/nowhere"])
async def test_a_preflight_needs_no_token(path: str, open_to_a_page: httpx.AsyncClient) -> None:
    answer = await open_to_a_page.request("OPTIONS", path, headers={"Origin": PAGE} | PREFLIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "Content-Type", "X-Tenant-Id", "X-Request-ID"} <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [OTHER, "null", PAGE.upper(), PAGE + ".evil.com", PAGE + "/"])
async def test_who_is_not_named_exactly_stays_outside(
    origin: str, open_to_a_page: httpx.AsyncClient
) -> None:
    for method in ("OPTIONS", "GET"):
        answer = await open_to_a_page.request(
            method, "/customers", headers={"Origin": origin} | PREFLIGHT
        )
        assert answer.status_code == (405 if method == "OPTIONS" else 401)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["vary"] == "Origin"


async def test_a_page_may_read_what_a_client_needs(open_to_a_page: httpx.AsyncClient) -> None:
    caller = Caller(open_to_a_page, "acme")
    created = await caller.post("/customers", {"name": "A"}, headers={"Origin": PAGE})
    failed = await caller.post("/customers", {}, headers={"Origin": PAGE})
    assert (created.status_code, failed.status_code) == (201, 400)
    for answer in (created, failed):
        assert answer.headers["access-control-allow-origin"] == PAGE
        exposed = set(answer.headers["access-control-expose-headers"].split(", "))
        assert exposed >= {"ETag", "Location", "X-Request-ID", "Idempotent-Replayed"}
        assert exposed >= {"Retry-After", "RateLimit", "RateLimit-Policy", "Content-Disposition"}


@pytest.mark.parametrize(
    "text", ["*", "https://*.example.com", "crm.example.com", PAGE + "/", "null", "HTTPS://A.B"]
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        read_origins(text)


def test_origins_stand_between_commas() -> None:
    assert read_origins(f" {PAGE} ,http://localhost:5173,") == [PAGE, "http://localhost:5173"]
    assert read_origins(None) == []
