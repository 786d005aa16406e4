"""Texts with a syntax of their own, and lists of objects."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec

from crm_cell.fields import checks
from crm_cell.fields.field import Field
from crm_cell.kernel.labels import Label


def expression(maximum: int, label: Label, *, example: str, **options: Any) -> Any:
    """Text exactly as it was sent, which the service of the resource reads: a filter, a sort. It
    reports places in the text."""
    meta = checks.unchanged(maximum, examples=[example])
    return Field(kind="expression", meta=meta, label=label, **options)


def items(
    of: type,
    shown: Any,
    maximum: int,
    label: Label,
    *,
    check: Callable[[list[Any]], list[dict[str, Any]]],
    example: list[dict[str, Any]],
    **options: Any,
) -> Any:
    """Up to `maximum` objects, in order, stored as JSON. `of` is the type of one in requests,
    `shown` the type of all in answers; `check` normalises them, or raises InvalidValue."""
    bounds = checks.items(0, maximum)
    check_list = checks.check_of(bounds)
    decoder = msgspec.json.Decoder(shown)
    [kind] = get_args(shown)

    def checked(value: Any) -> str:
        made = [kind(**each) for each in check(check_list(value))]
        return msgspec.json.encode(made).decode()

    meta = checks.as_meta(checked, of=of, label=label, max_length=maximum, examples=[example])
    return Field(
        kind="items",
        python_type=list,
        meta=meta,
        label=label,
        default="[]",
        view_type=shown,
        to_view=decoder.decode,
        to_log=msgspec.json.decode,
        **options,
    )
