"""The SQL statements of one resource, built with SQLAlchemy Core.

Each is compiled once for its shape and dialect, and stored in an LRU cache. Only `_live`,
`_every` and `visibility` add the conditions on tenant and owner.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa

from crm_cell.resources.listing.sql import ListShape, condition
from crm_cell.resources.readers import ReaderStatements
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.scope import Scope as Scope  # noqa: PLC0414 - callers use the type
from crm_cell.resources.tables import OWNER_COLUMN, search_key_of
from crm_cell.resources.visibility import TENANT, Visibility, member_scope, merged
from crm_cell.storage.compilation import compile_text, insert_into
from crm_cell.storage.engine import Dialect

_SHAPES = 256
_RESOURCES = 256


class Statements(ReaderStatements):
    """Methods return the SQL text for a dialect. Their other parameters determine its shape."""

    def __init__(self, resource: AnyResource, tables: sa.MetaData) -> None:
        self.resource = resource
        self.table = tables.tables[resource.table]
        self._tables = tables.tables
        self._visibility = Visibility(resource, tables)
        self.columns = resource.record.__struct_fields__
        self._record = [self.table.c[name] for name in self.columns]
        self.find = _cached(self._find)
        self.find_including_deleted = _cached(self._find_including_deleted)
        self.page = _cached(self._page)
        self.page_of_joined = _cached(self._page_of_joined)
        self.count = _cached(self._count)
        self.list = _cached(self._list)
        self.list_count = _cached(self._list_count)
        self.find_readable = _cached(self._find_readable)
        self.titles = _cached(self._titles)
        self.ids_by_title = _cached(self._ids_by_title)
        self.readable = _cached(self._readable)
        self.owner_of = _cached(self._owner_of)
        self.find_many = _cached(self._find_many)
        self.find_in_order = _cached(self._find_in_order)
        self.insert = _cached(self._insert)
        self.update = _cached(self._update)
        self.some_of = _cached(self._some_of)
        self.any_of = _cached(self._any_of)
        self.sample = _cached(self._sample)
        self.all_including_deleted = _cached(self._all_including_deleted)
        self.deleted_with = _cached(self._deleted_with)
        self.soft_delete = _cached(self._soft_delete)
        self.restore = _cached(self._restore)
        self.transfer = _cached(self._transfer)
        self.delete = _cached(self._delete)
        self.mark_erased = _cached(self._mark_erased)
        self.keep_deleted = _cached(self._keep_deleted)
        self.ids_of = _cached(self._ids_of)
        self.live_after = _cached(self._live_after)
        self.is_erased = _cached(self._is_erased)
        self.erased_ids = _cached(self._erased_ids)
        self.followers = _cached(self._followers)
        self.shared_records = _cached(self._shared_records)
        self.sharing_owners = _cached(self._sharing_owners)
        self.member_records = _cached(self._member_records)

        self.text = lru_cache(maxsize=_SHAPES)(self._text)

    def _text(self, dialect: Dialect, build: Callable[["Statements"], sa.ClauseElement]) -> str:
        """The SQL text of a statement that a domain builds, in a function at module level."""
        return compile_text(build(self), dialect)

    @property
    def _owner(self) -> sa.ColumnElement[Any]:
        column: sa.ColumnElement[Any] = self.table.c[self.table.info[OWNER_COLUMN]]
        return column

    # Reading

    def _find(self, scope: Scope) -> sa.Select[Any]:
        return self._live(scope).where(self.table.c.id == sa.bindparam("id"))

    def _find_many(
        self,
        scope: Scope,
        parameters: tuple[str, ...],
        joined: bool = False,
    ) -> sa.Select[Any]:
        found = self._joined(scope) if joined else self._live(scope)
        return found.where(self._is_one_of(parameters, "id"))

    def _find_in_order(
        self, scope: Scope, parameters: tuple[str, ...], column: str
    ) -> sa.Select[Any]:
        """So that two who lock the same records wait for each other, and not for ever."""
        found = self._live(scope).where(self._is_one_of(parameters, column))
        return found.order_by(self.table.c.id)

    def _is_one_of(self, parameters: tuple[str, ...], column: str) -> sa.ColumnElement[bool]:
        return sa.or_(*(self.table.c[column] == sa.bindparam(name) for name in parameters))

    def _find_including_deleted(self) -> sa.Select[Any]:
        return self._every(*self._record, self._deleted_at()).where(
            self.table.c.id == sa.bindparam("id")
        )

    def _page(
        self,
        scope: Scope,
        filters: tuple[str, ...],
        joined: bool = False,
    ) -> sa.Select[Any]:
        """Without ORDER BY, which `storage.paging` adds."""
        return self._joined(scope, *filters) if joined else self._live(scope, *filters)

    def _page_of_joined(self, dialect: Dialect, scope: Scope, *, after: bool) -> sa.Select[Any]:
        """Of the caller's own and of what the caller reads as a member, newest first."""
        few = [self._live(member_scope(scope))]
        return merged(dialect, [self._live(scope)], few, after=after)

    def _count(
        self,
        scope: Scope,
        filters: tuple[str, ...],
        joined: bool = False,
    ) -> sa.Select[Any]:
        return self._page(scope, filters, joined).with_only_columns(sa.func.count())

    def _list(
        self,
        dialect: Dialect,
        scope: Scope,
        filters: tuple[str, ...],
        shape: ListShape,
        joined: bool = False,
    ) -> sa.Select[Any]:
        """A part of a list, by the list language; `limit` and `offset` are parameters. Of a list
        with what the caller reads as a member, the first rows of either, up to `most`."""
        narrowed = self._visibility.list_of(
            self._all_live(*filters), scope, shape, dialect, ordered=shape.grouping is None
        )
        few = dialect == "sqlite"
        few_owned = few and shape.is_of_several(scope)
        if not joined:
            return shape.page(narrowed, self.table, few=few_owned)
        if shape.grouping is not None:
            return shape.page(self._joined(scope, *filters), self.table)
        own = shape.ids(narrowed, self.table, few=few_owned)
        joined_rows = self._live(member_scope(scope), *filters)
        first = [each.subquery() for each in (own, shape.ids(joined_rows, self.table, few=few))]
        ids = sa.union_all(*(sa.select(part.c.id) for part in first))
        found = self._live(Scope.TENANT, *filters).where(self.table.c.id.in_(ids))
        return shape.page(found, self.table, few=few)

    def _list_count(
        self,
        dialect: Dialect,
        scope: Scope,
        filters: tuple[str, ...],
        shape: ListShape,
        joined: bool = False,
    ) -> sa.Select[Any]:
        if joined:
            return shape.count(self._joined(scope, *filters), self.table)
        live = self._all_live(*filters)
        found = self._visibility.list_of(live, scope, shape, dialect, ordered=False)
        few = dialect == "sqlite" and shape.is_of_several(scope)
        return shape.count(found, self.table, few=few)

    def _find_readable(self, scope: Scope, many: int, column: str = "id") -> sa.Select[Any]:
        """Of so many ids, or values of another column."""
        shape = ("in", column, many) if many > 1 else ("compare", column, "=")
        among = condition(self.table, shape)
        return self._live(scope).where(among)

    def _titles(self, scope: Scope, many: int) -> sa.Select[Any]:
        """Ids and titles, of so many ids."""
        assert self.resource.title is not None, "callers ask for titles that there are"
        title = self.table.c[self.resource.title]
        return self._find_readable(scope, many).with_only_columns(self.table.c.id, title)

    def _ids_by_title(self, scope: Scope, column: str, many: int) -> sa.Select[Any]:
        """The values of the column among so many, each with its first id and its number."""
        value, identifier = self.table.c[column], self.table.c.id
        found = self._live(scope).where(condition(self.table, ("in", column, many)))
        counted = found.with_only_columns(value, sa.func.min(identifier), sa.func.count())
        return counted.group_by(value)

    def _readable(self, scope: Scope) -> sa.Select[Any]:
        """Includes deleted records."""
        where = self.table.c.id == sa.bindparam("id")
        found = self._every(sa.literal_column("1"))
        return self._visibility.narrow(found, scope).where(where)

    def _owner_of(self) -> sa.Select[Any]:
        """Includes deleted records."""
        return self._every(self._owner).where(self.table.c.id == sa.bindparam("id"))

    def _some_of(self, *fields: str) -> sa.Select[Any]:
        found = self._live(Scope.TENANT, *fields)
        return found.order_by(self.table.c.id).limit(sa.bindparam("limit"))

    def _any_of(self, field: str) -> sa.Select[Any]:
        """Includes deleted records."""
        return (
            self._every(sa.literal_column("1"))
            .where(self._equals(field))
            .limit(sa.literal_column("1"))
        )

    def _sample(self, filters: tuple[str, ...]) -> sa.Select[Any]:
        found = self._live(Scope.TENANT, *filters).with_only_columns(self._owner)
        return found.limit(sa.literal_column("1"))

    def _all_including_deleted(
        self, field: str | None, *, contactable: bool = False
    ) -> sa.Select[Any]:
        found = self._every(*self._record, self._deleted_at())
        if field is not None:
            found = found.where(self._equals(field))
        if contactable:
            details = [self.table.c[field.name].is_not(None) for field in self.resource.encrypted]
            found = found.where(sa.or_(*details))
        return self._after(found)

    def _deleted_with(self, field: str) -> sa.Select[Any]:
        found = self._every(*self._record).where(
            self._equals(field), self.table.c.deleted_with == sa.bindparam(field)
        )
        if self.resource.is_person:
            found = found.where(self.table.c.erased_at.is_(None))
        return self._after(found)

    def _ids_of(self, field: str) -> sa.Select[Any]:
        return self._every(self.table.c.id).where(self._equals(field))

    def _live_after(self) -> sa.Select[Any]:
        return self._after(self._live(Scope.TENANT))

    def _is_erased(self) -> sa.Select[Any]:
        return self._every(self.table.c.erased_at).where(self.table.c.id == sa.bindparam("id"))

    def _erased_ids(self, field: str) -> sa.Select[Any]:
        return self._ids_of(field).where(self.table.c.erased_at.is_not(None))

    # Writing

    def _insert(self, dialect: Dialect, conflict: tuple[str, ...] | None = None) -> Any:
        """`conflict`: skip rows that violate the unique index on these columns or, if empty, any
        unique index."""
        keys = [search_key_of(field) for field in self.resource.encrypted]
        values: dict[str, Any] = {name: sa.bindparam(name) for name in (*self.columns, *keys)}
        statement: Any = insert_into(self.table, dialect).values(values)
        if conflict is None:
            return statement
        if not conflict:
            return statement.on_conflict_do_nothing()
        live = sa.text("deleted_at IS NULL") if self.resource.is_deletable else None
        elements = ["tenant_id", *conflict]
        return statement.on_conflict_do_nothing(index_elements=elements, index_where=live)

    def _update(self, columns: tuple[str, ...]) -> sa.Update:
        """Sets only the columns that differ, because SQLite rewrites the indexes on every column
        in SET, even where its value stays the same."""
        return self._changing({name: sa.bindparam(name) for name in columns})

    def _soft_delete(self) -> sa.Update:
        values: dict[str, Any] = {
            "deleted_at": sa.bindparam("now"),
            "version": self.table.c.version + sa.literal_column("1"),
        }
        if self.resource.is_deleted_with_parent:
            values["deleted_with"] = sa.bindparam("deleted_with")
        return self._changing(values)

    def _restore(self, columns: tuple[str, ...]) -> sa.Update:
        nothing = {"deleted_at": sa.null()}
        if self.resource.is_deleted_with_parent:
            nothing["deleted_with"] = sa.null()
        return self._changing(nothing | {name: sa.bindparam(name) for name in columns})

    def _mark_erased(self) -> sa.Update:
        marked = self._changing({"erased_at": sa.bindparam("now")})
        return marked.where(self.table.c.erased_at.is_(None))

    def _keep_deleted(self, field: str) -> sa.Update:
        """Writes only rows that were deleted with a parent; most were not."""
        return (
            sa.update(self.table)
            .where(
                self.table.c.tenant_id == TENANT,
                self._equals(field),
                self.table.c.deleted_with.is_not(None),
            )
            .values(deleted_with=sa.null())
        )

    def _transfer(self, field: str) -> sa.Update:
        owner = self.resource.owner
        values: dict[str, Any] = {self._owner.name: sa.bindparam("owner")}
        if owner is not None and owner.visible:
            values["version"] = self.table.c.version + sa.literal_column("1")
        changed = (
            sa.update(self.table)
            .where(self.table.c.tenant_id == TENANT, self._equals(field))
            .values(values)
        )
        return (
            changed.where(self.table.c.deleted_at.is_(None))
            if self.resource.is_deletable
            else changed
        )

    def _delete(self) -> sa.Delete:
        return sa.delete(self.table).where(
            self.table.c.tenant_id == TENANT, self.table.c.id == sa.bindparam("record")
        )

    # Shared by all statements

    def _every(self, *columns: Any) -> sa.Select[Any]:
        """All rows of the tenant, deleted ones included."""
        return sa.select(*columns).where(self.table.c.tenant_id == TENANT)

    def _live(self, scope: Scope, *filters: str) -> sa.Select[Any]:
        return self._visibility.narrow(self._all_live(*filters), scope)

    def _joined(self, scope: Scope, *filters: str) -> sa.Select[Any]:
        """Also what the caller reads as a member."""
        return self._visibility.narrow(self._all_live(*filters), scope, joined=True)

    def _all_live(self, *filters: str) -> sa.Select[Any]:
        found = self._every(*self._record)
        if self.resource.is_deletable:
            found = found.where(self.table.c.deleted_at.is_(None))
        for name in filters:
            found = found.where(self._equals(name))
        return found

    def _changing(self, values: dict[str, Any]) -> sa.Update:
        return (
            sa.update(self.table)
            .where(self.table.c.tenant_id == TENANT, self.table.c.id == sa.bindparam("record"))
            .values(values)
        )

    def _equals(self, name: str) -> sa.ColumnElement[bool]:
        return self.table.c[name] == sa.bindparam(name)

    def _after(self, found: sa.Select[Any]) -> sa.Select[Any]:
        following = found.where(self.table.c.id > sa.bindparam("after"))
        return following.order_by(self.table.c.id).limit(sa.bindparam("limit"))

    def _deleted_at(self) -> Any:
        return (
            self.table.c.deleted_at if self.resource.is_deletable else sa.null().label("deleted_at")
        )


@lru_cache(_RESOURCES)
def statements_of(resource: AnyResource, tables: sa.MetaData) -> Statements:
    """One for all services of a process, so that each statement is compiled once."""
    return Statements(resource, tables)


def _cached(build: Callable[..., sa.ClauseElement]) -> Callable[..., str]:
    """Caches the SQL text of the statement that `build` returns, by dialect and shape."""
    needs_dialect = "dialect" in build.__code__.co_varnames[: build.__code__.co_argcount]

    def text(dialect: Dialect, *shape: Any, **more: Any) -> str:
        bound = partial(build, dialect) if needs_dialect else build
        return compile_text(bound(*shape, **more), dialect)

    return lru_cache(maxsize=_SHAPES)(text)
