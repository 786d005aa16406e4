"""The caller of a request."""

from typing import Final, Literal

import msgspec

from crm_cell.kernel.errors import Forbidden
from crm_cell.kernel.messages import OUTSIDE_TEAM

Channel = Literal["api", "batch", "import"]
CHANNELS: Final = ("api", "batch", "import")
"""By what kind of request records are written."""


class InFull(msgspec.Struct):
    """What a request is shown unmasked, for the audit log."""

    counts: dict[str, int] = {}
    """Numbers of records, by the name of their resource."""

    def count(self, name: str, many: int) -> None:
        if many:
            self.counts[name] = self.counts.get(name, 0) + many

    def take(self) -> dict[str, int]:
        """What has not been taken yet."""
        taken, self.counts = self.counts, {}
        return taken


class Actor(msgspec.Struct, frozen=True):
    """The caller and the ids of one request, passed explicitly to all code that acts for it."""

    tenant: str
    user: str | None = None
    """The user in the audit log. None for a caller who is known only by tenant."""
    owner: str | None = None
    """The caller sees only records of this owner; None: the whole tenant."""
    request_id: str = ""
    trace_id: str = ""
    key: str | None = None
    """The idempotency key of a write. Contracts and payments store it permanently."""
    origin: str | None = None
    """The system that a change comes from, as the caller says."""
    item: int | None = None
    """The item of a request that writes many, each of which has a permanent key of its own."""

    channel: Channel = "api"
    allow_duplicate: str | None = None
    """Why the caller creates a record although there is one that may be the same."""

    in_full: InFull | None = None
    """Where contact details are not masked: of reads by API keys that may."""
    team: frozenset[str] = frozenset()
    """Of a leader: whose records they see, their own included. Empty for everybody else."""
    leader: str | None = None
    """The leader who asks for what `owner`, one of the team, sees."""

    @property
    def durable_key(self) -> str | None:
        """The key as contracts and payments store it."""
        return self._of_item(self.key) if self.key else None

    @property
    def durable_request_id(self) -> str | None:
        """The request id that contracts and payments store with the key. None without a key."""
        return self._of_item(self.request_id) if self.key else None

    def _of_item(self, key: str) -> str:
        """Keys of requests contain no space."""
        return key if self.item is None else f"{key} {self.item}"

    @property
    def sees_all(self) -> bool:
        return self.owner is None

    def owner_of_new(self, named: str | None) -> str | None:
        """A restricted caller owns what they create; others may choose the owner, a leader among
        those whom they lead. Raises Forbidden."""
        if self.owner is None or not self.team:
            return self.owner or named
        if named is not None and named not in self.team:
            raise Forbidden(OUTSIDE_TEAM)
        return named or self.owner

    def may_see(self, owner: str | None) -> bool:
        return self.owner is None or self.owner == owner or owner in self.team
