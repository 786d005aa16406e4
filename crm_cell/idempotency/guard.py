"""Decides between first run, replay and conflict."""

import asyncio
from collections.abc import Iterable

from crm_cell.http.idempotency import IdempotencyRequest
from crm_cell.http.responses import JSON_TYPE, Answer, Header
from crm_cell.idempotency import store
from crm_cell.kernel.errors import IdempotentConflict, NotFound
from crm_cell.kernel.messages import IDEMPOTENT_CHANGED, IDEMPOTENT_RUNNING
from crm_cell.storage.engine import Database, Tx, WriteUnit
from crm_cell.storage.errors import Locked

# How long a copy waits for the response of the first request, by the contract.
_TIMEOUT_SECONDS = 10.0

_Name = tuple[str, str, str, str]


class DatabaseIdempotencyGuard:
    """Runs each write once. Copies in this process queue behind the first one; those in other
    processes wait for the lock on its uncommitted key in the database."""

    def __init__(self, database: Database, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._database = database
        self._timeout_seconds = timeout_seconds
        self._running: dict[_Name, asyncio.Future[None] | None] = {}
        """Writes in progress, with the future that their copies wait for, if there are any."""

    async def __call__(self, claim: IdempotencyRequest, unit: WriteUnit[Answer]) -> Answer:
        name = (claim.actor.tenant, claim.method, claim.path, claim.key)
        if name in self._running:
            await self._wait_for_turn(name)
        self._running[name] = None
        try:
            return await self._run_once(claim, unit)
        finally:
            if (finished := self._running.pop(name)) is not None:
                finished.set_result(None)

    async def _run_once(self, claim: IdempotencyRequest, unit: WriteUnit[Answer]) -> Answer:
        """Retries while another process runs the first copy and locks the key."""
        claimed = False

        async def once(tx: Tx) -> Answer:
            nonlocal claimed
            claimed = False
            while not await store.claim_key(tx, claim):
                # The key may have been purged since `claim_key`.
                if (stored := await store.find(tx, claim)) is not None:
                    return await replay(tx, claim, stored)
            claimed = True
            answer = await unit(tx)
            await store.save_response(tx, claim, answer)
            return answer

        deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        while True:
            try:
                return await self._database.write(
                    claim.route.name, claim.actor.tenant, once, long=claim.route.long
                )
            except Locked:
                if claimed:
                    raise
                if asyncio.get_running_loop().time() >= deadline:
                    raise _still_running() from None

    async def _wait_for_turn(self, name: _Name) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_seconds
        while name in self._running:
            left = deadline - loop.time()
            if left <= 0:
                raise _still_running()
            running = self._running[name] = self._running[name] or loop.create_future()
            await asyncio.wait([running], timeout=left)


def _still_running() -> IdempotentConflict:
    return IdempotentConflict(IDEMPOTENT_RUNNING, headers={"Retry-After": "1"})


async def replay(tx: Tx, claim: IdempotencyRequest, stored: store.Stored) -> Answer:
    """The stored response, byte for byte. Raises IdempotentConflict for a different request.

    Raises NotFound where the caller may not see the record in the path, independent of the key, and
    where the response was erased together with a record in it.
    """
    if claim.subject is not None:
        await _authorize_replay(tx, claim, [claim.subject])
    if stored.status == store.GONE:
        raise NotFound(claim.route.binding.missing)
    if not tx.cipher.matches_digest(stored.fingerprint, claim.fingerprint):
        raise IdempotentConflict
    await _authorize_replay(tx, claim, _shown_ids(claim, stored))
    if claim.render_again is not None:
        return await _rendered_again(claim.render_again, tx, stored)
    headers: list[Header] = [JSON_TYPE] if stored.body else []
    if stored.etag:
        headers.append((b"etag", stored.etag.encode()))
    if stored.location:
        headers.append((b"location", stored.location.encode()))
    return Answer(stored.status, stored.body, [*headers, (b"idempotent-replayed", b"true")])


async def _authorize_replay(tx: Tx, claim: IdempotencyRequest, resource_ids: Iterable[str]) -> None:
    if claim.route.authorize_replay and not claim.actor.sees_all:
        for resource_id in resource_ids:
            await claim.route.authorize_replay(tx, claim.actor, resource_id)


async def _rendered_again(render: WriteUnit[Answer], tx: Tx, stored: store.Stored) -> Answer:
    """Renders a response that was not stored. Raises IdempotentConflict where the record has
    changed since, because the response would differ."""
    answer = await render(tx)
    if dict(answer.headers).get(b"etag", b"").decode() != (stored.etag or ""):
        raise IdempotentConflict(IDEMPOTENT_CHANGED)
    return Answer(stored.status, answer.body, [*answer.headers, (b"idempotent-replayed", b"true")])


def _shown_ids(claim: IdempotencyRequest, stored: store.Stored) -> Iterable[str]:
    """The ids in the response, except the id in the path, which has been authorized."""
    if claim.route.shown_ids:
        return claim.route.shown_ids(stored.body)
    return [stored.resource_id] if stored.resource_id not in (None, claim.subject) else []
