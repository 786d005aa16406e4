"""Thrown at the real server: everything that is not quite a request, and senders without haste.

None is answered by a 5xx, none ends the service, and no request that hides in another is carried
out: neither the database nor the log has seen one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.interface.malformed import GET, HALVES, HIDDEN, MALFORMED, PIPELINED, UNUSUAL, WRITE
from tests.processes import Process, rows, serving

SLOW_SENDERS = 500
HEAD_SECONDS = 10
# On a machine with much else to do.
PATIENCE_SECONDS = 30
MOST_MEGABYTES = 200
LAST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: last\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with serving(Path(tmp_path_factory.mktemp("malformed"))) as process:
        yield process
        assert process.stop() == 0


async def connect(service: Process) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = service.address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def end(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def throw(service: Process, raw: bytes, *, hang_up: bool = False) -> list[int]:
    """The statuses of all that is answered until the connection ends.

    After the first answer the connection is asked to close by one request more, so that whatever
    was taken for a request before it is answered too.
    """
    reader, writer = await connect(service)
    heard = bytearray()
    try:
        writer.write(raw)
        if hang_up:
            writer.write_eof()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while piece := await reader.read(65_536):
                if not heard and not hang_up:
                    writer.write(LAST)
                heard += piece
    except OSError:
        pass  # it was cut off while it was still sending
    finally:
        await end(writer)
    answers = re.split(rb"(?=HTTP/1\.[01] \d{3} )", bytes(heard))
    return [int(answer[9:12]) for answer in answers if answer and b": last\r\n" not in answer]


async def well(service: Process, seen: str) -> None:
    """The service answers as ever, and nothing hidden was carried out."""
    async with service.client() as client:
        assert (await client.get("/customers")).status_code == 200
    assert rows(service.path, "SELECT name FROM customers") == []
    log = "\n".join(service.log())
    assert '"requestId":"smuggled"' not in log, seen
    assert '"level":"error"' not in log, seen


def test_there_are_enough_of_them() -> None:
    assert len(MALFORMED) >= 60
    assert sum(HIDDEN in raw for raw in MALFORMED.values()) >= 15


async def test_what_is_malformed_is_refused_or_cut_off(service: Process) -> None:
    heard = await asyncio.gather(*(throw(service, raw) for raw in MALFORMED.values()))
    for name, statuses in zip(MALFORMED, heard, strict=True):
        assert len(statuses) <= 1, (name, statuses)
        assert all(400 <= status < 500 for status in statuses), (name, statuses)
    await well(service, "malformed")


@pytest.mark.parametrize("name", HALVES)
async def test_whoever_hangs_up_halfway_gets_no_5xx(name: str, service: Process) -> None:
    statuses = await throw(service, HALVES[name], hang_up=True)
    assert statuses in ([], [400]), statuses
    await well(service, name)


@pytest.mark.parametrize("name", UNUSUAL)
async def test_what_is_unusual_is_one_request(name: str, service: Process) -> None:
    assert await throw(service, UNUSUAL[name]) == [200]
    await well(service, name)


@pytest.mark.parametrize("name", PIPELINED)
async def test_what_follows_a_request_is_looked_at_as_closely(name: str, service: Process) -> None:
    assert await throw(service, PIPELINED[name]) == [200, 400]
    await well(service, name)


async def test_senders_without_haste_are_cut_off_and_hold_nobody_up(service: Process) -> None:
    began = monotonic()
    async with slow_senders(service) as readers:
        assert (await throw(service, MALFORMED["10 000 header lines"])) == [431]
        await well(service, "slow senders")
        assert resident_megabytes(service) < MOST_MEGABYTES
        async with asyncio.timeout(HEAD_SECONDS + PATIENCE_SECONDS):
            answers = await asyncio.gather(*(reader.read() for reader in readers))
    assert set(answers) == {b""}
    assert monotonic() - began >= HEAD_SECONDS - 1
    await well(service, "slow senders")


@asynccontextmanager
async def slow_senders(service: Process) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Each has sent as much of a head as it may, but for its end."""
    async with AsyncExitStack() as opened:
        readers = []
        for number in range(SLOW_SENDERS):
            reader, writer = await connect(service)
            opened.push_async_callback(end, writer)
            writer.write(GET + WRITE + b"X-Note: " + b"a" * (number % 2 * 28_000))
            readers.append(reader)
        yield readers


def resident_megabytes(service: Process) -> float:
    status = Path(f"/proc/{service.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
