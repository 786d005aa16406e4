"""Mode `dev`: a token that is a JSON object of claims is taken at its word."""

import json
from typing import Any

import pytest
import structlog

from tests.identity.conftest import Guarded, Opening
from tests.world import refused

CLAIMED = {"sub": "lead", "scope": "crm:read crm:write crm:team"}
ACME = {"X_Tenant_Id": "acme"}


async def arranged(service: Guarded) -> None:
    """Lead leads rep; finn is in no team; each has a customer."""
    for user in ("lead", "rep", "finn"):
        await put(service, f"/users/{user}", {"name": user})
        headers = {"X-Tenant-Id": "acme", "X-User-Id": user}
        assert (await service.create("any", f"customer-of-{user}", **headers)).status_code == 201
    team = {"name": "East", "leaderIds": ["lead"], "memberIds": ["lead", "rep"]}
    await put(service, "/teams", team, method="POST")


async def put(service: Guarded, path: str, body: Any, *, method: str = "PUT") -> None:
    headers = {
        "X-Tenant-Id": "acme",
        "X-Request-ID": path.replace("/", "-") + "-1",
        "Content-Type": "application/json",
    }
    answer = await service.send(method, path, "any", headers, json.dumps(body).encode())
    assert answer.status_code in (200, 201), answer.text


async def test_claims_show_leaders_what_their_people_have(open_cell: Opening) -> None:
    async with open_cell(auth_mode="dev") as service:
        await arranged(service)
        leader = json.dumps(CLAIMED)
        found = (await service.get(leader, "/whoami", **ACME)).json()
        assert (found["user"], found["sees"], found["auth"]) == ("lead", "team", "dev")
        assert found["scopes"] == ["crm:read", "crm:team", "crm:write"]
        assert set(await service.names(leader, **ACME)) == {"customer-of-lead", "customer-of-rep"}
        assert await service.names(leader, **ACME, X_User_Id="rep") == ["customer-of-rep"]
        refused(await service.get(leader, **ACME, X_User_Id="finn"), 403, "FORBIDDEN")
        refused(await service.get(leader, "/audit-logs", **ACME), 403, "FORBIDDEN")
        member = json.dumps(CLAIMED | {"sub": "rep"})
        assert await service.names(member, **ACME) == ["customer-of-rep"]


async def test_claims_may_name_roles_and_the_tenant(open_cell: Opening) -> None:
    async with open_cell(auth_mode="dev") as service:
        await arranged(service)
        token = json.dumps({"sub": "lead", "roles": ["leader"], "tenant_id": "acme"})
        assert len(await service.names(token)) == 2
        refused(await service.get(token, X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")
        whole = json.dumps({"sub": "lead", "roles": ["manager"]})
        assert len(await service.names(whole, **ACME)) == 3
        assert await service.names(whole, **ACME, X_User_Id="finn") == ["customer-of-finn"]


@pytest.mark.parametrize("claims", [{}, {"scope": "crm:read"}, {"sub": ""}, {"sub": "a\nb"}])
async def test_claims_without_a_user_are_refused(open_cell: Opening, claims: Any) -> None:
    async with open_cell(auth_mode="dev") as service:
        with structlog.testing.capture_logs() as lines:
            refused(await service.get(json.dumps(claims), **ACME), 401, "UNAUTHORIZED")
        assert [(line["event"], line["why"][-6:]) for line in lines] == [
            ("token_refused", "in sub")
        ]


@pytest.mark.parametrize("token", ["any", "{{token}}", "{", '["sub"]', '{"sub":"lead"', "null"])
async def test_any_other_token_leaves_it_to_the_headers(open_cell: Opening, token: str) -> None:
    async with open_cell(auth_mode="dev") as service:
        await arranged(service)
        assert len(await service.names(token, **ACME)) == 3
        assert await service.names(token, **ACME, X_User_Id="rep") == ["customer-of-rep"]


async def test_the_gateway_is_not_told_who_somebody_is_by_a_token(open_cell: Opening) -> None:
    """What it signs is in the headers."""
    secret = "a secret that nobody guesses"
    async with open_cell(auth_mode="gateway", signing_secret=secret) as service:
        refused(await service.get(json.dumps(CLAIMED), **ACME), 403, "SIGNATURE_INVALID")
