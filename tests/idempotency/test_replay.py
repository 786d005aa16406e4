"""A copy of a request that succeeded gets the first answer again, and happens no second time."""

import json
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from crm_cell.duplicates.searching import PairSearch
from crm_cell.http.routing import Route
from tests.every_route import WRITES, Ids, name, path, plant, valid_body
from tests.turns import has_its_turn
from tests.wire import WRITE, Heard, ask, without
from tests.world import Caller, Json, Running, nothing_changes

OF_ONE_USER = ("notifications", "calendar")
"""The tags of what nobody has who sees the whole tenant."""
ANSWER = ("content-type", "content-length", "location", "etag", "x-request-id")


def headers_of(heard: Heard) -> dict[str, str | None]:
    return {header: heard.header(header) for header in ANSWER}


def is_copy(first: Heard, again: Heard) -> bool:
    replayed = [heard.header("idempotent-replayed") for heard in (first, again)]
    answers = [(heard.status, heard.body, headers_of(heard)) for heard in (first, again)]
    return answers[0] == answers[1] and replayed == [None, "true"]


async def targets(acme: Caller, route: Route) -> Ids:
    """Records to write to; a customer that is to be deleted has no contracts."""
    if name(route) == "DELETE /customers/{customer_id}":
        return {"customer_id": (await acme.customer())["customerId"]}
    if name(route) == "POST /options":  # the one that it makes would be there already
        return {}
    new = {"external_id": "new", "user_id": "new"} if route.may_create else {}
    planted = await plant(acme)
    if name(route) == "DELETE /customers/{customer_id}/members/{user_id}":
        member = await acme.put(path(route, planted), {"role": "read"})
        assert member.status_code == 200
    return planted | new


# The address of a calendar and an API key are secret and shown once: tests/api/calendar and
# tests/identity look at their copies.
SHOWN_ONCE = ("POST /users/me/calendar", "POST /api-keys")
REPEATED = [route for route in WRITES if name(route) not in SHOWN_ONCE]


class Sent(msgspec.Struct):
    """A write that has been answered, to be sent once more."""

    name: str
    send: Callable[[], Awaitable[Heard]]
    first: Heard


async def found_pair(cell: Running, caller: Caller) -> str:
    for company in ("云帆有限公司", "云帆公司"):
        await caller.customer(name=company)
    await PairSearch(cell.service.database, cell.service.services, settled_ms=-1000).run()
    found: str = (await caller.rows("/duplicates"))[0]["pairId"]
    return found


async def written(cell: Running, route: Route) -> Sent:
    """In a tenant of its own."""
    tenant = f"tenant-{REPEATED.index(route)}"
    ids = await targets(Caller(cell.client, tenant), route)
    if "{pair_id}" in route.path:
        ids |= {"pair_id": await found_pair(cell, Caller(cell.client, tenant))}
    body = json.dumps(valid_body(route, ids)).encode()
    headers = [*without(WRITE, b"x-tenant-id"), (b"x-tenant-id", tenant.encode())]
    headers += [(b"x-user-id", b"bob")] * (route.tag in OF_ONE_USER)
    if name(route) == "DELETE /users/me/calendar":  # there is one
        await Caller(cell.client, tenant, "bob").post("/users/me/calendar")

    def send() -> Awaitable[Heard]:
        return ask(cell.service, route.method, path(route, ids), headers=headers, body=body)

    first = await send()
    expected = 201 if route.may_create else route.status
    expected = 204 if route.method == "DELETE" else expected
    assert first.status == expected, (name(route), first.body)
    return Sent(name(route), send, first)


async def test_a_copy_of_any_write_is_answered_byte_for_byte(cell: Running) -> None:
    sent = [
        await written(cell, route)
        for number, route in enumerate(REPEATED)
        if has_its_turn(number, cell.datastore.url)
    ]
    different: dict[str, Heard] = {}
    async with nothing_changes(cell):
        for each in sent:
            for _ in range(3):
                again = await each.send()
                if not is_copy(each.first, again):
                    different[each.name] = again
    assert different == {}


PATCHES: dict[str, Json] = {
    "customer": {"name": "Renamed", "contactPhone": "13900001111"},
    "contact": {"name": "Renamed", "isPrimary": True},
    "opportunity": {"stage": 5, "amountCents": 7},
    "follow-up": {"content": "Reworded"},
    "contract": {"amountCents": 9, "signedAt": "2026-11-23"},
}
LATER: dict[str, Json] = {
    "customer": {"name": "Later"},
    "contact": {"name": "Later"},
    "opportunity": {"title": "Later"},
    "follow-up": {"content": "Later"},
    "contract": {"contractNo": "HT-LATER"},
}


@pytest.mark.parametrize("resource", PATCHES)
async def test_a_copy_of_a_change_is_answered_though_the_record_has_moved_on(
    resource: str, acme: Caller, cell: Running
) -> None:
    ids = await plant(acme)
    plural = "opportunities" if resource == "opportunity" else f"{resource}s"
    where = f"/{plural}/{ids[resource.replace('-', '_') + '_id']}"
    first = await acme.patch(where, PATCHES[resource], key="change")
    later = await acme.patch(where, LATER[resource])
    assert later.json() != first.json()
    async with nothing_changes(cell):
        again = await acme.patch(where, PATCHES[resource], key="change")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert again.headers["idempotent-replayed"] == "true"
    assert (await acme.get(where)).json() == later.json()


async def test_a_copy_is_answered_though_the_record_is_deleted(acme: Caller, cell: Running) -> None:
    first = await acme.post("/customers", {"name": "New"}, key="create")
    await acme.delete(f"/customers/{first.json()['customerId']}")
    async with nothing_changes(cell):
        again = await acme.post("/customers", {"name": "New"}, key="create")
    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"New","status":1,"contactPhone":null}',
        b'{"contactPhone":null,"status":1,"name":"New"}',
        b'\r\n\t{ "status" : 1 ,\n"name":"New", "contactPhone":null}  ',
        rb'{"n\u0061me":"\u004eew","status":1,"contactPhone":null}',
    ],
)
async def test_order_and_white_space_make_no_other_request(body: bytes, cell: Running) -> None:
    plain = b'{"name": "New", "status": 1, "contactPhone": null}'
    first = await ask(cell.service, "POST", "/customers", headers=WRITE, body=plain)
    async with nothing_changes(cell):
        again = await ask(cell.service, "POST", "/customers", headers=WRITE, body=body)
        assert is_copy(first, again)


async def test_the_gateways_prefix_makes_no_other_request(acme: Caller, cell: Running) -> None:
    first = await acme.post("/customers", {"name": "New"}, key="create")
    async with nothing_changes(cell):
        again = await acme.post("/api/v1/crm/customers", {"name": "New"}, key="create")
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]


async def test_a_copy_may_want_another_language_and_another_trace(
    acme: Caller, cell: Running
) -> None:
    first = await acme.post("/customers", {"name": "New"}, key="create")
    other = {"Accept-Language": "en", "X-Trace-Id": "retry", "Authorization": "Bearer renewed"}
    async with nothing_changes(cell):
        again = await acme.post("/customers", {"name": "New"}, key="create", headers=other)
    assert again.content == first.content


async def test_each_copy_has_a_line_of_its_own_in_the_log(acme: Caller, cell: Running) -> None:
    for _ in range(2):
        await acme.post("/customers", {"name": "New"}, key="create")
    assert [(line.status, line.request_id) for line in cell.log] == [(201, "create")] * 2


async def test_a_delete_without_an_id_has_no_copies(acme: Caller) -> None:
    customer = await acme.customer()
    where = f"/customers/{customer['customerId']}"
    assert [(await acme.delete(where)).status_code for _ in range(2)] == [204, 404]
