"""Rebalances shards, so that all workers have the same number of tenants.

Writes to a shard are blocked while it moves. Citus cannot use logical replication on tables with
row-level security, but its default mode tries that and never ends.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg

from crm_cell.storage.citus import nodes
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres import catalog
from crm_cell.storage.postgres.server import connected, place_of

POLL_SECONDS = 1.0
_START = "SELECT citus_rebalance_start(shard_transfer_mode => 'block_writes')"
_STATE = "SELECT state::text FROM pg_dist_background_job WHERE job_id = $1"
_MOVES = """
SELECT count(*) FILTER (WHERE status::text = 'done'), count(*),
       coalesce(string_agg(message, '; ') FILTER (WHERE status::text = 'error'), '')
FROM pg_dist_background_task WHERE job_id = $1
"""

Report = Callable[[int, int], None]
"""Called with the number of finished moves and of all moves."""


def rebalance(url: str, report: Report) -> int:
    """Returns the number of moves. Raises CannotOpen."""
    return asyncio.run(_rebalance(url, report))


async def _rebalance(url: str, report: Report) -> int:
    place = place_of(url)
    async with connected(url) as connection:
        try:
            if not await catalog.distributed(connection):
                raise CannotOpen(f"{place}: nothing is distributed: crm-cell distribute --apply")
            if found := await nodes.faults(connection):
                raise CannotOpen(f"{place}: {found[0]}: crm-cell distribute --apply comes first")
            job = await connection.fetchval(_START)
            return await _until_finished(place, connection, job, report) if job else 0
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{place}: {error}") from error


async def _until_finished(
    place: str, connection: "asyncpg.Connection[Any]", job: int, report: Report
) -> int:
    """Wait for the job. It belongs to the cluster and continues if this process ends."""
    while True:
        state = await connection.fetchval(_STATE, job)
        row = await connection.fetchrow(_MOVES, job)
        assert row is not None
        done, moves, why = row
        report(done, moves)
        if state == "finished":
            return int(moves)
        if state in {"failed", "cancelled"}:
            raise CannotOpen(f"{place}: rebalancing {state} after {done} of {moves} moves: {why}")
        await asyncio.sleep(POLL_SECONDS)
