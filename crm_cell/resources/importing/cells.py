"""Reads cells as people write them: dates, enumerations, booleans, numbers."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from crm_cell.fields import Field
from crm_cell.fields.checks import InvalidValue
from crm_cell.kernel.clock import format_time, parse_time
from crm_cell.kernel.labels import Label
from crm_cell.kernel.masking import is_masked_birthday
from crm_cell.resources.importing.messages import AMBIGUOUS_DAY, NOT_A_CHOICE, NOT_A_DAY
from crm_cell.tags.tags import TenantTags

Read = Callable[[str], Any]
"""From the text of a cell to the value in JSON. Raises InvalidValue."""

_YES: Final = frozenset(["true", "yes", "y", "1", "是", "对", "有", "√", "✓", "x"])
_NO: Final = frozenset(["false", "no", "n", "0", "否", "错", "无", "×", "-"])
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_BETWEEN = re.compile(r"[,;，；、\n]")
_CLOCK = re.compile(
    r"(?:(上午|下午|AM|PM)\s*)?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?\s*(AM|PM)?",
    re.ASCII | re.IGNORECASE,
)
_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
# The years 1954 to 2119, as spreadsheets count days.
_SERIAL_DAYS = range(20_000, 80_000)

_SPREADSHEET_EPOCH = date(1899, 12, 30)
_DAY_MS = 24 * 60 * 60 * 1000
_NOON = 12
_LAST_MONTH = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reader_of(field: Field, zone: tzinfo, labels: Mapping[int | str, Label]) -> Read:
    """Text is read as it is. `labels`: of the values, if there are few."""
    if labels:
        return choice_reader(labels)
    readers: dict[str, Read] = {
        "boolean": read_boolean,
        "integer": read_integer,
        "money": read_integer,
        "currency": lambda text: text.strip().upper() if text.strip().isascii() else text,
        "date": lambda text: _day_of(text)[0].isoformat(),
        "birthday": lambda text: text if is_masked_birthday(text) else _day_of(text)[0].isoformat(),
        "users": lambda text: [each.strip() for each in _BETWEEN.split(text) if each.strip()],
        "date_or_time": lambda text: read_date_or_time(text, zone),
        "instant": lambda text: read_instant(text, zone),
    }
    return readers.get(field.kind, lambda text: text)


def read_boolean(text: str) -> bool:
    given = text.strip().casefold()
    if given in _YES:
        return True
    if given in _NO:
        return False
    raise InvalidValue("type", expected="boolean")


def read_integer(text: str) -> int:
    number = read_number(text)
    if number is None or number != int(number):
        raise InvalidValue("type", expected="integer")
    return int(number)


def read_number(text: str) -> Decimal | None:
    """Without the signs of currencies and the separators of thousands; None for other text."""
    plain = re.sub(r"[\s,，_¥￥$€£]|元", "", text)
    if not re.fullmatch(r"[+-]?\d{1,25}(\.\d{1,25})?", plain, re.ASCII):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def read_date_or_time(text: str, zone: tzinfo) -> str:
    """A date, or a time in UTC. Midnight without seconds is what a workbook has for a date."""
    if given := _rfc3339(text):
        return given
    day, rest = _day_of(text, and_time=True)
    if rest in (None, "00:00"):
        return day.isoformat()
    return format_time(_moment(day, rest or "", zone))


def read_instant(text: str, zone: tzinfo) -> str:
    """A time in UTC; a date is its first moment in the zone."""
    if given := _rfc3339(text):
        return given
    day, rest = _day_of(text, and_time=True)
    return format_time(_moment(day, rest or "00:00", zone))


def _rfc3339(text: str) -> str | None:
    try:
        parse_time(text.strip())
    except (ValueError, OverflowError):
        return None
    return text.strip()


def _day_of(text: str, *, and_time: bool = False) -> tuple[date, str | None]:
    """The date, and the time behind it."""
    given = text.strip()
    if serial := _SERIAL.fullmatch(given):
        return _serial(int(serial[1]), serial[2])
    begin, _, rest = given.replace("T", " ", 1).partition(" ")
    if "日" in given and not rest:
        begin, sign, rest = given.partition("日")
        begin += sign
    rest = rest.strip()
    midnight = re.fullmatch(r"0?0:00(:00)?(\.0+)?", rest) is not None
    if rest and not and_time and not midnight:
        raise InvalidValue("not_a_date", text=NOT_A_DAY)
    return _day(begin.strip()), rest or None


def _day(text: str) -> date:
    try:
        if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _YEAR_LAST.fullmatch(text):
            return _year_last(int(found[1]), int(found[3]), int(found[4]), found[2])
    except ValueError:
        raise InvalidValue("not_a_date", text=NOT_A_DAY) from None
    raise InvalidValue("not_a_date", text=NOT_A_DAY)


def _year_last(first: int, second: int, year: int, separator: str) -> date:
    """With dots the day is first. Otherwise one number must be greater than twelve."""
    if separator == "." or first > _LAST_MONTH:
        return date(year, second, first)
    if second > _LAST_MONTH or first == second:
        return date(year, first, second)
    raise InvalidValue("not_a_date", text=AMBIGUOUS_DAY)


def _serial(days: int, fraction: str | None) -> tuple[date, str | None]:
    if days not in _SERIAL_DAYS:
        raise InvalidValue("not_a_date", text=NOT_A_DAY)
    day = _SPREADSHEET_EPOCH + timedelta(days=days)
    if fraction is None:
        return day, None
    seconds = round(float(fraction) * _DAY_MS / 1000)
    clock = timedelta(seconds=min(seconds, _DAY_MS // 1000 - 1))
    return day, str(clock)


def _moment(day: date, clock: str, zone: tzinfo) -> int:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise InvalidValue("not_a_date_or_time", text=NOT_A_DAY)
    hour, half = int(found[2]), (found[1] or found[6] or "").upper()
    if half in ("下午", "PM") and hour < _NOON:
        hour += _NOON
    elif half in ("上午", "AM") and hour == _NOON:
        hour = 0
    milliseconds = int((found[5] or "0").ljust(3, "0"))
    try:
        moment = datetime(
            day.year, day.month, day.day, hour, int(found[3]), int(found[4] or 0), tzinfo=zone
        )
        return (moment - _EPOCH) // timedelta(milliseconds=1) + milliseconds
    except (ValueError, OverflowError):
        raise InvalidValue("not_a_date_or_time", text=NOT_A_DAY) from None


def choice_reader(labels: Mapping[int | str, Label]) -> Read:
    """By code, or by label in either language."""
    codes: dict[str, int | str] = {}
    for value, names in labels.items():
        codes |= dict.fromkeys(map(str.casefold, names), _plain(value))
    # A code means itself, whatever the labels are.
    codes |= {str(_plain(value)).casefold(): _plain(value) for value in labels}

    def read(text: str) -> int | str:
        found = codes.get(text.strip().casefold())
        if found is None:
            allowed = ", ".join(
                f"{_plain(value)} {label[0]} {label[1]}" for value, label in labels.items()
            )
            raise InvalidValue("not_one_of", text=NOT_A_CHOICE, allowed=allowed)
        return found

    return read


def tag_reader(tags: TenantTags) -> Read:
    """Names or ids, between commas. Names that the tenant does not have are faults later."""

    def read(text: str) -> list[str]:
        named = [each.strip() for each in _BETWEEN.split(text) if each.strip()]
        found = [tags.find(each) for each in named]
        return [each if tag is None else tag.id for each, tag in zip(named, found, strict=True)]

    return read


def _plain(value: int | str) -> int | str:
    """Without the names of an enumeration."""
    return int(value) if isinstance(value, int) else str(value)
