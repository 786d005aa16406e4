"""Recognises traces of records in events, stored answers and the audit log, and redacts events."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from crm_cell.kernel.ids import time_of
from crm_cell.kernel.text import name_key
from crm_cell.privacy.data_subject import Fate, Found
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel

IMPORTED = "customer"
"""The resource whose import reports are stored answers about many records."""

# An audit entry of an erasure contains no personal data, not even a name.
_ERASED = "erased"
_REVEALED = "revealed"


class SearchCriteria(msgspec.Struct, frozen=True):
    """Mappings are by name of the resource: customer, contact …"""

    ids: Mapping[str, frozenset[str]]
    cleared: Mapping[str, frozenset[str]]
    """The records among `ids` that only lose their contact details."""
    names: frozenset[str]
    id_members: Mapping[str, str]
    """The event member with the record's id, e.g. `customerId`."""
    contact_members: Mapping[str, frozenset[str]]
    """The members with phone numbers and email addresses."""
    retained_members: frozenset[str]
    """Event members that contain ids and are not redacted."""

    @property
    def all_ids(self) -> frozenset[str]:
        return frozenset().union(*self.ids.values())

    @property
    def oldest(self) -> int:
        """The time before which there are no traces, from the creation times in the ids."""
        return min((time_of(each) for ids in self.ids.values() for each in ids), default=0)

    def and_also(self, resource: str, ids: Iterable[str]) -> "SearchCriteria":
        more = {**self.ids, resource: self.ids[resource] | frozenset(ids)}
        return msgspec.structs.replace(self, ids=more)

    def and_named(self, names: frozenset[str]) -> "SearchCriteria":
        return msgspec.structs.replace(self, names=self.names | names)

    def has_record(self, identifier: str | None) -> bool:
        return any(identifier in ids for ids in self.ids.values())

    def has_event(self, event_type: str, data: Mapping[str, Any]) -> bool:
        resource = _resource_of(event_type)
        return data.get(self.id_members.get(resource, "")) in self.ids.get(resource, ())

    def redacted(self, event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The redacted data of an event about one of the records."""
        resource = _resource_of(event_type)
        if self._is_cleared(resource, data):
            return {**data, **dict.fromkeys(self.contact_members[resource] & data.keys())}
        return {member: value for member, value in data.items() if member in self.retained_members}

    def names_in(self, event_type: str, data: Mapping[str, Any]) -> frozenset[str]:
        """The person's name in an event, if import reports may contain it."""
        resource = _resource_of(event_type)
        if resource != IMPORTED or "name" not in data or self._is_cleared(resource, data):
            return frozenset()
        return frozenset({name_key(data["name"])})

    def has_import(self, ids: Iterable[str], names: Iterable[str]) -> bool:
        """Whether an import report mentions the person: by id or name, never by contact details."""
        erased = self.ids[IMPORTED] - self.cleared[IMPORTED]
        return not erased.isdisjoint(ids) or not self.names.isdisjoint(names)

    def has_entry(
        self, resource: str, record: str, action: str, changes: Mapping[str, Any]
    ) -> bool:
        """Whether to redact an entry. If the record only loses its contact details, only entries
        about those are redacted."""
        if action == _ERASED:
            return False
        if record not in self.cleared[resource]:
            return True
        return action == _REVEALED or not self.contact_members[resource].isdisjoint(changes)

    def _is_cleared(self, resource: str, data: Mapping[str, Any]) -> bool:
        return data[self.id_members[resource]] in self.cleared[resource]


def _resource_of(event_type: str) -> str:
    """`customer`, from `crm.customer.created`."""
    return event_type.split(".")[1]


def search_criteria(registry: Registry, found: Found, *, untouched: bool) -> SearchCriteria:
    """`untouched` includes records that an erasure does not change, as an export does."""
    fates = [fate for fate in Fate if untouched or fate is not Fate.UNTOUCHED]
    return SearchCriteria(
        {
            each.name: frozenset(record for fate in fates for record in found.of(fate, each.table))
            for each in registry
        },
        {each.name: frozenset(found.of(Fate.CLEARED, each.table)) for each in registry},
        frozenset(found.names),
        {each.name: camel(each.id_member) for each in registry},
        {each.name: contact_members(each) for each in registry},
        _id_members(registry),
    )


def contact_members(resource: AnyResource) -> frozenset[str]:
    return frozenset(camel(field.name) for field in resource.encrypted)


def _id_members(registry: Registry) -> frozenset[str]:
    own = {camel(resource.id_member) for resource in registry}
    references = {camel(field.name) for resource in registry for field in resource.references}
    return frozenset({"tenantId"} | own | references)
