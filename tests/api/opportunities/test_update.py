"""PATCH /opportunities/{opportunity_id}."""

import pytest

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


def path_of(opportunity: Json) -> str:
    return f"/opportunities/{opportunity['opportunityId']}"


async def test_what_is_named_changes_and_nothing_else(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    answer = await acme.patch(path_of(created), {"title": "二期", "amountCents": 5})
    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert changed == created | {
        "title": "二期",
        "amountCents": 5,
        "updatedAt": changed["updatedAt"],
    }
    assert (await acme.get(path_of(created))).json() == changed
    assert audit(cell)[-1]["changes"] == {
        "title": {"before": "年度采购", "after": "二期"},
        "amountCents": {"before": 100_00, "after": 5},
    }
    assert [event["eventType"] for event in events(cell)] == [
        "crm.customer.created",
        "crm.opportunity.created",
        "crm.opportunity.updated",
    ]
    assert events(cell)[-1]["data"] == changed


async def test_an_empty_patch_and_an_echo_change_nothing(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer(), stage=5)
    told, recorded = events(cell), audit(cell)
    for body in ({}, created, {"stage": 5}, {"status": 2}):
        answer = await acme.patch(path_of(created), body)
        assert (answer.status_code, answer.json()) == (200, created)
        assert answer.headers["etag"] == '"1"'
    assert (events(cell), audit(cell)) == (told, recorded)


@pytest.mark.parametrize(
    ("before", "patch", "expected"),
    [
        (1, {"stage": 3}, (3, 1)),
        (4, {"stage": 2}, (2, 1)),
        (3, {"stage": 5}, (5, 2)),
        (3, {"stage": 6}, (6, 3)),
        (3, {"status": 2}, (5, 2)),
        (3, {"status": 3}, (6, 3)),
        (3, {"stage": 5, "status": 2}, (5, 2)),
        (5, {"stage": 6}, (6, 3)),
        (5, {"status": 3}, (6, 3)),
        (5, {"stage": 2}, (2, 1)),
        (5, {"title": "二期"}, (5, 2)),
        (6, {"stage": 2}, (2, 1)),
        (6, {"stage": 2, "status": 1}, (2, 1)),
        (6, {"status": 1}, (4, 1)),
    ],
)
async def test_stage_and_status_follow_each_other(
    before: int, patch: Json, expected: tuple[int, int], acme: Caller
) -> None:
    created = await acme.opportunity(await acme.customer(), stage=before)
    changed = (await acme.patch(path_of(created), patch)).json()
    assert (changed["stage"], changed["status"]) == expected
    assert (await acme.get(path_of(created))).json() == changed


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [("status", 2, (5, 2)), ("status", 3, (6, 3)), ("stage", 6, (6, 3)), ("stage", 2, (2, 1))],
)
async def test_of_what_a_client_sends_back_only_the_change_counts(
    member: str, value: int, expected: tuple[int, int], acme: Caller
) -> None:
    created = await acme.opportunity(await acme.customer(), stage=3)
    changed = (await acme.patch(path_of(created), created | {member: value})).json()
    assert (changed["stage"], changed["status"]) == expected


@pytest.mark.parametrize("patch", [{"stage": 5, "status": 3}, {"stage": 2, "status": 2}])
async def test_a_stage_and_a_status_that_disagree_are_refused(
    patch: Json, acme: Caller, cell: Running
) -> None:
    created = await acme.opportunity(await acme.customer(), stage=3)
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(created), patch)
        body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert body["message"] == "商机阶段与状态不一致"


async def test_reopened_by_its_status_it_goes_on_where_it_was(acme: Caller) -> None:
    created = await acme.opportunity(await acme.customer(), stage=1)
    for patch in ({"stage": 2}, {"stage": 5}, {"stage": 6}):
        await acme.patch(path_of(created), patch)
    reopened = (await acme.patch(path_of(created), {"status": 1})).json()
    assert (reopened["stage"], reopened["status"]) == (2, 1)


async def test_winning_and_losing_are_told_once_each_time_it_closes(
    acme: Caller, cell: Running
) -> None:
    created = await acme.opportunity(await acme.customer())
    won = (await acme.patch(path_of(created), {"stage": 5})).json()
    await acme.patch(path_of(created), {"title": "二期"})
    await acme.patch(path_of(created), {"status": 3})
    await acme.patch(path_of(created), {"status": 1})
    lost = (await acme.patch(path_of(created), {"status": 3})).json()
    closed = events(cell, event_type="crm.opportunity.closed")
    assert [event["data"] for event in closed] == [won, lost]
    assert len(events(cell, event_type="crm.opportunity.updated")) == 5


async def test_handing_over_moves_the_owner_and_nothing_else(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    where = f"/customers/{(await alice.customer())['customerId']}"
    created = await alice.opportunity((await alice.get(where)).json())
    customer = (await alice.get(where)).json()
    moved = (await acme.patch(path_of(created), {"ownerId": "bob"})).json()
    assert moved == created | {"ownerId": "bob", "updatedAt": moved["updatedAt"]}
    assert (await bob.get(path_of(created))).json() == moved
    assert await alice.rows("/opportunities") == []
    assert (await alice.get(where)).json() == customer


async def test_only_who_sees_the_whole_tenant_hands_over(alice: Caller, cell: Running) -> None:
    created = await alice.opportunity(await alice.customer())
    async with nothing_changes(cell):
        for owner in ("bob", None):
            answer = await alice.patch(path_of(created), {"ownerId": owner})
            refused(answer, 403, "FORBIDDEN")
    assert (await alice.patch(path_of(created), {"ownerId": "alice"})).status_code == 200


async def test_it_may_belong_to_nobody(acme: Caller, alice: Caller) -> None:
    created = await alice.opportunity(await alice.customer())
    assert (await acme.patch(path_of(created), {"ownerId": None})).json()["ownerId"] is None


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"title": None}, ("title", "null")),
        ({"amountCents": None}, ("amountCents", "null")),
        ({"amountCents": -1}, ("amountCents", "too_small")),
        ({"currency": "cny"}, ("currency", "malformed")),
        ({"stage": 0}, ("stage", "too_small")),
        ({"status": 4}, ("status", "too_large")),
        ({"customerId": "other"}, ("customerId", "read_only")),
        ({"createdAt": "2026-01-01T00:00:00.000Z"}, ("createdAt", "read_only")),
        ({"probability": -1}, ("probability", "too_small")),
    ],
)
async def test_what_it_cannot_become_is_refused(
    body: Json, fault: tuple[str, str], acme: Caller, cell: Running
) -> None:
    created = await acme.opportunity(await acme.customer())
    async with nothing_changes(cell):
        assert faults(await acme.patch(path_of(created), body)) == {fault}


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    await acme.patch(path_of(created), {"stage": 2}, headers={"If-Match": '"1"'})
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(created), {"stage": 3}, headers={"If-Match": '"1"'})
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_another_owners_or_tenants_opportunity_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.opportunity(await alice.customer())
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            refused(await stranger.patch(path_of(created), {"stage": 2}), 404, "NOT_FOUND")
