"""Every resource that can be written is created, changed and found by the ids of other systems."""

import asyncio
from urllib.parse import quote

import pytest

from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.views import camel
from tests.databases import SqliteFile
from tests.resources.examples import Json, body_of, create, value_of
from tests.resources.test_every_resource import RESOURCES, having, path_of
from tests.world import Beside, Caller, Running, audit, events, faults, nothing_changes, refused

WRITTEN = [each for each in RESOURCES if each.has_external_ids]
every_written = pytest.mark.parametrize("resource", WRITTEN, ids=lambda each: each.table)
CREATE_ONLY, UPDATE_ONLY = {"If-None-Match": "*"}, {"If-Match": "*"}


def by(resource: AnyResource, external_id: str = "K-1", source: str = "erp") -> str:
    return f"{resource.path}/by/{source}/{external_id}"


async def put(caller: Caller, resource: AnyResource, external_id: str = "K-1") -> Json:
    answer = await caller.put(by(resource, external_id), await body_of(caller, resource))
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def text_of(resource: AnyResource) -> Json:
    field = next(each for each in resource.fields.values() if each.kind in ("text", "lines"))
    return {camel(field.name): value_of(field)}


@having(Verbs.UPDATE)
async def test_a_put_creates_then_changes_the_same_record(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    first = await acme.put(by(resource), body)
    created = first.json()
    path = path_of(resource, created)
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert first.headers["location"] == f"/api/v1/crm{path}"
    assert (await acme.get(path)).json() == created
    assert audit(cell)[-1]["action"] == "created"

    change = text_of(resource)
    second = await acme.put(by(resource), change)
    assert (second.status_code, second.headers["etag"]) == (200, '"2"')
    assert "location" not in second.headers
    assert second.json() == created | change | {"updatedAt": second.json()["updatedAt"]}
    assert audit(cell)[-1]["action"] == "updated"
    if resource.event("updated") is not None:
        assert events(cell)[-1]["data"] == second.json()

    again = await acme.put(by(resource), change)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')


async def test_what_never_changes_is_found_as_it_was_sent(acme: Caller, cell: Running) -> None:
    [payments] = [each for each in WRITTEN if not each.verbs & Verbs.UPDATE]
    body = await body_of(acme, payments)
    first = await acme.put(by(payments), body)
    async with nothing_changes(cell, but={"idempotency_keys"}):
        again = await acme.put(by(payments), body)
        assert (again.status_code, again.json()) == (200, first.json())
        other = body | {"amountCents": body["amountCents"] + 1}
        assert faults(await acme.put(by(payments), other)) == {("amountCents", "read_only")}


@every_written
async def test_it_is_got_by_its_external_id(resource: AnyResource, acme: Caller) -> None:
    created = await put(acme, resource)
    answer = await acme.get(by(resource))
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, created, '"1"')
    refused(await acme.get(by(resource, "k-1")), 404, "NOT_FOUND")
    refused(await acme.get(by(resource, source="ERP")), 404, "NOT_FOUND")
    listed = await acme.get(f"{path_of(resource, created)}/external-ids")
    assert listed.json() == {"data": [{"source": "erp", "externalId": "K-1"}]}


@having(Verbs.READ)
async def test_what_has_no_external_id_lists_none(resource: AnyResource, acme: Caller) -> None:
    created = await create(acme, resource)
    answer = await acme.get(f"{path_of(resource, created)}/external-ids")
    assert (answer.status_code, answer.json()) == (200, {"data": []})


@every_written
async def test_conditions_say_whether_to_create_or_to_change(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    async with nothing_changes(cell):
        refused(await acme.put(by(resource), body, headers=UPDATE_ONLY), 412, "PRECONDITION_FAILED")
    assert (await acme.put(by(resource), body, headers=CREATE_ONLY)).status_code == 201
    async with nothing_changes(cell):
        for headers in (CREATE_ONLY, {"If-Match": '"2"'}, {"If-None-Match": '"1"'}):
            answer = await acme.put(by(resource), body, headers=headers)
            refused(answer, 412, "PRECONDITION_FAILED")
    assert (await acme.put(by(resource), body, headers=UPDATE_ONLY)).status_code == 200
    assert (await acme.put(by(resource), {}, headers={"If-Match": '"1"'})).status_code == 200


@every_written
async def test_a_repeated_put_is_answered_alike_and_changes_nothing(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    first = await acme.put(by(resource), body, key="the-same")
    async with nothing_changes(cell):
        again = await acme.put(by(resource), body, key="the-same")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_key_is_of_one_external_id(acme: Caller) -> None:
    """Upper and lower case are two ids here, unlike in ids of the service."""
    one = await acme.put("/customers/by/erp/k-1", {"name": "甲"}, key="the-same")
    other = await acme.put("/customers/by/erp/K-1", {"name": "乙"}, key="the-same")
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["customerId"] != other.json()["customerId"]


@every_written
async def test_what_is_not_seen_is_not_found_nor_taken_over(
    resource: AnyResource, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    await put(alice, resource)
    body = await body_of(bob, resource)
    async with nothing_changes(cell):
        refused(await bob.get(by(resource)), 404, "NOT_FOUND")
        refused(await bob.put(by(resource), body), 409, "CONFLICT")
        refused(await bob.put(by(resource), body, headers=UPDATE_ONLY), 412, "PRECONDITION_FAILED")
        refused(await charlie.get(by(resource)), 404, "NOT_FOUND")
    await put(charlie, resource)


@having(Verbs.DELETE)
async def test_an_external_id_is_deleted_and_restored_with_its_record(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    created = await put(acme, resource)
    path = path_of(resource, created)
    assert (await acme.delete(path)).status_code == 204
    body = await body_of(acme, resource)
    async with nothing_changes(cell):
        refused(await acme.get(by(resource)), 404, "NOT_FOUND")
        said = refused(await acme.put(by(resource), body), 409, "CONFLICT")
        refused(await acme.put(by(resource), body, headers=UPDATE_ONLY), 412, "PRECONDITION_FAILED")
    assert said["message"] == f"{resource.label[0]}已删除，请先恢复{resource.label[0]}"
    restored = await acme.post(f"{path}/restore")
    assert (await acme.get(by(resource))).json() == restored.json()


@every_written
async def test_a_refused_body_creates_nothing(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    member = camel(next(each.name for each in resource.fields.values() if each.is_required))
    async with nothing_changes(cell):
        assert faults(await acme.put(by(resource), body | {"odd": 1})) == {("odd", "unknown")}
        incomplete = {name: value for name, value in body.items() if name != member}
        assert (member, "required") in faults(await acme.put(by(resource), incomplete))
    await put(acme, resource)
    async with nothing_changes(cell):
        assert faults(await acme.put(by(resource), {member: None})) <= {
            (member, "null"),
            (member, "read_only"),
        }


@pytest.mark.parametrize("source", ["-", "_x", "ä", "x" * 65, "a b"])
async def test_a_wrong_source_is_named(source: str, acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        for answer in (
            await acme.get(f"/customers/by/{source}/1"),
            await acme.put(f"/customers/by/{source}/1", {"name": "甲"}),
        ):
            assert faults(answer) == {("source", "malformed")}


@pytest.mark.parametrize(
    ("external_id", "code"),
    [
        ("%20x", "malformed"),
        ("x%5Cy", "malformed"),
        ("x%00y", "control_character"),
        ("x" * 129, "too_long"),
    ],
)
async def test_a_wrong_external_id_is_named(
    external_id: str, code: str, acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        answer = await acme.put(f"/customers/by/erp/{external_id}", {"name": "甲"})
        assert faults(answer) == {("externalId", code)}


@pytest.mark.parametrize("external_id", ["客户 1", "a:b@c~d", "x" * 128, "%", "?#", "…", "K.."])
async def test_external_ids_are_any_text(external_id: str, acme: Caller) -> None:
    path = f"/customers/by/erp/{quote(external_id, safe='')}"
    created = (await acme.put(path, {"name": "甲"})).json()
    assert (await acme.get(path)).json() == created
    listed = await acme.get(f"/customers/{created['customerId']}/external-ids")
    assert listed.json()["data"] == [{"source": "erp", "externalId": external_id}]


async def test_of_many_at_once_one_creates_it(acme: Caller, beside: Beside, cell: Running) -> None:
    """In two processes where the database serves several."""

    async def race(callers: list[Caller]) -> None:
        puts = [
            callers[number % len(callers)].put(
                "/customers/by/erp/K-1", {"name": f"甲 {number}"}, key=f"race-{number}"
            )
            for number in range(12)
        ]
        answers = await asyncio.gather(*puts)
        assert sorted(each.status_code for each in answers) == [200] * 11 + [201]
        assert len({each.json()["customerId"] for each in answers}) == 1

    if isinstance(cell.datastore, SqliteFile):
        await race([acme])
    else:
        async with beside() as other:
            await race([acme, Caller(other.client, "acme")])
    assert (await acme.get("/customers")).json()["total"] == 1
    assert cell.rows("SELECT count(*) FROM external_ids") == [(1,)]
