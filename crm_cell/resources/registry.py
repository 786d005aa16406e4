"""The resources of a service and their references."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from crm_cell.fields import Field, OnDelete, OnErase
from crm_cell.fields.field import Reference
from crm_cell.resources.erasure import ErasureRules
from crm_cell.resources.errors import InvalidDeclaration
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource, Resource

# Ids in the API documentation: 36 characters, of which the last two number the resources.
_EXAMPLE_ID = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c"
_FIRST_EXAMPLE = 11


class Child(NamedTuple):
    """A resource that refers to another, and its reference field."""

    resource: AnyResource
    field: Field


class Registry:
    """Raises InvalidDeclaration, which names file, field and remedy."""

    def __init__(self, *resources: Resource[Any]) -> None:
        self._by_table: dict[str, AnyResource] = {}
        for resource in resources:
            self._add(resource)
        for resource in resources:
            self._check(resource)
        self.erasure = ErasureRules(self)
        for resource in resources:
            self._check_erasure(resource)

    def __iter__(self) -> Iterator[AnyResource]:
        """In the order of their declaration."""
        return iter(self._by_table.values())

    def of_table(self, table: str) -> AnyResource:
        return self._by_table[table]

    def of_record(self, record: type[R]) -> Resource[R]:
        return next(each for each in self if each.record is record)

    def owned(self, resource: AnyResource) -> AnyResource:
        """The resource whose owner field applies to these records: itself, or the one that its
        owner follows."""
        if resource.owner is None or not resource.owner.follows:
            return resource
        followed = resource.fields[resource.owner.follows].reference
        assert followed is not None, "an owner follows a reference"
        return self.owned(self.of_table(followed.path))

    def children(self, parent: AnyResource) -> list[Child]:
        """Children that restrict a deletion come first, then in the order of the registry."""
        found = [
            Child(resource, field)
            for resource in self
            for field in resource.references
            if field.reference is not None and field.reference.path == parent.table
        ]
        return sorted(found, key=_restricts_last)

    def id_schema(self, resource: AnyResource) -> Mapping[str, Any]:
        """JSON Schema of its ids. Each resource has its own example."""
        chinese, english = resource.label
        place = list(self._by_table).index(resource.table)
        return {
            "description": resource.id_description
            or f"{chinese}编号 · Id of the {english.lower()}",
            "examples": [f"{_EXAMPLE_ID}{_FIRST_EXAMPLE + place}"],
        }

    def _add(self, resource: AnyResource) -> None:
        if resource.table in self._by_table:
            other = self._by_table[resource.table].record
            raise _invalid(
                resource, "", f"choose another path: {other.__module__} has {resource.path}"
            )
        self._by_table[resource.table] = resource

    def _check(self, resource: AnyResource) -> None:
        for name, field in resource.fields.items():
            self._check_field(resource, name, field)
        if resource.title is not None and resource.title not in resource.fields:
            raise _invalid(resource, "", f"title={resource.title!r} must be one of its fields")
        for name in {each for pair in resource.exclusive for each in pair} - resource.fields.keys():
            raise _invalid(resource, "", f"exclusive= names no field: {name!r}")
        self._check_shared_when(resource)
        for shared in resource.shared_through:
            if shared.table not in self._by_table:
                raise _invalid(resource, "", f"shared_through names no resource: {shared.table!r}")

    def _check_shared_when(self, resource: AnyResource) -> None:
        shared = resource.shared_when
        if shared is None:
            return
        field = resource.fields.get(shared.field)
        for value in (shared.tenant, shared.team):
            if field is None or field.nullable or value not in field.options:
                raise _invalid(
                    resource,
                    "",
                    f"shared_when names no value {value!r} of an enumeration"
                    f" {shared.field!r} that always has one",
                )

    def _check_field(self, resource: AnyResource, name: str, field: Field) -> None:
        for label in (field.label, field.short_label, *field.options.values()):
            if label is not None and not all(label):
                raise _invalid(resource, name, "give its label in Chinese and in English")
        if field.searchable and field.python_type is not str:
            raise _invalid(resource, name, "only text can be searchable: remove searchable=True")
        if field.source and field.source not in resource.fields:
            raise _invalid(resource, name, f"there is no field {field.source!r} to compare by")
        if field.stamps and field.stamps[0] not in resource.fields:
            raise _invalid(resource, name, f"there is no field {field.stamps[0]!r} to note")
        if field.follows and field.follows not in resource.fields:
            raise _invalid(resource, name, f"owner(of=…) names no field: {field.follows!r}")
        if field.reference is not None:
            self._check_reference(resource, name, field)

    def _check_reference(self, resource: AnyResource, name: str, field: Field) -> None:
        assert field.reference is not None, "the caller checked it"
        known = ", ".join(self._by_table)
        if field.reference.path not in self._by_table:
            raise _invalid(
                resource,
                name,
                f"reference({field.reference.path!r}) names no resource; there are {known}",
            )
        if field.reference.on_delete is None:
            raise _invalid(
                resource,
                name,
                "say on_delete=CASCADE, RESTRICT or KEEP: what becomes of it"
                f" when its {field.reference.path} record is deleted",
            )

    def _check_erasure(self, resource: AnyResource) -> None:
        for field in resource.references:
            assert field.reference is not None, "references have one"
            parent = self._by_table[field.reference.path]
            if self.erasure.erases(parent):
                self._check_on_erase(resource, field.name, field.reference)
        if self.erasure.erases(resource):
            self._check_anonymous(resource)

    def _check_on_erase(self, resource: AnyResource, name: str, reference: Reference) -> None:
        if reference.on_erase is None:
            raise _invalid(
                resource,
                name,
                "add on_erase=DELETE or on_erase=ANONYMISE: what becomes of it"
                f" when a person is erased, and with them their {reference.path} record:"
                " deleted for good, or both stay without personal text",
            )
        if reference.on_erase is OnErase.CASCADE and reference.on_delete is OnDelete.RESTRICT:
            raise _invalid(
                resource,
                name,
                "on_delete=RESTRICT keeps the other record, on_erase=DELETE does not:"
                " say on_erase=ANONYMISE, or another on_delete",
            )

    def _check_anonymous(self, resource: AnyResource) -> None:
        """Checks that records can lose their personal text, where an erasure anonymises them."""
        stays = self.erasure.may_stay(resource)
        for field in resource.encrypted:
            if (stays or resource.is_organisation) and not field.nullable:
                raise _invalid(
                    resource,
                    field.name,
                    "let it be null (str | None): erasing a person clears it",
                )
        texts = [field for field in resource.fields.values() if field.kind in ("text", "lines")]
        if stays and texts and not any(field.personal for field in texts):
            names = ", ".join(field.name for field in texts)
            raise _invalid(
                resource,
                "",
                f"add personal=True to those of its texts ({names}) that name or describe a person:"
                " a record stays where an ANONYMISE reference leads to it or to what belongs to it",
            )


def _restricts_last(child: Child) -> bool:
    assert child.field.reference is not None, "the field of a child is a reference"
    return child.field.reference.on_delete is not OnDelete.RESTRICT


def _invalid(resource: AnyResource, field: str, advice: str) -> InvalidDeclaration:
    record = resource.record
    place = f"{record.__name__}.{field}" if field else record.__name__
    return InvalidDeclaration(record.__module__, place, advice)
