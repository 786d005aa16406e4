"""Recognises the columns of an import: by the member's name, its label in either language, or a
common synonym."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from crm_cell.fields import Writable
from crm_cell.resources.file_columns import Column, file_columns
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel

# "电话（必填）", "Phone [work]", "金额(元)".
_IN_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_OF_KIND: Final[Mapping[str, str]] = {
    "phone": "电话 电话号码 手机 手机号 手机号码 联系电话 phone telephone tel mobile cell",
    "email": "邮箱 电子邮箱 电子邮件 邮件 email mail 信箱",
    "owner": "负责人 所有者 业务员 销售 owner",
    "currency": "币种 货币 currency",
}
# How many major units of the currency a heading says that its amounts are in.
_UNITS: Final[Mapping[str, Decimal]] = {
    "千": Decimal(1000),
    "千元": Decimal(1000),
    "万": Decimal(10_000),
    "万元": Decimal(10_000),
}
_MINOR_UNITS: Final = frozenset({"分", "cent", "cents"})


LEFT_OUT: Final = "-"
"""Means no column: what is under that heading is left aside."""


class Heading(msgspec.Struct, frozen=True):
    """A column of a file."""

    text: str
    column: Column
    unit: Decimal | None = None
    """Of money: the major units of the currency that 1 stands for; None for its minor unit."""

    @property
    def is_read(self) -> bool:
        """Whether an import sets it. Other columns of an export are left aside."""
        field = self.column.field
        return self.column.name == "id" or (
            field is not None and field.writable is not Writable.NEVER
        )


class Headings:
    """The headings that are known for one resource."""

    def __init__(self, resource: AnyResource, registry: Registry) -> None:
        self._known: dict[str, tuple[Column, bool]] = {}
        self._mapped: dict[str, str | None] = {}
        columns = file_columns(resource, registry)
        for column in columns:
            self._add(column, [column.member], by_label=False)
        for column in columns:
            short = column.field.short_label if column.field is not None else None
            self._add(column, [*column.label, *(short or ())], by_label=True)
        for column in columns:
            words = resource.headings.get(column.name, ()) if column.title_of is None else ()
            self._add(column, words, by_label=True)
        for kind, words_of_kind in _OF_KIND.items():
            same = [each for each in columns if each.kind == kind]
            if len(same) == 1:
                self._add(same[0], words_of_kind.split(), by_label=True)
        own = [f"{resource.label[0]} ID", f"{resource.label[1]} id", f"{resource.label[0]}编号"]
        self._add(columns[0], own, by_label=True)

        self.labels = [
            each.label[0] for each in columns if Heading("", each).is_read and each.name != "id"
        ]
        """Of the columns that an import reads."""

    def map(self, heading: str, meant: str) -> bool:
        """Read a column as the one of a known heading, or leave it out where `meant` is `-`. False
        for a heading that is not known, or that an import does not read."""
        if meant == LEFT_OUT:
            self._mapped[folded(heading)] = None
            return True
        known = self._known.get(folded(meant))
        if known is None or not Heading(meant, known[0]).is_read:
            return False
        self._mapped[folded(heading)] = folded(meant)
        return True

    def find(self, heading: str) -> Heading | None:
        key = self._mapped.get(folded(heading), folded(heading))
        found = None if key is None else self._known.get(key)
        if found is None:
            return None
        column, by_label = found
        unit = _unit(heading) if by_label and _is_money(column) else None
        return Heading(heading, column, unit)

    def _add(self, column: Column, words: Iterable[str], *, by_label: bool) -> None:
        for word in words:
            self._known.setdefault(folded(word), (column, by_label))


def folded(heading: str) -> str:
    """The comparison key of a heading, without case, width, spaces, punctuation and brackets."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return _BETWEEN_WORDS.sub("", _IN_BRACKETS.sub("", plain)) or _BETWEEN_WORDS.sub("", plain)


def repeated(headings: Sequence[Heading]) -> list[list[Heading]]:
    """Columns of the same member."""
    by_member: dict[str, list[Heading]] = {}
    for each in headings:
        if each.is_read:
            by_member.setdefault(each.column.member, []).append(each)
    return [same for same in by_member.values() if len(same) > 1]


def member_of(column: Column) -> str:
    """The member that a column sets: for the title of a record, the reference to it."""
    return camel(column.name) if column.title_of is not None else column.member


def _is_money(column: Column) -> bool:
    return column.kind == "money"


def _unit(heading: str) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", heading).casefold()
    inside: list[Any] = [each[1:-1].strip() for each in _IN_BRACKETS.findall(plain)]
    if any(each in _MINOR_UNITS for each in inside):
        return None
    return next((_UNITS[each] for each in inside if each in _UNITS), Decimal(1))
