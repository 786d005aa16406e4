"""What PostgreSQL's errors mean to a caller, when they are nobody's mistake, ours included."""

import asyncpg

from crm_cell.kernel.errors import CrmError, RateLimited, Unavailable
from crm_cell.storage.errors import Locked

# The world changed under a transaction; the same again may well succeed.
TRY_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)
DAMAGE = (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError)
# SQLSTATE classes of a server that is away, only a replica, full or going down, of a session that
# it ended because nothing came of it, and of damaged pages.
_AWAY = ("08", "25006", "25P03", "53", "57P", "58", "XX001", "XX002")


def weather(error: Exception) -> CrmError | None:
    if isinstance(error, asyncpg.LockNotAvailableError):
        return Locked()
    if isinstance(error, asyncpg.QueryCanceledError):
        return RateLimited()
    if isinstance(error, OSError):
        return Unavailable()
    if isinstance(error, asyncpg.PostgresError):
        return Unavailable() if (error.sqlstate or "").startswith(_AWAY) else None
    # asyncpg raises InterfaceError for a connection that is gone, InternalClientError for one whose
    # end it has half read, and InterfaceError with ValueError for a value that does not fit: a bug.
    gone = asyncpg.InterfaceError | asyncpg.InternalClientError
    return Unavailable() if isinstance(error, gone) and not isinstance(error, ValueError) else None
