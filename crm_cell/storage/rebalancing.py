"""Moving shards to the workers that have few, so that each has as many tenants as the others.

Writes to a shard are blocked while it moves. Citus's other way, logical replication, is refused on
tables with row-level security, and its default picks that one and never ends.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg

from crm_cell.storage import citus_nodes, postgres_catalog
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres_server import connected, place_of

POLL_SECONDS = 1.0
_START = "SELECT citus_rebalance_start(shard_transfer_mode => 'block_writes')"
_STATE = "SELECT state::text FROM pg_dist_background_job WHERE job_id = $1"
_MOVES = """
SELECT count(*) FILTER (WHERE status::text = 'done'), count(*),
       coalesce(string_agg(message, '; ') FILTER (WHERE status::text = 'error'), '')
FROM pg_dist_background_task WHERE job_id = $1
"""

Report = Callable[[int, int], None]
"""Hears how many moves are done, of how many."""


def rebalance(url: str, report: Report) -> int:
    """Gives how many moves there were. Raises CannotOpen."""
    return asyncio.run(_rebalance(url, report))


async def _rebalance(url: str, report: Report) -> int:
    place = place_of(url)
    async with connected(url) as connection:
        try:
            if not await postgres_catalog.distributed(connection):
                raise CannotOpen(f"{place}: nothing is distributed: crm-cell distribute --apply")
            if found := await citus_nodes.faults(connection):
                raise CannotOpen(f"{place}: {found[0]}: crm-cell distribute --apply comes first")
            job = await connection.fetchval(_START)
            return await _until_finished(place, connection, job, report) if job else 0
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{place}: {error}") from error


async def _until_finished(
    place: str, connection: "asyncpg.Connection[Any]", job: int, report: Report
) -> int:
    """The job is the cluster's: it goes on when nobody watches."""
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
