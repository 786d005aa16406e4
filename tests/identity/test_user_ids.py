"""User ids are whatever the identity provider says: 255 characters, and no control characters.

With Auth0 a `sub` is `auth0|5f7c…`: it was 401 without a reason, since ids were held to an alphabet
of our own. So were those of Google, of Active Directory, addresses with a plus, and names.
"""

from urllib.parse import quote

import pytest

from tests.counters import differences
from tests.identity.conftest import JWT, Opening
from tests.identity.issuer import SECRET, claims, signed
from tests.world import Caller, Running, audit, refused

IDS = [
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "google-oauth2|1234",
    "user+tag@example.com",
    "CORP\\zhang",
    "https://idp.example/42",
    "https://idp.example/42/seen",
    "张三",
    "张",
    "O'Brien; DROP TABLE customers--",
    "100%",
    "a_b%",
    "*",
    "=cmd|' /C calc'!A0",
    "<b>alice</b>",
    "Anna Müller",
    "👩‍💻",
    "e\u0301",
    "\xe9",
    "x" * 255,
    "名" * 255,
]
named = pytest.mark.parametrize("user", IDS)


def by(cell: Running, user: str) -> Caller:
    return Caller(cell.client, "acme", user)


@named
async def test_a_header_names_any_user(user: str, cell: Running, acme: Caller, bob: Caller) -> None:
    theirs = by(cell, user)
    customer = await theirs.customer(name="theirs")
    await bob.customer(name="bob's")
    assert customer["ownerId"] == user
    assert [row["name"] for row in await theirs.rows("/customers")] == ["theirs"]
    assert [entry["actor"] for entry in audit(cell)] == [user, "bob"]
    path = f"/customers/{customer['customerId']}"
    refused(await bob.get(path), 404, "NOT_FOUND")
    assert (await acme.get(f"{path}/access", userId=user)).json()["rule"] == "owner"
    trail = (await acme.get("/audit-logs", actor=user)).json()
    assert (trail["total"], [entry["actor"] for entry in trail["data"]]) == (1, [user])


@named
async def test_a_body_and_a_filter_name_any_user(user: str, cell: Running, acme: Caller) -> None:
    customer = await acme.customer(ownerId=user)
    assert customer["ownerId"] == user
    await acme.opportunity(customer, ownerId=user, amountCents=7)
    for who, count in ((user, 1), (f"{user[:-1]}?", 0)):
        answer = await acme.get("/reports/funnel", ownerId=who)
        assert answer.json()["totalCount"] == count
    path = f"/customers/{customer['customerId']}"
    assert (await acme.patch(path, {"ownerId": "bob"})).json()["ownerId"] == "bob"
    assert (await acme.patch(path, {"ownerId": user})).json()["ownerId"] == user
    assert len(await by(cell, user).rows("/customers")) == 1
    assert await cell.service.database.read("check", "acme", differences) == []


async def test_users_whose_names_begin_alike_are_counted_apart(cell: Running, acme: Caller) -> None:
    """Counters of the audit trail are kept under the user and a word behind a slash."""
    users = ["a", "a/seen", "a/unseen", "a/b", "*", "a%", "a_"]
    for times, user in enumerate(users, start=1):
        for number in range(times):
            await by(cell, user).customer(name=f"{user} {number}")
    for times, user in enumerate(users, start=1):
        assert (await acme.get("/audit-logs", actor=user)).json()["total"] == times
    assert await cell.service.database.read("check", "acme", differences) == []


@pytest.mark.parametrize("user", ["张三", "100%", "a b", "e\u0301"])
async def test_what_a_client_cannot_send_as_bytes_comes_percent_encoded(
    user: str, cell: Running
) -> None:
    for prefix in ("UTF-8''", "utf-8''"):
        await Caller(cell.client, "acme", prefix + quote(user, safe="")).customer()
    assert [entry["actor"] for entry in audit(cell)] == [user, user]
    assert len(await by(cell, user).rows("/customers")) == 2


async def test_a_plain_percent_sign_is_itself(cell: Running) -> None:
    """Otherwise one user would have two names, and two users could have one."""
    await by(cell, "%61lice").customer()
    assert await by(cell, "alice").rows("/customers") == []


async def test_ids_are_compared_as_they_stand(cell: Running) -> None:
    for user in ("Alice", "\xe9"):
        await by(cell, user).customer()
    for user in ("alice", "ALICE", "e\u0301", "E\u0301"):
        assert await by(cell, user).rows("/customers") == []


async def test_a_token_names_any_user(open_cell: Opening) -> None:
    async with open_cell(**JWT, jwt_secret=SECRET) as service:
        for number, user in enumerate(IDS):
            token = signed(claims(sub=user))
            answer = await service.create(token, f"x{number}", X_User_Id=user)
            assert (answer.status_code, answer.json()["ownerId"]) == (201, user)
            assert audit(service.running)[-1]["actor"] == user
            refused(await service.get(token, X_User_Id=f"{user[:-1]}?"), 403, "FORBIDDEN")


async def test_another_claim_names_the_user_of_a_token(open_cell: Opening) -> None:
    async with open_cell(**JWT, jwt_secret=SECRET, user_claim="email,sub") as service:
        for said, owner in (
            (claims(email="li+crm@example.com"), "li+crm@example.com"),
            (claims(email="zhao@example.com", sub=None), "zhao@example.com"),
            (claims(), "alice"),
        ):
            answer = await service.create(signed(said), owner[:2])
            assert (answer.status_code, answer.json()["ownerId"]) == (201, owner)
        refused(await service.get(signed(claims(sub=None))), 401, "UNAUTHORIZED")
