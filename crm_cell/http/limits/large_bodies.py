"""Limits how many large bodies are in memory at once. The others wait unread."""

from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter

# The size from which reading the body is the largest cost of a request.
LARGE = 64 * 1024
# An arriving body needs its own size, and takes as long as its client; one slot is reserved for
# tenants that have none. With these limits, 32 clients with 8 MB each raised the memory of the
# process to 200 MB, without to 750 MB.
_ARRIVING = 4
_FOR_NEWCOMERS = 1
# An arrived body needs many times its size until the response: one is parsed while one is written.
_PROCESSING = 2
# The wait for a slot before 429, well below the timeout of a gateway.
_TIMEOUT_SECONDS = 10.0


class LargeBodies:
    def __init__(self) -> None:
        self.arriving = ConcurrencyLimiter(
            _ARRIVING, for_newcomers=_FOR_NEWCOMERS, patience=_TIMEOUT_SECONDS
        )
        self.processing = ConcurrencyLimiter(_PROCESSING, patience=_TIMEOUT_SECONDS)

    def slot(self, tenant: str) -> "BodySlot":
        return BodySlot(tenant, self.arriving, self.processing)


class BodySlot:
    """The slots of one request. `arrive` and `work` raise RateLimited after the timeout."""

    __slots__ = ("_arriving", "_processing", "_taken", "_tenant")

    def __init__(
        self, tenant: str, arriving: ConcurrencyLimiter, processing: ConcurrencyLimiter
    ) -> None:
        self._tenant = tenant
        self._arriving, self._processing = arriving, processing
        self._taken: list[ConcurrencyLimiter] = []

    @property
    def is_arriving(self) -> bool:
        return bool(self._taken)

    async def arrive(self) -> None:
        """To call when the body turns out to be large."""
        await self._take(self._arriving)

    async def work(self) -> None:
        """To call when the whole body has arrived."""
        if self._taken:
            await self._take(self._processing)

    def leave(self) -> None:
        while self._taken:
            self._taken.pop().leave(self._tenant)

    async def _take(self, limiter: ConcurrencyLimiter) -> None:
        await limiter.enter(self._tenant)
        self._taken.append(limiter)
