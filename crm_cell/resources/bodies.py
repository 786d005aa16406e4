"""Request types of a resource: the bodies of a create and an update, the filters of a list."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import NOTHING, Field, Writable
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource, Verbs

S = TypeVar("S", bound=msgspec.Struct)

# More than the resources of a service; each type is made once for all services of a process.
_TYPES = 256


@lru_cache(_TYPES)
def create_body(resource: AnyResource) -> type[Body]:
    """E.g. TaskCreate. Fields without a default are required unless they are nullable."""
    fields = [
        _create_field(field, _without_example(resource, field))
        for field in _writable(resource, on_create=True)
    ]
    return _made(
        resource, "Create", Body, fields, {"__doc__": resource.descriptions.get("body", "")}
    )


@lru_cache(_TYPES)
def patch_fields(resource: AnyResource, view: type[View]) -> type[PatchFields]:
    """E.g. TaskPatch: all writable fields, none of them required; none at all for records that
    cannot be changed."""
    writable = _writable(resource, on_create=False) if resource.verbs & Verbs.UPDATE else []
    fields = [
        (field.name, _optional(field, _without_example(resource, field)) | UnsetType, UNSET)
        for field in writable
    ]
    return _made(resource, "Patch", PatchFields, fields, {"view": view})


def upsert_body(resource: AnyResource) -> type[Body]:
    """E.g. TaskUpsert, for the OpenAPI document: what either a create or an update may set."""
    fields = [
        (field.name, _optional(field, _without_example(resource, field)) | UnsetType, UNSET)
        for field in _writable(resource, on_create=True)
    ]
    return _made(resource, "Upsert", Body, fields)


@lru_cache(_TYPES)
def list_query(resource: AnyResource) -> type[Query]:
    """E.g. TaskQuery: the declared exact filters."""
    fields = [
        (name, Annotated[str, field.filter] | None, None)
        for name, field in filters(resource).items()
    ]
    return _made(resource, "Query", Query, fields)


def _made(
    resource: AnyResource,
    name: str,
    parent: type[S],
    fields: Sequence[tuple[Any, ...]],
    namespace: dict[str, Any] | None = None,
) -> type[S]:
    """A subclass of `parent` with these fields, e.g. TaskCreate."""
    made: Any = msgspec.defstruct(
        f"{resource.record.__name__}{name}",
        fields,
        bases=(parent,),
        kw_only=True,
        rename="camel",
        namespace=namespace,
        module=resource.record.__module__,
    )
    return cast(type[S], made)


@lru_cache(_TYPES)
def filters(resource: AnyResource) -> dict[str, Field]:
    """Filterable fields by query parameter, in snake case."""
    return {
        field.filter_name or field.name: field
        for field in resource.fields.values()
        if field.filter is not None
    }


def values_of(body: Body) -> Mapping[str, Any]:
    """The values of a create: those in the request, and defaults."""
    values = msgspec.structs.asdict(body)
    return {name: value for name, value in values.items() if value is not UNSET}


def filters_of(resource: AnyResource, query: Query) -> dict[str, Any]:
    """The values of the filters in a request, by field name."""
    found: dict[str, Any] = {}
    for name, field in filters(resource).items():
        value = getattr(query, name)
        if value is not None:
            found[field.name] = value
    return found


def annotated(record: type[Record], name: str) -> Any:
    """The type of a field, for a body that is written by hand."""
    return _optional(record.fields[name])


def _writable(resource: AnyResource, *, on_create: bool) -> list[Field]:
    allowed = {Writable.ALWAYS, Writable.ON_CREATE} if on_create else {Writable.ALWAYS}
    return [field for field in resource.fields.values() if field.writable in allowed]


def _without_example(resource: AnyResource, field: Field) -> bool:
    """The second of two exclusive fields: examples show only the first. And the reference to
    another record of the resource, since the first one has none."""
    return field is resource.above or any(field.name == other for _, other in resource.exclusive)


def _create_field(field: Field, without_example: bool) -> tuple[Any, ...]:
    kind = _optional(field, without_example)
    if field.default is UNSET:
        return (field.name, kind | UnsetType, UNSET)
    if field.default is not NOTHING:
        return (field.name, kind, field.default)
    return (field.name, kind, None) if field.nullable else (field.name, kind)


def _optional(field: Field, without_example: bool = False) -> Any:
    assert field.meta is not None, "a request may set it"
    kind: Any = Annotated[field.python_type, field.meta, field.documentation]
    if without_example:
        kind = Annotated[kind, Meta(examples=[None])]
    return kind | None if field.nullable else kind
