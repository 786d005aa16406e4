"""Who asks, and under which request."""

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """The caller of one request, passed explicitly to everything that acts for them."""

    tenant: str
    user: str | None = None
    """Who is on record as having acted. None for a caller known only by their tenant."""
    owner: str | None = None
    """When set, only records of this owner exist for the caller; None sees the whole tenant."""
    request_id: str = ""
    trace_id: str = ""
    key: str | None = None
    """The idempotency key of a write: contracts and payments keep it for ever."""

    @property
    def lasting_request_id(self) -> str | None:
        """What contracts and payments keep beside the key. None for what no request asks for."""
        return self.request_id if self.key else None

    @property
    def sees_all(self) -> bool:
        return self.owner is None

    def owner_of_new(self, named: str | None) -> str | None:
        """A caller who acts as a user owns what they create; others may name an owner."""
        return self.owner or named

    def may_see(self, owner: str | None) -> bool:
        return self.owner is None or self.owner == owner
