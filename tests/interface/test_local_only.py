"""Mode `dev` takes any token, so no web page may reach it.

A page whose name is bound to 127.0.0.1 after it was loaded (DNS rebinding) could read and write all
of it: `Host: evil.example` was answered, and writes with a foreign `Origin` were carried out.
"""

from collections.abc import AsyncIterator

import pytest

from crm_cell.app import Cell
from crm_cell.settings import Settings
from tests.databases import SqliteFile
from tests.identity.issuer import AUDIENCE, ISSUER, SECRET, claims, signed
from tests.wire import READ, WRITE, Header, Heard, ask, refused
from tests.world import Running, nothing_changes

PAGE = "https://crm.example.com"
LOCAL = [
    "localhost",
    "localhost:8001",
    "LocalHost:65535",
    "localhost:",
    "crm.localhost",
    "a.b.localhost:8001",
    "127.0.0.1",
    "127.0.0.1:8001",
    "127.255.255.254",
    "[::1]",
    "[::1]:8001",
    "[0:0:0:0:0:0:0:1]",
]
FOREIGN = [
    "evil.example",
    "evil.example:8001",
    "localhost.evil.example",
    "evillocalhost",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:8001",
    "128.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "2130706433",
    "0x7f.1",
    "127.1",
    "[::2]",
    "[::]",
    "[::1",
    "::1",
    "localhost@evil.example",
    "localhost:80:80",
    "localhost evil.example",
    "localhost,evil.example",
    "localhost/evil",
    "localh\xf6st",
    ":8001",
]


@pytest.fixture
async def dev(sqlite_datastore: SqliteFile) -> AsyncIterator[Running]:
    """With a page of another origin that may call."""
    settings = Settings(database_url=sqlite_datastore.url, demo=False, cors_origins=PAGE)
    service = Cell(settings, lambda _: None)
    await service.start()
    yield Running(service, None, sqlite_datastore, [])  # type: ignore[arg-type]
    await service.stop()


def from_host(host: str, *others: Header) -> list[Header]:
    return [(b"host", host.encode("latin-1")), *others]


async def create(dev: Running, host: str, origin: str | None) -> Heard:
    headers = from_host(host, *WRITE)
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    body = b'{"name":"A"}'
    return await ask(dev.service, "POST", "/customers", headers=headers, body=body)


@pytest.mark.parametrize("host", LOCAL)
async def test_names_of_this_machine_are_answered(host: str, dev: Running) -> None:
    heard = await ask(dev.service, "GET", "/customers", headers=from_host(host, *READ))
    assert heard.status == 200


@pytest.mark.parametrize("host", FOREIGN)
async def test_any_other_name_is_not(host: str, dev: Running) -> None:
    async with nothing_changes(dev):
        refused(await create(dev, host, None), 421, "MISDIRECTED_REQUEST")
        refused(
            await create(dev, host, f"http://{host.encode('ascii', 'replace').decode()}"),
            421,
            "MISDIRECTED_REQUEST",
        )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/customers"),
        ("HEAD", "/customers"),
        ("GET", "/api/v1/crm/customers"),
        ("GET", "/customers/export"),
        ("DELETE", "/customers/x"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
        ("GET", "/"),
        ("GET", "/docs"),
        ("GET", "/docs/swagger-ui.css"),
        ("GET", "/redoc"),
        ("GET", "/nowhere"),
        ("TRACE", "/customers"),
    ],
)
async def test_no_path_is_answered_under_a_foreign_name(
    method: str, path: str, dev: Running
) -> None:
    heard = await ask(dev.service, method, path, headers=from_host("evil.example", *READ))
    assert heard.status == 421
    if method != "HEAD":
        refused(heard, 421, "MISDIRECTED_REQUEST")


async def test_nor_is_a_preflight(dev: Running) -> None:
    asked = (b"access-control-request-method", b"POST"), (b"origin", PAGE.encode())
    heard = await ask(
        dev.service, "OPTIONS", "/customers", headers=from_host("evil.example", *asked)
    )
    refused(heard, 421, "MISDIRECTED_REQUEST")
    heard = await ask(dev.service, "OPTIONS", "/customers", headers=from_host("localhost", *asked))
    assert heard.status == 204


@pytest.mark.parametrize("path", ["/health", "/livez", "/readyz", "/api/v1/crm/health"])
async def test_probes_are_answered_whatever_they_call_it(path: str, dev: Running) -> None:
    headers = from_host("10.1.2.3:8001", (b"origin", b"null"))
    assert (await ask(dev.service, "GET", path, headers=headers)).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://localhost:5173",
        "http://127.0.0.1:8001",
        "http://localhost:8001.evil.example",
        "localhost:8001",
        "",
        f"{PAGE}.evil.example",
    ],
)
async def test_no_foreign_page_writes(origin: str, dev: Running) -> None:
    async with nothing_changes(dev):
        heard = await create(dev, "localhost:8001", origin)
        assert "CRM_CORS_ORIGINS" in refused(heard, 403, "FORBIDDEN")["message"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT", "POST"])
async def test_nor_in_any_other_way(method: str, dev: Running) -> None:
    headers = from_host("localhost", *WRITE, (b"origin", b"null"))
    refused(await ask(dev.service, method, "/customers/x", headers=headers), 403, "FORBIDDEN")


@pytest.mark.parametrize("origin", [None, "http://localhost:8001", "https://localhost:8001", PAGE])
async def test_its_own_pages_and_those_that_are_named_do(origin: str | None, dev: Running) -> None:
    assert (await create(dev, "localhost:8001", origin)).status == 201


async def test_a_foreign_page_may_ask_and_is_not_shown_the_answer(dev: Running) -> None:
    """The browser keeps it from the page: no header allows it to be read."""
    headers = from_host("localhost", *READ, (b"origin", b"http://evil.example"))
    heard = await ask(dev.service, "GET", "/customers", headers=headers)
    assert (heard.status, heard.header("access-control-allow-origin")) == (200, None)


async def test_other_modes_are_reached_by_any_name(sqlite_datastore: SqliteFile) -> None:
    settings = Settings(
        database_url=sqlite_datastore.url,
        demo=False,
        auth_mode="jwt",
        jwt_secret=SECRET,
        jwt_issuer=ISSUER,
        jwt_audience=AUDIENCE,
    )
    service = Cell(settings, lambda _: None)
    await service.start()
    token = (b"authorization", f"Bearer {signed(claims())}".encode())
    headers = from_host("crm.example.com", token, *WRITE[2:], (b"origin", b"null"))
    heard = await ask(service, "POST", "/customers", headers=headers, body=b'{"name":"A"}')
    assert heard.status == 201
    await service.stop()
