"""A tag, and the tags of a tenant."""

from collections.abc import Iterable

import msgspec

from crm_cell.kernel.text import name_key


class Tag(msgspec.Struct, frozen=True):
    """Members of the same names are in the order of the columns."""

    tenant_id: str
    id: str
    version: int
    name: str
    name_key: str
    color: str
    active: bool
    """An inactive tag stays with the records that have it, and no other gets it."""
    merged_into: str | None
    """The tag that has taken the place of this one, which is no longer shown."""
    created_at: int
    updated_at: int


class TenantTags:
    """Of one tenant."""

    def __init__(self, tags: Iterable[Tag]) -> None:
        self._by_id = {each.id: each for each in tags}
        self._by_key = {each.name_key: each for each in self.shown}

    @property
    def shown(self) -> list[Tag]:
        """In the order of their names."""
        live = [each for each in self._by_id.values() if each.merged_into is None]
        return sorted(live, key=lambda each: each.name_key)

    def get(self, tag_id: str) -> Tag | None:
        """One that is shown."""
        found = self._by_id.get(tag_id)
        return found if found is not None and found.merged_into is None else None

    def find(self, named: str) -> Tag | None:
        """By id or name; of one that was merged, the tag in its place."""
        found = self._by_id.get(named) or self._by_key.get(name_key(named))
        while found is not None and found.merged_into is not None:
            found = self._by_id.get(found.merged_into)
        return found

    @property
    def names(self) -> dict[str, str]:
        """By id; of one that was merged, the name of the tag in its place."""
        return {each: self.name_of(each) for each in self._by_id}

    def name_of(self, tag_id: str) -> str:
        found = self.find(tag_id)
        return tag_id if found is None else found.name
