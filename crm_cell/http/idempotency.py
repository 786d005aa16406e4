"""The interface of the idempotency guard. app.py passes an implementation to the HTTP layer."""

import hashlib
from collections.abc import Awaitable
from typing import Any, Protocol

import msgspec

from crm_cell.http.json_body import canonical
from crm_cell.http.rendering import rendered
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer
from crm_cell.http.routing import Route
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import Tx, WriteUnit


class IdempotencyRequest(msgspec.Struct, frozen=True):
    """Identifies a write: tenant, method, path and key; a replay must have the same fingerprint."""

    route: Route
    actor: Actor
    method: str
    path: str
    key: str
    fingerprint: bytes
    subject: str | None = None
    """The id in the path, if any."""
    render_again: WriteUnit[Answer] | None = None
    """Renders the response for a replay, where the response itself must not be stored."""


class IdempotencyGuard(Protocol):
    async def __call__(self, claim: IdempotencyRequest, unit: WriteUnit[Answer]) -> Answer:
        """Run `unit` in a transaction, or return the response of its first run."""
        ...


def fingerprint(request: Request) -> bytes:
    """A hash of the principal, the query and the body as parsed."""
    actor = request.actor
    assert actor is not None
    principal = f"{actor.user or ''}\n{actor.owner or ''}\n".encode()
    return hashlib.sha256(principal + request.query + b"\n" + canonical(request.tree)).digest()


def claim_of(route: Route, request: Request, arguments: list[Any]) -> IdempotencyRequest:
    actor, reread = request.actor, route.reread
    assert actor is not None, "every write is authenticated"
    assert actor.key is not None, "the caller checked it"

    def render_again(tx: Tx) -> Awaitable[Answer]:
        assert reread is not None, "passed on only for routes that have it"
        return rendered(route, request, reread(tx, *arguments))

    return IdempotencyRequest(
        route,
        actor,
        request.method,
        request.path,
        actor.key,
        fingerprint(request),
        subject=route.binding.subject(request.params),
        render_again=render_again if reread else None,
    )
