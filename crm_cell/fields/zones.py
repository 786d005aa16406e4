"""Time zones by their IANA names."""

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, as_meta, string
from crm_cell.kernel.labels import Label

DEFAULT_ZONE: Final = "Asia/Shanghai"
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_LONGEST: Final = 100


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """None where there is no such zone. The default one is there without a zone database, too."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return timezone(timedelta(hours=8), name) if name == DEFAULT_ZONE else None


def time_zone(*, label: Label) -> Meta:
    """The name of a zone that there is."""

    def check(value: Any) -> str:
        if zone_named(string(value)) is None:
            raise InvalidValue("malformed")
        return str(value)

    return as_meta(
        check, label=label, min_length=1, max_length=_LONGEST, examples=["Asia/Shanghai"]
    )
