"""The seam between the service and its database: what every engine must offer.

Statements are plain SQL with `:name` parameters that both databases read the same way; where
they differ, the engine is asked, not its name.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.seals import Seals

T = TypeVar("T")
Row = tuple[Any, ...]
Params = Mapping[str, object] | Row
"""For a statement that is run for many rows: by name or, cheaper, in the order of the names."""
Tally = dict[tuple[str, str, str], int]
"""By tenant, name and key, what a transaction adds to counters."""
ChainKeys = tuple[bytes, ...]
"""What entries of the audit trail are chained with, then what older ones may be chained with."""
NO_KEYS: ChainKeys = (b"",)
Tenant = str | None
EVERY_TENANT: Tenant = None
"""What upkeep works for: old keys are purged whoever's they are. No request ever does."""


LateUnit = Callable[["Tx", list[Any]], Awaitable[None]]
"""Writes what transactions have left for their end."""


class Reader(Protocol):
    """One consistent view of the database."""

    now: int
    """The moment of the transaction, milliseconds since 1970."""
    for_update: str
    """Ends a SELECT of what the transaction may change: nobody else does before it has ended.
    Empty where that is so anyway, and where nothing is written."""
    for_share: str
    """Ends a SELECT of what must stay as it is until the transaction has ended."""
    near: bool
    """The database is in this process: some small questions may cost less than one large one."""
    boundaries: Boundaries | None
    """What the process remembers of long lists; None for a transaction that writes, which sees rows
    that the counters do not yet count."""
    seals: Seals
    """How the tenant's numbers and addresses are kept."""
    may_take_long: bool
    """Whether it holds up nobody. Where it does, a unit may raise TakesLong."""

    async def one(self, sql: str, /, **params: object) -> Row | None:
        """The first row, or None."""
        ...

    async def all(self, sql: str, /, **params: object) -> list[Row]: ...


class Tx(Reader, Protocol):
    """A transaction that writes. It commits when its unit returns, and only then is answered."""

    id_time: int
    """What ids are made from: `now`, but that it never falls when the wall clock is set back."""
    for_deletion: str
    """Ends a SELECT of what the transaction deletes: nothing refers to it anew before it ends."""
    stripe: int
    """Which of a sum's rows this transaction adds to."""
    tally: Tally
    """What is to be added to counters at the end (see `storage.counters`)."""
    chain_keys: ChainKeys
    hints: dict[str, Any]
    """What earlier transactions of this connection have seen or meant to write: quick to find, and
    perhaps no longer true, or never."""
    alone: bool
    """Nobody else writes before this transaction ends: what is missing now stays missing."""

    async def run(self, sql: str, /, **params: object) -> int:
        """Execute, and tell how many rows were changed. Raises UniqueViolation."""
        ...

    async def many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        """Execute once for each of `rows`, and gather what RETURNING gives."""
        ...

    async def append(self, sql: str, rows: Iterable[Params], /) -> None:
        """Insert `rows`, at the latest with the commit: records that no unit of work looks for, and
        that no constraint refuses. The engine may write those of many transactions at once."""
        ...

    async def finish(self, unit: LateUnit, rows: Iterable[Any], /) -> None:
        """Call `unit` with `rows` before the commit: once for each transaction, or for all that
        share the commit, in their order."""
        ...


ReadUnit = Callable[[Reader], Awaitable[T]]
WriteUnit = Callable[[Tx], Awaitable[T]]


class Database(Protocol):
    """Named units of work. Each name appears in logs and metrics.

    A unit sees and writes rows of its tenant. Its statements say so themselves; a database that
    can hold them to it does.
    """

    @property
    def spread(self) -> bool:
        """Tenants lie on several servers: some may be away while others answer."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        ...

    async def ready(self) -> None:
        """Raises Unavailable when it does not answer, when writes fail, or when it is damaged."""
        ...

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        """Run `unit` on one snapshot. `long` keeps it off the event loop, in the tenant's turn;
        None raises TakesLong for a unit that turns out to be long. Raises RateLimited."""
        ...

    async def write(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[T],
        /,
        *,
        long: bool = False,
        now: int | None = None,
    ) -> T:
        """Run `unit` in a transaction and return after its commit.

        What the unit raises rolls back all that it did. It may be run again from its beginning,
        for what others do: so it changes nothing but the database. `now` backdates (demo data).
        Raises RateLimited when too much is waiting, Unavailable when the outcome is unknown.
        """
        ...

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        """Run what blocks, and needs no transaction, beside long reads: in the tenant's turn."""
        ...

    async def overwrite_deleted(self) -> None:
        """From now on, leave nothing of what is deleted where it lay, as far as that is ours to do:
        a server's pages are its own (see `storage.open.scrub`)."""
        ...

    async def refresh_statistics(self) -> None:
        """Let the query planner know what the tables hold, after a bulk load."""
        ...
