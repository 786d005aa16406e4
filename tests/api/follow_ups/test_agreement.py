"""How the records that a follow-up mentions agree."""

import pytest

from tests.world import Caller, Json, Running, nothing_changes, refused

MESSAGES = {
    "opportunity_of_other_customer": "商机不属于该客户",
    "contact_of_other_customer": "联系人不属于该客户",
}


@pytest.fixture
async def of(acme: Caller) -> dict[str, Json]:
    """By customer, `a` and `b`, what a follow-up may mention of it."""
    found: dict[str, Json] = {}
    for name in ("a", "b"):
        customer = await acme.customer()
        found[name] = {
            "customerId": customer["customerId"],
            "opportunityId": (await acme.opportunity(customer))["opportunityId"],
            "contactId": (await acme.contact(customer))["contactId"],
        }
    return found


def mentioned(
    of: dict[str, Json], given: str | None, of_opportunity: str | None, of_contact: str | None
) -> Json:
    wanted = {"customerId": given, "opportunityId": of_opportunity, "contactId": of_contact}
    return {member: of[name][member] if name else None for member, name in wanted.items()}


@pytest.mark.parametrize(
    ("given", "of_opportunity", "of_contact", "expected"),
    [
        (None, None, None, None),
        ("a", None, None, "a"),
        (None, "a", None, "a"),
        (None, None, "a", "a"),
        (None, "a", "a", "a"),
        ("a", "a", None, "a"),
        ("a", None, "a", "a"),
        ("a", "a", "a", "a"),
    ],
)
async def test_a_missing_customer_is_filled(
    given: str | None,
    of_opportunity: str | None,
    of_contact: str | None,
    expected: str | None,
    of: dict[str, Json],
    acme: Caller,
) -> None:
    created = await acme.follow_up(**mentioned(of, given, of_opportunity, of_contact))
    assert created["customerId"] == (of[expected]["customerId"] if expected else None)


@pytest.mark.parametrize(
    ("given", "of_opportunity", "of_contact", "message"),
    [
        ("a", "b", None, "opportunity_of_other_customer"),
        ("a", "b", "b", "opportunity_of_other_customer"),
        ("a", None, "b", "contact_of_other_customer"),
        ("a", "a", "b", "contact_of_other_customer"),
        (None, "a", "b", "contact_of_other_customer"),
    ],
)
async def test_those_that_disagree_are_refused(
    given: str | None,
    of_opportunity: str | None,
    of_contact: str | None,
    message: str,
    of: dict[str, Json],
    acme: Caller,
    cell: Running,
) -> None:
    body = {"content": "电话"} | mentioned(of, given, of_opportunity, of_contact)
    async with nothing_changes(cell):
        answer = await acme.post("/follow-ups", body)
    rejected = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert rejected["message"] == MESSAGES[message]


async def test_a_change_that_is_filled_with_what_is_there_changes_nothing(
    of: dict[str, Json], acme: Caller, cell: Running
) -> None:
    created = await acme.follow_up(**of["a"])
    path = f"/follow-ups/{created['followUpId']}"
    async with nothing_changes(cell, but=("idempotency_keys",)):
        answer = await acme.patch(path, {"customerId": None})
        assert (answer.json(), answer.headers["etag"]) == (created, '"1"')
    changed = await acme.patch(path, {"content": "邮件"})
    assert (changed.json()["content"], changed.headers["etag"]) == ("邮件", '"2"')
