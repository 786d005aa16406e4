"""Checks of dates and of moments."""

import re
from typing import Any

from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, as_meta, string
from crm_cell.kernel import clock
from crm_cell.kernel.labels import Label

_DATE_OR_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def time(*, label: Label | None = None) -> Meta:
    """An RFC 3339 time, stored as milliseconds."""

    def check(value: Any) -> int:
        try:
            return clock.parse_time(string(value))
        except ValueError:
            raise InvalidValue("not_a_time") from None

    schema = {"type": "string", "format": "date-time"}
    return as_meta(check, label=label, extra_json_schema=schema)


def date_or_time(*, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        try:
            return clock.parse_date_or_time(string(value))
        except (ValueError, OverflowError):
            raise InvalidValue("not_a_date_or_time") from None

    return as_meta(
        check,
        label=label,
        max_length=40,
        examples=["2026-11-23", "2026-11-23T02:26:00.123Z"],
        pattern=_DATE_OR_TIME,
    )


def date(*, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        return parsed_date(string(value))

    return as_meta(
        check, label=label, max_length=10, examples=["2026-11-23"], pattern=f"^{_DATE.pattern}$"
    )


def parsed_date(given: str) -> str:
    """Raises InvalidValue."""
    if not _DATE.fullmatch(given):
        raise InvalidValue("not_a_date")
    try:
        return clock.parse_date_or_time(given)
    except ValueError:
        raise InvalidValue("not_a_date") from None


def month(*, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        given = string(value)
        if not _MONTH.fullmatch(given) or given[:4] == "0000":
            raise InvalidValue("not_a_month")
        return given

    return as_meta(
        check, label=label, max_length=7, examples=["2026-11"], pattern=f"^{_MONTH.pattern}$"
    )
