"""A filter as conditions on columns, with the values apart: equal shapes are one statement.

A condition on an empty member is false, but for `is empty`, `!=` and `not in`; `not (…)` is true
exactly where what it holds is false. SQL's third truth value is avoided by writing what is
negated as its opposite, or empty.
"""

from collections.abc import Callable, Collection
from typing import Any, Final, Protocol

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at, lowest_at_with_skew
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.members import CONTAINS, ListMember
from crm_cell.resources.listing.times import Moment, Span
from crm_cell.resources.listing.tree import (
    And,
    Condition,
    InvalidListing,
    Not,
    Or,
    Tree,
    Value,
    parts_of,
)
from crm_cell.resources.listing.values import (
    caller_of,
    is_my_team,
    is_nobody,
    one_of,
    prefix_of,
    searched_for,
    span,
    tag_of,
    value_of,
)
from crm_cell.resources.tables import search_key_of
from crm_cell.tags.tags import TenantTags

Shape = tuple[Any, ...]
"""("compare", column, operator), ("in", column, many), ("not in", column, many), ("null", column),
("set", column), ("by_length", column, operator), ("tagged", many), ("untagged", many), ("and",
*shapes), ("or", *shapes). Each `compare` and each place of an `in` or of tags takes the next of
the values, `by_length` two."""
Values = list[Any]
Typed = tuple[Shape, Values]

ALL: Final[Shape] = ("and",)
# A list of values is filled up to one of these lengths by repeating its last one.
_LENGTHS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 200, 400, 700, 1_000)
_OPPOSITES: Final = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_RANGES: Final = frozenset(_OPPOSITES) - {"="}
_LAST: Final = "\U0010ffff"
_SURROGATES: Final = 0xD800, 0xDFFF

_NO_FIELD = Message(
    "no_field", "没有字段 {name}；可用：{allowed}", "there is no field {name}; there are {allowed}"
)
_NO_OPERATOR = Message(
    "no_operator",
    "{name} 不支持 {operator}；可用：{allowed}",
    "{name} has no {operator}; it has {allowed}",
)


class Lookup(Protocol):
    """What takes a look into the database while a filter is prepared."""

    async def keys(self, member: ListMember, value: str, /) -> list[str]:
        """All that may be stored as the search key of a masked value."""
        ...

    async def containing(self, member: ListMember, text: str, /) -> list[str]:
        """Ids of the records that a search finds."""
        ...

    async def options(self, member: ListMember, /) -> Collection[str]:
        """Ids of the options of a field, also of those that are no longer active."""
        ...

    async def tags(self) -> TenantTags: ...

    async def team(self, leader: str, /) -> list[str]:
        """Everybody in the teams that a user leads, and the user."""
        ...


class Context(msgspec.Struct, frozen=True):
    """Whose filter it is, and when."""

    members: dict[str, ListMember]
    actor: Actor
    moment: Moment
    lookup: Lookup


async def typed(tree: Tree, context: Context) -> Typed:
    """Of a tree that has been checked. Raises InvalidListing for values that do not fit."""
    match tree:
        case And() | Or():
            shapes: list[Shape] = []
            values: Values = []
            for part in tree.parts:
                shape, own = await typed(part, context)
                shapes.append(shape)
                values += own
            return ("and" if isinstance(tree, And) else "or", *shapes), values
        case Not():
            shape, values = await typed(tree.part, context)
            return negated(shape, context.members), values
    return await _condition(tree, context)


def negated(shape: Shape, members: dict[str, ListMember]) -> Shape:
    """True exactly where the shape is not, for rows with empty members too."""
    nullable = {each.column for each in members.values() if each.nullable}
    keys = {search_key(each) for each in members.values() if each.kind == "secret"}
    return _negated(shape, nullable | keys)


def _negated(shape: Shape, nullable: set[str]) -> Shape:
    match shape:
        case ("and", *parts):
            return ("or", *(_negated(part, nullable) for part in parts))
        case ("or", *parts):
            return ("and", *(_negated(part, nullable) for part in parts))
        case ("null", column):
            return ("set", column)
        case ("set", column):
            return ("null", column)
        case ("tagged", many):
            return ("untagged", many)
        case ("untagged", many):
            return ("tagged", many)
        case ("in", column, many):
            opposite: Shape = ("not in", column, many)
        case ("not in", column, many):
            opposite = ("in", column, many)
        case (kind, column, operator):
            opposite = (kind, column, _OPPOSITES[operator])
        case _:
            raise AssertionError(shape)
    return ("or", opposite, ("null", column)) if column in nullable else opposite


def check(tree: Tree, members: dict[str, ListMember]) -> None:
    """Whether there are the fields, with these operators. Raises InvalidListing."""
    if isinstance(tree, Condition):
        _check(tree, members)
    for part in parts_of(tree):
        check(part, members)


def _check(condition: Condition, members: dict[str, ListMember]) -> None:
    member = members.get(condition.field)
    if member is None:
        allowed = ", ".join(members)
        raise InvalidListing(
            condition.at, "unknown_field", _NO_FIELD, name=condition.field, allowed=allowed
        )
    if condition.operator not in member.operators:
        raise InvalidListing(
            condition.operator_at,
            "unknown_operator",
            _NO_OPERATOR,
            name=member.wire,
            operator=condition.operator,
            allowed=", ".join(member.operators),
        )


async def _condition(condition: Condition, context: Context) -> Typed:
    member = context.members[condition.field]
    if condition.operator == "is empty":
        return ("null", member.column), []
    if condition.operator == "is set":
        return ("set", member.column), []
    if member.derived is not None:
        found = member.derived.condition(context.moment.now)
        holds = value_of(member, condition.values[0], context)
        return _unless(not holds, found, context)
    if member.kind == "secret":
        keys = await context.lookup.keys(member, value_of(member, condition.values[0], context))
        return among(search_key(member), keys)
    if condition.operator == CONTAINS:
        text = searched_for(member, condition.values[0], context)
        return among("id", await context.lookup.containing(member, text))
    if member.kind == "tags":
        return await _tagged(condition, context)
    if member.kind in _SPANS:
        return _in_time(condition, member, context)
    return await _plain(condition, member, context)


async def _tagged(condition: Condition, context: Context) -> Typed:
    """Records with one of the tags, or with none of them."""
    tags = await context.lookup.tags()
    found = list(dict.fromkeys(tag_of(each, tags) for each in condition.values))
    many = next((each for each in _LENGTHS if each >= len(found)), len(found))
    kind = "untagged" if condition.operator == "has none" else "tagged"
    return (kind, many), [*found, *found[-1:] * (many - len(found))]


def search_key(member: ListMember) -> str:
    """The column by which a masked member is found."""
    assert member.field is not None, "what is masked is declared"
    return search_key_of(member.field)


async def _plain(condition: Condition, member: ListMember, context: Context) -> Typed:
    operator = condition.operator
    if operator in ("=", "!=", "in", "not in"):
        found = await _equal(condition, member, context)
        return _unless(operator in ("!=", "not in"), found, context)
    if operator == "^=":
        return _beginning(member, prefix_of(member, condition.values[0]))
    values = [value_of(member, each, context) for each in condition.values]
    if operator == "between":
        bounds = (("compare", member.column, ">="), ("compare", member.column, "<="))
        return ("and", *bounds), values
    return ("compare", member.column, operator), values


async def _equal(condition: Condition, member: ListMember, context: Context) -> Typed:
    """One of the values, of which `nobody` is that there is none."""
    named = [each for each in condition.values if not is_nobody(member, each)]
    values = [each for value in named for each in await _each_of(member, value, context)]
    if len(named) == len(condition.values):
        return among(member.column, values)
    shape, filled = among(member.column, values)
    nobody: Shape = ("null", member.column)
    return (("or", shape, nobody), filled) if values else (nobody, [])


async def _each_of(member: ListMember, given: Value, context: Context) -> Values:
    """One value, or of `myTeam` all that it means."""
    if member.field is not None and member.field.kind == "option":
        return [one_of(given, await context.lookup.options(member))]
    if not is_my_team(member, given):
        return [value_of(member, given, context)]
    return list(await context.lookup.team(caller_of(given, context)))


def among(column: str, values: Values) -> Typed:
    """No value at all is one of none."""
    if not values:
        return ("or",), []
    if len(values) == 1:
        return ("compare", column, "="), values
    many = next((each for each in _LENGTHS if each >= len(values)), len(values))
    return ("in", column, many), [*values, *values[-1:] * (many - len(values))]


def owners_apart(shape: Shape, values: Values, column: str) -> tuple[Values, Shape, Values]:
    """The owners of which each record that is found has one, filled up as by `among`, and the rest
    of the filter. No owners where the filter names none."""
    parts = shape[1:] if shape[0] == "and" else (shape,)
    at = 0
    for number, part in enumerate(parts):
        end = at + _values_of(part)
        if part[0] in ("compare", "in") and part[1] == column and part[-1] not in _RANGES:
            rest: Shape = ("and", *parts[:number], *parts[number + 1 :])
            return values[at:end], rest, [*values[:at], *values[end:]]
        at = end
    return [], shape, values


def _values_of(shape: Shape) -> int:
    """How many values it takes."""
    match shape:
        case ("and" | "or", *parts):
            return sum(map(_values_of, parts))
        case ("compare", *_):
            return 1
        case ("by_length", *_):
            return 2
        case ("in" | "not in" | "tagged" | "untagged", *_, many):
            return int(many)
    return 0


def _beginning(member: ListMember, prefix: str) -> Typed:
    """As a half-open range, for which an index in the order of code points serves."""
    past = _past(prefix)
    start: Shape = ("compare", member.column, ">=")
    if past is None:
        return start, [prefix]
    return ("and", start, ("compare", member.column, "<")), [prefix, past]


def _past(prefix: str) -> str | None:
    """The least text that is greater than all that begins so."""
    begins = prefix.rstrip(_LAST)
    if not begins:
        return None
    following = ord(begins[-1]) + 1
    first, last = _SURROGATES
    return begins[:-1] + chr(last + 1 if following == first else following)


def _unless(turned: bool, found: Typed, context: Context) -> Typed:
    shape, values = found
    return (negated(shape, context.members), values) if turned else found


# Times


def _in_time(condition: Condition, member: ListMember, context: Context) -> Typed:
    spans = [span(each, context) for each in condition.values]
    first, last = spans[0], spans[-1]
    side, column = _SPANS[member.kind], member.column
    match condition.operator:
        case "<":
            return side(column, "<", first, False)
        case "<=":
            return side(column, "<", first, True)
        case ">":
            return side(column, ">=", first, True)
        case ">=":
            return side(column, ">=", first, False)
    start, end = side(column, ">=", first, False), side(column, "<", last, True)
    within: Typed = ("and", start[0], end[0]), [*start[1], *end[1]]
    return _unless(condition.operator == "!=", within, context)


Side = Callable[[str, str, Span, bool], Typed]
"""Column, operator, span, and whether it is compared with the end of the span."""


def _instant(column: str, operator: str, found: Span, at_end: bool) -> Typed:
    moment = found.end if at_end else found.start
    shape: Shape = ("compare", column, operator)
    if column != "created_at":
        return shape, [moment]
    # Ids are made from the time of creation, or a little later: they are indexed.
    identifier = lowest_at(moment) if operator == ">=" else lowest_at_with_skew(moment)
    return ("and", ("compare", "id", operator), shape), [identifier, moment]


def _day(column: str, operator: str, found: Span, at_end: bool) -> Typed:
    return ("compare", column, operator), [found.end_day if at_end else found.first_day]


def _day_or_instant(column: str, operator: str, found: Span, at_end: bool) -> Typed:
    """Days are compared with days, times with times: both are text, of different lengths."""
    day = found.end_day if at_end else found.first_day
    time = found.end_text if at_end else found.start_text
    compare: Shape = ("compare", column, operator)
    # What an index can find: it holds for both.
    loose = max(day, time) if operator == "<" else min(day, time)
    return ("and", compare, ("by_length", column, operator)), [loose, day, time]


_SPANS: Final[dict[str, Side]] = {
    "instant": _instant,
    "day": _day,
    "day_or_instant": _day_or_instant,
}
