"""Pages of the records that a caller's lists show, newest first, and their totals."""

from collections.abc import Mapping
from itertools import starmap
from typing import Any, Final

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.resources.finding import FindingMany
from crm_cell.resources.members.store import Memberships
from crm_cell.resources.record import R
from crm_cell.resources.scope import Scope
from crm_cell.resources.visibility import member_scope, scope_of
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Dialect, Reader
from crm_cell.storage.field_encryption import EncryptedTable, search_conditions
from crm_cell.storage.paging.pages import newest_first

Filters = Mapping[str, Any]
"""Exact values by field name."""

# Rows to walk through, at the price of what a page by owners costs anyway, and of each owner's.
_AS_A_PAGE: Final[Mapping[Dialect, int]] = {"sqlite": 60, "postgresql": 150}
_AS_AN_OWNER: Final[Mapping[Dialect, int]] = {"sqlite": 0, "postgresql": 20}
# And of each row that is read by its owner.
_AS_A_ROW: Final[Mapping[Dialect, int]] = {"sqlite": 1, "postgresql": 6}
_LAST = "~"
"""Behind every id."""


class PageReader(FindingMany[R]):
    """The part of a `RecordReader` that reads lists."""

    encryption: EncryptedTable
    memberships: Memberships
    _contact_details: set[str]

    async def total(self, tx: Reader, actor: Actor) -> int:
        counter = self.counter_of(actor)
        if counter is not None:
            total = await counters.read(tx, actor.tenant, *counter)
            joined = await self.is_member(tx, actor)
            return total + await self.joined_total(tx, actor) if joined else total
        text = self.statements.count(tx.dialect, scope_of(actor, Scope.OWN), ())
        return await count(tx, text, self.scope_params(actor))

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
        params = {**self.scope_params(actor), **filters}
        if counter is not None:
            total = await counters.read(tx, actor.tenant, *counter)
            if not filters and await self.is_member(tx, actor):
                return await self._page_of_joined(tx, actor, page_request, scope, total)
            if scope is Scope.TEAM:
                scope = await self._way_to_newest(tx, actor, page_request, total)
            if scope is Scope.TEAM_NEWEST:
                params |= _newest(page_request)
        else:
            total = await count(tx, self.statements.count(tx.dialect, scope, names), params)
        return await newest_first(
            tx,
            self.statements.page(tx.dialect, scope, names),
            self.decrypting(tx),
            page_request,
            total=total,
            counter=None if scope is Scope.TEAM_NEWEST else counter,
            **params,
        )

    async def _way_to_newest(
        self, tx: Reader, actor: Actor, page_request: PageRequest, owned: int
    ) -> Scope:
        """For a page of a team: to read the newest of each owner, or to walk through the list until
        there are enough. Each `total / owned`-th is the team's."""
        rows = page_request.offset + page_request.size + 1
        total = await counters.read(tx, actor.tenant, self.resource.table)
        if not page_request.is_shallow:
            return Scope.TEAM_BY_OWNER if is_thin(tx.dialect, rows, owned, total) else Scope.TEAM
        as_cheap = _AS_A_PAGE[tx.dialect] + _AS_AN_OWNER[tx.dialect] * len(actor.team)
        return Scope.TEAM if rows * total <= as_cheap * owned else Scope.TEAM_NEWEST

    async def _page_of_joined(
        self, tx: Reader, actor: Actor, page_request: PageRequest, scope: Scope, owned: int
    ) -> Slice[R]:
        """Of the caller's own, `owned` in number, and of what the caller reads as a member."""
        if scope is Scope.TEAM:
            scope = await self._way_to_newest(tx, actor, page_request, owned)
        after = {"after": page_request.after} if page_request.after else {}
        text = self.statements.page_of_joined(tx.dialect, scope, after=bool(after))
        total = owned + await self.joined_total(tx, actor)
        limit, offset = page_request.size + 1, page_request.offset
        if offset >= total and not after:
            return Slice([], total, None)
        params = self.scope_params(actor) | _newest(page_request) | after
        rows = await tx.fetch_all(text, **params, limit=limit, offset=offset)
        records = list(starmap(self.decrypting(tx), rows[: page_request.size]))
        more = len(rows) > page_request.size
        return Slice(records, total, records[-1].id if more else None)

    async def is_member(self, tx: Reader, actor: Actor) -> bool:
        """Whether there may be records that the caller reads as a member only."""
        shared = self.resource.shared_with_members
        if shared is None or actor.owner is None:
            return False
        return await self.memberships.has_any(tx, shared.table, actor.tenant, actor.owner)

    async def joined_total(self, tx: Reader, actor: Actor) -> int:
        """How many records the caller reads as a member only."""
        scope = member_scope(scope_of(actor, Scope.OWN))
        text = self.statements.count(tx.dialect, scope, ())
        return await count(tx, text, self.scope_params(actor))

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
        params = {**self.scope_params(actor), **references, **values}
        names = tuple(references)
        joined = not references and await self.is_member(tx, actor)
        return await newest_first(
            tx,
            self.statements.page(tx.dialect, scope, names, joined) + conditions,
            self.decrypting(tx),
            page_request,
            total=await count(
                tx, self.statements.count(tx.dialect, scope, names, joined) + conditions, params
            ),
            counter=None,
            **params,
        )

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


def _newest(page_request: PageRequest) -> dict[str, Any]:
    """Parameters of statements that read no more than the newest rows."""
    most = page_request.offset + page_request.size + 1
    return {"most": most, "before": page_request.after or _LAST}


def is_thin(dialect: Dialect, rows: int, owned: int, total: int) -> bool:
    """Whether it is faster to read all that some owners have than to walk through the list until
    there are so many rows of them. Each `total / owned`-th is theirs."""
    return _AS_A_ROW[dialect] * owned * owned < rows * total


async def count(tx: Reader, text: str, params: Mapping[str, Any]) -> int:
    row = await tx.fetch_one(text, **params)
    return int(row[0]) if row else 0
