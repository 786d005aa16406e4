"""One connection to PostgreSQL, with the counter stripe that it adds to.

A counter is spread over stripes, because a transaction that adds to a row holds its lock until the
commit is on disk.
"""

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import asyncpg

from crm_cell.storage.postgres.literals import literal
from crm_cell.storage.postgres.server import Link

if TYPE_CHECKING:
    from asyncpg.prepared_stmt import PreparedStatement

_CACHED_STATEMENTS = 1_000
_STRIPES = 64
# "crm" as a number, so that the locks do not collide with other advisory locks of the database.
_LOCKS = 0x63726D
# The lowest free stripe: few sessions then use few stripes, and counters are quick to add up.
_CLAIM = """
SELECT stripe FROM generate_series(0, $2::int - 1) AS stripe
WHERE pg_try_advisory_lock($1::int, stripe) LIMIT 1
"""


class Session(asyncpg.Connection):
    stripe = 0
    connection_cache: dict[str, Any]
    batches = True
    """Whether one statement may write to several tables."""
    joins_begin = True
    """Whether BEGIN and the call of a prepared statement may be one message."""
    calls: dict[str, "PreparedStatement[Any]"]

    def is_callable(self, text: str) -> bool:
        return text in self.calls

    async def prepare_call(self, text: str, seconds: float) -> None:
        """Makes a statement callable until the session ends."""
        self.calls[text] = await self.prepare(text, timeout=seconds)

    def call(self, text: str, values: Iterable[object]) -> str:
        """The text that executes a prepared statement with these values as literals."""
        return f'EXECUTE "{self.calls[text].get_name()}" ({", ".join(map(literal, values))})'


async def connect(link: Link, seconds: float) -> Session:
    """Raises TimeoutError after `seconds`, and what asyncpg raises."""
    session: Session = await asyncpg.connect(
        link.url,
        timeout=seconds,
        connection_class=Session,
        statement_cache_size=0 if link.pooled else _CACHED_STATEMENTS,
        max_cached_statement_lifetime=0,
    )
    try:
        session.connection_cache = {}
        session.calls = {}
        # Citus refuses an INSERT within WITH, and sends a message of several statements to its
        # workers as a whole.
        session.batches = not link.spread
        session.joins_begin = session.batches and not link.pooled
        session.stripe = await _stripe_for(session, link, seconds)
    except BaseException:
        session.terminate()
        raise
    return session


async def _stripe_for(session: Session, link: Link, seconds: float) -> int:
    """A stripe that no other session of any process uses, if there are enough stripes. The lock
    ends with the session. Behind a pooler no session can hold it, so the stripe is random."""
    claimed: int | None = None
    if not link.pooled:
        claimed = await session.fetchval(_CLAIM, _LOCKS, _STRIPES, timeout=seconds)
    return random.randrange(_STRIPES) if claimed is None else claimed  # noqa: S311 - spreads load, hides nothing
