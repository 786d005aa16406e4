"""Reading the records of one resource."""

from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from typing import Any

import sqlalchemy as sa

from crm_cell.kernel.actor import Actor
from crm_cell.resources.finding import title_key as title_key  # noqa: PLC0414 - callers use it
from crm_cell.resources.listing.members import Derived
from crm_cell.resources.members.declared import SharedWithMembers
from crm_cell.resources.members.store import Memberships
from crm_cell.resources.pages import Filters as Filters  # noqa: PLC0414 - callers use the type
from crm_cell.resources.pages import PageReader, count
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource, Resource, SharedThrough
from crm_cell.resources.scope import Scope as Scope  # noqa: PLC0414 - callers use the type
from crm_cell.resources.statements import statements_of
from crm_cell.resources.visibility import scope_of
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.field_encryption import (
    EncryptedTable,
    encrypted_table,
    search_conditions,
)

RecordWithDeletion = tuple[R, int | None]
"""A record with its time of deletion, None for a live record."""


class RecordReader(PageReader[R]):
    """The reading part of a `Store`."""

    derived: Sequence[Derived] = ()
    """Names in filters beyond the members of answers."""

    def __init__(self, resource: Resource[R], tables: sa.MetaData) -> None:
        self.resource = resource
        self.statements = statements_of(resource, tables)
        self.encryption = encryption_of(resource)
        self.memberships = Memberships()
        self._make = _row_maker(resource)
        self._contact_details = {field.name for field in resource.encrypted}
        self._restored = tuple(
            name
            for name in self.statements.columns
            if name not in ("tenant_id", "id", "created_at")
            and not ((field := resource.fields.get(name)) and field.derived)
        )
        self._counted = resource.counters
        self._conflicts = {
            f"{resource.table}_{unique.name or '_'.join(unique.columns)}": unique.error
            for unique in resource.unique
        }

    async def find(self, tx: Reader, actor: Actor, identifier: str, lock: str = "") -> R | None:
        """The record, or None where the caller may not read it."""
        text = self.statements.find(tx.dialect, scope_of(actor, Scope.READABLE))
        row = await tx.fetch_one(text + lock, id=identifier, **self.scope_params(actor))
        return self.decrypting(tx)(*row) if row else None

    async def find_including_deleted(
        self, tx: Reader, tenant: str, identifier: str, lock: str = ""
    ) -> RecordWithDeletion[R] | None:
        text = self.statements.find_including_deleted(tx.dialect)
        row = await tx.fetch_one(text + lock, tenant=tenant, id=identifier)
        return self._with_deletion(tx, [row])[0] if row else None

    async def is_readable(self, tx: Reader, actor: Actor, identifier: str) -> bool:
        """Whether the caller may read the record, or could before its deletion."""
        text = self.statements.readable(tx.dialect, scope_of(actor, Scope.READABLE))
        row = await tx.fetch_one(text, id=identifier, **self.scope_params(actor))
        return row is not None

    async def is_shared(self, tx: Reader, actor: Actor, identifier: str) -> bool:
        """Whether the record, live or deleted, is shared with the caller."""
        text = self.statements.readable(tx.dialect, scope_of(actor, Scope.SHARED))
        row = await tx.fetch_one(text, id=identifier, **self.scope_params(actor))
        return row is not None

    async def owner_of(self, tx: Reader, tenant: str, identifier: str) -> str | None:
        """Also finds the owner of a deleted record."""
        text = self.statements.owner_of(tx.dialect)
        row = await tx.fetch_one(text, tenant=tenant, id=identifier)
        return row[0] if row else None

    async def with_contact_detail(
        self, tx: Reader, actor: Actor, field: str, value: str, *, limit: int
    ) -> list[R]:
        """Those of the caller's lists that have a whole number or address, in any spelling: some
        of them."""
        conditions, values = await search_conditions(tx, self.encryption, {field: value})
        joined = await self.is_member(tx, actor)
        text = self.statements.page(tx.dialect, scope_of(actor, Scope.OWN_AMONG_FEW), (), joined)
        rows = await tx.fetch_all(
            f"{text}{conditions} LIMIT :limit",
            **self.scope_params(actor),
            limit=limit,
            **values,
        )
        return list(starmap(self.decrypting(tx), rows))

    async def first(self, tx: Reader, tenant: str, values: Filters) -> R | None:
        """A live record with these values, locked if the transaction writes."""
        text = self.statements.page(tx.dialect, Scope.TENANT, tuple(values))
        row = await tx.fetch_one(text + tx.for_update, tenant=tenant, **values)
        return self.decrypting(tx)(*row) if row else None

    async def some_of(self, tx: Tx, tenant: str, field: str, parent: str, *, limit: int) -> list[R]:
        """Up to `limit` live records of a parent, locked."""
        text = self.statements.some_of(tx.dialect, field) + tx.for_update
        rows = await tx.fetch_all(text, tenant=tenant, limit=limit, **{field: parent})
        return list(starmap(self.decrypting(tx), rows))

    async def some_with(self, tx: Tx, tenant: str, values: Filters, *, limit: int) -> list[R]:
        """Up to `limit` live records with these values, in the order of their ids, locked."""
        text = self.statements.some_of(tx.dialect, *values) + tx.for_update
        rows = await tx.fetch_all(text, tenant=tenant, limit=limit, **values)
        return list(starmap(self.decrypting(tx), rows))

    async def any_of(self, tx: Reader, tenant: str, field: str, parent: str) -> bool:
        """Whether the parent has records. Not by a counter: a wrong one must not delete money."""
        text = self.statements.any_of(tx.dialect, field)
        return await tx.fetch_one(text, tenant=tenant, **{field: parent}) is not None

    async def number_of(self, tx: Reader, tenant: str, values: Filters) -> int:
        """How many live records have these values: a scan of them."""
        text = self.statements.count(tx.dialect, Scope.TENANT, tuple(values))
        return await count(tx, text, {"tenant": tenant, **values})

    async def live_after(
        self, tx: Reader, tenant: str, after: str, *, limit: int, lock: str = ""
    ) -> list[R]:
        """Those of a tenant that are not deleted, in the order of their ids."""
        text = self.statements.live_after(tx.dialect) + lock
        rows = await tx.fetch_all(text, tenant=tenant, after=after, limit=limit)
        return list(starmap(self.decrypting(tx), rows))

    async def ids_of(self, tx: Reader, tenant: str, field: str, parent: str) -> list[str]:
        rows = await tx.fetch_all(
            self.statements.ids_of(tx.dialect, field), tenant=tenant, **{field: parent}
        )
        return [row[0] for row in rows]

    async def all_including_deleted(
        self,
        tx: Reader,
        tenant: str,
        field: str,
        parent: str,
        *,
        after: str,
        limit: int,
        lock: str = "",
    ) -> list[RecordWithDeletion[R]]:
        """Ordered by id, starting after the id `after`."""
        text = self.statements.all_including_deleted(tx.dialect, field) + lock
        rows = await tx.fetch_all(text, tenant=tenant, after=after, limit=limit, **{field: parent})
        return self._with_deletion(tx, rows)

    async def with_contact_details(
        self, tx: Reader, tenant: str, *, after: str, limit: int
    ) -> list[RecordWithDeletion[R]]:
        """Records with a telephone number or an e-mail address, in the same order."""
        text = self.statements.all_including_deleted(tx.dialect, None, contactable=True)
        rows = await tx.fetch_all(text, tenant=tenant, after=after, limit=limit)
        return self._with_deletion(tx, rows)

    async def deleted_with(
        self, tx: Tx, tenant: str, field: str, parent: str, *, after: str, limit: int
    ) -> list[R]:
        """Records that were deleted together with this parent."""
        text = self.statements.deleted_with(tx.dialect, field) + tx.for_update
        rows = await tx.fetch_all(text, tenant=tenant, after=after, limit=limit, **{field: parent})
        return list(starmap(self.decrypting(tx), rows))

    async def is_erased(self, tx: Reader, tenant: str, identifier: str, lock: str = "") -> bool:
        text = self.statements.is_erased(tx.dialect) + lock
        row = await tx.fetch_one(text, tenant=tenant, id=identifier)
        return row is not None and row[0] is not None

    async def followers(
        self, tx: Reader, tenant: str, field: str, parent: str
    ) -> list[tuple[str, int]]:
        """Id and version of a parent's records that are not deleted."""
        text = self.statements.followers(tx.dialect, field)
        rows = await tx.fetch_all(text, tenant=tenant, **{field: parent})
        return [(row[0], row[1]) for row in rows]

    async def shared_records(
        self, tx: Reader, tenant: str, through: SharedThrough, value: str
    ) -> list[tuple[str, int, str | None]]:
        """Id, version and owner of the records that have the value in `through.local`."""
        text = self.statements.shared_records(tx.dialect, through)
        rows = await tx.fetch_all(text, tenant=tenant, **{through.local: value})
        return [(row[0], row[1], row[2]) for row in rows]

    async def sharing_owners(
        self, tx: Reader, tenant: str, through: SharedThrough, value: str
    ) -> set[str]:
        """The users who read these records through records of their own."""
        text = self.statements.sharing_owners(tx.dialect, through)
        return {row[0] for row in await tx.fetch_all(text, tenant=tenant, value=value)}

    async def member_records(
        self, tx: Reader, tenant: str, shared: SharedWithMembers, value: str
    ) -> list[tuple[str, int, str | None]]:
        """Id, version and owner of the records that the members of a record read."""
        text = self.statements.member_records(tx.dialect, shared)
        rows = await tx.fetch_all(text, tenant=tenant, value=value)
        return [(row[0], row[1], row[2]) for row in rows]

    async def erased_ids(self, tx: Reader, tenant: str, field: str, parent: str) -> set[str]:
        """Ids of a parent's records whose personal data was erased or is being erased."""
        text = self.statements.erased_ids(tx.dialect, field)
        return {row[0] for row in await tx.fetch_all(text, tenant=tenant, **{field: parent})}

    def decrypting(self, tx: Reader) -> Callable[..., R]:
        if not self._contact_details:
            return self._make
        return tx.cipher.decrypting(self.encryption, self._make)

    def _with_deletion(self, tx: Reader, rows: Iterable[Row]) -> list[RecordWithDeletion[R]]:
        make = self.decrypting(tx)
        return [(make(*row[:-1]), row[-1]) for row in rows]


def encryption_of(resource: AnyResource) -> EncryptedTable:
    """The columns of the resource that hold contact details."""
    kinds = {field.name: field.kind for field in resource.encrypted}
    return encrypted_table(resource.table, resource.record.__struct_fields__, kinds)


def _row_maker(resource: Resource[R]) -> Callable[..., R]:
    """Makes records of rows: the record class itself, unless a column needs conversion."""
    record = resource.record
    shapes = [
        (place, field.from_row)
        for place, name in enumerate(record.__struct_fields__)
        if (field := resource.fields.get(name)) is not None and field.from_row is not None
    ]
    if not shapes:
        return record

    def make(*row: Any) -> R:
        values = list(row)
        for place, shape in shapes:
            if values[place] is not None:
                values[place] = shape(values[place])
        return record(*values)

    return make
