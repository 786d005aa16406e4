"""A page of a list: which one is asked for, and what is given."""

from typing import Any, Generic, TypeVar

import msgspec

Key = tuple[str, str, int]
"""Tenant, id and version: a record of one key never changes."""
T = TypeVar("T")
U = TypeVar("U")

DEFAULT_SIZE = 20
MAX_SIZE = 500
MAX_EXPORT_SIZE = 1000
# No list is this long; a number beyond it is a mistake, and stays clear of int64 as an offset.
MAX_PAGE = 2**31 - 1


class PageRequest(msgspec.Struct, frozen=True):
    """By number (`page`, from 1) or after a row (`after`, the id that the last page ended on)."""

    size: int = DEFAULT_SIZE
    page: int = 1
    after: str | None = None
    kept: dict[Key, Any] | None = None
    """What the caller has of records seen before, and will take in their place."""

    @property
    def offset(self) -> int:
        return 0 if self.after else (self.page - 1) * self.size


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """The rows of one page, the exact number of all rows, and the id to go on after, if any."""

    rows: list[T]
    total: int
    after: str | None
