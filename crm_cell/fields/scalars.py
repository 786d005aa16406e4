"""Scalar values: text, numbers, booleans, enumerations and times."""

from collections.abc import Mapping
from typing import Any

from crm_cell.fields import checks, date_checks
from crm_cell.fields.field import NOTHING, Field
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.labels import Label


def text(
    minimum: int,
    maximum: int,
    label: Label,
    *,
    lines: bool = False,
    examples: list[str] | None = None,
    **options: Any,
) -> Any:
    """Trimmed and NFC, of `minimum` to `maximum` characters; `lines` allows line breaks."""
    schema = {"examples": examples} if examples else {}
    meta = checks.text(minimum, maximum, lines=lines, label=label, **schema)
    return Field(kind="lines" if lines else "text", meta=meta, label=label, **options)


def integer(minimum: int, maximum: int, label: Label, **options: Any) -> Any:
    meta = checks.integer(minimum, maximum, label=label)
    return Field(
        kind="integer",
        python_type=int,
        view_type=int,
        column="bigint",
        meta=meta,
        label=label,
        **options,
    )


def money(minimum: int = 0, *, label: Label, **options: Any) -> Any:
    """A whole number of the currency's minor units (ISO 4217), up to 2**63 - 1."""
    meta = checks.cents(minimum, label=label)
    options.setdefault(
        "description",
        (
            "金额，以币种最小单位计的整数（人民币为分，日元为元）",
            "Amount in whole minor units of the currency (ISO 4217): cents for CNY, yen for JPY",
        ),
    )
    return Field(
        kind="money",
        format="int64",
        python_type=int,
        view_type=int,
        column="bigint",
        meta=meta,
        label=label,
        **options,
    )


def currency(*, default: str, **options: Any) -> Any:
    """An ISO 4217 code."""
    return Field(
        kind="currency",
        meta=checks.currency(),
        label=checks.CURRENCY_LABEL,
        description=("币种，ISO 4217", "Currency, ISO 4217"),
        example="CNY",
        default=default,
        **options,
    )


def boolean(label: Label, *, default: Any = NOTHING, **options: Any) -> Any:
    """Stored as 0 or 1."""
    return Field(
        kind="boolean",
        python_type=bool,
        view_type=bool,
        column="smallint",
        meta=checks.boolean(label=label),
        label=label,
        from_row=bool,
        default=default,
        **options,
    )


def options(choices: Mapping[int, Label], label: Label, **others: Any) -> Any:
    """An enumeration of consecutive integers with labels."""
    meta = checks.integer(int(min(choices)), int(max(choices)), label=label)
    described = (f"{value:d} {chinese} {english}" for value, (chinese, english) in choices.items())
    others.setdefault("description", ", ".join(described))
    return Field(
        kind="options",
        python_type=int,
        view_type=int,
        column="smallint",
        meta=meta,
        label=label,
        options=_options(choices),
        **others,
    )


def enum(choices: Mapping[str, Label], label: Label, **others: Any) -> Any:
    """An enumeration of strings with labels."""
    meta = checks.enum(*choices, label=label)
    described = "，".join(f"{value} {chinese}" for value, (chinese, _) in choices.items())
    others.setdefault("description", (f"{label[0]}：{described}", label[1]))
    return Field(kind="enum", meta=meta, label=label, options=_options(choices), **others)


def option(choices: Mapping[str, Label], label: Label, **others: Any) -> Any:
    """The id of an option, which people see by its label. `choices` are those that a tenant has
    until it changes them. Clients read them from `GET /options` or `GET /fields`."""
    meta = checks.option(next(iter(choices)), label=label)
    others.setdefault(
        "description",
        (
            f"{label[0]}，选项编号，见 GET /options",
            f"{label[1]}: id of an option, see GET /options",
        ),
    )
    return Field(kind="option", meta=meta, label=label, options=_options(choices), **others)


def instant(label: Label, **others: Any) -> Any:
    """An RFC 3339 time with an offset, stored as milliseconds since 1970. With `is_now`, a create
    that leaves it out sets the present time."""
    return Field(
        kind="instant",
        format="date-time",
        python_type=int,
        column="bigint",
        meta=date_checks.time(label=label),
        label=label,
        to_view=optional_time,
        to_log=optional_time,
        **others,
    )


def date_or_time(label: Label, **others: Any) -> Any:
    """A date as typed, or an RFC 3339 time in UTC, stored as text."""
    meta = date_checks.date_or_time(label=label)
    return Field(kind="date_or_time", meta=meta, label=label, **others)


def date(label: Label, **others: Any) -> Any:
    """A calendar day without a time zone, stored as YYYY-MM-DD."""
    return Field(kind="date", meta=date_checks.date(label=label), label=label, **others)


def month(label: Label, **others: Any) -> Any:
    """A calendar month, stored as YYYY-MM."""
    return Field(kind="month", meta=date_checks.month(label=label), label=label, **others)


def optional_time(milliseconds: int | None) -> str | None:
    """A stored time in the form of responses."""
    return None if milliseconds is None else format_time(milliseconds)


def _options(choices: Mapping[int, Label] | Mapping[str, Label]) -> dict[int | str, Label]:
    return {value: label for value, label in choices.items()}  # noqa: C416 - of another key type
