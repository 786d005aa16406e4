"""Makes new records from the values of a request and the fields that the service sets."""

from collections.abc import Callable
from typing import Any

from crm_cell.fields import Field
from crm_cell.kernel.text import name_key
from crm_cell.resources.record import R, Record
from crm_cell.resources.resource import Resource


def record_maker(resource: Resource[R]) -> Callable[..., R]:
    """A function of actor, values, parents, id and time, compiled from source because creates and
    imports call it thousands of times a second."""
    names: dict[str, Any] = {"Record": resource.record, "key": name_key, "owner_of": owner_of}
    arguments = ["actor.tenant", "id", "1", "now", "now"]
    for field in resource.fields.values():
        names[f"default_{field.name}"] = field.default_value
        arguments.append(_initial(field))
    source = f"lambda actor, values, parents, id, now: Record({', '.join(arguments)})"
    made: Callable[..., R] = eval(source, names)  # noqa: S307 - contains declared names only
    return made


def owner_of(record: Record) -> str | None:
    """None for a record without an owner."""
    field = type(record).owner_field
    owner: str | None = getattr(record, field) if field else None
    return owner


def _initial(field: Field) -> str:
    """The Python expression for the field's value in a new record."""
    name = repr(field.name)
    match field.kind:
        case "owner" if field.follows:
            parent = repr(field.follows)
            return f"owner_of(parents[{parent}]) if {parent} in parents else actor.owner"
        case "owner":
            return f"actor.owner_of_new(values.get({name}))"
        case "created_by":
            return "actor.user"
        case "comparison_key":
            return f"key(values[{field.source!r}])"
        case "idempotency_key":
            return "actor.durable_key"
        case "request_id":
            return "actor.durable_request_id"
    if field.is_now:
        return f"now if values.get({name}) is None else values[{name}]"
    return f"values.get({name}, default_{field.name})"
