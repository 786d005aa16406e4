"""The records of a bulk change: by their ids, or by a filter."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Generic

from crm_cell.http.paging import RequestedListing, Wanted
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.messages import Message
from crm_cell.resources.batch.schemas import MOST_ITEMS
from crm_cell.resources.listing.found import Finding
from crm_cell.resources.record import R
from crm_cell.storage.engine import Tx

_TOO_MANY: Final = Message(
    "filter_too_many",
    "筛选出 {count} 条记录，一次最多 {limit} 条",
    "finds {count} records; at most {limit} can be changed at once",
)
_MORE_THAN: Final = Message(
    "filter_more_than",
    "筛选出的记录超过 {count} 条，一次最多 {limit} 条",
    "finds more than {count} records; at most {limit} can be changed at once",
)
_DELETED: Final = Message(
    "filter_of_deleted",
    "筛选不到已删除的记录，恢复请用 ids",
    "finds no deleted records: restore by ids",
)


class Selection(Generic[R]):
    """Of one resource."""

    def __init__(self, finding: Finding[R]) -> None:
        self._finding = finding

    def check(self, body: Any) -> None:
        """Whether a body has `ids`, or `filter` and perhaps `tz`. Raises BadRequest."""
        if body.filter is None and body.tz is not None:
            raise BadRequest([FieldError("filter", "required")])
        if body.filter is None and body.ids is None:
            raise BadRequest([FieldError("ids", "required")])
        if body.filter is not None and body.ids is not None:
            raise BadRequest([FieldError("filter", "exclusive", {"other": "ids"})])
        if body.filter is not None and body.action == "restore":
            raise BadRequest([FieldError("filter", "value", {"text": _DELETED})])

    async def ids(self, tx: Tx, actor: Actor, body: Any) -> list[str]:
        """Of a body that has been checked. Raises BadRequest, and QueryTooBroad."""
        if body.filter is None:
            return _named(body.ids)
        wanted = Wanted(body.filter, zone=body.tz)
        page = RequestedListing(size=MOST_ITEMS, wanted=wanted)
        found = await self._finding.find(tx, actor, {}, page)
        if found.rows.more:
            await self._refuse(tx, actor, wanted)
        return [each.id for each in found.records]

    async def _refuse(self, tx: Tx, actor: Actor, wanted: Wanted) -> None:
        """Raises BadRequest, with how many records there are."""
        counting = Wanted(wanted.filter, zone=wanted.zone, with_total=True)
        found = await self._finding.find(tx, actor, {}, RequestedListing(size=1, wanted=counting))
        text = _MORE_THAN if found.rows.total_is_minimum else _TOO_MANY
        params = {"text": text, "count": found.rows.total, "limit": MOST_ITEMS}
        raise BadRequest([FieldError("filter", "too_many", params)])


def _named(given_ids: Sequence[Any]) -> list[str]:
    """Raises BadRequest."""
    errors = []
    ids: list[str] = []
    for index, given in enumerate(given_ids):
        if not isinstance(given, str):
            errors.append(FieldError(f"ids[{index}]", "type", {"expected": "string"}))
            continue
        identifier = given.strip().lower()
        if not is_id(identifier):
            errors.append(FieldError(f"ids[{index}]", "malformed"))
        ids.append(identifier)
    seen = Counter(ids)
    errors += [
        FieldError(f"ids[{index}]", "repeated")
        for index, each in enumerate(ids)
        if seen[each] > 1 and ids.index(each) < index
    ]
    if errors:
        raise BadRequest(errors)
    return ids
