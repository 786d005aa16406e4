"""Probes, balancers and proxies add parameters and headers of their own, and cannot be asked."""

import pytest

from crm_cell.http.headers import is_request_id
from tests.wire import READ, ask, refused
from tests.world import Running

pytestmark = pytest.mark.one_database

PROBES = ["/health", "/livez", "/readyz"]


@pytest.mark.parametrize("path", PROBES)
async def test_a_probe_is_answered_whatever_its_query(path: str, cell: Running) -> None:
    for method in ("GET", "HEAD"):
        for query in (b"", b"t=1", b"a=1&a=2", b"%zz", b"x" * 5000):
            heard = await ask(cell.service, method, path, query=query)
            assert heard.status == 200, (method, query[:20])


@pytest.mark.parametrize("path", PROBES)
async def test_a_probe_is_answered_whatever_its_headers(path: str, cell: Running) -> None:
    for headers in (
        [(b"x-request-id", b"one two")],
        [(b"x-request-id", b"a"), (b"x-request-id", b"b")],
        [(b"x-user-id", b"\x00")],
        [(b"x-tenant-id", b"not a tenant"), (b"authorization", b"Basic x")],
        [(b"accept", b"text/html"), (b"accept", b"*/*")],
        [(b"content-type", b"text/plain"), (b"idempotency-key", b"\xff")],
    ):
        heard = await ask(cell.service, "GET", path, headers=headers)
        assert heard.status == 200, headers


@pytest.mark.parametrize("sent", [[b"one two"], [b"x" * 129], [b""], [b"a", b"b"], [b"\xe4"]])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_malformed_request_id_refuses_no_read_and_is_replaced(
    method: str, sent: list[bytes], cell: Running
) -> None:
    headers = [*READ, *((b"x-request-id", each) for each in sent)]
    heard = await ask(cell.service, method, "/customers", headers=headers)
    (echoed,) = [value for name, value in heard.headers if name == b"x-request-id"]
    assert heard.status == 200
    assert is_request_id(echoed.decode())
    assert echoed not in sent


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc", "/docs/assets/docs.js"])
@pytest.mark.parametrize("query", [b"utm_source=mail", b"v=3", b"a=1&a=2", b"%zz"])
async def test_a_page_is_shown_whatever_link_leads_to_it(
    path: str, query: bytes, cell: Running
) -> None:
    headers = [(b"x-request-id", b"one two"), (b"x-trace-id", b"a b"), (b"x-tenant-id", b"?")]
    assert (await ask(cell.service, "GET", path, query=query, headers=headers)).status == 200


@pytest.mark.parametrize("name", [b"x-request-id", b"x-trace-id", b"x-span-id"])
async def test_what_a_proxy_adds_keeps_no_prometheus_out(name: bytes, cell: Running) -> None:
    headers = [*READ, (b"accept", b"text/plain"), (name, b"one two")]
    heard = await ask(cell.service, "GET", "/metrics", headers=headers)
    assert (heard.status, heard.body[:6]) == (200, b"# HELP")


async def test_another_header_that_comes_twice_still_refuses_a_read(cell: Running) -> None:
    headers = [*READ, (b"x-user-id", b"alice"), (b"x-user-id", b"bob")]
    refused(await ask(cell.service, "GET", "/customers", headers=headers), 400, "BAD_REQUEST")
