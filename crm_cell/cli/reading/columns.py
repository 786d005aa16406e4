"""Which column is which member of a customer, worked out from the row of headings."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading.rows import Row, is_empty
from crm_cell.customers.headings import (
    EXPORTED_ONLY,
    ID,
    IMPORTED,
    AddressBook,
    address_book,
    folded,
    is_chinese_order,
    member_of,
    nearest,
)

LEFT_OUT = "-"
# Google's mark between several values of one cell.
_SEVERAL = " ::: "
_SHOWN = 40


class Wishes(msgspec.Struct, frozen=True):
    """What the caller says of the columns: members by folded heading, and whether unknown ones may
    be left out."""

    members: dict[str, str] = {}
    headings: dict[str, str] = {}
    ignore_unknown: bool = False

    def member_of(self, heading: str) -> str | None:
        return self.members.get(folded(heading)) or member_of(heading)

    def known(self, cells: Sequence[Any]) -> int:
        """How many members a row of headings names."""
        found = {self.member_of(cell) for cell in cells if isinstance(cell, str)}
        names = len(found - {None, LEFT_OUT})
        return names + (address_book([str(cell) for cell in cells]) is not None)


def wishes(maps: list[str], *, ignore_unknown: bool) -> Wishes:
    """Raises Complaint for a --map that says nothing."""
    members: dict[str, str] = {}
    headings: dict[str, str] = {}
    for item in maps:
        heading, equals, member = item.rpartition("=")
        if not equals or not folded(heading) or member.strip() not in (*IMPORTED, LEFT_OUT):
            takes = f"{', '.join(IMPORTED)} or {LEFT_OUT} (left out)"
            raise Complaint(f"--map {item}: not HEADING=MEMBER with one of {takes}", MISUSED)
        members[folded(heading)] = member.strip()
        headings[folded(heading)] = heading
    return Wishes(members, headings, ignore_unknown)


class Columns(msgspec.Struct, frozen=True):
    headings: list[str]
    choices: dict[str, list[tuple[int, ...]]]
    """Of each member the columns that it may be in, best first, each with all its parts."""
    read: frozenset[int]
    left_out: list[str]
    """Headings of columns that are known, or that the caller knows of, and are not read."""
    program: str | None
    strict: bool
    """Whether a cell in no known column is a fault."""
    plain: list[tuple[str, int]] | None = None
    """The columns, where each member has one."""
    called: dict[str, str] = {}
    """Their headings."""

    def members(self, cells: list[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values that are there, and the heading of each member."""
        if self.plain is None:
            return self._best(cells)
        width = len(cells)
        found = {
            member: value
            for member, at in self.plain
            if at < width and (value := cells[at]) != "" and not is_empty(value)
        }
        if self.strict and width > len(self.read):
            beyond = (at for at in range(width) if at not in self.read)
            found |= {f"column {at + 1}": cells[at] for at in beyond if not is_empty(cells[at])}
        return found, self.called

    def _best(self, cells: list[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        found: dict[str, Any] = {}
        under: dict[str, str] = {}
        for member, choices in self.choices.items():
            for parts in choices:
                value = self._joined([cells[at] for at in parts if at < len(cells)], parts)
                if not is_empty(value):
                    found[member] = value
                    under[member] = self.headings[parts[0]]
                    break
        return found, under

    def _joined(self, values: list[Any], parts: tuple[int, ...]) -> Any:
        if len(parts) > 1:
            space = "" if is_chinese_order(self.headings[parts[0]]) else " "
            return space.join(str(value).strip() for value in values if not is_empty(value))
        value = values[0] if values else None
        if self.program and isinstance(value, str) and _SEVERAL in value:
            return value.split(_SEVERAL)[0]
        return value


def columns(place: str, row: Row, asked: Wishes) -> Columns:
    """Raises Complaint, naming all unknown headings at once, or both columns of one member."""
    headings = [str(cell).strip() if not is_empty(cell) else "" for cell in row.cells]
    _refuse_absent(place, headings, asked)
    book = address_book(headings)
    if book is None:
        return _of_a_table(f"{place}, {row.place}", headings, asked)
    choices = {
        member: [choice for choice in _of_a_book(book, member, headings, asked) if choice]
        for member in IMPORTED
    }
    if not choices["name"]:
        raise Complaint(f"{place}: {no_name(headings)}", MISUSED)
    read = {index for of_member in choices.values() for choice in of_member for index in choice}
    unread = [heading for index, heading in enumerate(headings) if heading and index not in read]
    return Columns(headings, choices, frozenset(), unread, book.program, strict=False)


def _of_a_book(
    book: AddressBook, member: str, headings: list[str], asked: Wishes
) -> list[tuple[int, ...]]:
    """The book's own columns, then those with a common heading; or the one that is mapped."""
    at = {folded(heading): index for index, heading in reversed(list(enumerate(headings)))}
    mapped: list[tuple[int, ...]] = [
        (at[heading],) for heading, meant in asked.members.items() if meant == member
    ]
    if mapped:
        return mapped
    own = [
        tuple(at[folded(part)] for part in choice.split("+") if folded(part) in at)
        for choice in book.choices[member]
    ]
    common = [(index,) for index, heading in enumerate(headings) if member_of(heading) == member]
    others = {(at[heading],) for heading in asked.members}
    return [choice for choice in dict.fromkeys([*own, *common]) if choice not in others]


def _of_a_table(place: str, headings: list[str], asked: Wishes) -> Columns:
    members = _chosen(headings, asked)
    unknown = [
        heading for heading, member in zip(headings, members, strict=True) if heading and not member
    ]
    if unknown and not asked.ignore_unknown:
        raise Complaint(f"{place}: no column is {_with_guesses(unknown)}", MISUSED)
    _refuse_doubles(place, headings, members)
    if "name" not in members:
        raise Complaint(f"{place}: {no_name(headings)}", MISUSED)
    wanted = {member: at for at, member in enumerate(members) if member in (*IMPORTED, ID)}
    wanted |= {member: at for at, member in enumerate(members) if member in EXPORTED_ONLY}
    left_out = [
        heading
        for heading, member in zip(headings, members, strict=True)
        if heading and (not member or member == LEFT_OUT)
    ]
    named = frozenset(at for at, heading in enumerate(headings) if heading)
    choices: dict[str, list[tuple[int, ...]]] = {
        str(member): [(at,)] for member, at in wanted.items()
    }
    return Columns(
        headings,
        choices,
        named,
        left_out,
        None,
        strict=not asked.ignore_unknown,
        plain=[(str(member), at) for member, at in wanted.items()],
        called={str(member): headings[at] for member, at in wanted.items()},
    )


def _chosen(headings: list[str], asked: Wishes) -> list[str | None]:
    """What the caller maps goes before what we would: the column that we would take is left out."""
    mapped = {member for member in asked.members.values() if member != LEFT_OUT}

    def choose(heading: str) -> str | None:
        if folded(heading) in asked.members:
            return asked.members[folded(heading)]
        member = member_of(heading) if heading else None
        return LEFT_OUT if member in mapped else member

    return [choose(heading) for heading in headings]


def no_name(headings: list[str]) -> str:
    there = [heading for heading in headings if heading]
    has = f", it has {_with_guesses(there)}" if there else ""
    return f"the first row names no column name (客户名称){has}"


def _with_guesses(headings: list[str]) -> str:
    named = (
        _quoted(heading) + (f" ({guess}?)" if (guess := nearest(heading)) else "")
        for heading in headings
    )
    return (
        f"{', '.join(named)}; say which member it is by --map 'HEADING=MEMBER', of"
        f" {', '.join(IMPORTED)}, or leave out what is unknown by --ignore-unknown"
    )


def _quoted(heading: str) -> str:
    """What is no table may have anything for a heading."""
    shown = heading if len(heading) <= _SHOWN else f"{heading[:_SHOWN]}…"
    return '"' + "".join(char if char.isprintable() else "?" for char in shown) + '"'


def _refuse_doubles(place: str, headings: list[str], members: list[str | None]) -> None:
    for member in (*IMPORTED, ID, *EXPORTED_ONLY):
        same = [
            f"{_quoted(heading)} (column {at + 1})"
            for at, heading in enumerate(headings)
            if members[at] == member
        ]
        if len(same) > 1:
            raise Complaint(
                f"{place}: two columns for {member}: {' and '.join(same)};"
                f" leave one out by --map 'HEADING={LEFT_OUT}'",
                MISUSED,
            )


def _refuse_absent(place: str, headings: list[str], asked: Wishes) -> None:
    there = {folded(heading) for heading in headings}
    absent = [written for heading, written in asked.headings.items() if heading not in there]
    if absent:
        quoted = ", ".join(_quoted(heading) for heading in headings if heading)
        raise Complaint(f'{place}: no column is "{absent[0]}" (--map), only {quoted}', MISUSED)
