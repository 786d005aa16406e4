"""How much of a tenant a statement may read for its caller."""

from enum import StrEnum


class Scope(StrEnum):
    """Which records a statement may read for its caller.

    A string is hashed without a call of Python code, and each read looks its statement up by it.
    """

    TENANT = "tenant"
    """All records of the tenant."""
    OWN = "own"
    """The caller's own records, read in the order of the index on owners. Of a resource that is
    shared with the tenant when a field has a value (`shared_when`), those records as well."""
    OWN_AMONG_FEW = "own_among_few"
    """The caller's own records among the few that a selective filter leaves. No index matches this
    condition: a planner without statistics would otherwise scan all records of the owner."""
    READABLE = "readable"
    """The caller's own records and those shared with the caller, among few as well."""
    SHARED = "shared"
    """Records shared with the caller."""

    # Of a leader: the records of everybody in their teams in place of their own.
    TEAM = "team"
    """Read in the order of the list, each tested for its owner; also among few."""
    TEAM_BY_OWNER = "team_by_owner"
    """Read by the index on owners: where they have few records among many."""
    TEAM_NEWEST = "team_newest"
    """The newest of each owner, by the same index: parameters `most` and `before`, an id."""
    TEAM_READABLE = "team_readable"
    TEAM_SHARED = "team_shared"
    """Shared with one of the team."""

    # Of a member of other users' records: these records, read from the members' side.
    MEMBER = "member"
    TEAM_MEMBER = "team_member"


class Way(StrEnum):
    """How a list finds the records of some owners, be they those whom the caller sees or those whom
    a filter names."""

    PLANNED = "planned"
    """As the database decides."""
    BY_OWNER = "by_owner"
    """By an index on owners: where they own few, or where the order does not matter."""
    BY_OWNER_AND_MORE = "by_owner_and_more"
    """By an index on owners and another member, for which the filter has a value."""
    IN_ORDER = "in_order"
    """In the order of the list, each tested for its owner: where they own many."""

    @property
    def is_by_owner(self) -> bool:
        return self in (Way.BY_OWNER, Way.BY_OWNER_AND_MORE)
