"""Which rows exist for a caller, as SQL and as the counter of just these rows.

The one place where that is said; every statement names the tenant by itself. What has been read
already is judged by `Actor.may_see`.
"""

from crm_cell.kernel.actor import Actor
from crm_cell.storage.counters import Counter


def owned(actor: Actor) -> str:
    """Narrows to the caller's own rows, for those who do not see the whole tenant.

    Goes behind a condition; the statement is given `owner=actor.owner`.
    """
    return "" if actor.owner is None else " AND owner_id = :owner"


def owned_among(actor: Actor) -> str:
    """The same behind a filter that leaves few rows, in a form that no index serves.

    A planner without statistics would otherwise walk through all that the owner has.
    """
    return "" if actor.owner is None else " AND coalesce(owner_id, '') = :owner"


def counted(actor: Actor, table: str) -> Counter:
    """What counts the rows of a table that the caller sees."""
    return (table, None) if actor.sees_all else (f"{table}.owner", actor.owner)
