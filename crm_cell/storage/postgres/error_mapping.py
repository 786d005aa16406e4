"""Maps PostgreSQL errors to the errors that callers see, except those that a bug of ours causes."""

import asyncpg

from crm_cell.kernel.errors import CrmError, RateLimited, Unavailable
from crm_cell.storage.errors import Locked

# Conflicts with concurrent transactions: a retry may succeed.
TRY_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)
DAMAGE = (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError)
# SQLSTATE classes of a server that is unavailable, a replica, full or shutting down, of a session
# that was ended because it was idle in a transaction, and of damaged pages.
_AWAY = ("08", "25006", "25P03", "53", "57P", "58", "XX001", "XX002")


def translate_error(error: Exception) -> CrmError | None:
    if isinstance(error, asyncpg.LockNotAvailableError):
        return Locked()
    if isinstance(error, asyncpg.QueryCanceledError):
        return RateLimited()
    if isinstance(error, OSError):
        return Unavailable()
    if isinstance(error, asyncpg.PostgresError):
        return Unavailable() if (error.sqlstate or "").startswith(_AWAY) else None
    # asyncpg raises InterfaceError for a closed connection, InternalClientError for one that was
    # closed in the middle of a message, and an InterfaceError that is also a ValueError for a value
    # of the wrong type, which is a bug of ours.
    gone = asyncpg.InterfaceError | asyncpg.InternalClientError
    return Unavailable() if isinstance(error, gone) and not isinstance(error, ValueError) else None
