"""The platform as it is: `GET /api/auth/me` answers with a name, a role and cells, and no tenant.

With CRM_AUTH_MODE=platform and PLATFORM_AUTH_URL alone its users were all refused: the name was
looked for under other names, the tenant in the answer only, `client` was no known role, and the
log said `why: "None"`.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs

from tests.identity.conftest import Guarded, Opening
from tests.identity.issuer import Server, as_json, serving
from tests.world import Json, audit, nothing_changes, refused

ADMIN: Json = {"username": "admin", "role": "admin", "allowedCells": ["crm", "billing"]}
CLIENT: Json = {"username": "client", "role": "client", "allowedCells": ["crm"]}


@pytest.fixture
def platform() -> Iterator[Server]:
    known = {"admins": ADMIN, "clients": CLIENT}
    with serving(lambda token: as_json(known.get(token, {}), 200 if token in known else 401)) as on:
        yield on


@pytest.fixture
async def service(platform: Server, open_cell: Opening) -> AsyncIterator[Guarded]:
    async with open_cell(auth_mode="platform", platform_auth_url=platform.url) as service:
        yield service


async def test_its_users_are_let_in_for_the_tenant_of_the_header(service: Guarded) -> None:
    for token, name in (("admins", "of-admin"), ("clients", "of-client")):
        assert (await service.create(token, name, X_Tenant_Id="acme")).status_code == 201
    for token in ("admins", "clients"):
        assert await service.names(token, X_Tenant_Id="acme") == ["of-client", "of-admin"]
        assert await service.names(token, X_Tenant_Id="globex") == []
    assert [entry["actor"] for entry in audit(service.running)] == ["admin", "client"]


async def test_a_missing_tenant_is_the_callers_to_name(service: Guarded) -> None:
    for token in ("admins", "clients"):
        refused(await service.get(token), 400, "MISSING_TENANT_ID")


async def test_the_default_tenant_is_the_only_one_where_there_is_one(
    platform: Server, open_cell: Opening
) -> None:
    settings = {"auth_mode": "platform", "platform_auth_url": platform.url}
    async with open_cell(**settings, default_tenant_id="acme") as service:
        assert (await service.create("clients", "x")).status_code == 201
        refused(await service.get("clients", X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")
    async with open_cell(**settings, default_tenant_id="acme", tenant_from_header=True) as service:
        assert await service.names("clients") == ["x"]
        assert await service.names("clients", X_Tenant_Id="globex") == []
    async with open_cell(**settings, tenant_from_header=False) as service:
        refused(await service.get("clients", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("path", "admin", "client"),
    [
        ("/customers", 200, 200),
        ("/metrics", 200, 200),
        ("/customers/export", 200, 200),
        ("/audit-logs", 200, 403),
    ],
)
async def test_an_administrator_may_do_everything_and_a_client_the_daily_work(
    path: str, admin: int, client: int, service: Guarded
) -> None:
    assert (await service.get("admins", path, X_Tenant_Id="acme")).status_code == admin
    assert (await service.get("clients", path, X_Tenant_Id="acme")).status_code == client


@pytest.mark.parametrize("cells", [[], ["billing"], ["crm2", "CRM"], None, "billing", 7, {}])
async def test_who_may_not_use_this_cell_is_refused_and_not_sent_to_log_in(
    cells: object, platform: Server, service: Guarded
) -> None:
    platform.answer = lambda _: as_json(ADMIN | {"allowedCells": cells})
    with capture_logs() as lines:
        async with nothing_changes(service.running):
            answer = await service.create("admins", "x", X_Tenant_Id="acme")
            again = await service.get("admins", X_Tenant_Id="acme", Accept_Language="en")
    refused(answer, 403, "FORBIDDEN")
    assert "allowedCells does not name crm" in refused(again, 403, "FORBIDDEN")["message"]
    assert "www-authenticate" not in answer.headers
    assert len(platform.asked) == 1
    assert lines == [
        {
            "event": "token_refused",
            "log_level": "info",
            "why": "allowedCells does not name crm",
        }
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"role": "admin"}, "no user in sub, userId, user_id, id, username"),
        ({"username": ""}, "malformed user in sub, userId, user_id, id, username"),
        ({"username": ["admin"]}, "malformed user in sub, userId, user_id, id, username"),
        ({"username": "a", "tenantId": "a b"}, "malformed tenant in tenant_id, tenantId"),
    ],
)
async def test_a_refusal_is_logged_with_the_claim_that_is_wrong(
    said: Json, why: str, platform: Server, service: Guarded
) -> None:
    platform.answer = lambda _: as_json(said)
    with capture_logs() as lines:
        refused(await service.get("secret-token", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")
    assert lines == [{"event": "token_refused", "log_level": "info", "why": why}]


async def test_an_unknown_role_is_logged_by_its_name(platform: Server, service: Guarded) -> None:
    platform.answer = lambda _: as_json(ADMIN | {"role": "operator"})
    with capture_logs() as lines:
        refused(await service.get("secret-token", X_Tenant_Id="acme"), 403, "FORBIDDEN")
    why = "unknown role operator; CRM_ROLES defines the known ones"
    assert lines == [{"event": "token_grants_nothing", "log_level": "warning", "why": why}]


async def test_what_the_platform_refuses_is_logged_with_its_status(service: Guarded) -> None:
    with capture_logs() as lines:
        refused(await service.get("secret-token", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")
        refused(await service.get("", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")
        refused(await service.get("sécret", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")
    assert [line["why"] for line in lines] == [
        "the platform answered 401",
        "no bearer token in Authorization",
        "no bearer token by RFC 6750, or longer than 8192",
    ]
    assert "cret" not in repr(lines)
