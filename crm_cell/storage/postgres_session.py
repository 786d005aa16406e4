"""One connection to PostgreSQL, and which rows of the sums are its own.

A sum is spread over stripes, since whoever adds to a row holds it until their commit is on disk.
"""

import random
from typing import Any

import asyncpg

from crm_cell.storage.postgres_server import Link

_STATEMENTS_KEPT = 1_000
_STRIPES = 64
# "crm", so that other locks of this database, if there are any, are others.
_LOCKS = 0x63726D
# The lowest that is free: few sessions then fill few stripes, and sums are quick to add up.
_CLAIM = """
SELECT stripe FROM generate_series(0, $2::int - 1) AS stripe
WHERE pg_try_advisory_lock($1::int, stripe) LIMIT 1
"""


class Session(asyncpg.Connection):
    stripe = 0
    hints: dict[str, Any]


async def connect(link: Link, seconds: float) -> Session:
    """Raises TimeoutError after `seconds`, and what asyncpg raises."""
    session: Session = await asyncpg.connect(
        link.url,
        timeout=seconds,
        connection_class=Session,
        statement_cache_size=0 if link.pooled else _STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
    )
    try:
        session.hints = {}
        session.stripe = await _stripe_for(session, link, seconds)
    except BaseException:
        session.terminate()
        raise
    return session


async def _stripe_for(session: Session, link: Link, seconds: float) -> int:
    """Nobody else's, in any process, as long as there are no more sessions than stripes. The lock
    ends with the session; behind a pooler there is none to hold it, and chance has to do."""
    claimed: int | None = None
    if not link.pooled:
        claimed = await session.fetchval(_CLAIM, _LOCKS, _STRIPES, timeout=seconds)
    return random.randrange(_STRIPES) if claimed is None else claimed  # noqa: S311 - spreads load, hides nothing
