"""A CSV file of customers as people make them: Chinese or English headings, UTF-8 or GBK."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from crm_cell.cli.complaint import MISUSED, Complaint

_MEMBERS = {
    "name": "name",
    "客户名称": "name",
    "名称": "name",
    "contactphone": "contactPhone",
    "电话": "contactPhone",
    "手机": "contactPhone",
    "contactemail": "contactEmail",
    "邮箱": "contactEmail",
}
# Excel in China saves CSV as GBK unless told otherwise: what is not UTF-8 is taken for that.
_ENCODINGS = ("utf-8-sig", "gb18030")


class Line(msgspec.Struct, frozen=True):
    """A record, by the line that it begins on. Cells that are empty are left out."""

    number: int
    members: dict[str, str]


class Table:
    """Read through once when it is made, so that a broken file is known before any row is used.
    Raises Complaint."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = next((name for name in _ENCODINGS if self._is_in(name)), None)
        if self._encoding is None:
            raise Complaint(f"{path}: neither UTF-8 nor GBK", MISUSED)
        self.count = sum(1 for _ in self.lines())

    def lines(self) -> Iterator[Line]:
        with self._path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                members = self._members(next(reader, []))
                begin = reader.line_num + 1
                for cells in reader:
                    if any(map(str.strip, cells)):
                        yield Line(begin, _by_member(members, cells))
                    begin = reader.line_num + 1
            except csv.Error as error:
                place = f"{self._path}, line {reader.line_num}"
                raise Complaint(f"{place}: {error}", MISUSED) from error

    def _is_in(self, encoding: str) -> bool:
        try:
            with self._path.open(encoding=encoding, newline="") as file:
                for _ in file:
                    pass
        except UnicodeDecodeError:
            return False
        return True

    def _members(self, headings: list[str]) -> list[str]:
        members = [_MEMBERS.get(heading.strip().lower(), "") for heading in headings]
        for heading, member in zip(headings, members, strict=True):
            if not member:
                takes = ", ".join(_MEMBERS)
                raise Complaint(f'{self._path}: no column is "{heading}", only {takes}', MISUSED)
            if members.count(member) > 1:
                raise Complaint(f"{self._path}: two columns for {member}", MISUSED)
        if "name" not in members:
            raise Complaint(f"{self._path}: the first row names no column name (客户名称)", MISUSED)
        return members


def _by_member(members: list[str], cells: list[str]) -> dict[str, str]:
    """Cells beyond the last heading are named by their column, which no customer has."""
    beyond = [f"column {number}" for number in range(len(members) + 1, len(cells) + 1)]
    named = zip([*members, *beyond], cells, strict=False)
    return {member: cell for member, cell in named if cell.strip()}
