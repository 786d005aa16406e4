"""What holds for each declared resource, also for one that is declared tomorrow."""

import pytest

from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.views import camel
from tests.resources.examples import Json, body_of, create, value_of
from tests.world import Caller, Running, audit, events, nothing_changes, refused

RESOURCES = list(make_registry())
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.table)


def having(verb: Verbs) -> pytest.MarkDecorator:
    resources = [each for each in RESOURCES if each.verbs & verb]
    return pytest.mark.parametrize("resource", resources, ids=lambda each: each.table)


def path_of(resource: AnyResource, record: Json) -> str:
    return f"{resource.path}/{record[camel(resource.id_member)]}"


def last_event(cell: Running, resource: AnyResource) -> Json:
    return [each for each in events(cell) if each["eventType"].split(".")[1] == resource.name][-1]


@every_resource
async def test_what_is_created_is_got_and_listed(resource: AnyResource, acme: Caller) -> None:
    created = await create(acme, resource)
    answer = await acme.get(path_of(resource, created))
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, created, '"1"')
    page = (await acme.get(resource.path)).json()
    assert created in page["data"]
    assert page["total"] == len(page["data"])


@every_resource
async def test_an_event_shows_what_get_shows(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    created = await create(acme, resource)
    event = next(
        each
        for each in reversed(events(cell))
        if each["data"].get(camel(resource.id_member)) == created[camel(resource.id_member)]
    )
    assert event["data"] == created
    entry = audit(cell)[-1]
    assert (entry["action"], entry["resourceType"]) == ("created", resource.name)
    assert entry["changes"] == {name: {"after": value} for name, value in created.items()}


@having(Verbs.UPDATE)
async def test_an_event_of_a_change_shows_what_get_shows(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    created = await create(acme, resource)
    field = next(each for each in resource.fields.values() if each.kind in ("text", "lines"))
    changed = await acme.patch(path_of(resource, created), {camel(field.name): value_of(field)})
    assert changed.status_code == 200, changed.text
    assert (await acme.get(path_of(resource, created))).json() == changed.json()
    if resource.event("updated") is not None:
        assert last_event(cell, resource)["data"] == changed.json()
    assert set(audit(cell)[-1]["changes"]) == {camel(field.name)}


@having(Verbs.DELETE)
async def test_what_is_deleted_is_gone_and_comes_back(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    created = await create(acme, resource)
    path = path_of(resource, created)
    assert (await acme.delete(path)).status_code == 204
    assert last_event(cell, resource)["data"] == created
    async with nothing_changes(cell):
        refused(await acme.get(path), 404, "NOT_FOUND")
    restored = await acme.post(f"{path}/restore")
    assert restored.json() | {"updatedAt": created["updatedAt"]} == created
    assert last_event(cell, resource)["data"] == restored.json()


@every_resource
async def test_each_sees_their_own(resource: AnyResource, alice: Caller, bob: Caller) -> None:
    created = await create(alice, resource)
    refused(await bob.get(path_of(resource, created)), 404, "NOT_FOUND")
    assert (await bob.get(resource.path)).json()["total"] == 0


@every_resource
async def test_each_filter_finds_its_records(resource: AnyResource, acme: Caller) -> None:
    first, second = await create(acme, resource), await create(acme, resource)
    for field in resource.references:
        if field.filter is not None and first[camel(field.name)] is not None:
            member = camel(field.name)
            found = (await acme.get(resource.path, **{member: first[member]})).json()
            assert found["data"] == [first], member
            assert found["total"] == 1
            assert second[member] != first[member]


@every_resource
async def test_a_repeated_create_creates_nothing(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    first = await acme.post(resource.path, body, key="the-same")
    assert first.status_code == 201, first.text
    async with nothing_changes(cell):
        again = await acme.post(resource.path, body, key="the-same")
    assert (again.status_code, again.content) == (201, first.content)
