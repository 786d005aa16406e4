"""What the HTTP layer asks of idempotency, which lies outside it and is handed in by app.py."""

import hashlib
from typing import Protocol

import msgspec

from crm_cell.http.answers import Answer
from crm_cell.http.json_body import canonical
from crm_cell.http.request import Request
from crm_cell.http.routing import Route
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import WriteUnit


class Claim(msgspec.Struct, frozen=True):
    """What makes two requests the same request, and what makes them differ."""

    route: Route
    actor: Actor
    method: str
    path: str
    key: str
    fingerprint: bytes
    subject: str | None = None
    """The id in the path, of what the request is about."""
    again: WriteUnit[Answer] | None = None
    """Makes the answer anew, where it must not be kept."""


class Once(Protocol):
    async def __call__(self, claim: Claim, unit: WriteUnit[Answer]) -> Answer:
        """Run `unit` in a transaction, or give the answer that its first run was given."""
        ...


def fingerprint(request: Request) -> bytes:
    """A hash of the principal, the query and the body as parsed."""
    actor = request.actor
    assert actor is not None
    principal = f"{actor.user or ''}\n{actor.owner or ''}\n".encode()
    return hashlib.sha256(principal + request.query + b"\n" + canonical(request.tree)).digest()
