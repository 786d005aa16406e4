"""Which records a statement may read for its caller.

The only place where that becomes SQL: `statements` adds it to the generated statements, and domains
to those that they write by hand.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from crm_cell.kernel.actor import Actor
from crm_cell.resources.listing.order import unindexed
from crm_cell.resources.listing.sql import ListShape
from crm_cell.resources.members.declared import SharedWithMembers
from crm_cell.resources.resource import AnyResource, SharedThrough
from crm_cell.resources.scope import Scope, Way
from crm_cell.resources.tables import OWNER_COLUMN
from crm_cell.storage.engine import Dialect

TENANT: sa.BindParameter[str] = sa.bindparam("tenant")
OWNER: sa.BindParameter[str] = sa.bindparam("owner")
"""The caller. Of a leader it is the leader, not one of those whom they lead."""

_OF_TEAM: Final = {
    Scope.TENANT: Scope.TENANT,
    Scope.OWN: Scope.TEAM,
    Scope.OWN_AMONG_FEW: Scope.TEAM,
    Scope.READABLE: Scope.TEAM_READABLE,
    Scope.SHARED: Scope.TEAM_SHARED,
}
_BY_TEAM: Final = frozenset(
    {
        Scope.TEAM,
        Scope.TEAM_BY_OWNER,
        Scope.TEAM_NEWEST,
        Scope.TEAM_READABLE,
        Scope.TEAM_SHARED,
        Scope.TEAM_MEMBER,
    }
)
_IN_REACH: Final = (
    " IN (SELECT user_id FROM team_reach WHERE tenant_id = :tenant AND leader_id = :owner)"
)
_SHARED: Final = frozenset({Scope.SHARED, Scope.TEAM_SHARED})
_MEMBER: Final = frozenset({Scope.MEMBER, Scope.TEAM_MEMBER})


def scope_of(actor: Actor, scope: Scope) -> Scope:
    if actor.owner is None:
        return Scope.TENANT
    return _OF_TEAM[scope] if actor.team else scope


def member_scope(scope: Scope) -> Scope:
    """What the caller reads as a member beside a list of this scope."""
    return Scope.TEAM_MEMBER if scope in _BY_TEAM else Scope.MEMBER


def own_rows(actor: Actor) -> str:
    """To append to a WHERE clause. The statement needs the parameters `tenant` and
    `owner=actor.owner`."""
    return _of_those_seen(actor, "owner_id")


def own_actions(actor: Actor, column: str) -> str:
    """As `own_rows`, where the column has the user who did something: what callers who do not see
    the whole tenant did themselves, on whosever record, and what those did whom a leader leads."""
    return _of_those_seen(actor, column)


def _of_those_seen(actor: Actor, column: str) -> str:
    if actor.sees_all:
        return ""
    if not actor.team:
        return f" AND {column} = :owner"
    return f" AND {column}{_IN_REACH}"


class _Among(sa.ColumnElement[bool]):
    """Whether a column has one of the values that a query finds."""

    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any], found: sa.Select[Any]) -> None:
        self.column = column
        self.found = found


@compiles(_Among)
def _as_in(element: _Among, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.column.in_(element.found), **options)
    return text


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: Any, **options: Any) -> str:
    """An array is read once, before the rows. Of IN the planner would make a join, whose order it
    guesses."""
    column = compiler.process(element.column, **options)
    found = compiler.process(element.found.scalar_subquery(), **options)
    return f"{column} = ANY (ARRAY{found})"


class _Tested(_Among):
    """As `_Among`, of rows that are read for other reasons."""


@compiles(_Tested, "postgresql")
def _as_hashed(element: _Tested, compiler: Any, **options: Any) -> str:
    """A table of hashes is made once. An array would be compared value by value with each row, and
    IN alone would become a join."""
    return f"({_as_in(element, compiler, **options)}) IS TRUE"


class _OfTeam(_Among):
    """As `_Among`, where few rows of the table are meant: they are found by the index on owners.
    `newest`: no more than the newest of them."""

    def __init__(self, table: sa.Table, found: sa.Select[Any], *, newest: bool) -> None:
        super().__init__(table.c[table.info[OWNER_COLUMN]], found)
        self.table = table
        self.newest = newest


@compiles(_OfTeam)
def _by_ids(element: _OfTeam, _compiler: Any, **_options: Any) -> str:
    """Both databases would rather walk through the tenant in the order of the list, until they have
    a page: neither knows that the owners are seldom. For SQLite, CROSS JOIN is an order in which to
    look; it stops reading an owner's where all that follow are older than what it has."""
    ids = f"(SELECT owned.id FROM team_reach CROSS JOIN {_owned(element)} AND {_led(element)})"  # noqa: S608 - declared
    return f"{element.table.name}.id IN {ids}"


@compiles(_OfTeam, "postgresql")
def _by_array_of_ids(element: _OfTeam, _compiler: Any, **_options: Any) -> str:
    one = f"(SELECT owned.id FROM {_owned(element)}{_newest(element)}) AS owned"  # noqa: S608 - declared
    ids = f"(SELECT owned.id FROM team_reach CROSS JOIN LATERAL {one} WHERE {_led(element)})"  # noqa: S608
    return f"{element.table.name}.id = ANY (ARRAY{ids})"


def _owned(element: _OfTeam) -> str:
    """All names are of declarations."""
    table, owner = element.table.name, element.column.name
    live = " AND owned.deleted_at IS NULL" if "deleted_at" in element.table.c else ""
    mine = f"owned.tenant_id = :tenant AND owned.{owner} = team_reach.user_id"
    return f"{table} AS owned WHERE {mine}{live}"


def _led(element: _OfTeam) -> str:
    led = "team_reach.tenant_id = :tenant AND team_reach.leader_id = :owner"
    return f"{led}{_newest(element)}"


def _newest(element: _OfTeam) -> str:
    newest = " AND owned.id < :before ORDER BY owned.id DESC LIMIT :most"
    return newest if element.newest else ""


_REACH = sa.table("team_reach", *map(sa.column, ("tenant_id", "leader_id", "user_id")))
_MEMBERS = sa.table("team_members", *map(sa.column, ("tenant_id", "team_id", "user_id")))


class Visibility:
    """Of one resource."""

    def __init__(self, resource: AnyResource, tables: sa.MetaData) -> None:
        self._resource = resource
        self._table = tables.tables[resource.table]
        self._tables = tables.tables

    def narrow(
        self, found: sa.Select[Any], scope: Scope, *, joined: bool = False
    ) -> sa.Select[Any]:
        """`joined`: also what the caller reads as a member."""
        if scope is Scope.TENANT:
            return found
        if scope in _MEMBER:
            return self._of_member(found, scope)
        if joined:
            owner = self._table.c[self._table.info[OWNER_COLUMN]]
            own = _is_own(_unindexed(owner), scope)
            return found.where(sa.or_(own, *self._shared_with_members()))
        if self._resource.shared_when is not None:  # a leader is like every other user
            scope = Scope.SHARED if scope in _SHARED else Scope.READABLE
        if (owned := self._is_owned(scope)) is not None:
            return found.where(owned)
        own = _is_own(_unindexed(self._table.c[self._table.info[OWNER_COLUMN]]), scope)
        shared = self._shared_when()
        shared += [self._shared(through, scope) for through in self._resource.shared_through]
        if scope in _SHARED:
            return found.where(sa.or_(sa.false(), *shared))
        return found.where(sa.or_(own, *shared, *self._shared_with_members()))

    def _is_owned(self, scope: Scope) -> sa.ColumnElement[bool] | None:
        """None where others than owners and their leaders read records."""
        owner = self._table.c[self._table.info[OWNER_COLUMN]]
        match scope:
            case Scope.OWN:
                return _is_own(owner, scope)
            case Scope.OWN_AMONG_FEW:
                return _is_own(_unindexed(owner), scope)
            case Scope.TEAM:
                return _Tested(_unindexed(owner), _reached())
            case Scope.TEAM_BY_OWNER | Scope.TEAM_NEWEST:
                newest = scope is Scope.TEAM_NEWEST
                return _OfTeam(self._table, _reached(), newest=newest)
        return None

    def list_of(
        self,
        found: sa.Select[Any],
        scope: Scope,
        shape: ListShape,
        dialect: Dialect,
        *,
        ordered: bool,
    ) -> sa.Select[Any]:
        """What a list shows: in the caller's scope, of the owners whom the filter names, if any."""
        owner = self._table.c[self._table.info[OWNER_COLUMN]]
        if shape.owners:
            named = owner.in_(shape.owner_parameters)
            if shape.way is Way.IN_ORDER:
                named = _unindexed(owner).in_(shape.owner_parameters)
            found = found.where(_of_few(named, dialect) if shape.way.is_by_owner else named)
            return self.narrow(found, Scope.OWN_AMONG_FEW if scope is Scope.OWN else scope)
        if scope is Scope.TEAM and shape.way.is_by_owner:
            if dialect == "postgresql" and ordered:
                return found.where(_OfTeam(self._table, _reached(), newest=False))
            return found.where(_of_few(_Among(owner, _reached()), dialect))
        if scope is Scope.OWN and self._resource.shared_when is None and dialect == "sqlite":
            if shape.way is Way.IN_ORDER:
                return found.where(_is_own(_unindexed(owner), scope))
            return found.where(_of_few(_is_own(owner, scope), dialect))
        return self.narrow(found, scope)

    def _of_member(self, found: sa.Select[Any], scope: Scope) -> sa.Select[Any]:
        """What the caller reads as a member, and neither owns nor leads to the owner of."""
        shared = self._resource.shared_with_members
        assert shared is not None, "members are declared"
        owner = self._table.c[self._table.info[OWNER_COLUMN]]
        own = _is_own(_unindexed(owner), scope)
        members = self._members(shared)
        joined = sa.select(members.c[shared.table.record]).where(
            members.c.tenant_id == TENANT, members.c.user_id == OWNER
        )
        if shared.through is not None:
            between = self._tables[shared.through].alias("between")
            record = between.c[shared.table.record]
            joined = sa.select(between.c.id).where(
                between.c.tenant_id == TENANT, _Among(record, joined)
            )
        return found.where(_Among(self._table.c[shared.local], joined), sa.not_(own))

    def _shared_with_members(self) -> list[sa.ColumnElement[bool]]:
        """Evaluated for few rows."""
        shared = self._resource.shared_with_members
        if shared is None:
            return []
        members, local = self._members(shared), self._table.c[shared.local]
        one: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(members)
        is_member = one.where(members.c.tenant_id == TENANT, members.c.user_id == OWNER)
        record = members.c[shared.table.record]
        if shared.through is None:
            return [sa.exists(is_member.where(record == local))]
        between = self._tables[shared.through].alias("between")
        linked = is_member.where(
            between.c.tenant_id == TENANT, between.c.id == local, between.c[record.name] == record
        )
        return [sa.exists(linked.select_from(between))]

    def _members(self, shared: SharedWithMembers) -> sa.FromClause:
        names = ("tenant_id", shared.table.record, "user_id")
        return sa.table(shared.table.name, *map(sa.column, names)).alias("members")

    def _shared_when(self) -> list[sa.ColumnElement[bool]]:
        """Nothing is typed by anybody here: the registry has checked the values."""
        shared = self._resource.shared_when
        if shared is None:
            return []
        value, owner = self._table.c[shared.field], self._table.c[self._table.info[OWNER_COLUMN]]
        of_team = value == sa.literal_column(f"'{shared.team}'")
        return [
            value == sa.literal_column(f"'{shared.tenant}'"),
            sa.and_(of_team, _Among(owner, _mates())),
        ]

    def _shared(self, through: SharedThrough, scope: Scope) -> sa.Exists:
        other = self._tables[through.table].alias("shared")
        owner = other.c[self._tables[through.table].info[OWNER_COLUMN]]
        condition = sa.and_(
            other.c.tenant_id == TENANT,
            other.c[through.foreign] == self._table.c[through.local],
            _is_own(owner, scope),
        )
        if through.live:
            condition = sa.and_(condition, other.c.deleted_at.is_(None))
        return sa.exists(sa.select(sa.literal_column("1")).select_from(other).where(condition))


def _unindexed(owner: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """No index matches this."""
    return sa.func.coalesce(owner, sa.literal_column("''"))


def _of_few(owned: sa.ColumnElement[bool], dialect: Dialect) -> sa.ColumnElement[bool]:
    """SQLite, without statistics, would read the whole tenant in the order of another index to find
    the few records of one owner."""
    if dialect != "sqlite":
        return owned
    return sa.func.likelihood(owned, sa.literal_column("0.0001"))


def _is_own(owner: sa.ColumnElement[Any], scope: Scope) -> sa.ColumnElement[bool]:
    if scope not in _BY_TEAM:
        return owner == OWNER
    return _Among(owner, _reached())


def _reached() -> sa.Select[Any]:
    found = sa.select(_REACH.c.user_id)
    return found.where(_REACH.c.tenant_id == TENANT, _REACH.c.leader_id == OWNER)


def _mates() -> sa.Select[Any]:
    """All who are in a team with the caller, as members or leaders."""
    own, mate = _MEMBERS.alias("own"), _MEMBERS.alias("mate")
    found = sa.select(mate.c.user_id).where(own.c.tenant_id == TENANT, own.c.user_id == OWNER)
    return found.where(mate.c.tenant_id == TENANT, mate.c.team_id == own.c.team_id)


def merged(
    dialect: Dialect,
    parts: Sequence[sa.Select[Any]],
    few: Sequence[sa.Select[Any]],
    *,
    after: bool,
) -> sa.Select[Any]:
    """The newest rows of the parts together: parameters `most` of each, `limit` and `offset`.
    `few`: further parts, of which SQLite is to read all rows, not to walk through all to find them.
    """
    limited = []
    for number, part in enumerate([*parts, *few]):
        identifier: sa.ColumnElement[Any] = part.selected_columns.id
        if number >= len(parts) and dialect == "sqlite":
            identifier = unindexed(identifier)
        found = part.where(identifier < sa.bindparam("after")) if after else part
        ordered = found.order_by(identifier.desc()).limit(sa.bindparam("most"))
        # Without it, SQLAlchemy would add an OFFSET with a parameter for SQLite.
        own = ordered.offset(sa.literal_column("0")).subquery(f"of_{'abcdefghi'[number]}")
        limited.append(sa.select(own))
    together = sa.union_all(*limited).subquery("together")
    newest = sa.select(together).order_by(together.c.id.desc())
    return newest.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
