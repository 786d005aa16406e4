"""SQL of the collaborators of customers."""

import msgspec

from crm_cell.resources.members.declared import Role
from crm_cell.storage.engine import Reader, Tx


class Member(msgspec.Struct, frozen=True):
    user_id: str
    role: Role
    created_at: int
    name: str | None
    """None where the tenant has no such user."""


_ALL = (
    "SELECT m.user_id, m.role, m.created_at, u.name FROM customer_members AS m"
    " LEFT JOIN users AS u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id"
    " WHERE m.tenant_id = :tenant AND m.customer_id = :customer"
)
_KEY = "tenant_id = :tenant AND customer_id = :customer AND user_id = :user"


async def members(tx: Reader, tenant: str, customer: str) -> list[Member]:
    """In the order in which they were added."""
    rows = await tx.fetch_all(
        f"{_ALL} ORDER BY m.created_at, m.user_id", tenant=tenant, customer=customer
    )
    return [Member(*row) for row in rows]


async def find(tx: Reader, tenant: str, customer: str, user: str) -> Member | None:
    row = await tx.fetch_one(
        f"{_ALL} AND m.user_id = :user", tenant=tenant, customer=customer, user=user
    )
    return Member(*row) if row else None


async def customers_of(tx: Reader, tenant: str, user: str) -> list[tuple[str, Role]]:
    """Of which customers the user is a member, and as what."""
    rows = await tx.fetch_all(
        "SELECT customer_id, role FROM customer_members WHERE tenant_id = :tenant"
        " AND user_id = :user ORDER BY customer_id",
        tenant=tenant,
        user=user,
    )
    return [(row[0], row[1]) for row in rows]


async def put(tx: Tx, tenant: str, customer: str, user: str, role: Role) -> None:
    await tx.execute(
        "INSERT INTO customer_members (tenant_id, customer_id, user_id, role, created_at)"
        " VALUES (:tenant, :customer, :user, :role, :now)"
        " ON CONFLICT (tenant_id, customer_id, user_id) DO UPDATE SET role = excluded.role",
        tenant=tenant,
        customer=customer,
        user=user,
        role=role,
        now=tx.now,
    )


async def remove(tx: Tx, tenant: str, customer: str, user: str) -> None:
    await tx.execute(
        f"DELETE FROM customer_members WHERE {_KEY}", tenant=tenant, customer=customer, user=user
    )
