"""Reads that show contact details in full, for API keys that may."""

from collections.abc import Awaitable, Callable

import msgspec

from crm_cell.http.representation import NOT_MODIFIED
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer, Stream
from crm_cell.kernel.actor import Actor, InFull
from crm_cell.kernel.scopes import UNMASKED
from crm_cell.storage.engine import Database

RecordUnmasked = Callable[[Database, Actor], Awaitable[None]]
"""Writes to the audit log what the caller is shown, as `Actor.in_full` counts it."""


async def no_record(_database: Database, _actor: Actor) -> None: ...


def reading_in_full(actor: Actor, request: Request) -> Actor:
    """The same caller, shown contact details in full if that is granted: to machines, and not where
    one reads on behalf of a user."""
    identity = request.identity
    allowed = identity.is_api_key and UNMASKED in identity.scopes
    if not allowed or "X-User-Id" in request.headers:
        return actor
    return msgspec.structs.replace(actor, in_full=InFull())


async def record_shown(record: RecordUnmasked, request: Request, answer: Answer | Stream) -> None:
    """Before the answer leaves. A 304 shows nothing."""
    actor = request.actor
    if actor is None or actor.in_full is None:
        return
    if not isinstance(answer, Answer) or answer.status != NOT_MODIFIED:
        await record(request.database, actor)
