"""Tracks whether a database is damaged or writes fail.

After a write that failed because of the database, the process is not ready until a trial write
succeeds, since on a full disk small writes often still succeed. Trials run when readiness is
queried, at most once a second.
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


class DatabaseHealth:
    def __init__(self, damage: tuple[type[Exception], ...]) -> None:
        """`damage` are the driver's exceptions for damaged pages."""
        self._damage = damage
        self._damaged = False
        self.writes_fail = False
        self._next_trial = 0.0

    def read_failed(self, error: Unavailable) -> None:
        """Damage is remembered until the service restarts, since it has to be repaired first."""
        if isinstance(error.__cause__, self._damage) and not self._damaged:
            self._damaged = True
            log.error("database_damaged", error=str(error.__cause__))

    def write_failed(self, error: Unavailable) -> None:
        self.read_failed(error)
        if not self.writes_fail:
            self.writes_fail = True
            log.error("writes_fail", error=str(error.__cause__ or error))

    async def check(self, trial: Callable[[], Awaitable[object]]) -> None:
        """Raises Unavailable if the database is damaged, or writes have failed and still fail."""
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


class RolledBack(Exception):
    """The trial has written and must be rolled back."""


async def trial(tx: Tx) -> None:
    """Write a few pages. Raises RolledBack where a rollback suffices as a test."""
    await tx.execute(
        "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, body, created_at)"
        " VALUES (:tenant, '', '', '', :body, :body, :now)",
        tenant=TRIAL_TENANT,
        body=os.urandom(_TRIAL_BYTES),
        now=tx.now,
    )
    if not tx.serialized:
        raise RolledBack
    # SQLite reports a full disk at the commit, so this write has to be committed.
    await tx.execute(
        "DELETE FROM idempotency_keys WHERE tenant_id = :tenant AND method = ''",
        tenant=TRIAL_TENANT,
    )
