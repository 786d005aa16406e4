"""Which rows exist for a caller, as SQL. Every statement names the tenant by itself."""

from crm_cell.kernel.actor import Actor


def owned(actor: Actor) -> str:
    """Narrows to the caller's own rows, for those who do not see the whole tenant.

    Goes behind a condition; the statement is given `owner=actor.owner`.
    """
    return "" if actor.owner is None else " AND owner_id = :owner"
