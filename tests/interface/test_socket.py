"""Over a real socket, with a real server in between: the same rejections, in the same frame."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.processes import Process, serving
from tests.world import Json

FRAME = "Host: localhost\r\nAuthorization: Bearer test\r\nX-Tenant-Id: acme\r\n"
WRITE = FRAME + "X-Request-ID: r-1\r\nContent-Type: application/json\r\n"
PATIENCE_SECONDS = 20


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found


class Connection:
    """One connection on which whole requests are sent as they stand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    async def ask(self, head: str | bytes, body: bytes = b"") -> Answer:
        raw = head if isinstance(head, bytes) else head.encode("latin-1")
        self.writer.write(raw + b"\r\n" + body)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._answer(has_body=not raw.startswith(b"HEAD"))

    async def _answer(self, *, has_body: bool) -> Answer:
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        length = int(headers.get("content-length", 0)) if has_body else 0
        return Answer(int(lines[0].split()[1]), headers, await self._reader.readexactly(length))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with serving(Path(tmp_path_factory.mktemp("socket"))) as process:
        yield process
        assert process.stop() == 0
        assert [line for line in process.log() if '"level":"error"' in line] == []


@pytest.fixture
async def connection(service: Process) -> AsyncIterator[Connection]:
    host, _, port = service.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield Connection(reader, writer)
    writer.close()


def refused(answer: Answer, status: int, code: str) -> Json:
    body = answer.json()
    assert (answer.status, body["code"]) == (status, code), body
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"] == body["requestId"]
    assert answer.headers["x-response-time"].isdigit()
    return body


def faults(answer: Answer) -> set[tuple[str, str]]:
    body = refused(answer, 400, "BAD_REQUEST")
    return {(fault["field"], fault["code"]) for fault in body["errors"]}


async def still_there(connection: Connection) -> None:
    """The same connection serves the next request."""
    assert (await connection.ask(f"GET /customers HTTP/1.1\r\n{FRAME}")).status == 200


async def test_requests_follow_one_another_whatever_came_of_the_last(
    connection: Connection,
) -> None:
    await still_there(connection)
    refused(await connection.ask("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n"), 404, "NOT_FOUND")
    refused(
        await connection.ask("GET /customers HTTP/1.1\r\nHost: localhost\r\n"), 401, "UNAUTHORIZED"
    )
    not_allowed = await connection.ask(f"PUT /customers HTTP/1.1\r\n{FRAME}")
    refused(not_allowed, 405, "METHOD_NOT_ALLOWED")
    head = await connection.ask(f"HEAD /customers HTTP/1.1\r\n{FRAME}")
    assert (head.status, int(head.headers["content-length"]) > 0) == (200, True)
    await still_there(connection)


async def test_a_header_sent_twice_is_refused(connection: Connection) -> None:
    head = f"POST /customers HTTP/1.1\r\n{WRITE}X-Request-ID: r-2\r\nContent-Length: 2\r\n"
    assert faults(await connection.ask(head, b"{}")) == {("X-Request-ID", "repeated")}
    await still_there(connection)


async def test_bytes_that_are_no_ascii_name_a_user_in_utf_8(connection: Connection) -> None:
    head = f"GET /customers HTTP/1.1\r\n{FRAME}X-User-Id: ".encode()
    assert (await connection.ask(head + "张\r\n".encode())).status == 200
    refused_ = await connection.ask(head + "张".encode("gb18030") + b"\r\n")
    assert faults(refused_) == {("X-User-Id", "malformed")}
    await still_there(connection)


@pytest.mark.parametrize(
    "path", ["/customers/%ff", "/customers/%00", "/%E5%AE%A2", "/customers%2F1", "/%2e%2e/x", "//"]
)
async def test_a_path_of_any_bytes_is_not_found(path: str, connection: Connection) -> None:
    refused(await connection.ask(f"GET {path} HTTP/1.1\r\n{FRAME}"), 404, "NOT_FOUND")
    await still_there(connection)


@pytest.mark.parametrize("query", ["page=%ff", "page=%", "page=1&page=1", "cursor=%00", "=", "%00"])
async def test_a_query_of_any_bytes_is_refused(query: str, connection: Connection) -> None:
    assert faults(await connection.ask(f"GET /customers?{query} HTTP/1.1\r\n{FRAME}"))
    await still_there(connection)


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
async def test_a_body_past_the_limit_is_refused_once_it_is_sent(
    size: int, connection: Connection
) -> None:
    head = f"POST /customers HTTP/1.1\r\n{WRITE}Content-Length: {size}\r\n"
    refused(await connection.ask(head, b" " * size), 413, "PAYLOAD_TOO_LARGE")


async def test_a_body_past_the_limit_is_refused_though_it_hides_its_length(
    connection: Connection,
) -> None:
    head = f"POST /customers HTTP/1.1\r\n{WRITE}Transfer-Encoding: chunked\r\n"
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    refused(await connection.ask(head, chunk * 20 + b"0\r\n\r\n"), 413, "PAYLOAD_TOO_LARGE")


async def test_a_body_in_pieces_is_read_whole(connection: Connection) -> None:
    head = f"POST /customers HTTP/1.1\r\n{WRITE}Transfer-Encoding: chunked\r\n"
    pieces = b'8\r\n{"name":\r\n9\r\n"Pieces"}\r\n0\r\n\r\n'
    created = await connection.ask(head, pieces)
    assert (created.status, created.json()["name"]) == (201, "Pieces")
    await still_there(connection)


async def test_no_depth_breaks_the_process(connection: Connection) -> None:
    for body in (b"[" * 50_000, b"[" * 900_000, b'{"a":' * 150_000):
        head = f"POST /customers HTTP/1.1\r\n{WRITE}Content-Length: {len(body)}\r\n"
        assert faults(await connection.ask(head, body)) == {("body", "too_deep")}
    await still_there(connection)


async def test_whoever_hangs_up_in_the_middle_of_a_body_disturbs_nobody(
    service: Process, connection: Connection
) -> None:
    host, _, port = service.address.removeprefix("http://").partition(":")
    for sent in (b"", b'{"name": "Half', b" " * 500_000):
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /customers HTTP/1.1\r\n{WRITE}Content-Length: 900000\r\n\r\n"
        writer.write(head.encode() + sent)
        await writer.drain()
        writer.close()
    await still_there(connection)
