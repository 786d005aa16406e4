"""API keys over HTTP: what an administrator can create, see and revoke, and what nobody can."""

import itertools
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from crm_cell.identity.api_keys.tokens import FORM
from crm_cell.kernel.clock import parse_time
from tests.databases import Datastore
from tests.identity.conftest import JWT, Guarded, opened
from tests.identity.issuer import SECRET, claims, signed
from tests.world import Json, audit, nothing_changes, refused

ADMIN = "crm:read crm:write crm:all crm:admin"
_numbers = itertools.count(1)


@pytest.fixture
async def service(datastore: Datastore) -> AsyncIterator[Guarded]:
    async with opened(datastore, **JWT, jwt_secret=SECRET) as service:
        yield service


def admin(scope: str = ADMIN, **others: str) -> str:
    return signed(claims(scope=scope, **others))


async def post(
    service: Guarded, token: str, path: str, body: Json | None = None, **headers: str
) -> httpx.Response:
    given = {"X-Request-ID": f"keys-{next(_numbers)}", "Content-Type": "application/json"}
    return await service.send("POST", path, token, given | headers, json.dumps(body or {}).encode())


def wanted(**members: object) -> Json:
    return {"name": "erp", "scopes": ["crm:read", "crm:all"], "expiresAt": None} | members


async def test_a_key_is_shown_once_used_listed_and_revoked(service: Guarded) -> None:
    body = {"name": "erp", "scopes": ["crm:read", "crm:all"]}
    answer = await post(service, admin(), "/api-keys", body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    token, key_id = made["token"], made["apiKeyId"]
    lifetime = parse_time(made["expiresAt"]) - parse_time(made["createdAt"])
    assert lifetime == 90 * 86_400_000
    assert FORM.fullmatch(token)
    assert token.startswith(made["tokenPrefix"])
    assert answer.headers["location"].endswith(f"/api-keys/{key_id}")
    assert (made["userId"], made["status"]) == (f"key:{key_id}", "active")
    assert (await service.get(token)).status_code == 200

    listed = (await service.get(admin(), "/api-keys")).json()["data"]
    one = (await service.get(admin(), f"/api-keys/{key_id}")).json()
    assert listed == [one] == [made | {"token": None}]

    revoked = await post(service, admin(), f"/api-keys/{key_id}/revoke")
    assert revoked.json()["status"] == "revoked"
    async with nothing_changes(service.running, but=["idempotency_keys"]):
        again = await post(service, admin(), f"/api-keys/{key_id}/revoke")
    assert again.json() == revoked.json()
    service.clock.ahead = 29
    refused(await service.get(token), 401, "UNAUTHORIZED")
    entries = [each for each in audit(service.running) if each["resourceType"] == "api_key"]
    assert [(each["action"], each["actor"]) for each in entries] == [
        ("created", "alice"),
        ("updated", "alice"),
    ]


async def test_no_copy_of_the_answer_has_the_secret(service: Guarded) -> None:
    first = await post(service, admin(), "/api-keys", wanted(), X_Request_ID="once")
    async with nothing_changes(service.running):
        again = await post(service, admin(), "/api-keys", wanted(), X_Request_ID="once")
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.json()) == (201, first.json() | {"token": None})
    assert again.headers["location"] == first.headers["location"]
    assert first.json()["token"].rpartition("_")[2] not in repr(service.running.everything())


async def test_nobody_grants_what_they_do_not_have(service: Guarded) -> None:
    async with nothing_changes(service.running):
        more = wanted(scopes=["crm:read", "crm:reveal", "crm:export"])
        answer = await post(service, admin(), "/api-keys", more, Accept_Language="en")
        assert refused(answer, 403, "FORBIDDEN")["message"] == (
            "You cannot grant a scope that you do not have: crm:export crm:reveal"
        )
        # Only the command line gives crm:unmasked, to whomever.
        unmasked = wanted(scopes=["crm:unmasked"])
        refused(await post(service, admin(), "/api-keys", unmasked), 400, "BAD_REQUEST")
        for token in (admin("crm:read crm:write crm:all"), admin("crm:read crm:admin")):
            refused(await post(service, token, "/api-keys", wanted()), 403, "FORBIDDEN")
            refused(await service.get(token, "/api-keys"), 403, "FORBIDDEN")
        narrowed = await post(service, admin(), "/api-keys", wanted(), X_User_Id="bob")
        refused(narrowed, 403, "FORBIDDEN")


async def test_what_a_key_cannot_be_is_said(service: Guarded) -> None:
    headers = {"Content-Type": "application/json"}
    user = b'{"name": "Bob", "status": "left"}'
    put = {"X-Request-ID": "bob"} | headers
    assert (await service.send("PUT", "/users/bob", admin(), put, user)).status_code == 201
    wrong = {
        "到期时间已过": wanted(expiresAt="2020-01-01T00:00:00Z"),
        "密钥只能代表用户，不能代表其他密钥": wanted(userId="key:0123456789abcdef"),
        "用户已离职": wanted(userId="bob"),
        "用户不存在": wanted(userId="nobody"),
    }
    async with nothing_changes(service.running):
        for message, body in wrong.items():
            answer = await post(service, admin(), "/api-keys", body)
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message
        for body in (
            wanted(scopes=[]),
            wanted(scopes="crm:read"),
            {"name": "erp"},
            wanted(expiresAt="soon"),
        ):
            refused(await post(service, admin(), "/api-keys", body), 400, "BAD_REQUEST")


async def test_the_keys_of_another_tenant_are_not_there(service: Guarded) -> None:
    globex = admin(tenant_id="globex", sub="eve")
    made = (await post(service, globex, "/api-keys", wanted())).json()
    assert made["expiresAt"] is None
    path = f"/api-keys/{made['apiKeyId']}"
    assert (await service.get(admin(), "/api-keys")).json() == {"data": []}
    async with nothing_changes(service.running):
        refused(await service.get(admin(), path), 404, "NOT_FOUND")
        refused(await post(service, admin(), f"{path}/revoke"), 404, "NOT_FOUND")
    assert (await service.get(made["token"])).status_code == 200
