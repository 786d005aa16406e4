"""Maps columns to members of a customer by the row of headings."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.customers.headings import (
    EXPORTED_ONLY,
    ID,
    IMPORTED,
    AddressBook,
    address_book,
    is_chinese_order,
    member_of,
    nearest,
)
from crm_cell.resources.importing.files.rows import Row, is_empty
from crm_cell.resources.importing.headings import folded

LEFT_OUT = "-"
# Google's separator between several values of one cell.
_SEVERAL = " ::: "
_SHOWN = 40


class ColumnOptions(msgspec.Struct, frozen=True):
    """The options for columns: members by folded heading, and whether to ignore unknown columns."""

    members: dict[str, str] = {}
    headings: dict[str, str] = {}
    ignore_unknown: bool = False

    def member_of(self, heading: str) -> str | None:
        return self.members.get(folded(heading)) or member_of(heading)

    def known(self, cells: Sequence[Any]) -> int:
        """The number of members that a row of headings names."""
        found = {self.member_of(cell) for cell in cells if isinstance(cell, str)}
        names = len(found - {None, LEFT_OUT})
        return names + (address_book([str(cell) for cell in cells]) is not None)


def column_options(maps: list[str], *, ignore_unknown: bool) -> ColumnOptions:
    """Raises CommandError for an invalid --map."""
    members: dict[str, str] = {}
    headings: dict[str, str] = {}
    for item in maps:
        heading, equals, member = item.rpartition("=")
        if not equals or not folded(heading) or member.strip() not in (*IMPORTED, LEFT_OUT):
            takes = f"{', '.join(IMPORTED)} or {LEFT_OUT} (left out)"
            raise CommandError(f"--map {item}: not HEADING=MEMBER with one of {takes}", MISUSED)
        members[folded(heading)] = member.strip()
        headings[folded(heading)] = heading
    return ColumnOptions(members, headings, ignore_unknown)


class Columns(msgspec.Struct, frozen=True):
    headings: list[str]
    choices: dict[str, list[tuple[int, ...]]]
    """By member, the columns that may contain it, best first, each with all its parts."""
    read: frozenset[int]
    left_out: list[str]
    """Headings of columns that are ignored."""
    program: str | None
    strict: bool
    """Whether a cell in an unknown column is a fault."""
    plain: list[tuple[str, int]] | None = None
    """The column of each member, if each has a single one."""
    heading_by_member: dict[str, str] = {}
    """Their headings."""

    def members(self, cells: list[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of a row, and the heading of each member."""
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
        return found, self.heading_by_member

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


def columns(place: str, row: Row, options: ColumnOptions) -> Columns:
    """Raises CommandError for unknown headings, all at once, or for two columns of one member."""
    headings = [str(cell).strip() if not is_empty(cell) else "" for cell in row.cells]
    _refuse_absent(place, headings, options)
    book = address_book(headings)
    if book is None:
        return _table_columns(f"{place}, {row.place}", headings, options)
    choices = {
        member: [
            choice for choice in _address_book_columns(book, member, headings, options) if choice
        ]
        for member in IMPORTED
    }
    if not choices["name"]:
        raise CommandError(f"{place}: {no_name(headings)}", MISUSED)
    read = {index for of_member in choices.values() for choice in of_member for index in choice}
    unread = [heading for index, heading in enumerate(headings) if heading and index not in read]
    return Columns(headings, choices, frozenset(), unread, book.program, strict=False)


def _address_book_columns(
    book: AddressBook, member: str, headings: list[str], options: ColumnOptions
) -> list[tuple[int, ...]]:
    """The columns of the address book, then those with a common heading; or only a mapped one."""
    at = {folded(heading): index for index, heading in reversed(list(enumerate(headings)))}
    mapped: list[tuple[int, ...]] = [
        (at[heading],) for heading, meant in options.members.items() if meant == member
    ]
    if mapped:
        return mapped
    if member not in book.choices:
        return []  # what an address book has of that is about a person, not their company
    own = [
        tuple(at[folded(part)] for part in choice.split("+") if folded(part) in at)
        for choice in book.choices[member]
    ]
    common = [(index,) for index, heading in enumerate(headings) if member_of(heading) == member]
    others = {(at[heading],) for heading in options.members}
    return [choice for choice in dict.fromkeys([*own, *common]) if choice not in others]


def _table_columns(place: str, headings: list[str], options: ColumnOptions) -> Columns:
    members = _chosen_members(headings, options)
    unknown = [
        heading for heading, member in zip(headings, members, strict=True) if heading and not member
    ]
    if unknown and not options.ignore_unknown:
        raise CommandError(f"{place}: no column is {_with_guesses(unknown)}", MISUSED)
    _refuse_doubles(place, headings, members)
    if "name" not in members:
        raise CommandError(f"{place}: {no_name(headings)}", MISUSED)
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
        strict=not options.ignore_unknown,
        plain=[(str(member), at) for member, at in wanted.items()],
        heading_by_member={str(member): headings[at] for member, at in wanted.items()},
    )


def _chosen_members(headings: list[str], options: ColumnOptions) -> list[str | None]:
    """The member of each heading. A mapped column replaces one with the member's own heading."""
    mapped = {member for member in options.members.values() if member != LEFT_OUT}

    def choose(heading: str) -> str | None:
        if folded(heading) in options.members:
            return options.members[folded(heading)]
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
    """A heading for display. In a file that is not a table, it may contain anything."""
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
            raise CommandError(
                f"{place}: two columns for {member}: {' and '.join(same)};"
                f" leave one out by --map 'HEADING={LEFT_OUT}'",
                MISUSED,
            )


def _refuse_absent(place: str, headings: list[str], options: ColumnOptions) -> None:
    there = {folded(heading) for heading in headings}
    absent = [written for heading, written in options.headings.items() if heading not in there]
    if absent:
        quoted = ", ".join(_quoted(heading) for heading in headings if heading)
        raise CommandError(f'{place}: no column is "{absent[0]}" (--map), only {quoted}', MISUSED)
