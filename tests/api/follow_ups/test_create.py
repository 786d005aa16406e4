"""POST /follow-ups."""

import pytest

from crm_cell.kernel.ids import is_id, new_id
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


async def test_it_answers_with_the_follow_up_and_where_it_is(acme: Caller) -> None:
    customer = await acme.customer()
    opportunity, contact = await acme.opportunity(customer), await acme.contact(customer)
    answer = await acme.post(
        "/follow-ups",
        {
            "content": " 上门演示\r\n下周报价 ",
            "customerId": customer["customerId"],
            "opportunityId": opportunity["opportunityId"],
            "contactId": contact["contactId"],
            "followUpType": "visit",
        },
    )
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["followUpId"])
    assert answer.headers["location"] == f"/api/v1/crm/follow-ups/{body['followUpId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "followUpId": body["followUpId"],
        "tenantId": "acme",
        "customerId": customer["customerId"],
        "opportunityId": opportunity["opportunityId"],
        "contactId": contact["contactId"],
        "content": "上门演示\n下周报价",
        "followUpType": "visit",
        "createdBy": None,
        "followedAt": body["createdAt"],
        "durationMin": None,
        "participants": [],
        "place": None,
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_it_names_its_author_who_stays_so(acme: Caller, alice: Caller, cell: Running) -> None:
    created = await alice.follow_up(customerId=(await alice.customer())["customerId"])
    assert created["createdBy"] == "alice"
    assert events(cell)[-1]["data"] == created
    assert audit(cell)[-1]["changes"]["createdBy"] == {"after": "alice"}
    path = f"/follow-ups/{created['followUpId']}"
    changed = (await acme.patch(path, created | {"content": "改过"})).json()
    assert changed == created | {"content": "改过", "updatedAt": changed["updatedAt"]}
    async with nothing_changes(cell):
        answer = await acme.patch(path, {"createdBy": "bob"})
        assert faults(answer) == {("createdBy", "read_only")}


async def test_only_content_is_needed(acme: Caller) -> None:
    created = await acme.follow_up(content="打了电话")
    assert created["followUpType"] == "call"
    assert (created["customerId"], created["opportunityId"], created["contactId"]) == (None,) * 3


async def test_a_missing_customer_is_filled_from_the_opportunity_or_the_contact(
    acme: Caller,
) -> None:
    customer = await acme.customer()
    opportunity, contact = await acme.opportunity(customer), await acme.contact(customer)
    by_opportunity = await acme.follow_up(opportunityId=opportunity["opportunityId"])
    by_contact = await acme.follow_up(contactId=contact["contactId"], customerId=None)
    assert by_opportunity["customerId"] == by_contact["customerId"] == customer["customerId"]
    assert (by_opportunity["contactId"], by_contact["opportunityId"]) == (None, None)


async def test_what_it_mentions_must_agree(acme: Caller, cell: Running) -> None:
    customer, other = await acme.customer(), await acme.customer()
    opportunity, contact = await acme.opportunity(customer), await acme.contact(customer)
    mine = {"customerId": customer["customerId"]}
    theirs = {
        "customerId": other["customerId"],
        "opportunityId": (await acme.opportunity(other))["opportunityId"],
        "contactId": (await acme.contact(other))["contactId"],
    }
    disagreeing: list[tuple[Json, str]] = [
        (mine | {"opportunityId": theirs["opportunityId"]}, "商机不属于该客户"),
        (mine | {"contactId": theirs["contactId"]}, "联系人不属于该客户"),
        (
            {
                "opportunityId": opportunity["opportunityId"],
                "contactId": theirs["contactId"],
            },
            "联系人不属于该客户",
        ),
        (theirs | {"contactId": contact["contactId"]}, "联系人不属于该客户"),
    ]
    async with nothing_changes(cell):
        for members, message in disagreeing:
            answer = await acme.post("/follow-ups", {"content": "电话"} | members)
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message
    assert (await acme.follow_up(**theirs))["customerId"] == other["customerId"]


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("customerId", "客户不存在"),
        ("opportunityId", "商机不存在"),
        ("contactId", "联系人不存在"),
    ],
)
async def test_what_does_not_exist_cannot_be_mentioned(
    member: str, message: str, acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        for missing in (new_id(1_795_000_000_000), "nothing"):
            answer = await acme.post("/follow-ups", {"content": "电话", member: missing})
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message


async def test_what_is_deleted_cannot_be_mentioned(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    contact = await acme.contact(customer)
    opportunity = await acme.opportunity(customer)
    await acme.delete(f"/contacts/{contact['contactId']}")
    await acme.delete(f"/opportunities/{opportunity['opportunityId']}")
    async with nothing_changes(cell):
        for gone in (
            {"contactId": contact["contactId"]},
            {"opportunityId": opportunity["opportunityId"]},
        ):
            answer = await acme.post("/follow-ups", {"content": "电话"} | gone)
            refused(answer, 400, "BUSINESS_RULE_VIOLATION")


async def test_what_is_anothers_cannot_be_mentioned(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    hers = {
        "customerId": customer["customerId"],
        "opportunityId": (await alice.opportunity(customer))["opportunityId"],
        "contactId": (await alice.contact(customer))["contactId"],
    }
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            for member, value in hers.items():
                answer = await stranger.post("/follow-ups", {"content": "电话", member: value})
                refused(answer, 400, "BUSINESS_RULE_VIOLATION")


async def test_ones_own_opportunity_of_anothers_customer_opens_that_customer_for_it_alone(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    opportunity = await acme.opportunity(await alice.customer(), ownerId="bob")
    assert await bob.rows("/opportunities") == [opportunity]
    note = await bob.follow_up(opportunityId=opportunity["opportunityId"])
    assert note["customerId"] == opportunity["customerId"]
    async with nothing_changes(cell):
        about = {"content": "电话", "customerId": opportunity["customerId"]}
        body = refused(await bob.post("/follow-ups", about), 400, "BUSINESS_RULE_VIOLATION")
    assert body["message"] == "客户由同事负责，请注明您负责的商机"


async def test_it_is_put_on_record_as_its_detail_shows_it(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    created = await acme.follow_up(customerId=customer["customerId"])
    detail = await acme.get(f"/follow-ups/{created['followUpId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceType"]) == ("created", "follow_up")
    assert deed["changes"]["content"] == {"after": "电话沟通需求"}
    assert "ownerId" not in deed["changes"]
    assert (event["eventType"], event["data"]) == ("crm.follow_up.created", detail.json())


async def test_a_copy_of_the_request_gets_the_same_answer_once(acme: Caller, cell: Running) -> None:
    first = await acme.post("/follow-ups", {"content": "电话"}, key="again")
    async with nothing_changes(cell):
        second = await acme.post("/follow-ups", {"content": "电话"}, key="again")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotent-replayed"] == "true"


async def test_a_copy_is_not_answered_to_whom_the_customer_has_left(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    body = {"content": "电话", "customerId": customer["customerId"]}
    await alice.post("/follow-ups", body, key="again")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        answer = await alice.post("/follow-ups", body, key="again")
    assert refused(answer, 404, "NOT_FOUND")["message"] == "跟进记录不存在"


async def test_content_has_1_to_10000_characters(acme: Caller) -> None:
    assert len((await acme.follow_up(content="话" * 10_000))["content"]) == 10_000
    for content, fault in (("话" * 10_001, "too_long"), (" \n ", "too_short")):
        answer = await acme.post("/follow-ups", {"content": content})
        assert faults(answer) == {("content", fault)}


@pytest.mark.parametrize("follow_up_type", ["call", "visit", "email", "meeting", "wechat", "other"])
async def test_every_type_of_the_contract_is_known(follow_up_type: str, acme: Caller) -> None:
    created = await acme.follow_up(followUpType=follow_up_type)
    assert created["followUpType"] == follow_up_type


async def test_every_fault_is_named(acme: Caller, cell: Running) -> None:
    body = {"followUpType": "fax", "customerId": "x" * 65, "contactId": 7, "ownerId": "alice"}
    async with nothing_changes(cell):
        answer = await acme.post("/follow-ups", body)
    assert faults(answer) == {
        ("content", "required"),
        ("followUpType", "not_one_of"),
        ("customerId", "too_long"),
        ("contactId", "type"),
        ("ownerId", "unknown"),
    }


async def test_control_characters_are_refused(acme: Caller) -> None:
    answer = await acme.post("/follow-ups", {"content": "a\u0000b"})
    assert faults(answer) == {("content", "control_character")}
