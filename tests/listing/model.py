"""The list language in plain Python: what each operator says of a record as answers show it."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm_cell.kernel.lookup import email_key, phone_key
from crm_cell.kernel.text import clean_lines, name_key
from crm_cell.resources.listing.members import ListMember
from crm_cell.search.matching import match
from crm_cell.search.query import parse

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Leaf(msgspec.Struct, frozen=True):
    field: str
    op: str
    value: Any = None
    """Of JSON: a list for `in` and `between`."""


class World(msgspec.Struct):
    """What a filter may depend on beside the record."""

    members: dict[str, ListMember]
    me: str | None
    zone: ZoneInfo
    now: datetime
    hidden: dict[str, Json]
    """Masked members in full, by the id of the record."""
    id_member: str


Tree = Leaf | tuple[Any, ...]
"""("and", …), ("or", …), ("not", tree)."""


def as_json(tree: Tree) -> Json:
    if isinstance(tree, Leaf):
        given = {"field": tree.field, "op": tree.op}
        return given if tree.op.startswith("is ") else given | {"value": tree.value}
    name, *parts = tree
    return {name: as_json(parts[0]) if name == "not" else [as_json(each) for each in parts]}


def as_text(tree: Tree, members: dict[str, ListMember]) -> str:
    if isinstance(tree, Leaf):
        return _leaf_text(tree, members[tree.field])
    name, *parts = tree
    if name == "not":
        return f"not ({as_text(parts[0], members)})"
    return "(" + f" {name} ".join(as_text(each, members) for each in parts) + ")"


def _leaf_text(leaf: Leaf, member: ListMember) -> str:
    if leaf.op.startswith("is "):
        return f"{leaf.field} {leaf.op}"
    if leaf.op in ("in", "not in"):
        return (
            f"{leaf.field} {leaf.op} ({', '.join(_written(each, member) for each in leaf.value)})"
        )
    if leaf.op == "between":
        first, last = (_written(each, member) for each in leaf.value)
        return f"{leaf.field} BETWEEN {first} and {last}"
    return f"{leaf.field} {leaf.op} {_written(leaf.value, member)}"


def _written(value: Any, member: ListMember) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    is_word = member.kind in ("instant", "day", "day_or_instant") and not value[0].isdigit()
    if is_word or (member.kind == "user" and value in ("me", "nobody")):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def holds(tree: Tree, record: Json, world: World) -> bool:
    if isinstance(tree, Leaf):
        return _leaf_holds(tree, record, world)
    name, *parts = tree
    if name == "not":
        return not holds(parts[0], record, world)
    return (all if name == "and" else any)(holds(each, record, world) for each in parts)


def _leaf_holds(leaf: Leaf, record: Json, world: World) -> bool:
    member = world.members[leaf.field]
    value = record[leaf.field]
    if member.kind == "secret":
        value = world.hidden[record[world.id_member]].get(leaf.field)
        return value is not None and _same_contact(value, leaf.value, member)
    if leaf.op.startswith("is "):
        return (value is None) == (leaf.op == "is empty")
    if leaf.op in ("!=", "not in"):
        opposite = Leaf(leaf.field, {"!=": "=", "not in": "in"}[leaf.op], leaf.value)
        return not _leaf_holds(opposite, record, world)
    if member.kind in ("instant", "day", "day_or_instant"):
        return value is not None and _in_time(leaf, member, value, world)
    if leaf.op == "in":
        return any(_equal(value, each, member, world) for each in leaf.value)
    if leaf.op == "=":
        return _equal(value, leaf.value, member, world)
    if value is None:
        return False
    if leaf.op in ("^=", "~"):
        return _text_holds(leaf, member, value)
    if leaf.op == "between":
        return bool(leaf.value[0] <= value <= leaf.value[1])
    compare: dict[str, bool] = {
        "<": value < leaf.value,
        "<=": value <= leaf.value,
        ">": value > leaf.value,
        ">=": value >= leaf.value,
    }
    return compare[leaf.op]


def _text_holds(leaf: Leaf, member: ListMember, value: str) -> bool:
    if leaf.op == "~":
        query = parse(leaf.value)
        return not query.is_empty and bool(match(query, [("", value, False)]))
    prefix = unicodedata.normalize("NFC", leaf.value).lstrip()
    return _key(value, member).startswith(_key(prefix, member))


def _same_contact(value: str, given: str, member: ListMember) -> bool:
    assert member.field is not None
    key: Callable[[str], str] = phone_key if member.field.kind == "phone" else email_key
    return key(value) == key(given)


def _key(text: str, member: ListMember) -> str:
    return name_key(text) if member.by_key else text


def _equal(value: Any, given: Any, member: ListMember, world: World) -> bool:
    if member.kind == "user":
        given = {"me": world.me, "nobody": None}.get(given, given)
        return bool(value == given)
    if value is None:
        return False
    if member.kind == "text":
        return _key(value, member) == _key(clean_lines(given), member)
    return bool(value == given)


# Times


def _in_time(leaf: Leaf, member: ListMember, value: str, world: World) -> bool:
    given = leaf.value if leaf.op == "between" else [leaf.value]
    spans = [span(each, world.zone, world.now) for each in given]
    as_days = member.kind == "day" or len(value) == 10
    place: Any = date.fromisoformat(value) if as_days else moment(value)
    edges: list[tuple[Any, Any]] = [_days(*each) if as_days else each for each in spans]
    (start, end), last = edges[0], edges[-1][1]
    holds_by_operator: dict[str, bool] = {
        "=": start <= place < end,
        "<": place < start,
        "<=": place < end,
        ">": place >= end,
        ">=": place >= start,
        "between": start <= place < last,
    }
    return holds_by_operator[leaf.op]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


def _days(start: datetime, end: datetime) -> tuple[date, date]:
    """Every day that is touched."""
    return start.date(), (end - timedelta(milliseconds=1)).date() + timedelta(days=1)


def span(text: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """From one moment until before another, in the zone."""
    here = now.astimezone(zone)
    today = here.date()
    named = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (today - timedelta(days=1), today),
        "thisYear": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "thisMonth": (today.replace(day=1), (today.replace(day=1) + timedelta(32)).replace(day=1)),
        "lastWeek": (
            today - timedelta(days=today.weekday() + 7),
            today - timedelta(days=today.weekday()),
        ),
    }
    if text in named or len(text) == 10:
        first, past = named.get(text) or (
            date.fromisoformat(text),
            date.fromisoformat(text) + timedelta(days=1),
        )
        return _midnight(first, zone), _midnight(past, zone)
    there = here + timedelta(days=int(text[:-1])) if text[-1] == "d" else moment(text)
    return there.astimezone(zone), (there + timedelta(milliseconds=1)).astimezone(zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


# Order


def in_order(records: list[Json], sort: list[tuple[str, bool]], world: World) -> list[Json]:
    """By keys of which each may be descending; then by the id, in the direction of the last key."""
    newest_first = sort[-1][1] if sort else True
    found = sorted(records, key=lambda each: each[world.id_member], reverse=newest_first)
    for name, descending in reversed(sort):
        if name == "createdAt":  # as the ids are
            found.sort(key=lambda each: each[world.id_member], reverse=descending)
            continue
        member = world.members[name]
        valued = [each for each in found if each[name] is not None]
        empty = [each for each in found if each[name] is None]
        # Python's sort keeps what is alike in order, also where it is reversed.
        valued.sort(key=lambda each: _place(each[name], member), reverse=descending)
        found = valued + empty
    return found


def _place(value: Any, member: ListMember) -> Any:
    if member.kind == "instant":
        return moment(value)
    return _key(value, member) if isinstance(value, str) else value
