"""GET /customers/{id}/access: which rule decides whether somebody sees a customer."""

from typing import Any

import pytest

from tests.world import Caller, Json, faults, refused

GRANTED = {"owner", "whole_tenant"}


async def told(caller: Caller, customer: Json, **query: Any) -> Json:
    answer = await caller.get(f"/customers/{customer['customerId']}/access", **query)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert body["granted"] is (body["rule"] in GRANTED)
    assert body["customerId"] == customer["customerId"]
    return body


@pytest.mark.parametrize(
    ("owner", "user", "rule"),
    [
        ("alice", "alice", "owner"),
        ("alice", "bob", "other_owner"),
        ("alice", "Alice", "other_owner"),
        (None, "alice", "no_owner"),
        (None, None, "whole_tenant"),
        ("alice", None, "whole_tenant"),
    ],
)
async def test_the_rule_is_the_one_by_which_the_user_sees_it_or_does_not(
    owner: str | None, user: str | None, rule: str, acme: Caller
) -> None:
    customer = await acme.customer(**({"ownerId": owner} if owner else {}))
    body = await told(acme, customer, **({"userId": user} if user else {}))
    assert (body["rule"], body["ownerId"], body["userId"]) == (rule, owner, user)
    seen = await Caller(acme.client, "acme", user).get(f"/customers/{customer['customerId']}")
    assert seen.status_code == (200 if body["granted"] else 404)


async def test_a_caller_who_is_narrowed_asks_about_their_own(alice: Caller, bob: Caller) -> None:
    customer = await alice.customer()
    assert (await told(alice, customer))["rule"] == "owner"
    assert (await told(alice, customer, userId="bob"))["rule"] == "other_owner"
    path = f"/customers/{customer['customerId']}/access"
    refused(await bob.get(path, userId="alice"), 404, "NOT_FOUND")


async def test_the_explanation_is_in_the_callers_language(acme: Caller) -> None:
    customer = await acme.customer(ownerId="alice")
    path = f"/customers/{customer['customerId']}/access"
    answer = await acme.get(path, headers={"Accept-Language": "en"}, userId="alice")
    assert answer.json()["explanation"] == "The user owns the customer"
    assert (await acme.get(path, userId="alice")).json()["explanation"] == "该用户是客户负责人"


async def test_another_tenants_customer_and_a_deleted_one_are_not_there(
    acme: Caller, charlie: Caller
) -> None:
    customer = await acme.customer()
    path = f"/customers/{customer['customerId']}/access"
    refused(await charlie.get(path), 404, "NOT_FOUND")
    await acme.delete(f"/customers/{customer['customerId']}")
    refused(await acme.get(path), 404, "NOT_FOUND")


async def test_what_is_no_user_is_refused(acme: Caller) -> None:
    customer = await acme.customer()
    path = f"/customers/{customer['customerId']}/access"
    assert faults(await acme.get(path, userId="a\x01b")) == {("userId", "control_character")}
    assert faults(await acme.get(path, user="alice")) == {("user", "unknown")}
