"""How tests speak: over HTTP, as somebody, checking the frame of every answer."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import msgspec

from crm_cell.app import Cell
from crm_cell.http.observability.telemetry import AccessLine
from tests.databases import Datastore, Row

Json = dict[str, Any]
# Their rows are numbered after the commit, and pages of SQLite's full-text index change when it
# merges them, which no answer does.
_GIVEN_LATER = {"events": ("change_no",)}
_NOT_KEPT = ("change_heads", "search_terms_data", "search_terms_idx")

# Members that only errors of some codes have.
_MORE: dict[str, set[str]] = {"MERGED": {"mergedInto"}, "DUPLICATE_SUSPECTED": {"matches"}}

_numbers = itertools.count(1)


class Running(msgspec.Struct):
    """The service under test, and ways to look at what it keeps."""

    service: Cell
    client: httpx.AsyncClient
    datastore: Datastore
    log: list[AccessLine]

    def rows(self, sql: str, *values: object) -> list[Row]:
        return self.datastore.rows(sql, *values)

    def change(self, sql: str, *values: object) -> None:
        """What only time or an accident does: old keys purged, a counter gone wrong."""
        self.datastore.rows(sql, *values)

    def everything(self) -> dict[str, list[Row]]:
        """But for the numbers of events, which are given after the commit."""
        return {
            table: sorted((_kept(table, row) for row in rows), key=repr)
            for table, rows in self.datastore.contents().items()
            if table not in _NOT_KEPT
        }


def _kept(table: str, row: dict[str, Any]) -> Row:
    later = _GIVEN_LATER.get(table, ())
    return tuple(value for name, value in row.items() if name not in later)


Beside = Callable[..., AbstractAsyncContextManager[Running]]
"""Runs another process on the same database, with other settings."""


class Caller:
    """Somebody who calls the service. Each write has a request id of its own unless told."""

    def __init__(self, client: httpx.AsyncClient, tenant: str, user: str | None = None) -> None:
        self.client = client
        self.tenant = tenant
        self.user = user

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Authorization": "Bearer test", "X-Tenant-Id": self.tenant}
        return headers | ({"X-User-Id": self.user} if self.user else {})

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        params = {name.rstrip("_"): str(value) for name, value in query.items()}
        return await self.send("GET", path, headers=headers, params=params)

    async def post(
        self,
        path: str,
        body: object = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **query: object,
    ) -> httpx.Response:
        return await self._write("POST", path, body, key, headers, query)

    async def patch(
        self,
        path: str,
        body: object = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return await self._write("PATCH", path, body, key, headers, {})

    async def put(
        self,
        path: str,
        body: object = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return await self._write("PUT", path, body, key, headers, {})

    async def delete(
        self, path: str, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        given = {"X-Request-ID": key} if key else {}
        return await self.send("DELETE", path, headers={**given, **(headers or {})})

    async def rows(self, path: str, **query: Any) -> list[Json]:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        data: list[Json] = answer.json()["data"]
        return data

    async def customer(self, **members: object) -> Json:
        return await self._create("/customers", {"name": f"客户 {next(_numbers)}"} | members)

    async def contact(self, customer: Json, **members: object) -> Json:
        body = {"customerId": customer["customerId"], "name": "李雷"}
        return await self._create("/contacts", body | members)

    async def opportunity(self, customer: Json, **members: object) -> Json:
        body = {"customerId": customer["customerId"], "title": "年度采购", "amountCents": 100_00}
        return await self._create("/opportunities", body | members)

    async def follow_up(self, **members: object) -> Json:
        return await self._create("/follow-ups", {"content": "电话沟通需求"} | members)

    async def contract(self, customer: Json, **members: object) -> Json:
        body = {
            "customerId": customer["customerId"],
            "contractNo": f"HT-{next(_numbers)}",
            "amountCents": 1_000_00,
        }
        return await self._create("/contracts", body | members)

    async def payment(self, contract: Json, **members: object) -> Json:
        body = {
            "contractId": contract["contractId"],
            "amountCents": 100_00,
            "paymentAt": "2026-11-20",
        }
        return await self._create("/payments", body | members)

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        given = httpx.Headers(self.headers | dict(headers or {}), encoding="utf-8")
        answer = await self.client.request(
            method, path, headers=given, params=params, content=content
        )
        check_frame(answer)
        return answer

    async def _create(self, path: str, body: Json) -> Json:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        created: Json = answer.json()
        return created

    async def _write(
        self,
        method: str,
        path: str,
        body: object,
        key: str | None,
        headers: Mapping[str, str] | None,
        query: Mapping[str, object],
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {
            "Content-Type": "application/json",
            "X-Request-ID": key or f"request-{next(_numbers)}",
        }
        return await self.send(
            method,
            path,
            headers=given | dict(headers or {}),
            params={name: str(value) for name, value in query.items()},
            content=content,
        )


def check_frame(answer: httpx.Response) -> None:
    """What every answer has: its request id, its time, and on refusal the one error body."""
    assert answer.headers["x-request-id"]
    assert answer.headers["x-response-time"].isdigit()
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        body = answer.json()
        more = {"errors"} | _MORE.get(body["code"], set())
        assert set(body) - more == {"code", "message", "details", "requestId"}
        assert all(isinstance(body[name], str) for name in set(body) - {"errors", "matches"})
        assert body["requestId"] == answer.headers["x-request-id"]


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    """Assert that it was refused, for this reason; gives the error body."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    body: Json = answer.json()
    return body


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    """The (field, code) pairs of a 400, which is what it must be."""
    body = refused(answer, 400, "BAD_REQUEST")
    return {(fault["field"], fault["code"]) for fault in body["errors"]}


@asynccontextmanager
async def nothing_changes(cell: Running, but: Container[str] = ()) -> AsyncIterator[None]:
    """Fails when what happens inside leaves a trace in any table `but` these."""

    def state() -> dict[str, list[Row]]:
        return {name: rows for name, rows in cell.everything().items() if name not in but}

    before = state()
    yield
    assert state() == before


async def all_numbered(cell: Running) -> None:
    """Until each event has its number in the changes feed, which on a server it gets after the
    commit."""
    await asyncio.sleep(0.01)  # reads of one turn of the event loop share a snapshot
    while cell.rows("SELECT 1 FROM events WHERE change_no IS NULL LIMIT 1"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


THE_TRAIL = frozenset({"audit_logs", "audit_heads", "audit_register", "counters"})
"""The tables that one more entry of the audit trail changes, and no other."""


def events(cell: Running, *, event_type: str | None = None) -> list[Json]:
    """The outbox in order, `data` decoded."""
    rows = cell.rows("SELECT tenant_id, id, event_type, trace_id, data FROM events ORDER BY id")
    names = ("tenantId", "eventId", "eventType", "traceId", "data")
    found = [dict(zip(names, (*row[:4], json.loads(row[4])), strict=True)) for row in rows]
    return [event for event in found if event_type in (None, event["eventType"])]


def audit(cell: Running) -> list[Json]:
    """The audit trail in order, `changes` decoded."""
    rows = cell.rows(
        "SELECT tenant_id, actor, action, resource_type, resource_id, changes, request_id"
        " FROM audit_logs ORDER BY id"
    )
    names = ("tenantId", "actor", "action", "resourceType", "resourceId", "changes", "requestId")
    return [dict(zip(names, (*row[:5], json.loads(row[5]), row[6]), strict=True)) for row in rows]
