"""The concurrency limiters of a running service, all of them."""

from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter
from crm_cell.storage.postgres.database import PostgresDatabase
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.world import Running


def limiters(cell: Running) -> list[ConcurrencyLimiter]:
    application = cell.service._application
    bodies, concurrency = application._bodies.large, application._concurrency
    return [
        concurrency.short,
        concurrency.long_writes,
        concurrency.streams,
        bodies.arriving,
        bodies.processing,
        *long_limiters(cell),
    ]


def long_limiters(cell: Running) -> list[ConcurrencyLimiter]:
    """Those that the database has for long work."""
    database = cell.service.database
    if isinstance(database, KeylessDatabase):
        database = database._inner
    if isinstance(database, SqliteDatabase):
        return [database._long_readers.work.limiter]
    assert isinstance(database, PostgresDatabase)
    return [database._long.limiter, database._blocking.limiter]


def nothing_is_held(limiter: ConcurrencyLimiter) -> bool:
    found = limiter._at_work, limiter._writing, limiter._waiting, limiter._held
    return found == (0, 0, 0, {})
