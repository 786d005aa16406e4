"""What every answer tells browsers and caches, whoever asked and whatever came of it."""

import asyncio
from typing import Any

import pytest

from crm_cell.http.limits.body_timeout import BodyTimeouts
from tests.wire import READ, WRITE, ask, faults, refused
from tests.world import Caller, Running

pytestmark = pytest.mark.one_database

DATA = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize(
    "path",
    [
        "/customers",
        "/customers/none",
        "/customers?page=0",
        "/nowhere",
        "/health",
        "/openapi.json",
        "/customers/export?format=csv",
        "/docs/assets/none",
        "/metrics",
    ],
)
async def test_no_answer_is_kept_framed_or_guessed_at(path: str, acme: Caller) -> None:
    answer = await acme.get(path)
    assert {name: answer.headers.get_list(name) for name in DATA} == {
        name: [value] for name, value in DATA.items()
    }


async def test_a_refusal_and_a_change_are_protected_alike(acme: Caller) -> None:
    for answer in (await acme.post("/customers", {"name": "A"}), await acme.post("/customers", {})):
        assert {name: answer.headers[name] for name in DATA} == DATA


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/assets/docs.js"])
async def test_a_page_has_protection_of_its_own_once(path: str, acme: Caller) -> None:
    answer = await acme.get(path)
    (policy,) = answer.headers.get_list("content-security-policy")
    framed_by = "'self'" if path == "/docs" else "'none'"  # /docs by the console
    assert f"frame-ancestors {framed_by}" in policy
    assert "script-src 'self'" in policy
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    (cached,) = answer.headers.get_list("cache-control")
    assert cached == ("public, max-age=3600" if "assets" in path else "no-cache")


@pytest.mark.parametrize("path", ["/customers", "/nowhere", "/docs"])
async def test_no_answer_tells_a_version(path: str, acme: Caller) -> None:
    answer = await acme.get(path)
    assert not any(character.isdigit() for character in answer.headers.get("server", ""))


async def test_a_compressed_request_is_refused_though_it_has_no_body(cell: Running) -> None:
    for headers in (WRITE, WRITE[:-1]):
        given = [*headers, (b"content-encoding", b"gzip")]
        heard = await ask(cell.service, "POST", "/customers", headers=given, body=b"")
        refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert cell.rows("SELECT 1 FROM customers") == []


@pytest.mark.parametrize(
    ("depth", "expected"),
    [(64, {("x", "unknown"), ("name", "required")}), (65, {("body", "too_deep")})],
)
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
async def test_json_is_read_to_a_depth_of_64(
    depth: int, expected: set[tuple[str, str]], opening: bytes, closing: bytes, cell: Running
) -> None:
    inner = depth - 1
    body = b'{"x":' + opening * inner + b"1" + closing * inner + b"}"
    heard = await ask(cell.service, "POST", "/customers", headers=WRITE, body=body)
    assert faults(heard) == expected


async def test_brackets_in_text_are_no_depth(cell: Running) -> None:
    body = b'{"name": "' + b"[{" * 50 + b'"}'
    heard = await ask(cell.service, "POST", "/customers", headers=WRITE, body=body)
    assert heard.status == 201


# Bodies that are announced and never begin


async def never() -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError("nobody sends anything")


async def test_a_body_that_never_begins_is_the_callers_fault(
    cell: Running,
) -> None:
    cell.service._application._body_timeouts = BodyTimeouts(timeout_seconds=0.05)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [*WRITE, (b"content-length", b"20"), (b"expect", b"100-continue")]
    scope = {"type": "http", "method": "POST", "path": "/customers", "query_string": b""}
    await cell.service(scope | {"headers": headers}, never, send)
    assert sent[0]["status"] == 400
    assert b'"code":"incomplete"' in sent[1]["body"]


async def test_whoever_is_cancelled_while_waiting_stays_cancelled() -> None:
    arrivals = BodyTimeouts(timeout_seconds=10)
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(arrivals.first(never, loop.time()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_each_is_cut_off_in_its_own_time() -> None:
    arrivals = BodyTimeouts(timeout_seconds=0.05)
    loop = asyncio.get_running_loop()
    late = [asyncio.create_task(arrivals.first(never, loop.time())) for _ in range(3)]
    come = await arrivals.first(lambda: asyncio.sleep(0, "here"), loop.time())
    assert come == "here"
    outcomes = await asyncio.gather(*late, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [TimeoutError] * 3
    again = asyncio.create_task(arrivals.first(never, loop.time()))
    with pytest.raises(TimeoutError):
        await again


async def test_a_request_without_a_host_is_refused(cell: Running) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/customers", "query_string": b""}
    await cell.service(
        scope | {"http_version": "1.1", "headers": [*READ, (b"host", b"")]}, never, send
    )
    assert sent[0]["status"] == 400
    assert b'"field":"Host","code":"required"' in sent[1]["body"]
