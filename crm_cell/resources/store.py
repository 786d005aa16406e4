"""Writing the records of one resource, and counting them."""

from collections import Counter as tally  # noqa: N813 - Counter is a counter in the database here
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from crm_cell.kernel.errors import Conflict
from crm_cell.resources import rollups
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.members import store as members
from crm_cell.resources.reading import Filters as Filters  # noqa: PLC0414 - users of stores name it
from crm_cell.resources.reading import RecordReader, RecordWithDeletion
from crm_cell.resources.record import R
from crm_cell.resources.resource import Resource
from crm_cell.resources.searching import searchable
from crm_cell.resources.statements import Statements
from crm_cell.resources.tagging import tagged
from crm_cell.resources.visibility import TENANT
from crm_cell.search.index import SearchIndex
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Tx
from crm_cell.storage.errors import UniqueViolation
from crm_cell.storage.field_encryption import Column
from crm_cell.tags import store as tags


class Store(RecordReader[R]):
    """Domains extend it where a write also changes other rows: see `count`."""

    def __init__(
        self, resource: Resource[R], tables: sa.MetaData, *, search_texts: bool = False
    ) -> None:
        super().__init__(resource, tables)
        self.rollups = rollups.into_parents(resource.table, tables)
        self.tables = tables
        self.index = SearchIndex(searchable(resource, texts=search_texts))

    async def insert(self, tx: Tx, record: R) -> None:
        """Raises the error of the unique index that is violated. The index also decides races."""
        [row] = await self._encrypted(tx, [record])
        try:
            await tx.execute(self.statements.insert(tx.dialect), **row)
        except UniqueViolation as violation:
            raise self._conflict(violation) from violation
        await self._follow_tags(tx, [(None, record)])
        await self._written(tx, [(None, record)], encrypted=True)

    async def insert_unless_taken(self, tx: Tx, record: R) -> bool:
        """Returns False where a unique index is violated; the transaction stays usable."""
        [row] = await self._encrypted(tx, [record])
        if not await tx.execute(self.statements.insert(tx.dialect, ()), **row):
            return False
        await self._follow_tags(tx, [(None, record)])
        await self._written(tx, [(None, record)], encrypted=True)
        return True

    async def insert_new(self, tx: Tx, records: Sequence[R], unique: tuple[str, ...]) -> set[str]:
        """Insert the records that do not violate the unique index on these columns and return
        their ids.

        Ids must ascend: one query for the range of ids costs half as much as RETURNING for every
        row.
        """
        if not records:
            return set()
        rows = await self._encrypted(tx, records)
        await tx.execute_many(self.statements.insert(tx.dialect, unique), rows)
        found = await tx.fetch_all(
            self.statements.text(tx.dialect, _ids_between),
            tenant=records[0].tenant_id,
            first=records[0].id,
            last=records[-1].id,
        )
        inserted = {row[0] for row in found} & {each.id for each in records}
        new = [each for each in records if each.id in inserted]
        await self._follow_tags(tx, [(None, each) for each in new])
        await self.index.write(tx, [(None, each) for each in new], held=True)
        await self.count_created(tx, new)
        return inserted

    async def update(self, tx: Tx, before: R, after: R, *, live: bool = True) -> None:
        """Raises the error of the unique index that is violated. `live`: it is not deleted."""
        changed = [
            name
            for name in self.statements.columns
            if getattr(before, name) != getattr(after, name)
        ]
        details = self.encryption.changed(before, after)
        [row] = await self._encrypted(tx, [after], details)
        columns = (*changed, *(column.key for column in details))
        try:
            await tx.execute(
                self.statements.update(tx.dialect, columns),
                tenant=after.tenant_id,
                record=after.id,
                **{name: row[name] for name in columns},
            )
        except UniqueViolation as violation:
            raise self._conflict(violation) from violation
        await self._follow_tags(tx, [(before, after)])
        if live:
            await self.index.write(tx, [(before, after)], held=bool(details))
        await self.count(tx, [(before, after)])

    async def update_many(self, tx: Tx, steps: Sequence[tuple[R, R]]) -> None:
        """Of different records, each before and after. Raises the error of a unique index that one
        of them violates."""
        groups: dict[tuple[tuple[str, ...], tuple[Column, ...]], list[R]] = {}
        for before, after in steps:
            changed = tuple(
                name
                for name in self.statements.columns
                if getattr(before, name) != getattr(after, name)
            )
            details = tuple(self.encryption.changed(before, after))
            groups.setdefault((changed, details), []).append(after)
        for (changed, details), records in groups.items():
            columns = (*changed, *(column.key for column in details))
            rows = await self._encrypted(tx, records, details)
            try:
                await tx.execute_many(
                    self.statements.update(tx.dialect, columns),
                    [
                        {"tenant": row["tenant_id"], "record": row["id"]}
                        | {name: row[name] for name in columns}
                        for row in rows
                    ],
                )
            except UniqueViolation as violation:
                raise self._conflict(violation) from violation
        await self._follow_tags(tx, steps)
        await self.count(tx, steps)

    async def soft_delete(self, tx: Tx, records: Sequence[R], deleted_with: str | None) -> None:
        """`deleted_with` is the id of the parent that is deleted as well."""
        await tx.execute_many(
            self.statements.soft_delete(tx.dialect),
            [
                {
                    "now": tx.now,
                    "deleted_with": deleted_with,
                    "tenant": each.tenant_id,
                    "record": each.id,
                }
                for each in records
            ],
        )
        await self._written(tx, [(each, None) for each in records])

    async def restore(self, tx: Tx, records: Sequence[R]) -> None:
        """Write the records as passed. Raises the error of the unique index that is violated."""
        columns = tuple(name for name in self._restored if name not in self._contact_details)
        try:
            await tx.execute_many(
                self.statements.restore(tx.dialect, columns),
                [
                    {"tenant": each.tenant_id, "record": each.id}
                    | {name: getattr(each, name) for name in columns}
                    for each in records
                ],
            )
        except UniqueViolation as violation:
            raise self._conflict(violation) from violation
        await self._written(tx, [(None, each) for each in records], restored=True)

    async def transfer(
        self, tx: Tx, tenant: str, field: str, parent: str, before: str | None, after: str | None
    ) -> None:
        """Make `after` the owner of all records of a parent."""
        moved = await tx.execute(
            self.statements.transfer(tx.dialect, field),
            tenant=tenant,
            owner=after,
            **{field: parent},
        )
        await counters.transfer(tx, tenant, f"{self.resource.table}.owner", before, after, moved)

    async def repoint(
        self, tx: Tx, tenant: str, field: str, deleted: Sequence[str], parent: str | None
    ) -> None:
        """Let deleted records refer to another parent, or to none. No counter has them, and nobody
        sees it."""
        await tx.execute_many(
            self.statements.update(tx.dialect, (field,)),
            [{"tenant": tenant, "record": each, field: parent} for each in deleted],
        )

    async def mark_erased(self, tx: Tx, record: R) -> None:
        """Afterwards neither the record nor its children can be restored."""
        await tx.execute(
            self.statements.mark_erased(tx.dialect),
            now=tx.now,
            tenant=record.tenant_id,
            record=record.id,
        )

    async def keep_deleted(self, tx: Tx, tenant: str, field: str, parent: str) -> None:
        """Stop deleted records of a parent from being restored with another parent."""
        await tx.execute(
            self.statements.keep_deleted(tx.dialect, field), tenant=tenant, **{field: parent}
        )

    async def erase(self, tx: Tx, records: Sequence[RecordWithDeletion[R]]) -> None:
        """Delete the rows. No other row may still refer to them."""
        await tx.execute_many(
            self.statements.delete(tx.dialect),
            [{"tenant": each.tenant_id, "record": each.id} for each, _ in records],
        )
        await external_ids.remove(
            tx, self.resource.name, [(each.tenant_id, each.id) for each, _ in records]
        )
        await self._follow_tags(tx, [(each, None) for each, _ in records])
        shared = self.resource.shared_with_members
        if shared is not None and shared.local == "id":
            await members.remove(
                tx, shared.table, [(each.tenant_id, each.id) for each, _ in records]
            )
        await self.index.erase(tx, [each for each, _ in records])
        await self.count(tx, [(each, None) for each, deleted_at in records if deleted_at is None])

    async def _written(
        self,
        tx: Tx,
        steps: Sequence[tuple[R | None, R | None]],
        *,
        restored: bool = False,
        encrypted: bool = False,
    ) -> None:
        """What follows from a write in other tables: the search index and the counters.

        `encrypted`: contact details were encrypted for it."""
        await self.index.write(tx, steps, held=encrypted)
        await self.count(tx, steps, restored=restored)

    async def _follow_tags(self, tx: Tx, steps: Iterable[tuple[R | None, R | None]]) -> None:
        """Deleted records keep their tags until they are erased."""
        if self.resource.has_tags:
            changed = [each for step in steps if (each := tagged(*step)) is not None]
            if changed:
                await tags.follow(tx, changed)

    # Counting

    async def count(
        self, tx: Tx, steps: Sequence[tuple[R | None, R | None]], *, restored: bool = False
    ) -> None:
        """Update the counters, and the figures of other records. Each step is a record before and
        after, None where there is none.

        `restored`: the records are not the newest ones, which page boundaries depend on.
        """
        for before, after in steps:
            if before is None and after is not None:
                add = counters.restore if restored else counters.add_all
                await add(tx, after.tenant_id, self._counters_of(after))
            elif after is None and before is not None:
                await counters.add_all(tx, before.tenant_id, self._counters_of(before), -1)
            elif before is not None and after is not None:
                await self._recount(tx, before, after)
        if self.rollups:
            await rollups.follow(tx, self.rollups, steps)

    async def count_created(self, tx: Tx, records: Sequence[R]) -> None:
        """As `count` for created records, with one update per counter."""
        by_counter = tally(counter for each in records for counter in self._counters_of(each))
        for counter, many in by_counter.items():
            await counters.add_all(tx, records[0].tenant_id, [counter], many)
        if self.rollups:
            await rollups.follow(tx, self.rollups, [(None, each) for each in records])

    async def _recount(self, tx: Tx, before: R, after: R) -> None:
        for name, field in self._counted:
            old, new = getattr(before, field), getattr(after, field)
            if old != new:
                await counters.transfer(tx, after.tenant_id, name, old, new)

    def _counters_of(self, record: R) -> list[Counter]:
        by = [(name, getattr(record, field)) for name, field in self._counted]
        return [(self.resource.table, None), *by]

    async def _encrypted(
        self, tx: Tx, records: Iterable[R], changed: Sequence[Column] | None = None
    ) -> list[dict[str, Any]]:
        """The rows to write, with encrypted contact details and their search keys."""
        rows = map(msgspec.structs.asdict, records)
        if not self._contact_details:
            return list(rows)
        return await tx.cipher.encrypt_rows(tx, self.encryption, rows, changed)

    def _conflict(self, violation: UniqueViolation) -> Conflict:
        """The declared error of the unique index that a statement violated."""
        return self._conflicts.get(violation.constraint, Conflict)()


def _ids_between(statements: Statements) -> sa.Select[Any]:
    columns = statements.table.c
    return sa.select(columns.id).where(
        columns.tenant_id == TENANT,
        columns.id.between(sa.bindparam("first"), sa.bindparam("last")),
    )
