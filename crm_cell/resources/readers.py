"""Statements that say who reads the records of a resource, for its events."""

from abc import ABC, abstractmethod
from typing import Any

import sqlalchemy as sa

from crm_cell.resources.members.declared import SharedWithMembers
from crm_cell.resources.resource import SharedThrough
from crm_cell.resources.scope import Scope
from crm_cell.resources.tables import OWNER_COLUMN
from crm_cell.resources.visibility import TENANT


class ReaderStatements(ABC):
    """The part of `Statements` with these."""

    table: sa.Table
    _tables: Any

    @property
    @abstractmethod
    def _owner(self) -> sa.ColumnElement[Any]: ...

    @abstractmethod
    def _live(self, scope: Scope, *filters: str) -> sa.Select[Any]: ...

    def _followers(self, field: str) -> sa.Select[Any]:
        """Id and version of the records that follow the owner of a parent."""
        return self._live(Scope.TENANT, field).with_only_columns(
            self.table.c.id, self.table.c.version
        )

    def _shared_records(self, through: SharedThrough) -> sa.Select[Any]:
        """Id, version and owner of those that are shared through records of another resource."""
        columns = (self.table.c.id, self.table.c.version, self._owner)
        return self._live(Scope.TENANT, through.local).with_only_columns(*columns)

    def _member_records(self, shared: SharedWithMembers) -> sa.Select[Any]:
        """Id, version and owner of those that the members of a record read."""
        columns = (self.table.c.id, self.table.c.version, self._owner)
        found = self._live(Scope.TENANT).with_only_columns(*columns)
        local: sa.ColumnElement[Any] = self.table.c[shared.local]
        value: sa.BindParameter[str] = sa.bindparam("value")
        if shared.through is None:
            return found.where(local == value)
        between = self._tables[shared.through].alias("between")
        ids = sa.select(between.c.id).where(
            between.c.tenant_id == TENANT, between.c[shared.table.record] == value
        )
        return found.where(local.in_(ids))

    def _sharing_owners(self, through: SharedThrough) -> sa.Select[Any]:
        """Who reads the records with a value of `through.local` without owning them."""
        other = self._tables[through.table]
        owner = other.c[other.info[OWNER_COLUMN]]
        found = (
            sa.select(owner)
            .distinct()
            .where(
                other.c.tenant_id == TENANT,
                other.c[through.foreign] == sa.bindparam("value"),
                owner.is_not(None),
            )
        )
        return found.where(other.c.deleted_at.is_(None)) if through.live else found
