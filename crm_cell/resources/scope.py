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
    TEAM_READABLE = "team_readable"
    TEAM_SHARED = "team_shared"
    """Shared with one of the team."""

    # Of a member of other users' records: these records, read from the members' side.
    MEMBER = "member"
    TEAM_MEMBER = "team_member"
