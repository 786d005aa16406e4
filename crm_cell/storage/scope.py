"""Which rows exist for a caller, as SQL and as the counter of just these rows.

The one place where that is said; every statement names the tenant by itself. What has been read
already is judged by `Actor.may_see`.

A caller who is narrowed owns rows, and reads more than they own: below their customers all
opportunities, and around their opportunities the customer, its contacts, and the follow-ups and
contracts that name the opportunity (docs/concepts/owners.md).
"""

from crm_cell.kernel.actor import Actor
from crm_cell.storage.counters import Counter

_OWN_DEAL = (
    "EXISTS (SELECT 1 FROM opportunities AS deal WHERE deal.tenant_id = :tenant AND {joined}"
    " AND deal.owner_id = :owner AND deal.deleted_at IS NULL)"
)
_OWN_CUSTOMER = (
    "EXISTS (SELECT 1 FROM customers AS client WHERE client.tenant_id = :tenant"
    " AND client.id = opportunities.customer_id AND client.owner_id = :owner)"
)
_OPENED_BY = {
    "customers": _OWN_DEAL.format(joined="deal.customer_id = customers.id"),
    "contacts": _OWN_DEAL.format(joined="deal.customer_id = contacts.customer_id"),
    "opportunities": _OWN_CUSTOMER,
    "follow_ups": _OWN_DEAL.format(joined="deal.id = follow_ups.opportunity_id"),
    "contracts": _OWN_DEAL.format(joined="deal.id = contracts.opportunity_id"),
}
_READABLE = {
    # Few rows are left when this is asked, so no index should serve it: see `owned_among`.
    table: f" AND (coalesce({table}.owner_id, '') = :owner OR {opened})"
    for table, opened in _OPENED_BY.items()
}

OWN_DEALS_OF_CUSTOMER = (
    "SELECT deal.id FROM opportunities AS deal WHERE deal.tenant_id = :tenant"
    " AND deal.customer_id = :customer AND deal.deleted_at IS NULL"
    " AND coalesce(deal.owner_id, '') = :owner"
)
"""Of a caller who is narrowed, their opportunities with one customer: a handful."""


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


def readable(actor: Actor, table: str) -> str:
    """Narrows to the rows that the caller reads: their own, and those that are opened to them.

    Behind a filter that leaves few rows. The statement is given `tenant` and `owner`, and calls the
    table by its name.
    """
    return "" if actor.owner is None else _READABLE[table]


def counted(actor: Actor, table: str) -> Counter:
    """What counts the rows of a table that the caller owns, or all for the whole tenant."""
    return (table, None) if actor.sees_all else (f"{table}.owner", actor.owner)
