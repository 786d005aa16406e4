"""What every request meets before its handler, as the operator has set it."""

import msgspec
from msgspec import field

from crm_cell.http.base_path import BasePath
from crm_cell.http.cors import Cors
from crm_cell.http.local_only import LocalOnly
from crm_cell.http.rate_limits import RateLimits
from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter

# More at a time are no faster on SQLite, whose writes are committed in groups.
SLOTS = 256
# Of the slots. What remains is for reads: people look while machines write.
_WRITES = 0.8
# Imports and the like: so few, that who writes a record never waits for many of them.
_LONG_WRITES = 4
# Downloads, each of which takes its turns at the threads of long reads. Some are for tenants that
# have none, since a download is held for as long as its reader takes.
_STREAMS = 32
_STREAMS_FOR_NEWCOMERS = 8
# Who waits for one of these, well before a gateway loses patience.
_LONG_PATIENCE_SECONDS = 10.0


class Concurrency:
    """How much is at work at once, of each kind. Long reads wait in the database for a thread."""

    def __init__(self, slots: int = SLOTS) -> None:
        self.short = ConcurrencyLimiter(slots, for_writes=round(slots * _WRITES))
        self.long_writes = ConcurrencyLimiter(
            _LONG_WRITES, for_newcomers=1, patience=_LONG_PATIENCE_SECONDS
        )
        self.streams = ConcurrencyLimiter(
            _STREAMS, for_newcomers=_STREAMS_FOR_NEWCOMERS, patience=_LONG_PATIENCE_SECONDS
        )


class Edge(msgspec.Struct, kw_only=True):
    base_path: BasePath = field(default_factory=BasePath)
    cors: Cors = field(default_factory=Cors)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    local_only: LocalOnly | None = None
    concurrency: Concurrency = field(default_factory=Concurrency)
