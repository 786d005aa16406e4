"""Checks of ids from other systems, and of the names of those systems."""

import re
from typing import Any

from msgspec import Meta

from crm_cell.fields.checks import (
    CONTROL,
    SURROGATE,
    InvalidValue,
    as_meta,
    check_length,
    string,
)
from crm_cell.kernel.text import has_control

# A name of a system, in a path and in a header: it begins with what no path is made of.
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_EXTERNAL_ID = 128
# No path can hold a slash within one of its parts, nor a part that is a dot.
_NOT_IN_EXTERNAL_ID = rf"/\\{CONTROL}"
_EXTERNAL_ID = re.compile(
    rf"(?!\.{{1,2}}$)[^\s{_NOT_IN_EXTERNAL_ID}]([^{_NOT_IN_EXTERNAL_ID}]*[^\s{_NOT_IN_EXTERNAL_ID}])?"
)


def source_name(**schema: Any) -> Meta:
    """What a caller calls the system that its records come from."""

    def check(value: Any) -> str:
        if not SOURCE.fullmatch(string(value)):
            raise InvalidValue("malformed")
        return str(value)

    return as_meta(check, min_length=1, max_length=64, pattern=f"^{SOURCE.pattern}$", **schema)


def external_id(**schema: Any) -> Meta:
    """The id of a record in another system, compared as it stands."""

    def check(value: Any) -> str:
        given = check_length(string(value), 1, _LONGEST_EXTERNAL_ID)
        if has_control(given):
            raise InvalidValue("control_character")
        if not _EXTERNAL_ID.fullmatch(given) or SURROGATE.search(given):
            raise InvalidValue("malformed")
        return given

    return as_meta(
        check,
        min_length=1,
        max_length=_LONGEST_EXTERNAL_ID,
        pattern=f"^{_EXTERNAL_ID.pattern}$",
        **schema,
    )
