"""Every route of the service, and valid requests to each, made from its own declaration.

A test over these picks up a new route by itself. A route with a new kind of id in its path asks
for one line in `plant`.
"""

import functools
import inspect
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from crm_cell.app import all_routes
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body
from crm_cell.registry import make_registry
from crm_cell.resources.views import camel
from tests.resources.examples import create, create_by
from tests.world import Caller, Json

Ids = dict[str, str]
Test = Callable[..., Awaitable[None]]
_numbers = itertools.count(1)

# One record, valid in form, that is nowhere.
EXTERNAL = ("source", "external_id")
"""In paths: which record it is in another system."""
NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"
NOBODY_ELSE = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c99"

OTHER_CUSTOMER = "other_customer_id"
"""Of what is planted: a customer without any records."""

EVERY = all_routes()
GUARDED = [route for route in EVERY if not route.open]
WRITES = [route for route in EVERY if route.kind == "write"]
BODIES = [route for route in EVERY if route.binding.body is not None]
CREATES = [route for route in WRITES if route.status == 201]
WITH_ID = [route for route in EVERY if "{" in route.path]


def each(routes: list[Route]) -> Callable[[Test], Test]:
    """Run a test for each of `routes`, given as `route`, one after another in one service.

    One service for all of them, because building one costs more than most of these requests.
    """

    def wrap(test: Test) -> Test:
        @functools.wraps(test)
        async def test_each(**fixtures: Any) -> None:
            failures: list[Exception] = []
            for route in routes:
                try:
                    await test(route=route, **fixtures)
                except Exception as failure:  # noqa: BLE001 - the other routes are of interest too
                    failure.add_note(name(route))
                    failures.append(failure)
            if failures:
                names = ", ".join(failure.__notes__[-1] for failure in failures)
                raise ExceptionGroup(f"{len(failures)} of {len(routes)} routes: {names}", failures)

        signature = inspect.signature(test)
        others = [each for each in signature.parameters.values() if each.name != "route"]
        test_each.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return test_each

    return wrap


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
    planted = {
        "customer_id": customer["customerId"],
        "contact_id": contact["contactId"],
        "opportunity_id": opportunity["opportunityId"],
        "follow_up_id": follow_up["followUpId"],
        "contract_id": contract["contractId"],
        "payment_id": payment["paymentId"],
    }
    parents = {
        "customers": customer,
        "contacts": contact,
        "opportunities": opportunity,
        "follow_ups": follow_up,
        "contracts": contract,
    }
    for resource in make_registry():
        if resource.id_member not in planted:
            record = await create(caller, resource, parents)
            planted[resource.id_member] = record[camel(resource.id_member)]
    external = {"source": "erp", "external_id": f"K-{next(_numbers)}"}
    for resource in make_registry():
        if resource.has_external_ids:
            await create_by(caller, resource, parents, **external)
    planted["user_id"] = await plant_users(caller)
    everything = Caller(caller.client, caller.tenant)
    handover = {"fromUserId": planted["user_id"], "to": [{"userId": "bob"}]}
    given = (await everything.post("/handover", handover)).json()
    planted["handover_id"] = given["handoverId"]
    planted[OTHER_CUSTOMER] = (await caller.customer())["customerId"]
    planted["merge_id"] = await plant_merge(caller)
    # Found by the service alone, after a while: of nothing.
    planted["pair_id"] = NOBODY
    planted["notification_id"] = await plant_notification(caller)
    planted["team_id"] = (await everything.post("/teams", {"name": "华东"})).json()["teamId"]
    option = {"field": "customer.source", "optionId": f"source.x{next(_numbers)}"}
    await everything.post("/options", option | {"label": {"en": option["optionId"]}})
    tag = {"name": f"标签 {next(_numbers)}"}
    planted["tag_id"] = (await everything.post("/tags", tag)).json()["tagId"]
    planted["into_tag_id"] = (
        await everything.post("/tags", {"name": f"标签 {next(_numbers)}"})
    ).json()["tagId"]
    key = {"name": "erp", "scopes": ["crm:read"], "expiresAt": None}
    planted["api_key_id"] = (await everything.post("/api-keys", key)).json()["apiKeyId"]
    planted |= {"field": option["field"], "option_id": option["optionId"]}
    return planted | external


async def plant_merge(caller: Caller) -> str:
    into, other = await caller.customer(), await caller.customer()
    body = {"fromIds": [other["customerId"]]}
    merged = (await caller.post(f"/customers/{into['customerId']}/merge", body)).json()
    identifier: str = merged["mergeId"]
    return identifier


async def plant_users(caller: Caller) -> str:
    """The cast, without whom nobody could own what tests create from now on."""
    everything = Caller(caller.client, caller.tenant)
    another = f"user-{next(_numbers)}"
    for user in ("alice", "bob", "charlie", another):
        assert (await everything.put(f"/users/{user}", {"name": user})).status_code in (200, 201)
    return another


async def plant_notification(caller: Caller) -> str:
    """Of the caller, or of somebody where the caller is no user."""
    receiver = Caller(caller.client, caller.tenant, caller.user or "bob")
    given = {"title": "回电", "assigneeId": receiver.user, "remindAt": "2035-01-15T08:00:00Z"}
    everything = Caller(caller.client, caller.tenant)
    assert (await everything.post("/tasks", given)).status_code == 201
    told: str = (await receiver.rows("/notifications"))[0]["notificationId"]
    return told


def path(route: Route, ids: Ids) -> str:
    return route.path.format_map(ids)


def nowhere(route: Route) -> str:
    """The route's path with the id of nothing, and texts of the right form."""

    def text(name: re.Match[str]) -> str:
        kind = route.binding.texts.get(name[1])
        return kind.schema()["examples"][0] if kind and kind.fault(NOBODY) else NOBODY

    return re.sub(r"\{(\w+)\}", text, route.path)


def valid_body(route: Route, ids: Ids) -> Json:
    """The members that a create cannot do without; for other writes, none. A PUT may be one."""
    kind = route.binding.body or Body
    if route.may_create:
        kind = next((each.binding.body for each in CREATES if each.tag == route.tag), kind)
    is_bulk = route.path.endswith("/bulk")
    choice: Json = {"ids": [NOBODY], "action": "delete"} if is_bulk else {}
    if route.path == "/duplicates/check":  # at least one of its members
        choice = {"name": "Nobody"}
    if route.path == "/customers/{customer_id}/merge":
        choice = {"fromIds": [ids.get(OTHER_CUSTOMER, NOBODY_ELSE)]}
    if route.path == "/handover":
        choice = {"to": [{"userId": "bob"}]}
    required = {
        field.encode_name: _example(field.name, hint, ids)
        for field, hint in members(kind).values()
        if field.required
    }
    return required | choice


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
    if get_origin(hint) is Literal:
        return set(map(type, get_args(hint)))
    parts = get_args(hint)
    return set().union(*map(base_types, parts)) if parts else {hint}


def _example(field: str, hint: Any, ids: Ids) -> Any:
    if field in ids:
        return ids[field]
    metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    examples = [example for meta in metas for example in meta.examples or ()]
    schemas = [meta.extra_json_schema or {} for meta in metas]
    examples += [choice for schema in schemas for choice in schema.get("enum", ())]
    if examples:
        return examples[0]
    return {str: "x", int: 1, bool: True, list: [{}]}[next(iter(base_types(hint)))]
