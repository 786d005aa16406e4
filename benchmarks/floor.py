"""The floor: a minimal ASGI application on the service's server and database driver, with the same
SQL and the same JSON, as an upper bound for this machine.

It has no authentication, validation, masking, logs or metrics.

Usage: python -m benchmarks.floor URL PORT WORKERS
"""

import gc
import multiprocessing
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol
from urllib.parse import parse_qs

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from crm_cell.kernel.clock import format_time
from crm_cell.storage.open import is_postgres, sqlite_path

COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, name, name_key, contact_phone, contact_email,"
    " status, owner_id"
)
# A new row also has search keys for phone number and email address.
NEW_COLUMNS = f"{COLUMNS}, contact_phone_key, contact_email_key"
PAGE = 20
_JSON = (b"content-type", b"application/json")

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Row = tuple[Any, ...]


class New(msgspec.Struct, rename="camel"):
    name: str
    contact_phone: str | None = None
    contact_email: str | None = None


class Customer(msgspec.Struct, rename="camel"):
    customer_id: str
    tenant_id: str
    name: str
    contact_phone: str | None
    contact_email: str | None
    status: int
    owner_id: str | None
    created_at: str
    updated_at: str


class Page(msgspec.Struct, rename="camel"):
    data: list[Customer]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


class Store(Protocol):
    async def open(self) -> None: ...

    async def get(self, identifier: str) -> Row: ...

    async def list_(self, offset: int) -> tuple[int, list[Row]]:
        """The total, and one more row than a page, to know whether another page follows."""
        ...

    async def create(self, new: New, request_id: str) -> Row: ...


class Floor:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._decode = msgspec.json.Decoder(New).decode

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            new = self._decode((await receive())["body"])
            body = encode(customer_of(await self._store.create(new, request_id_of(scope))))
            await answer(send, 201, body)
        elif scope["path"] == "/customers":
            await answer(send, 200, await self._list(scope["query_string"]))
        elif scope["path"] == "/health":
            await answer(send, 200, b"{}")
        else:
            row = await self._store.get(scope["path"].rpartition("/")[2])
            await answer(send, 200, encode(customer_of(row)))

    async def _list(self, query: bytes) -> bytes:
        page = int(parse_qs(query)[b"page"][0]) if query else 1
        total, rows = await self._store.list_((page - 1) * PAGE)
        shown = [customer_of(row) for row in rows[:PAGE]]
        return encode(Page(shown, total, page, PAGE, shown[-1].customer_id))


encode = msgspec.json.Encoder().encode


def request_id_of(scope: Message) -> str:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next(value.decode() for name, value in headers if name == b"x-request-id")


def customer_of(row: Row) -> Customer:
    tenant, identifier, _, created_at, updated_at, name, _, phone, email, status, owner = row
    created, updated = format_time(created_at), format_time(updated_at)
    return Customer(identifier, tenant, name, phone, email, status, owner, created, updated)


async def answer(send: Send, status: int, body: bytes) -> None:
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def store_of(url: str) -> Store:
    if is_postgres(url):
        from benchmarks.floor_postgres import PostgresStore

        return PostgresStore(url)
    from benchmarks.floor_sqlite import SqliteStore

    return SqliteStore(sqlite_path(url))


async def serve(url: str, port: int) -> None:
    """Serve like `crm-cell serve`, so that only the application differs."""
    store = store_of(url)
    await store.open()
    server = Server(Floor(store), port=port, interface=Interfaces.ASGINL, log_enabled=False)
    gc.collect()
    gc.freeze()
    await server.serve()


def serve_here(url: str, port: int) -> None:
    uvloop.run(serve(url, port))


def main(url: str, port: int, workers: int) -> None:
    """With several workers, processes share the port, and the kernel distributes connections."""
    if workers == 1:
        serve_here(url, port)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    started = [
        multiprocessing.Process(target=serve_here, args=(url, port), daemon=True)
        for _ in range(workers)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
