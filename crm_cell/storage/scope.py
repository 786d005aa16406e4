"""Which rows exist for a caller, as SQL. Every statement names the tenant by itself."""

from crm_cell.kernel.actor import Actor


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
