"""Reading the records of one resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import starmap
from typing import Any

import sqlalchemy as sa

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.resources.finding import FindingMany
from crm_cell.resources.finding import title_key as title_key  # noqa: PLC0414 - callers use it
from crm_cell.resources.listing.members import Derived
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource, Resource, SharedThrough
from crm_cell.resources.scope import Scope as Scope  # noqa: PLC0414 - callers use the type
from crm_cell.resources.statements import statements_of
from crm_cell.resources.visibility import FEW, scope_of
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.field_encryption import (
    EncryptedTable,
    encrypted_table,
    search_conditions,
)
from crm_cell.storage.paging.pages import newest_first

RecordWithDeletion = tuple[R, int | None]
"""A record with its time of deletion, None for a live record."""
Filters = Mapping[str, Any]
"""Exact values by field name."""


class RecordReader(FindingMany[R]):
    """The reading part of a `Store`."""

    derived: Sequence[Derived] = ()
    """Names in filters beyond the members of answers."""

    def __init__(self, resource: Resource[R], tables: sa.MetaData) -> None:
        self.resource = resource
        self.statements = statements_of(resource, tables)
        self.encryption = encryption_of(resource)
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
        row = await tx.fetch_one(text + lock, tenant=actor.tenant, id=identifier, owner=actor.owner)
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
        row = await tx.fetch_one(text, tenant=actor.tenant, id=identifier, owner=actor.owner)
        return row is not None

    async def is_shared(self, tx: Reader, actor: Actor, identifier: str) -> bool:
        """Whether the record, live or deleted, is shared with the caller."""
        text = self.statements.readable(tx.dialect, Scope.SHARED)
        row = await tx.fetch_one(text, tenant=actor.tenant, id=identifier, owner=actor.owner)
        return row is not None

    async def owner_of(self, tx: Reader, tenant: str, identifier: str) -> str | None:
        """Also finds the owner of a deleted record."""
        text = self.statements.owner_of(tx.dialect)
        row = await tx.fetch_one(text, tenant=tenant, id=identifier)
        return row[0] if row else None

    async def total(self, tx: Reader, actor: Actor) -> int:
        counter = self.counter_of(actor)
        if counter is not None:
            return await counters.read(tx, actor.tenant, *counter)
        text = self.statements.count(tx.dialect, scope_of(actor, Scope.OWN), ())
        return await _count(tx, text, {"tenant": actor.tenant, "owner": actor.owner})

    async def page(
        self, tx: Reader, actor: Actor, filters: Filters, page_request: PageRequest
    ) -> Slice[R]:
        """Newest first. Filters match exact values; contact details match in any spelling."""
        if not filters:
            return await self._page(tx, actor, {}, page_request, Scope.OWN, self.counter_of(actor))
        references = {name: filters[name] for name in filters if name not in self._contact_details}
        if len(references) < len(filters):
            return await self._page_by_contact_details(tx, actor, filters, references, page_request)
        if actor.sees_all or await self._sees_all_of(tx, actor, references):
            counter = self._counter_of(references)
            return await self._page(tx, actor, references, page_request, Scope.TENANT, counter)
        return await self._page(tx, actor, references, page_request, Scope.READABLE, None)

    async def _sees_all_of(self, tx: Reader, actor: Actor, references: Filters) -> bool:
        """Whether the caller may see all records with these references.

        Records that follow their parent's owner have one owner, so one sample row decides.
        """
        owner = self.resource.owner
        if owner is None or not owner.follows:
            return False
        text = self.statements.sample(tx.dialect, tuple(references))
        row = await tx.fetch_one(text, tenant=actor.tenant, **references)
        return row is not None and actor.may_see(row[0])

    async def _page(
        self,
        tx: Reader,
        actor: Actor,
        filters: Filters,
        page_request: PageRequest,
        scope: Scope,
        counter: Counter | None,
    ) -> Slice[R]:
        scope, names = scope_of(actor, scope), tuple(filters)
        params = {"tenant": actor.tenant, "owner": actor.owner, **filters}
        if counter is not None:
            total = await counters.read(tx, actor.tenant, *counter)
            if scope is Scope.TEAM and len(actor.team) <= len(FEW) and page_request.is_shallow:
                return await self._page_of_few(tx, actor, page_request, total)
            if scope is Scope.TEAM:
                rows = page_request.offset + page_request.size + 1
                scope = await self.faster(tx, actor, rows, total)
        else:
            total = await _count(tx, self.statements.count(tx.dialect, scope, names), params)
        return await newest_first(
            tx,
            self.statements.page(tx.dialect, scope, names),
            self.decrypting(tx),
            page_request,
            total=total,
            counter=counter,
            **params,
        )

    async def _page_of_few(
        self, tx: Reader, actor: Actor, page_request: PageRequest, total: int
    ) -> Slice[R]:
        """Of the few owners whom a leader sees. Not from the cache: it reads what it needs."""
        owners = dict.fromkeys(FEW) | dict(zip(FEW, sorted(actor.team), strict=False))
        after = {"after": page_request.after} if page_request.after else {}
        limit, offset = page_request.size + 1, page_request.offset
        rows = await tx.fetch_all(
            self.statements.page_of_few(tx.dialect, after=bool(after)),
            tenant=actor.tenant,
            limit=limit,
            offset=offset,
            most=limit + offset,
            **owners,
            **after,
        )
        records = list(starmap(self.decrypting(tx), rows[: page_request.size]))
        more = len(rows) > page_request.size
        return Slice(records, total, records[-1].id if more else None)

    async def faster(
        self, tx: Reader, actor: Actor, rows: int | None, owned: int | None = None
    ) -> Scope:
        """For some rows of a list of a team, or all (None): to read all that the team owns, or to
        walk through the list until there are enough. Each `total / owned`-th is the team's."""
        counter = self.counter_of(actor)
        if rows is None or counter is None:
            return Scope.TEAM_BY_OWNER
        if owned is None:
            owned = await counters.read(tx, actor.tenant, *counter)
        total = await counters.read(tx, actor.tenant, self.resource.table)
        return Scope.TEAM_BY_OWNER if owned * owned < rows * total else Scope.TEAM

    async def _page_by_contact_details(
        self,
        tx: Reader,
        actor: Actor,
        filters: Filters,
        references: Filters,
        page_request: PageRequest,
    ) -> Slice[R]:
        """Counts the rows, because few records share a telephone number or an address."""
        scope = scope_of(actor, Scope.READABLE if references else Scope.OWN_AMONG_FEW)
        conditions, values = await search_conditions(tx, self.encryption, filters)
        params = {"tenant": actor.tenant, "owner": actor.owner, **references, **values}
        names = tuple(references)
        return await newest_first(
            tx,
            self.statements.page(tx.dialect, scope, names) + conditions,
            self.decrypting(tx),
            page_request,
            total=await _count(
                tx, self.statements.count(tx.dialect, scope, names) + conditions, params
            ),
            counter=None,
            **params,
        )

    async def with_contact_detail(
        self, tx: Reader, actor: Actor, field: str, value: str, *, limit: int
    ) -> list[R]:
        """The caller's own that have a whole number or address, in any spelling: some of them."""
        conditions, values = await search_conditions(tx, self.encryption, {field: value})
        text = self.statements.page(tx.dialect, scope_of(actor, Scope.OWN_AMONG_FEW), ())
        rows = await tx.fetch_all(
            f"{text}{conditions} LIMIT :limit",
            tenant=actor.tenant,
            owner=actor.owner,
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
        return await _count(tx, text, {"tenant": tenant, **values})

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

    async def erased_ids(self, tx: Reader, tenant: str, field: str, parent: str) -> set[str]:
        """Ids of a parent's records whose personal data was erased or is being erased."""
        text = self.statements.erased_ids(tx.dialect, field)
        return {row[0] for row in await tx.fetch_all(text, tenant=tenant, **{field: parent})}

    async def list_scope(
        self, tx: Reader, actor: Actor, references: Filters
    ) -> tuple[Scope, Counter | None]:
        """Which records a list shows that is narrowed to these references, as `page` decides it,
        and the counter of them."""
        if not references:
            return scope_of(actor, Scope.OWN), self.counter_of(actor)
        if actor.sees_all or await self._sees_all_of(tx, actor, references):
            return Scope.TENANT, self._counter_of(references)
        return scope_of(actor, Scope.READABLE), None

    def counter_of(self, actor: Actor) -> Counter | None:
        """The counter of the caller's own records, or of all; none where others are listed too."""
        table = self.resource.table
        if self.resource.shared_when is not None and not actor.sees_all:
            return None
        if actor.sees_all:
            return table, None
        return f"{table}.owner", counters.OR.join(sorted(actor.team)) or actor.owner

    def _counter_of(self, references: Filters) -> Counter | None:
        if len(references) != 1:
            return None
        [(name, value)] = references.items()
        return f"{self.resource.table}.{name.removesuffix('_id')}", value

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


async def _count(tx: Reader, text: str, params: Mapping[str, Any]) -> int:
    row = await tx.fetch_one(text, **params)
    return int(row[0]) if row else 0


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
