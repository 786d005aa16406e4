"""Tags of the records of one resource: what writes set, and what follows from it."""

from collections.abc import Mapping
from typing import Any

from crm_cell.fields.tagging import LABEL, MOST_TAGS, TagChange, tag_ids
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.storage.engine import Reader
from crm_cell.tags.catalogue import TagCatalogue
from crm_cell.tags.messages import NOT_A_TAG, TAG_INACTIVE
from crm_cell.tags.store import Tagged
from crm_cell.tags.tags import TenantTags

MEMBER = "tags"


class TagCheck:
    def __init__(self, catalogue: TagCatalogue) -> None:
        self._catalogue = catalogue

    async def resolved(
        self, tx: Reader, tenant: str, change: TagChange, before: str | None
    ) -> str | None:
        """As they are stored. Raises BadRequest for tags that the tenant does not have, or has
        deactivated, and for too many."""
        return resolved(await self._catalogue.of(tx, tenant), change, before)


def tagged(before: Any, after: Any) -> Tagged | None:
    """A record whose tags change, None where they stay."""
    record = before if after is None else after
    had = None if before is None else before.tags
    has = None if after is None else after.tags
    return None if had == has else (record.tenant_id, record.id, had, has)


def resolved(tags: TenantTags, change: TagChange, before: str | None) -> str | None:
    had = tag_ids(before)
    named = change.add if change.whole is None else change.whole
    faults: dict[str, FieldError] = {}
    found: list[str] = []
    for each in named:
        tag = tags.find(each)
        if tag is None:
            faults[each] = _fault({"text": NOT_A_TAG, "name": each})
        elif not tag.active and tag.id not in had:
            faults[each] = _fault({"text": TAG_INACTIVE, "name": tag.name})
        else:
            found.append(tag.id)
    gone = {tag.id for each in change.remove if (tag := tags.find(each)) is not None}
    if faults:
        raise BadRequest(list(faults.values()))
    others = had if change.whole is None else []
    ids = list(dict.fromkeys(each for each in (*others, *found) if each not in gone))
    if len(ids) > MOST_TAGS:
        raise BadRequest([FieldError(MEMBER, "too_many", {"limit": MOST_TAGS}, LABEL)])
    return "\n".join(ids) or None


def _fault(params: Mapping[str, Any]) -> FieldError:
    return FieldError(MEMBER, "value", params, LABEL)
