"""PATCH /follow-ups/{follow_up_id}."""

import pytest

from crm_cell.kernel.ids import new_id
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


def path_of(follow_up: Json) -> str:
    return f"/follow-ups/{follow_up['followUpId']}"


async def about(caller: Caller) -> tuple[Json, Json, Json]:
    """A customer, and the members that name an opportunity and a contact of it."""
    customer = await caller.customer()
    opportunity, contact = await caller.opportunity(customer), await caller.contact(customer)
    return (
        {"customerId": customer["customerId"]},
        {"opportunityId": opportunity["opportunityId"]},
        {"contactId": contact["contactId"]},
    )


async def test_what_is_named_changes_and_nothing_else(acme: Caller, cell: Running) -> None:
    customer, opportunity, _ = await about(acme)
    created = await acme.follow_up(**opportunity)
    answer = await acme.patch(path_of(created), {"content": "改期\n下周", "followUpType": "wechat"})
    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert changed == created | {
        "content": "改期\n下周",
        "followUpType": "wechat",
        "updatedAt": changed["updatedAt"],
    }
    assert changed["customerId"] == customer["customerId"]
    assert (await acme.get(path_of(created))).json() == changed
    assert audit(cell)[-1]["changes"] == {
        "content": {"before": "电话沟通需求", "after": "改期\n下周"},
        "followUpType": {"before": "call", "after": "wechat"},
    }
    assert events(cell)[-1]["eventType"] == "crm.follow_up.updated"
    assert events(cell)[-1]["data"] == changed


async def test_an_empty_patch_and_an_echo_change_nothing(acme: Caller, cell: Running) -> None:
    _, opportunity, contact = await about(acme)
    created = await acme.follow_up(**opportunity, **contact)
    told, recorded = events(cell), audit(cell)
    for body in ({}, created):
        answer = await acme.patch(path_of(created), body)
        assert (answer.status_code, answer.json()) == (200, created)
        assert answer.headers["etag"] == '"1"'
    assert (events(cell), audit(cell)) == (told, recorded)


async def test_a_customer_that_what_it_mentions_implies_cannot_be_cleared(
    acme: Caller, cell: Running
) -> None:
    for mentioned in (await about(acme))[1:]:
        created = await acme.follow_up(**mentioned)
        told, recorded = events(cell), audit(cell)
        answer = await acme.patch(path_of(created), {"customerId": None})
        assert (answer.json(), answer.headers["etag"]) == (created, '"1"')
        assert (events(cell), audit(cell)) == (told, recorded)


async def test_what_it_mentions_may_be_cleared_and_it_keeps_its_customer(acme: Caller) -> None:
    customer, opportunity, contact = await about(acme)
    created = await acme.follow_up(**opportunity, **contact)
    cleared = {"opportunityId": None, "contactId": None}
    changed = (await acme.patch(path_of(created), cleared)).json()
    assert changed == created | cleared | {"updatedAt": changed["updatedAt"]}
    alone = (await acme.patch(path_of(created), {"customerId": None})).json()
    assert alone["customerId"] is None
    assert await acme.rows("/follow-ups", **customer) == []
    assert await acme.rows("/follow-ups", **opportunity) == []


async def test_without_its_customer_it_stays_with_whom_it_was(acme: Caller, alice: Caller) -> None:
    customer, _, _ = await about(alice)
    created = await alice.follow_up(**customer)
    await acme.patch(path_of(created), {"customerId": None})
    assert (await alice.get(path_of(created))).json()["customerId"] is None
    assert (await alice.get("/follow-ups")).json()["total"] == 1


async def test_a_customer_is_filled_from_what_it_comes_to_mention(
    acme: Caller, alice: Caller
) -> None:
    customer, opportunity, contact = await about(alice)
    for mentioned in (customer, opportunity, contact):
        created = await acme.follow_up()
        refused(await alice.get(path_of(created)), 404, "NOT_FOUND")
        changed = (await acme.patch(path_of(created), mentioned)).json()
        assert changed["customerId"] == customer["customerId"]
        assert (await alice.get(path_of(created))).json() == changed
    page = (await alice.get("/follow-ups", **customer)).json()
    assert (len(page["data"]), page["total"]) == (3, 3)
    assert (await alice.get("/follow-ups")).json()["total"] == 3
    assert (await acme.get("/follow-ups", **opportunity)).json()["total"] == 1


async def test_it_moves_to_another_customer_with_all_that_it_mentions(acme: Caller) -> None:
    _, opportunity, contact = await about(acme)
    customer, other_opportunity, other_contact = await about(acme)
    created = await acme.follow_up(**opportunity, **contact)
    both = other_opportunity | other_contact
    changed = (await acme.patch(path_of(created), customer | both)).json()
    assert changed == created | customer | both | {"updatedAt": changed["updatedAt"]}
    assert (await acme.get("/follow-ups", **opportunity)).json()["total"] == 0
    assert (await acme.get("/follow-ups", **customer, **other_opportunity)).json()["total"] == 1


async def test_what_it_mentions_must_go_on_agreeing(acme: Caller, cell: Running) -> None:
    _, opportunity, contact = await about(acme)
    customer, other_opportunity, other_contact = await about(acme)
    with_opportunity = await acme.follow_up(**opportunity)
    with_contact = await acme.follow_up(**contact)
    disagreeing: list[tuple[Json, Json, str]] = [
        (with_opportunity, customer, "商机不属于该客户"),
        (with_opportunity, other_opportunity, "商机不属于该客户"),
        (with_opportunity, other_contact, "联系人不属于该客户"),
        (with_contact, customer, "联系人不属于该客户"),
        (with_contact, {"customerId": None} | other_opportunity, "联系人不属于该客户"),
    ]
    async with nothing_changes(cell):
        for follow_up, patch, message in disagreeing:
            answer = await acme.patch(path_of(follow_up), patch)
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message


async def test_what_was_deleted_meanwhile_may_stay_but_not_come_anew(
    acme: Caller, cell: Running
) -> None:
    _, opportunity, contact = await about(acme)
    created = await acme.follow_up(**opportunity)
    alone = await acme.follow_up()
    await acme.delete(f"/opportunities/{opportunity['opportunityId']}")
    changed = (await acme.patch(path_of(created), created | contact)).json()
    assert changed == created | contact | {"updatedAt": changed["updatedAt"]}
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(alone), opportunity)
        body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert body["message"] == "商机不存在"


async def test_what_is_anothers_or_missing_cannot_be_mentioned(
    alice: Caller, bob: Caller, cell: Running
) -> None:
    hers = await about(alice)
    his = await bob.follow_up()
    missing: list[Json] = [{name: new_id(1)} for name in ("customerId", "contactId")]
    async with nothing_changes(cell):
        for patch in (*hers, *missing):
            refused(await bob.patch(path_of(his), patch), 400, "BUSINESS_RULE_VIOLATION")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"content": None}, ("content", "null")),
        ({"content": ""}, ("content", "too_short")),
        ({"followUpType": None}, ("followUpType", "null")),
        ({"followUpType": "fax"}, ("followUpType", "not_one_of")),
        ({"followUpId": "other"}, ("followUpId", "read_only")),
        ({"ownerId": "bob"}, ("ownerId", "unknown")),
    ],
)
async def test_what_it_cannot_become_is_refused(
    body: Json, fault: tuple[str, str], acme: Caller, cell: Running
) -> None:
    created = await acme.follow_up()
    async with nothing_changes(cell):
        assert faults(await acme.patch(path_of(created), body)) == {fault}


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.follow_up()
    await acme.patch(path_of(created), {"content": "a"}, headers={"If-Match": '"1"'})
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(created), {"content": "b"}, headers={"If-Match": '"1"'})
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_another_owners_or_tenants_follow_up_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.follow_up()
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            refused(await stranger.patch(path_of(created), {"content": "x"}), 404, "NOT_FOUND")
