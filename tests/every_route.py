"""Every route of the service, and valid requests to each, made from its own declaration.

A test over these picks up a new route by itself. A route with a new kind of id in its path asks
for one line in `plant`.
"""

import re
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from crm_cell.app import all_routes
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body
from tests.world import Caller, Json

Ids = dict[str, str]

# One record, valid in form, that is nowhere.
NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"

EVERY = all_routes()
GUARDED = [route for route in EVERY if not route.open]
WRITES = [route for route in EVERY if route.kind == "write"]
BODIES = [route for route in EVERY if route.binding.body is not None]
WITH_ID = [route for route in EVERY if "{" in route.path]


def each(routes: list[Route]) -> pytest.MarkDecorator:
    """Run a test once for each of `routes`, given as `route`."""
    return pytest.mark.parametrize("route", routes, ids=name)


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def plant(caller: Caller) -> Ids:
    """One record of each kind, all in one family: their ids by the names of path parameters."""
    customer = await caller.customer(contactPhone="13812345678")
    contact = await caller.contact(customer, phone="13987654321")
    opportunity = await caller.opportunity(customer)
    follow_up = await caller.follow_up(customerId=customer["customerId"])
    contract = await caller.contract(customer)
    payment = await caller.payment(contract)
    return {
        "customer_id": customer["customerId"],
        "contact_id": contact["contactId"],
        "opportunity_id": opportunity["opportunityId"],
        "follow_up_id": follow_up["followUpId"],
        "contract_id": contract["contractId"],
        "payment_id": payment["paymentId"],
    }


def path(route: Route, ids: Ids) -> str:
    return route.path.format_map(ids)


def nowhere(route: Route) -> str:
    """The route's path with the id of nothing."""
    return re.sub(r"\{\w+\}", NOBODY, route.path)


def valid_body(route: Route, ids: Ids) -> Json:
    """The members that a create cannot do without; for other writes, none."""
    kind = route.binding.body or Body
    return {
        field.encode_name: _example(field.name, hint, ids)
        for field, hint in members(kind).values()
        if field.required
    }


def members(kind: type[msgspec.Struct]) -> dict[str, tuple[msgspec.structs.FieldInfo, Any]]:
    """The members of a body by their names on the wire, each with its annotation."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.encode_name: (field, hints[field.name]) for field in msgspec.structs.fields(kind)}


def base_types(hint: Any) -> set[type]:
    """The types that a member takes, without their bounds."""
    if hasattr(hint, "__metadata__"):
        return base_types(hint.__origin__)
    if get_origin(hint) in (list, dict):
        return {get_origin(hint)}
    parts = get_args(hint)
    return set().union(*map(base_types, parts)) if parts else {hint}


def _example(field: str, hint: Any, ids: Ids) -> Any:
    if field in ids:
        return ids[field]
    metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    examples = [example for meta in metas for example in meta.examples or ()]
    if examples:
        return examples[0]
    return {str: "x", int: 1, bool: True, list: [{}]}[next(iter(base_types(hint)))]
