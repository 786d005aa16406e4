"""How many large bodies are held in memory at once: a few, and the others wait unread."""

from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter

# The size from which a body costs more than all else about its request.
LARGE = 64 * 1024
# What is on its way takes its own size, and its time: one place is for tenants that have none. With
# these numbers, 32 callers with eight megabytes each made the process grow to 200 MB; without, to
# 750.
_ARRIVING = 4
_FOR_NEWCOMERS = 1
# What has arrived takes many times its size until it is answered: one is read while one is written.
_AT_WORK = 2
# Whoever cannot be let in by then is told to come back, well before a gateway loses patience.
_PATIENCE_SECONDS = 10.0


class LargeBodies:
    def __init__(self) -> None:
        self.arriving = ConcurrencyLimiter(
            _ARRIVING, for_newcomers=_FOR_NEWCOMERS, patience=_PATIENCE_SECONDS
        )
        self.at_work = ConcurrencyLimiter(_AT_WORK, patience=_PATIENCE_SECONDS)

    def place(self, tenant: str) -> "Place":
        return Place(tenant, self.arriving, self.at_work)


class Place:
    """What one request holds of them. To take raises RateLimited when all is taken for too long."""

    __slots__ = ("_arriving", "_at_work", "_taken", "_tenant")

    def __init__(
        self, tenant: str, arriving: ConcurrencyLimiter, at_work: ConcurrencyLimiter
    ) -> None:
        self._tenant = tenant
        self._arriving, self._at_work = arriving, at_work
        self._taken: list[ConcurrencyLimiter] = []

    @property
    def is_arriving(self) -> bool:
        return bool(self._taken)

    async def arrive(self) -> None:
        """A body turns out to be large."""
        await self._take(self._arriving)

    async def work(self) -> None:
        """The whole of it is there."""
        if self._taken:
            await self._take(self._at_work)

    def leave(self) -> None:
        while self._taken:
            self._taken.pop().leave(self._tenant)

    async def _take(self, limiter: ConcurrencyLimiter) -> None:
        await limiter.enter(self._tenant)
        self._taken.append(limiter)
