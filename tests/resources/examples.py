"""An example of every declared resource: what a newly declared one is tested with, too."""

import itertools
from collections.abc import Callable
from typing import Any

from crm_cell.fields import Field, Writable
from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel
from tests.world import Caller

Json = dict[str, Any]
REGISTRY = make_registry()
_numbers = itertools.count(1)


async def create(
    caller: Caller, resource: AnyResource, parents: dict[str, Json] | None = None
) -> Json:
    """A record with a value in each field that a request may set. `parents` are records that it is
    to refer to, by table; others are created."""
    answer = await caller.post(resource.path, await body_of(caller, resource, parents))
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def create_by(
    caller: Caller,
    resource: AnyResource,
    parents: dict[str, Json] | None = None,
    *,
    source: str,
    external_id: str,
) -> Json:
    """As `create`, by the record's id in another system."""
    body = await body_of(caller, resource, parents)
    answer = await caller.put(f"{resource.path}/by/{source}/{external_id}", body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def body_of(
    caller: Caller, resource: AnyResource, parents: dict[str, Json] | None = None
) -> Json:
    """Of its create; the parents exist."""
    parents = dict(parents or {})
    body: Json = {}
    for field in resource.fields.values():
        if field.writable is Writable.NEVER or _is_left_out(resource, field, body):
            continue
        if field.reference is None:
            body[camel(field.name)] = value_of(field)
        elif field.is_required or field.filter is not None:
            parent = await _parent(caller, field.reference.path, parents)
            body[camel(field.name)] = parent[camel(f"{_named(field.reference.path).name}_id")]
    return body


def value_of(field: Field) -> Any:
    """One that the field takes, another one each time where it is text."""
    if field.options:
        return next(iter(field.options))
    if field.kind in ("expression", "items"):  # whose syntax the resource decides
        assert field.meta is not None, "a request may set it"
        return (field.meta.examples or [])[0]
    if field.kind not in _VALUES:
        raise AssertionError(f"add an example of the kind {field.kind} to _VALUES in {__name__}")
    value = _VALUES[field.kind](next(_numbers))
    most = getattr(field.meta, "le", None)
    return value if most is None or not isinstance(value, int) else value % (most + 1)


_VALUES: dict[str, Callable[[int], Any]] = {
    "text": lambda number: f"例 {number}",
    "lines": lambda number: f"例 {number}",
    "phone": lambda number: f"138{number:08}",
    "email": lambda number: f"name{number}@example.com",
    "integer": lambda number: number,
    "money": lambda number: number,
    "boolean": lambda _: True,
    "currency": lambda _: "CNY",
    "date": lambda _: "2026-11-23",
    "month": lambda _: "2026-11",
    "date_or_time": lambda _: "2026-11-23",
    "instant": lambda _: "2026-11-23T02:26:00.123Z",
    "owner": lambda _: "alice",
    "users": lambda _: ["alice", "bob"],
    "uscc": lambda _: "91350100M000100Y43",
    "region": lambda _: "330106",
    "website": lambda number: f"https://www{number}.example.com",
    "wechat": lambda number: f"wechat_{number}",
    "birthday": lambda _: "1988-05-20",
    "tags": lambda _: [],
}


async def _parent(caller: Caller, table: str, made: dict[str, Json]) -> Json:
    """One for all references, so that they agree."""
    if table not in made:
        resource = _named(table)
        body = {
            camel(field.name): value_of(field)
            for field in resource.fields.values()
            if field.is_required and field.writable is not Writable.NEVER and not field.reference
        }
        for field in resource.references:
            if field.reference is not None and field.filter is not None:
                parent = await _parent(caller, field.reference.path, made)
                body[camel(field.name)] = parent[camel(f"{_named(field.reference.path).name}_id")]
        answer = await caller.post(resource.path, body)
        assert answer.status_code == 201, answer.text
        made[table] = answer.json()
    return made[table]


def _named(table: str) -> AnyResource:
    return REGISTRY.of_table(table)


def _is_left_out(resource: AnyResource, field: Field, body: Json) -> bool:
    """The second of two fields of which only one may be given; what another value decides."""
    return (
        field.kind == "options"
        and field.default_value is not None
        and not isinstance(field.default_value, int)
    ) or any(other == field.name and camel(one) in body for one, other in resource.exclusive)
