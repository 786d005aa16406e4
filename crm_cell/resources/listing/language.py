"""The list language of one resource: from what a request says to what is read."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa

from crm_cell.http.paging import RequestedListing, Wanted
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, QueryTooBroad
from crm_cell.options.catalogue import Catalogue
from crm_cell.people.teams import store as teams
from crm_cell.resources.listing.conditions import (
    ALL,
    Context,
    Lookup,
    Shape,
    Values,
    among,
    check,
    search_key,
    typed,
)
from crm_cell.resources.listing.containing import Containing
from crm_cell.resources.listing.json_tree import parse_filter_json, tree_of
from crm_cell.resources.listing.members import CONTAINS, ListMember, list_members
from crm_cell.resources.listing.order import NEWEST_FIRST, Order, parse_sort, read_seek
from crm_cell.resources.listing.reading import Narrowed
from crm_cell.resources.listing.selection import (
    Selection,
    embeddable,
    member_names,
    parse_names,
)
from crm_cell.resources.listing.text import parse_text
from crm_cell.resources.listing.times import DEFAULT_ZONE, Moment, zone_named
from crm_cell.resources.listing.tree import And, Condition, InvalidListing, Tree, conditions_of
from crm_cell.resources.listing.zones import NO_ZONE
from crm_cell.resources.option_fields import option_name
from crm_cell.resources.reading import Filters, RecordReader
from crm_cell.resources.tables import SPARSE
from crm_cell.storage.engine import Reader
from crm_cell.tags.catalogue import TagCatalogue
from crm_cell.tags.tags import TenantTags

T = TypeVar("T")

_PARSED: Final = 512
_SELECTIVE: Final = ("=", "in")
_BROAD: Final = ("!=", "not in", "has none")


class Parsed(msgspec.Struct, frozen=True):
    """What a request says, without what depends on who makes it, and when."""

    tree: Tree | None
    order: Order
    selection: Selection
    zone: tzinfo


class ListLanguage:
    def __init__(
        self,
        reader: RecordReader[Any],
        containing: Containing | None,
        options: Catalogue,
        tags: TagCatalogue,
    ) -> None:
        self.resource = reader.resource
        self._options, self._tags = options, tags
        self.members = list_members(
            self.resource,
            contains=containing.fields if containing else frozenset(),
            derived=reader.derived,
        )
        self._reader = reader
        self._containing = containing
        self._indexed = _indexed(reader.statements.table)
        self._shown = member_names(self.resource)
        self._embeddable = list(embeddable(self.resource))
        self._parse_text = lru_cache(maxsize=_PARSED)(self._checked)
        self._parse_order = lru_cache(maxsize=_PARSED)(self._order)

    def parse(self, wanted: Wanted) -> Parsed:
        """Raises BadRequest with the faults of all parameters."""
        faults: list[FieldError] = []
        tree = _read(faults, lambda: self._tree(wanted.filter), None)
        order = _read(faults, lambda: self._parse_order(wanted.sort), NEWEST_FIRST)
        fields = _read(faults, lambda: self._names("fields", wanted.fields, self._shown), None)
        embed = _read(faults, lambda: self._names("embed", wanted.embed, self._embeddable), None)
        zone = zone_named(wanted.zone or DEFAULT_ZONE)
        if zone is None:
            faults.append(FieldError("tz", "value", {"text": NO_ZONE}))
        if faults or zone is None:
            raise BadRequest(faults)
        return Parsed(tree, order, Selection(fields, embed or ()), zone)

    def _tree(self, given: str | dict[str, Any] | None) -> Tree | None:
        if given is None:
            return None
        try:
            return self._parse_text(given) if isinstance(given, str) else self._checked(given)
        except InvalidListing as invalid:
            raise invalid.as_bad_request("filter") from None

    def _checked(self, given: str | dict[str, Any]) -> Tree:
        if not isinstance(given, str):
            tree = tree_of(given)
        else:
            is_json = given.lstrip()[:1] == "{"
            tree = parse_filter_json(given) if is_json else parse_text(given)
        check(tree, self.members)
        return tree

    def _order(self, text: str | None) -> Order:
        try:
            return NEWEST_FIRST if text is None else parse_sort(text, self.members)
        except InvalidListing as invalid:
            raise invalid.as_bad_request("sort") from None

    def _names(
        self, parameter: str, text: str | None, allowed: Sequence[str]
    ) -> tuple[str, ...] | None:
        try:
            return None if text is None else parse_names(text, allowed)
        except InvalidListing as invalid:
            raise invalid.as_bad_request(parameter) from None

    async def narrowed(
        self, tx: Reader, actor: Actor, parsed: Parsed, filters: Filters, page: RequestedListing
    ) -> Narrowed:
        """Raises BadRequest for what does not fit the fields, the caller, or the cursor."""
        wanted = page.wanted or Wanted()
        lookup = _Lookup(tx, actor, self._reader, self._containing, (self._options, self._tags))
        context = Context(self.members, actor, Moment(tx.now, parsed.zone), lookup)
        try:
            shape, values = (ALL, []) if parsed.tree is None else await typed(parsed.tree, context)
        except InvalidListing as invalid:
            raise invalid.as_bad_request("filter") from None
        references, shape, values = await self._with_contact_details(filters, lookup, shape, values)
        seek = None
        if page.after is not None:
            seek = read_seek(parsed.order, page.after, page.behind or [])
            if seek is None:
                raise BadRequest([FieldError("cursor", "malformed")])
        return Narrowed(
            references,
            shape,
            values,
            parsed.order,
            seek,
            self._broadest(parsed),
            count=wanted.with_total,
            among_few=len(references) < len(filters) or self._leaves_few(parsed.tree),
        )

    async def _with_contact_details(
        self, filters: Filters, lookup: Lookup, shape: Shape, values: Values
    ) -> tuple[Filters, Shape, Values]:
        """`phone=` and `email=` beside a filter become conditions of it."""
        references = dict(filters)
        for member in self.members.values():
            if member.kind == "secret" and member.column in filters:
                keys = await lookup.keys(member, references.pop(member.column))
                own, more = among(search_key(member), keys)
                shape, values = ("and", shape, own), [*values, *more]
        return references, shape, values

    def is_indexed(self, member: ListMember) -> bool:
        return member.column in self._indexed or member.kind in ("secret", "tags")

    def _leaves_few(self, tree: Tree | None) -> bool:
        """Whether all rows have one of some ids, keys or numbers."""
        return any(
            each.operator == CONTAINS
            or (each.operator in _SELECTIVE and self._is_selective(self.members[each.field]))
            for each in _required(tree)
        )

    def _is_selective(self, member: ListMember) -> bool:
        return member.column == "id" or member.by_key or member.kind == "secret"

    def _broadest(self, parsed: Parsed) -> str:
        """The condition that no index serves, or else the order that none does."""
        conditions = list(conditions_of(parsed.tree))
        for each in conditions:
            member = self.members[each.field]
            if each.operator == CONTAINS:
                continue
            if not self.is_indexed(member) or each.operator in _BROAD:
                return f"{each.field} {each.operator}"
        for key in parsed.order.keys:
            if key.column not in self._indexed:
                return f"sort={'-' * key.descending}{key.wire}"
        return f"{conditions[0].field} {conditions[0].operator}" if conditions else "filter"


def _read(faults: list[FieldError], read: Callable[[], T], otherwise: T) -> T:
    """What `read` gives, or `otherwise` where it finds faults, which are gathered."""
    try:
        return read()
    except BadRequest as bad:
        faults += bad.field_errors
        return otherwise


class _Lookup:
    def __init__(
        self,
        tx: Reader,
        actor: Actor,
        reader: RecordReader[Any],
        containing: Containing | None,
        settings: tuple[Catalogue, TagCatalogue],
    ) -> None:
        self._tx, self._actor, self._reader, self._containing = tx, actor, reader, containing
        self._options, self._tags = settings
        self._left = _MOST_FOUND

    async def keys(self, member: ListMember, value: str, /) -> list[str]:
        table = self._reader.encryption
        column = next(each for each in table.columns if each.name == member.column)
        return await self._tx.cipher.search_keys(self._tx, table, column, value)

    async def containing(self, member: ListMember, text: str, /) -> list[str]:
        assert self._containing is not None, "without it there is no such operator"
        found = await self._containing.ids(self._tx, self._actor, member, text)
        self._left -= len(found)
        if self._left < 0:
            raise QueryTooBroad(f"{member.wire} {CONTAINS}")
        return found

    async def options(self, member: ListMember, /) -> Collection[str]:
        assert member.field is not None, "an option is declared"
        found = await self._options.of(self._tx, self._actor.tenant)
        return found.of(option_name(self._reader.resource, member.field))

    async def tags(self) -> TenantTags:
        return await self._tags.of(self._tx, self._actor.tenant)

    async def team(self, leader: str, /) -> list[str]:
        led = await teams.reach_of(self._tx, self._actor.tenant, leader)
        return led or [leader]


# By all conditions of a filter: each takes a parameter of the statement.
_MOST_FOUND: Final = 4_000


def _required(tree: Tree | None) -> Iterable[Condition]:
    """Conditions that all rows meet."""
    if isinstance(tree, Condition):
        return [tree]
    if isinstance(tree, And):
        return [each for part in tree.parts for each in _required(part)]
    return []


def _indexed(table: sa.Table) -> set[str]:
    """Columns that an index of all rows begins with, behind the tenant."""
    found = {
        list(index.columns)[1].name
        for index in table.indexes
        if len(index.columns) > 1 and not index.info[SPARSE]
    }
    return {*found, "id", "created_at"}
