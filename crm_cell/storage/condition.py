"""What the work so far has shown about a database: whether writes fail, and whether it is damaged.

A write that failed for the database's sake makes the process not ready until a trial has succeeded,
since on a full disk small writes often still find room. Trials run when somebody asks whether the
process is ready, at most once a second.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import structlog

from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import Tx

log = structlog.get_logger()

_TRY_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
_TRIAL_BYTES = 65_536
TRIAL_TENANT = "readiness"


class Condition:
    def __init__(self, damage: tuple[type[Exception], ...]) -> None:
        """`damage` is what the driver raises for pages that are not as they were written."""
        self._damage = damage
        self._damaged = False
        self.writes_fail = False
        self._next_trial = 0.0

    def read_failed(self, error: Unavailable) -> None:
        """Damage stays until somebody has repaired it and started the service again."""
        if isinstance(error.__cause__, self._damage) and not self._damaged:
            self._damaged = True
            log.error("database_damaged", error=str(error.__cause__))

    def write_failed(self, error: Unavailable) -> None:
        self.read_failed(error)
        if not self.writes_fail:
            self.writes_fail = True
            log.error("writes_fail", error=str(error.__cause__ or error))

    async def check(self, trial: Callable[[], Awaitable[object]]) -> None:
        """Raises Unavailable where the database is damaged, or writes failed and still do."""
        if self._damaged:
            raise Unavailable
        if not self.writes_fail:
            return
        if time.monotonic() < self._next_trial:
            raise Unavailable
        self._next_trial = time.monotonic() + _TRY_SECONDS
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await trial()
        except (RateLimited, TimeoutError) as error:
            raise Unavailable from error
        self.writes_fail = False
        log.info("writes_succeed_again")


class Undone(Exception):
    """The trial has written, and nothing of it is to stay."""


async def trial(tx: Tx) -> None:
    """Take and use room for a few pages. Raises Undone where that leaves nothing."""
    await tx.run(
        "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, body, created_at)"
        " VALUES (:tenant, '', '', '', :body, :body, :now)",
        tenant=TRIAL_TENANT,
        body=os.urandom(_TRIAL_BYTES),
        now=tx.now,
    )
    if not tx.alone:
        raise Undone
    # A file is full only when the commit says so, so this one has to be committed.
    await tx.run(
        "DELETE FROM idempotency_keys WHERE tenant_id = :tenant AND method = ''",
        tenant=TRIAL_TENANT,
    )
