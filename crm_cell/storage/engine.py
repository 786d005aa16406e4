"""The interface that every database engine implements.

Statements are plain SQL with `:name` parameters that both databases understand. Where they differ,
callers ask the engine for a property and never compare its name.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal, Protocol, TypeVar

from crm_cell.storage.field_encryption import FieldCipher
from crm_cell.storage.paging.rank_index import RankIndex

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]
Params = Mapping[str, object] | Row
"""The parameters of one row: by name or, cheaper, in the order in which the names appear."""
CounterDeltas = dict[tuple[str, str, str], int]
"""What a transaction adds to counters, by tenant, name and key."""
ChainKeys = tuple[bytes, ...]
"""The key that new audit entries are chained with, then the keys that older ones may have."""
NO_KEYS: ChainKeys = (b"",)
Tenant = str | None
EVERY_TENANT: Tenant = None
"""Maintenance works for all tenants, for example when it purges old idempotency keys. Requests
never do."""


BeforeCommit = Callable[["Tx", list[Any]], Awaitable[None]]
"""Writes the rows that transactions have deferred until their commit."""


class Reader(Protocol):
    """One consistent view of the database."""

    now: int
    """The time of the transaction, in milliseconds since 1970."""
    for_update: str
    """Suffix of a SELECT whose rows the transaction may change. It locks them against other
    writers, and is empty where no lock is needed or nothing is written."""
    for_share: str
    """Suffix of a SELECT whose rows must not change before the transaction ends."""
    dialect: Dialect
    in_process: bool
    """The database runs in this process: several small queries may cost less than a large one."""
    rank_index: RankIndex | None
    """Cached positions in long lists. None for a transaction that writes, because it sees rows that
    the counters do not include yet."""
    cipher: FieldCipher
    """Encrypts and decrypts the tenant's phone numbers and email addresses."""
    settings: dict[Any, Any]
    """What this transaction has read of the tenant's settings, so that it reads them once."""
    may_take_long: bool
    """Long work delays no other request here. Where it would, a unit may raise TakesLong."""

    async def fetch_one(self, sql: str, /, **params: object) -> Row | None:
        """The first row, or None."""
        ...

    async def fetch_all(self, sql: str, /, **params: object) -> list[Row]: ...

    async def fetch_within(self, seconds: float, sql: str, /, **params: object) -> list[Row]:
        """As `fetch_all`, for one of the many statements that callers can ask for. It is stopped
        and raises TooSlow after `seconds`; before, TakesLong where it holds up others."""
        ...


class Tx(Reader, Protocol):
    """A transaction that writes. It commits when its unit returns; the caller gets the result only
    after the commit."""

    id_time: int
    """The time that ids are made from: `now`, except that it never goes back like a wall clock."""
    for_deletion: str
    """Suffix of a SELECT whose rows the transaction deletes. It also blocks new references to
    them."""
    held: set[str]
    """Ids of records that this transaction has locked against other writers."""
    stripe: int
    """The row of each counter that this transaction adds to."""
    pending_deltas: CounterDeltas
    """Added to the counters before the commit (see `storage.counters`)."""
    chain_keys: ChainKeys
    connection_cache: dict[str, Any]
    """Values that earlier transactions of this connection have read or written. They may be out of
    date, and those of a transaction that was rolled back were never in the database."""
    serialized: bool
    """No other transaction writes before this one ends, so a row that is missing stays missing."""

    async def execute(self, sql: str, /, **params: object) -> int:
        """Returns the number of changed rows. Raises UniqueViolation."""
        ...

    async def execute_first(self, sql: str, /, **params: object) -> int:
        """Like `execute`, but cheaper for the first statement of a transaction, which the engine
        may send in one message with BEGIN, with the parameters in its text. A server that logs
        failed statements logs them too, so no personal data may be among them. Parameters are text,
        bytes, integers or None."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        """Execute once for each of `rows`. Returns the rows of RETURNING."""
        ...

    async def insert_deferred(self, sql: str, rows: Iterable[Params], /) -> None:
        """Insert `rows` at the commit or earlier. No unit may read them before, no constraint may
        refuse them, and they must not conflict with each other. The engine may write the rows of
        many transactions at once."""
        ...

    async def execute_deferred(self, sql: str, /, **params: object) -> None:
        """Execute at the commit or earlier. The statement changes only rows that this transaction
        has written and that no unit reads before the commit."""
        ...

    async def insert_if(
        self, guard: str, guard_params: dict[str, object], sql: str, rows: Iterable[Params], /
    ) -> bool:
        """Execute `guard`, which changes one row or none, and insert `rows` only if it has changed
        one. Returns whether it has. A unit of `before_commit` may thereby also write everything
        that is deferred."""
        ...

    async def lock(self, name: str, /, *, tenant: str) -> None:
        """Wait until no other transaction holds this lock of the tenant, and hold it until the end
        of this one. For writes of many rows that would deadlock if each locked them in an order of
        its own."""
        ...

    async def savepoint(self, unit: Callable[[], Awaitable[T]], /) -> T:
        """Run a part of the transaction: a ClientError or UniqueViolation that it raises undoes
        what the part has done, deferred writes and counters included, and nothing else."""
        ...

    async def before_commit(self, unit: BeforeCommit, rows: Iterable[Any], /) -> None:
        """Call `unit` with `rows` before the commit: once for each transaction, or once for all
        transactions that share the commit, in their order."""
        ...


OnCommit = Callable[[str], None]
"""Takes the tenant whose write was committed."""
ReadUnit = Callable[[Reader], Awaitable[T]]
WriteUnit = Callable[[Tx], Awaitable[T]]


class Database(Protocol):
    """Runs named units of work. Each name appears in logs and metrics.

    A unit reads and writes rows of its own tenant only. Its statements name the tenant, and a
    database with row-level security enforces it.
    """

    @property
    def spread(self) -> bool:
        """Tenants are distributed over several servers, some of which may be unavailable."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        ...

    async def ready(self) -> None:
        """Raises Unavailable when the database does not answer, writes fail or data is damaged."""
        ...

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        """Run `unit` on one snapshot. `long` runs it outside the event loop, queued fairly between
        tenants; with None, a unit that turns out to be long raises TakesLong. Raises RateLimited.
        """
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

        An exception in the unit rolls everything back. The engine may run the unit again, for
        example after a serialization failure, so it must change nothing but the database. `now`
        backdates (demo data). Raises RateLimited when too many units are waiting, Unavailable when
        the outcome is unknown.
        """
        ...

    def on_commit(self, call: OnCommit) -> None:
        """Call `call` from now on after each commit of this process, with the tenant."""
        ...

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        """Run a blocking function that needs no transaction on a thread for long reads, queued
        fairly between tenants."""
        ...

    async def overwrite_deleted(self) -> None:
        """Overwrite deleted data in the database file from now on. A server manages its own pages,
        so this does nothing there (see `storage.open.scrub`)."""
        ...

    async def refresh_statistics(self) -> None:
        """Update the query planner's statistics after a bulk load."""
        ...
