"""The limits that apply to every request before its handler, from the settings."""

import msgspec
from msgspec import field

from crm_cell.http.base_path import BasePath
from crm_cell.http.limits.cors import Cors
from crm_cell.http.limits.local_only import LocalOnly
from crm_cell.http.limits.rate_limits import RateLimits
from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter

# More do not increase the throughput on SQLite, which commits writes in groups.
SLOTS = 256
# The share of slots for writes. The rest is for reads, so that people can read during bulk writes.
_WRITES = 0.8
# Imports and other long writes: few, so that a short write never waits for many of them.
_LONG_WRITES = 4
# Downloads, which share the threads of long reads. Some are reserved for tenants that have none,
# because a slow client occupies its download for a long time.
_STREAMS = 32
_STREAMS_FOR_NEWCOMERS = 8
# The wait for a slot before 429, well below the timeout of a gateway.
_LONG_TIMEOUT_SECONDS = 10.0


class Concurrency:
    """Concurrency limits by kind of work. Long reads wait for a thread in the database instead."""

    def __init__(self, slots: int = SLOTS) -> None:
        self.short = ConcurrencyLimiter(slots, for_writes=round(slots * _WRITES))
        self.long_writes = ConcurrencyLimiter(
            _LONG_WRITES, for_newcomers=1, patience=_LONG_TIMEOUT_SECONDS
        )
        self.streams = ConcurrencyLimiter(
            _STREAMS, for_newcomers=_STREAMS_FOR_NEWCOMERS, patience=_LONG_TIMEOUT_SECONDS
        )


class RequestLimits(msgspec.Struct, kw_only=True):
    base_path: BasePath = field(default_factory=BasePath)
    cors: Cors = field(default_factory=Cors)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    local_only: LocalOnly | None = None
    concurrency: Concurrency = field(default_factory=Concurrency)
