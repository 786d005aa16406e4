"""What this machine can do at most: a bare ASGI application on the service's own server and
database driver, with the same SQL and the same JSON, and nothing else.

No identity, no checks, no masking, no log, no figures. A create is one row, with a commit of its
own.

Usage: python -m benchmarks.floor FILE PORT
"""

import gc
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from benchmarks.seed import TENANT
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.ids import new_id
from crm_cell.storage.sqlite_connection import connect

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, name, name_key, contact_phone, contact_email,"
    " status, owner_id"
)
_GET = f"SELECT {_COLUMNS} FROM customers WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL"
# One row more than the page, to know whether another page follows.
_LIST = (
    f"SELECT {_COLUMNS} FROM customers WHERE tenant_id = ? AND deleted_at IS NULL"
    " ORDER BY id DESC LIMIT 21"
)
_TOTAL = (
    "SELECT coalesce(sum(value), 0) FROM counters"
    " WHERE tenant_id = ? AND name = 'customers' AND key = ''"
)
_INSERT = f"INSERT INTO customers ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
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


class Floor:
    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(New).decode

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await answer(send, 201, self._create((await receive())["body"]))
        elif scope["path"] == "/customers":
            await answer(send, 200, self._list())
        elif scope["path"] == "/health":
            await answer(send, 200, b"{}")
        else:
            await answer(send, 200, self._get(scope["path"].rpartition("/")[2]))

    def _get(self, identifier: str) -> bytes:
        return self._encode(customer_of(self._rows(_GET, TENANT, identifier)[0]))

    def _list(self) -> bytes:
        total = self._rows(_TOTAL, TENANT)[0][0]
        shown = [customer_of(row) for row in self._rows(_LIST, TENANT)[:20]]
        return self._encode(Page(shown, total, 1, 20, shown[-1].customer_id))

    def _create(self, body: bytes) -> bytes:
        new = self._decode(body)
        now = time.time_ns() // 1_000_000
        contact = (new.contact_phone, new.contact_email)
        row = (TENANT, new_id(now), 1, now, now, new.name, new.name.casefold(), *contact, 1, None)
        # Outside BEGIN and COMMIT a statement is a transaction, and on disk when it returns.
        self._connection.execute(_INSERT, row)
        return self._encode(customer_of(row))

    def _rows(self, sql: str, *values: str) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()


def customer_of(row: Row) -> Customer:
    tenant, identifier, _, created_at, updated_at, name, _, phone, email, status, owner = row
    created, updated = format_time(created_at), format_time(updated_at)
    return Customer(identifier, tenant, name, phone, email, status, owner, created, updated)


async def answer(send: Send, status: int, body: bytes) -> None:
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve(path: Path, port: int) -> None:
    """As `crm-cell serve` does it, so that the two differ in nothing but the application."""
    server = Server(Floor(path), port=port, interface=Interfaces.ASGINL, log_enabled=False)
    gc.collect()
    gc.freeze()
    await server.serve()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
