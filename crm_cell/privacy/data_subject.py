"""The data subject of a request, and the records about them."""

from collections.abc import Iterable, Mapping
from enum import Enum

import msgspec

from crm_cell.resources.views import camel


class DataSubject(msgspec.Struct, frozen=True):
    """How the person is found: by phone number, by email address, or by a record."""

    phone: str | None = None
    email: str | None = None
    resource: str | None = None
    """The name of the record's resource, e.g. `contact`."""
    id: str | None = None

    @property
    def criterion(self) -> dict[str, str]:
        """The search criterion in the exported document, e.g. `{"contact_id": …}`."""
        if self.id is not None:
            return {f"{self.resource}_id": self.id}
        given = {"phone": self.phone, "email": self.email}
        return {name: value for name, value in given.items() if value is not None}


class Similar(msgspec.Struct, frozen=True):
    """A record that may be the person's: the operator decides."""

    resource: str
    id: str
    shown: str
    """Its phone number or email address, masked."""


class Fate(Enum):
    """What an erasure does to a record."""

    DELETED = "deleted"
    """Deleted permanently."""
    ANONYMISED = "anonymised"
    """Remains without contact details and personal text."""
    CLEARED = "cleared"
    """A record of an organisation with the person's number or address, which are removed."""
    UNTOUCHED = "untouched"
    """Remains unchanged. An export contains it."""


class Found(msgspec.Struct):
    """The ids of all records about a person, including deleted ones."""

    tables: tuple[str, ...]
    """The tables of all resources, in the order of the registry."""
    ids: dict[Fate, dict[str, list[str]]] = {}
    """Sorted ids by fate and table. A record has one fate."""
    people: list[tuple[str, str]] = []
    """Table and id of the records by which the person was found."""
    by_contact_details: bool = False
    """The person was found by number or address, which must remain until the end of an erasure, so
    that an interrupted one can find them again."""
    names: set[str] = set()
    """Present and former names in their compared form, as import reports contain them."""
    merges: list[str] = []
    """The ids of merges whose journal has the number or address, and of no other record."""
    similar: list[Similar] = []
    """Records that are not in `ids`, and not counted."""

    def of(self, fate: Fate, table: str) -> list[str]:
        return self.ids.get(fate, {}).get(table, [])

    def all_of(self, table: str) -> list[str]:
        return sorted(each for fate in Fate for each in self.of(fate, table))

    def has(self, fate: Fate) -> bool:
        return any(self.ids.get(fate, {}).values())

    @property
    def counts(self) -> dict[str, int]:
        """The number of records by member of the exported document."""
        return {camel(table): len(self.all_of(table)) for table in self.tables}

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values()) and not self.merges

    def add(self, fate: Fate, records: Mapping[str, Iterable[str]]) -> None:
        """Add records, except those that have a fate already."""
        of_fate = self.ids.setdefault(fate, {})
        for table, ids in records.items():
            new = set(ids).difference(*(self.of(each, table) for each in Fate))
            of_fate[table] = sorted({*of_fate.get(table, ()), *new})
