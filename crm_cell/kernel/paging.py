"""The request for a page of a list, and its rows."""

from typing import Any, Generic, TypeVar

import msgspec

Key = tuple[str, str, int]
"""Tenant, id and version. The record of one key never changes."""
T = TypeVar("T")
U = TypeVar("U")

DEFAULT_SIZE = 20
MAX_SIZE = 500
MAX_EXPORT_SIZE = 1000
# Larger than any list, and small enough that the offset fits an int64.
MAX_PAGE = 2**31 - 1
_SHALLOW = 1_000


class PageRequest(msgspec.Struct, frozen=True):
    """By number (`page`, from 1) or by cursor (`after`, the last id of the previous page)."""

    size: int = DEFAULT_SIZE
    page: int = 1
    after: str | None = None
    cached: dict[Key, Any] | None = None
    """Rendered records by key, which may be returned in place of records."""

    @property
    def is_shallow(self) -> bool:
        """Whether OFFSET is fast enough to get there."""
        return self.offset <= _SHALLOW

    @property
    def offset(self) -> int:
        return 0 if self.after else (self.page - 1) * self.size


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """The rows of a page, the exact number of all rows, and the cursor of the next page, if any."""

    rows: list[T]
    total: int
    after: str | None
