"""Reading several records of one resource, by their ids or titles."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from itertools import islice, starmap
from typing import Any, Generic

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.text import clean, name_key
from crm_cell.resources.listing.conditions import among
from crm_cell.resources.listing.sql import named
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource, Resource
from crm_cell.resources.scope import Scope
from crm_cell.resources.statements import Statements
from crm_cell.resources.visibility import scope_of
from crm_cell.storage.engine import Reader, Tx

# Values in one statement that reads titles.
_MOST_TITLES = 200
_MANY_TITLES = (1, 8, 64, 512, 2048)
# 49 ids in one statement. Names of parameters consist of lower-case letters.
_ID_PARAMETERS = tuple(f"id_{first}{second}" for first in "abcdefg" for second in "abcdefg")


class FindingMany(ABC, Generic[R]):
    """The part of a `RecordReader` that reads records by lists of ids or titles."""

    resource: Resource[R]
    statements: Statements

    @abstractmethod
    def decrypting(self, tx: Reader) -> Callable[..., R]:
        """From a row to its record."""

    @abstractmethod
    async def is_member(self, tx: Reader, actor: Actor) -> bool:
        """Whether there may be records that the caller reads as a member only."""

    def scope_params(self, actor: Actor) -> dict[str, Any]:
        """The parameters of statements that read what a caller may."""
        return {"tenant": actor.tenant, "owner": self.resource.caller(actor).owner}

    async def find_many(
        self, tx: Reader, actor: Actor, ids: Iterable[str], scope: Scope = Scope.OWN
    ) -> list[R]:
        """Those among `ids` that the caller's lists show, or those that they read, in batches of
        fixed size: one statement for all."""
        joined = scope is Scope.OWN and await self.is_member(tx, actor)
        text = self.statements.find_many(tx.dialect, scope_of(actor, scope), _ID_PARAMETERS, joined)
        return await self._in_batches(tx, actor, text, ids)

    async def find_readable(self, tx: Reader, actor: Actor, ids: set[str]) -> dict[str, R]:
        """Those of these that the caller reads, in one statement."""
        if not ids:
            return {}
        _, values = among("id", sorted(ids))
        text = self.statements.find_readable(
            tx.dialect, scope_of(actor, Scope.READABLE), len(values)
        )
        rows = await tx.fetch_all(text, **self.scope_params(actor), **named(values))
        return {found.id: found for found in starmap(self.decrypting(tx), rows)}

    async def having(
        self, tx: Reader, tenant: str, values: Mapping[str, Any], *, limit: int
    ) -> list[R]:
        """Up to `limit` live records of a tenant with these values, not locked."""
        text = self.statements.some_of(tx.dialect, *values)
        rows = await tx.fetch_all(text, tenant=tenant, limit=limit, **values)
        return list(starmap(self.decrypting(tx), rows))

    async def titles(self, tx: Reader, actor: Actor, ids: Iterable[str]) -> dict[str, str]:
        """By id, the titles of those that the caller reads. Only where records have a title."""
        found: dict[str, str] = {}
        wanted = iter(sorted(ids))
        while some := list(islice(wanted, _MOST_TITLES)):
            _, values = among("id", some)
            scope = scope_of(actor, Scope.READABLE)
            text = self.statements.titles(tx.dialect, scope, len(values))
            rows = await tx.fetch_all(text, **self.scope_params(actor), **named(values))
            found |= dict(rows)
        return found

    async def lock_many(
        self, tx: Tx, actor: Actor, values: Iterable[str], column: str = "id"
    ) -> list[R]:
        """The records that the caller reads and that have one of the values, locked to change."""
        scope = scope_of(actor, Scope.READABLE)
        text = self.statements.find_in_order(tx.dialect, scope, _ID_PARAMETERS, column)
        return await self._in_batches(tx, actor, text + tx.for_update, sorted(values))

    async def _in_batches(
        self, tx: Reader, actor: Actor, text: str, values: Iterable[str]
    ) -> list[R]:
        """Run a statement that takes `_ID_PARAMETERS` until it has had all values."""
        found: list[R] = []
        wanted = iter(values)
        while some := list(islice(wanted, len(_ID_PARAMETERS))):
            params = dict.fromkeys(_ID_PARAMETERS, "") | dict(
                zip(_ID_PARAMETERS, some, strict=False)
            )
            rows = await tx.fetch_all(text, **self.scope_params(actor), **params)
            found += starmap(self.decrypting(tx), rows)
        return found

    async def ids_by_title(
        self, tx: Reader, actor: Actor, titles: Iterable[str]
    ) -> dict[str, tuple[str, int]]:
        """By title as it is compared, the id of a record that the caller reads, and how many such
        records there are. One statement, because a title may have no index. At most 2048 titles."""
        assert self.resource.title is not None, "callers look for titles that there are"
        column, key = title_key(self.resource)
        wanted = sorted({key(each) for each in titles})
        if not wanted:
            return {}
        many = next(each for each in _MANY_TITLES if each >= len(wanted))
        values = [*wanted, *wanted[-1:] * (many - len(wanted))]
        text = self.statements.ids_by_title(
            tx.dialect, scope_of(actor, Scope.READABLE), column, many
        )
        rows = await tx.fetch_all(text, **self.scope_params(actor), **named(values))
        return {title: (identifier, count) for title, identifier, count in rows}


def title_key(resource: AnyResource) -> tuple[str, Callable[[str], str]]:
    """The column by which titles are compared, and the function that makes its values."""
    keys = [
        each.name
        for each in resource.fields.values()
        if each.kind == "comparison_key" and each.source == resource.title
    ]
    return (keys[0], name_key) if keys else (resource.title or "", clean)
