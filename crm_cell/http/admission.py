"""The interface for what is looked up about callers before their requests are handled."""

from typing import Protocol

from crm_cell.http.auth import Identity
from crm_cell.kernel.actor import Actor


class Admission(Protocol):
    def is_settled(self, identity: Identity, actor: Actor) -> bool:
        """Whether there is nothing to look up, as for most requests."""
        ...

    async def admit(self, identity: Identity, actor: Actor, acts_for: str | None) -> Actor:
        """The caller as requests are handled for them. `acts_for` is in X-User-Id. Raises Forbidden
        for a user whom the caller does not lead, RateLimited and Unavailable."""
        ...


class EverybodyAsTheyAre:
    def is_settled(self, _identity: Identity, _actor: Actor) -> bool:
        return True

    async def admit(self, _identity: Identity, actor: Actor, _acts_for: str | None) -> Actor:
        return actor
