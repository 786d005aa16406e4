"""How the erasure of a person affects other records, derived from the references in a registry.

A record that refers by CASCADE to an erased record is deleted for good. A record that refers by
ANONYMISE stays, and so do the record that it refers to and the parents of that; they lose their
personal text.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from crm_cell.fields import OnErase
from crm_cell.resources.resource import AnyResource

if TYPE_CHECKING:
    from crm_cell.resources.registry import Child, Registry


class ErasureRules:
    def __init__(self, registry: "Registry") -> None:
        self._registry = registry

    @cached_property
    def children_first(self) -> list[AnyResource]:
        """The resources that an erasure deletes from: each after those that refer to it."""
        found: list[AnyResource] = []
        visited: set[str] = set()
        for person in self._registry:
            if person.is_person:
                self._add(person, found, visited)
        return found

    def _add(self, resource: AnyResource, found: list[AnyResource], visited: set[str]) -> None:
        if resource.table in visited:
            return
        visited.add(resource.table)
        for child in self.cascading(resource):
            self._add(child.resource, found, visited)
        found.append(resource)

    @property
    def people(self) -> list[AnyResource]:
        """The resources that describe people: each before those that refer to it."""
        return [each for each in reversed(self.children_first) if each.is_person]

    def erases(self, resource: AnyResource) -> bool:
        return resource in self.children_first

    def cascading(self, resource: AnyResource) -> "list[Child]":
        """The children that are deleted before a record of the resource."""
        return self._children(resource, OnErase.CASCADE)

    def anonymising(self, resource: AnyResource) -> "list[Child]":
        """The children that stay, so that the record that they refer to stays too."""
        return self._children(resource, OnErase.ANONYMISE)

    def clearing(self, resource: AnyResource) -> "list[Child]":
        """The children that stay and no longer refer to the record."""
        return self._children(resource, OnErase.CLEAR)

    def may_stay(self, resource: AnyResource) -> bool:
        """Whether records of the resource, or their children, can have children that stay.

        If a person's record has to stay, then so do all records of the person in such resources,
        even those without such children, because they count in sums.
        """
        return self._may_stay(resource, set())

    def _may_stay(self, resource: AnyResource, visited: set[str]) -> bool:
        if resource.table in visited:
            return False
        visited.add(resource.table)
        return bool(self.anonymising(resource)) or any(
            self._may_stay(child.resource, visited) for child in self.cascading(resource)
        )

    def _children(self, resource: AnyResource, on_erase: OnErase) -> "list[Child]":
        return [
            child
            for child in self._registry.children(resource)
            if child.field.reference is not None and child.field.reference.on_erase is on_erase
        ]
