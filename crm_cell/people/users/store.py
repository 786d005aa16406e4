"""SQL of users."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.field_encryption import encrypted_table
from crm_cell.storage.paging.pages import newest_first

ACTIVE, LEFT = "active", "left"


class User(msgspec.Struct, frozen=True):
    """Members of the same names are in the order of the columns."""

    tenant_id: str
    id: str
    """Of the row, which gives lists their order. People and records name `user_id`."""
    version: int
    user_id: str
    name: str
    email: str | None
    status: str
    locale: str
    time_zone: str
    created_at: int
    updated_at: int


COLUMNS = User.__struct_fields__
USERS = encrypted_table("users", COLUMNS, {"email": "email"})

_COLUMNS = ", ".join(COLUMNS)
_ALL = f"SELECT {_COLUMNS} FROM users WHERE tenant_id = :tenant"
_INSERT = (
    "INSERT INTO users (tenant_id, id, version, user_id, name, email, status, locale, time_zone,"
    " created_at, updated_at, email_key) VALUES (:tenant_id, :id, :version, :user_id, :name,"
    " :email, :status, :locale, :time_zone, :created_at, :updated_at, :email_key)"
    " ON CONFLICT DO NOTHING"
)
_CHANGED = ("version", "name", "email", "email_key", "status", "locale", "time_zone", "updated_at")
_UPDATE = (
    f"UPDATE users SET {', '.join(f'{name} = :{name}' for name in _CHANGED)}"
    " WHERE tenant_id = :tenant_id AND id = :id"
)
# So many in one statement; names of parameters consist of lower-case letters.
_PARAMETERS = tuple(f"user_{first}{second}" for first in "abcdefg" for second in "abcdefg")
_LISTED = ", ".join(f":{name}" for name in _PARAMETERS)


async def find(tx: Reader, tenant: str, user_id: str, lock: str = "") -> User | None:
    row = await tx.fetch_one(f"{_ALL} AND user_id = :user{lock}", tenant=tenant, user=user_id)
    return tx.cipher.decrypting(USERS, User)(*row) if row else None


async def status_of(tx: Reader, tenant: str, user_id: str) -> str | None:
    """None where there is no such user."""
    row = await tx.fetch_one(
        "SELECT status FROM users WHERE tenant_id = :tenant AND user_id = :user",
        tenant=tenant,
        user=user_id,
    )
    return row[0] if row else None


async def statuses(tx: Reader, tenant: str, user_ids: Iterable[str]) -> dict[str, str]:
    """By user id, the statuses of those that there are."""
    return await _by_id(tx, tenant, "status", user_ids)


async def _by_id(tx: Reader, tenant: str, column: str, user_ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    wanted = iter(sorted(set(user_ids)))
    while some := list(islice(wanted, len(_PARAMETERS))):
        named = dict.fromkeys(_PARAMETERS, "") | dict(zip(_PARAMETERS, some, strict=False))
        rows = await tx.fetch_all(
            f"SELECT user_id, {column} FROM users WHERE tenant_id = :tenant"
            f" AND user_id IN ({_LISTED})",
            tenant=tenant,
            **named,
        )
        found |= dict(rows)
    return found


async def names(tx: Reader, tenant: str, user_ids: Iterable[str]) -> dict[str, str]:
    """By user id, the names of those that there are."""
    return await _by_id(tx, tenant, "name", user_ids)


async def any_of(tx: Reader, tenant: str) -> bool:
    row = await tx.fetch_one("SELECT 1 FROM users WHERE tenant_id = :tenant LIMIT 1", tenant=tenant)
    return row is not None


async def page(
    tx: Reader, tenant: str, status: str | None, page_request: PageRequest
) -> Slice[User]:
    """Newest first, with all statuses or one."""
    name, key = ("users", None) if status is None else ("users.status", status)
    return await newest_first(
        tx,
        _ALL if status is None else f"{_ALL} AND status = :status",
        tx.cipher.decrypting(USERS, User),
        page_request,
        total=await counters.read(tx, tenant, name, key),
        counter=(name, key),
        tenant=tenant,
        status=status,
    )


async def insert(tx: Tx, user: User) -> bool:
    """False where there is a user with this id."""
    [row] = await _encrypted(tx, user)
    if not await tx.execute(_INSERT, **row):
        return False
    await counters.add_all(tx, user.tenant_id, [("users", None), ("users.status", user.status)])
    return True


async def update(tx: Tx, before: User, after: User) -> None:
    [row] = await _encrypted(tx, after)
    keys = {name: row[name] for name in (*_CHANGED, "tenant_id", "id")}
    await tx.execute(_UPDATE, **keys)
    if before.status != after.status:
        await counters.transfer(tx, after.tenant_id, "users.status", before.status, after.status)


async def _encrypted(tx: Tx, user: User) -> list[dict[str, Any]]:
    return await tx.cipher.encrypt_rows(tx, USERS, [msgspec.structs.asdict(user)])
