"""What a search finds."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_cell.resources.record import Record
from crm_cell.resources.service import Service
from crm_cell.search.matching import Match


class Hit(msgspec.Struct, frozen=True):
    service: Service[Any]
    record: Record
    matches: Sequence[Match]
    owner: str | None
    parent: str | None = None
    """The title of the record that it belongs to."""

    @property
    def score(self) -> int:
        return max(each.quality for each in self.matches)


class Group(msgspec.Struct, frozen=True):
    service: Service[Any]
    hits: Sequence[Hit]
    has_more: bool
