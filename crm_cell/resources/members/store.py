"""SQL of members, whose tables are named by declarations."""

from collections.abc import Sequence
from time import monotonic

from crm_cell.resources.members.declared import MemberTable, Role
from crm_cell.storage.engine import Reader, Tx

# Another process may have added a member.
_SECONDS = 5.0
_MOST_USERS = 100_000


class Memberships:
    """Which users are members of any record.

    A user who is of none pays nothing for it: that is remembered for some seconds.
    """

    def __init__(self) -> None:
        self._none: dict[tuple[str, str], float] = {}
        """By tenant and user, until when the user need not be looked up again."""
        self._added: dict[tuple[str, str], float] = {}
        """Until when a user has to be looked up: the write may not have been committed yet."""

    def forget(self) -> None:
        """Another database is opened."""
        self._none.clear()
        self._added.clear()

    def add(self, tenant: str, user: str) -> None:
        """The user becomes a member of a record."""
        if len(self._added) >= _MOST_USERS:
            self._added.clear()
            self._none.clear()
        self._added[tenant, user] = monotonic() + _SECONDS
        self._none.pop((tenant, user), None)

    async def has_any(self, tx: Reader, table: MemberTable, tenant: str, user: str) -> bool:
        key, now = (tenant, user), monotonic()
        if now < self._none.get(key, 0.0):
            return False
        text = f"SELECT 1 FROM {table.name} WHERE tenant_id = :tenant AND user_id = :user LIMIT 1"
        if await tx.fetch_one(text, tenant=tenant, user=user) is not None:
            return True
        if now >= self._added.get(key, 0.0):
            if len(self._none) >= _MOST_USERS:
                self._none.clear()
            self._none[key] = now + _SECONDS
        return False


async def role_of(
    tx: Reader, table: MemberTable, tenant: str, record: str, user: str
) -> Role | None:
    row = await tx.fetch_one(
        f"SELECT role FROM {table.name} WHERE tenant_id = :tenant"
        f" AND {table.record} = :record AND user_id = :user",
        tenant=tenant,
        record=record,
        user=user,
    )
    return row[0] if row else None


async def users_of(tx: Reader, table: MemberTable, tenant: str, record: str) -> set[str]:
    rows = await tx.fetch_all(
        f"SELECT user_id FROM {table.name} WHERE tenant_id = :tenant AND {table.record} = :record",
        tenant=tenant,
        record=record,
    )
    return {row[0] for row in rows}


async def remove(tx: Tx, table: MemberTable, records: Sequence[tuple[str, str]]) -> None:
    """Of records that are erased, by tenant and id; in the role for maintenance."""
    await tx.execute_many(
        f"DELETE FROM {table.name} WHERE tenant_id = :tenant AND {table.record} = :record",
        [{"tenant": tenant, "record": record} for tenant, record in records],
    )
