"""First run, replay or conflict."""

import asyncio
from collections.abc import Iterable

from crm_cell.http.answers import JSON_TYPE, Answer, Header
from crm_cell.http.once import Claim
from crm_cell.idempotency import store
from crm_cell.kernel.errors import IdempotentConflict, NotFound
from crm_cell.storage.engine import Database, Tx, WriteUnit
from crm_cell.storage.errors import Locked

# How long a copy waits for the answer of the first, as the contract says.
_PATIENCE_SECONDS = 10.0

_Name = tuple[str, str, str, str]


class Guard:
    """Runs each claimed write once. Copies within this process wait in line for the first;
    those of other processes meet its uncommitted key in the database."""

    def __init__(self, database: Database, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._database = database
        self._patience_seconds = patience_seconds
        self._running: dict[_Name, asyncio.Future[None] | None] = {}
        """What is under way, with the future that its copies wait for as soon as there is one."""

    async def __call__(self, claim: Claim, unit: WriteUnit[Answer]) -> Answer:
        name = (claim.actor.tenant, claim.method, claim.path, claim.key)
        if name in self._running:
            await self._wait_for_turn(name)
        self._running[name] = None
        try:
            return await self._once(claim, unit)
        finally:
            if (finished := self._running.pop(name)) is not None:
                finished.set_result(None)

    async def _once(self, claim: Claim, unit: WriteUnit[Answer]) -> Answer:
        """While another process runs the first, its uncommitted key locks this one out."""
        claimed = False

        async def once(tx: Tx) -> Answer:
            nonlocal claimed
            claimed = False
            while not await store.claim_key(tx, claim):
                # Between the two looks the key may have grown old, and been forgotten.
                if (stored := await store.find(tx, claim)) is not None:
                    return await replay(tx, claim, stored)
            claimed = True
            answer = await unit(tx)
            await store.keep_answer(tx, claim, answer)
            return answer

        deadline = asyncio.get_running_loop().time() + self._patience_seconds
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
        deadline = loop.time() + self._patience_seconds
        while name in self._running:
            left = deadline - loop.time()
            if left <= 0:
                raise _still_running()
            running = self._running[name] = self._running[name] or loop.create_future()
            await asyncio.wait([running], timeout=left)


def _still_running() -> IdempotentConflict:
    return IdempotentConflict("idempotent_running", headers={"Retry-After": "1"})


async def replay(tx: Tx, claim: Claim, stored: store.Stored) -> Answer:
    """The stored answer, byte for byte; raises IdempotentConflict for a different request.

    For whoever does not see the record in the path there is none, whatever was done to it and
    under which key; and for nobody, where the answer has been erased with what it showed.
    """
    if claim.subject is not None:
        await _recheck(tx, claim, [claim.subject])
    if stored.status == store.GONE:
        raise NotFound(claim.route.binding.missing)
    if not tx.seals.same_digest(stored.fingerprint, claim.fingerprint):
        raise IdempotentConflict
    await _recheck(tx, claim, _shown_ids(claim, stored))
    if claim.again is not None:
        return await _made_again(claim.again, tx, stored)
    headers: list[Header] = [JSON_TYPE] if stored.body else []
    if stored.etag:
        headers.append((b"etag", stored.etag.encode()))
    if stored.location:
        headers.append((b"location", stored.location.encode()))
    return Answer(stored.status, stored.body, [*headers, (b"idempotent-replayed", b"true")])


async def _recheck(tx: Tx, claim: Claim, resource_ids: Iterable[str]) -> None:
    if claim.route.recheck and not claim.actor.sees_all:
        for resource_id in resource_ids:
            await claim.route.recheck(tx, claim.actor, resource_id)


async def _made_again(again: WriteUnit[Answer], tx: Tx, stored: store.Stored) -> Answer:
    """An answer that was not kept. Of the same version it is the same, byte for byte; of another
    one it would not be, and that is a conflict."""
    answer = await again(tx)
    if dict(answer.headers).get(b"etag", b"").decode() != stored.etag:
        raise IdempotentConflict("idempotent_changed")
    return Answer(stored.status, answer.body, [*answer.headers, (b"idempotent-replayed", b"true")])


def _shown_ids(claim: Claim, stored: store.Stored) -> Iterable[str]:
    """But for that in the path, which has been looked at."""
    if claim.route.shown_ids:
        return claim.route.shown_ids(stored.body)
    return [stored.resource_id] if stored.resource_id not in (None, claim.subject) else []
