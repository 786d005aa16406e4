"""Mode `jwt`: whose token it is, and what it lets them do."""

import time

import pytest
from structlog.testing import capture_logs

from tests.identity.conftest import JWT, Guarded, Opening
from tests.identity.issuer import (
    AUDIENCE,
    SECRET,
    claims,
    ec_key,
    ed_key,
    pem,
    rsa_key,
    signed,
)
from tests.world import audit, nothing_changes, refused

ALL = "crm:read crm:write crm:all"


async def test_a_good_token_lets_in_without_any_other_header(guarded: Guarded) -> None:
    answer = await guarded.create(signed(claims()), "Yuntu")
    assert answer.status_code == 201
    assert (answer.json()["tenantId"], answer.json()["ownerId"]) == ("acme", "alice")
    assert [entry["actor"] for entry in audit(guarded.running)] == ["alice"]


@pytest.mark.parametrize(
    ("key", "algorithm", "chosen"),
    [
        (rsa_key(), "RS256", None),
        (rsa_key(), "PS256", "PS256"),
        (rsa_key(), "RS512", "RS512"),
        (ec_key(), "ES256", None),
        (ed_key(), "EdDSA", None),
    ],
)
async def test_a_public_key_verifies_by_its_own_algorithm_only(
    key: object, algorithm: str, chosen: str | None, open_cell: Opening
) -> None:
    async with open_cell(**JWT, jwt_public_key=pem(key), jwt_algorithm=chosen) as service:
        assert (await service.get(signed(claims(), key, algorithm))).status_code == 200
        for other in {"RS256", "RS384", "PS256", "RS512"} - {algorithm}:
            token = signed(claims(), rsa_key(), other)
            refused(await service.get(token), 401, "UNAUTHORIZED")


async def test_longer_secrets_sign_by_longer_hashes(open_cell: Opening) -> None:
    secret = SECRET * 2
    async with open_cell(**JWT, jwt_secret=secret, jwt_algorithm="HS512") as service:
        assert (await service.get(signed(claims(), secret, "HS512"))).status_code == 200
        refused(await service.get(signed(claims(), secret, "HS256")), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_type_of_a_token_is_one_of_those_expected(kind: str, guarded: Guarded) -> None:
    assert (await guarded.get(signed(claims(), typ=kind))).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"aud": ["other", AUDIENCE]},
        {"nbf": None, "iat": None},
        {"tenant_id": None, "tenantId": "acme"},
        {"scope": None, "scopes": ["crm:read"]},
        {"scope": None, "roles": ["viewer", "unheard of"]},
        {"scope": None, "role": "viewer"},
        {"sub": "a" * 64},
    ],
)
async def test_claims_come_in_several_forms(said: dict[str, object], guarded: Guarded) -> None:
    assert (await guarded.get(signed(claims(**said)))).status_code == 200


@pytest.mark.parametrize("seconds", [-29, -1, 1, 600])
async def test_clocks_may_differ_by_half_a_minute(seconds: int, guarded: Guarded) -> None:
    now = int(guarded.clock())
    assert (await guarded.get(signed(claims(exp=now + seconds)))).status_code == 200
    early = claims(nbf=now + min(seconds, 29), iat=now + min(seconds, 29))
    assert (await guarded.get(signed(early))).status_code == 200


async def test_claims_can_lie_anywhere(open_cell: Opening) -> None:
    said = claims(
        tenant_id=None,
        scope=None,
        **{"https://crm.example/tenant": "acme", "realm_access": {"roles": ["seller"]}},
    )
    async with open_cell(
        **JWT,
        jwt_secret=SECRET,
        tenant_claim="https://crm.example/tenant",
        roles_claim="resource_access.crm.roles, realm_access.roles",
        roles='{"seller":["crm:read"],"*":["crm:export"]}',
    ) as service:
        assert (await service.get(signed(said))).status_code == 200
        assert (await service.get(signed(said), "/customers/export")).status_code == 200
        body = refused(await service.create(signed(said), "x"), 403, "FORBIDDEN")
        assert body["details"] == "缺少权限 crm:write"


# Tenants


async def test_a_header_must_name_the_tenant_of_the_token(guarded: Guarded) -> None:
    token = signed(claims())
    assert (await guarded.get(token, X_Tenant_Id="acme")).status_code == 200
    refused(await guarded.get(token, X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")


async def test_a_token_without_a_tenant_speaks_for_the_default_or_for_none(
    open_cell: Opening,
) -> None:
    token = signed(claims(tenant_id=None), SECRET)
    async with open_cell(**JWT, jwt_secret=SECRET) as service:
        for headers in ({}, {"X_Tenant_Id": "acme"}):
            body = refused(await service.get(token, **headers), 401, "UNAUTHORIZED")
            assert body["message"] == body["details"] == "令牌未指明租户"
    async with open_cell(**JWT, jwt_secret=SECRET, default_tenant_id="acme") as service:
        assert (await service.get(token)).status_code == 200
        refused(await service.get(token, X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")
    async with open_cell(**JWT, jwt_secret=SECRET, tenant_from_header=True) as service:
        assert (await service.get(token, X_Tenant_Id="globex")).status_code == 200
        refused(await service.get(token), 400, "MISSING_TENANT_ID")


# Users and scopes


async def test_without_crm_all_a_user_sees_only_what_is_theirs(guarded: Guarded) -> None:
    alice, bob = (signed(claims(sub=name)) for name in ("alice", "bob"))
    whole = signed(claims(sub="carol", scope=ALL))
    await guarded.create(alice, "hers")
    await guarded.create(bob, "his")
    assert await guarded.names(alice) == await guarded.names(alice, X_User_Id="alice") == ["hers"]
    assert await guarded.names(whole) == ["his", "hers"]
    assert await guarded.names(whole, X_User_Id="alice") == ["hers"]
    assert await guarded.names(whole, X_User_Id="carol") == []


async def test_who_is_narrowed_by_the_header_reads_of_that_users_deeds(guarded: Guarded) -> None:
    """Carol's own deeds, on the records of Bob too, were shown to her as if they were Alice's."""
    whole = signed(claims(sub="carol", scope=f"{ALL} crm:admin"))
    await guarded.create(signed(claims()), "hers")
    await guarded.create(whole, "his", X_User_Id="bob")

    async def doers(**headers: str) -> list[str]:
        answer = await guarded.get(whole, "/audit-logs", **headers)
        return [entry["actor"] for entry in answer.json()["data"]]

    assert await doers() == ["carol", "alice"]
    assert await doers(X_User_Id="alice") == ["alice"]
    assert await doers(X_User_Id="bob") == []


async def test_a_header_that_names_somebody_else_is_refused(guarded: Guarded) -> None:
    async with nothing_changes(guarded.running):
        for answer in (
            await guarded.get(signed(claims()), X_User_Id="bob"),
            await guarded.create(signed(claims()), "x", X_User_Id="bob"),
        ):
            body = refused(answer, 403, "FORBIDDEN")
            assert body["message"] == body["details"] == "X-User-Id 不是令牌所属用户"


async def test_only_who_sees_the_whole_tenant_hands_over(guarded: Guarded) -> None:
    alice = signed(claims())
    customer = (await guarded.create(alice, "hers")).json()["customerId"]
    headers = {"Content-Type": "application/json", "X-Request-ID": "over"}
    patch = ("PATCH", f"/customers/{customer}")
    refused(await guarded.send(*patch, alice, headers, b'{"ownerId":"bob"}'), 403, "FORBIDDEN")
    whole = signed(claims(sub="carol", scope=ALL))
    answer = await guarded.send(*patch, whole, headers, b'{"ownerId":"bob"}')
    assert (answer.status_code, answer.json()["ownerId"]) == (200, "bob")
    assert audit(guarded.running)[-1]["actor"] == "carol"


async def test_a_replay_is_for_the_same_user_only(guarded: Guarded) -> None:
    first = await guarded.create(signed(claims()), "same")
    again = await guarded.create(signed(claims(jti="another")), "same")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    stranger = signed(claims(sub="bob"))
    refused(await guarded.create(stranger, "same"), 409, "IDEMPOTENT_CONFLICT")
    reader = signed(claims(scope="crm:read"))
    refused(await guarded.create(reader, "same"), 403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/customers", "crm:read"),
        ("HEAD", "/customers", "crm:read"),
        ("GET", "/metrics", "crm:read"),
        ("POST", "/customers", "crm:write"),
        ("POST", "/customers/import", "crm:write"),
        ("GET", "/customers/export", "crm:export"),
        ("GET", "/audit-logs", "crm:admin"),
    ],
)
async def test_each_route_needs_its_scope_and_names_it(
    method: str, path: str, scope: str, guarded: Guarded
) -> None:
    others = " ".join(
        {"crm:read", "crm:write", "crm:all", "crm:export", "crm:reveal", "crm:admin"} - {scope}
    )
    async with nothing_changes(guarded.running):
        answer = await guarded.send(
            method, path, signed(claims(scope=others)), {"Accept-Language": "en"}
        )
        assert answer.status_code == 403
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        assert answer.headers["www-authenticate"] == challenge
        if method != "HEAD":
            body = refused(answer, 403, "FORBIDDEN")
            assert body["message"] == body["details"] == f"The scope {scope} is missing"
        allowed = await guarded.send(method, path, signed(claims(scope=scope)))
        assert allowed.status_code in (200, 400)


async def test_prometheus_is_for_those_who_may_read(guarded: Guarded) -> None:
    headers = {"Accept": "text/plain"}
    token = signed(claims(scope="crm:read"))
    assert (await guarded.send("GET", "/metrics", token, headers)).status_code == 200
    token = signed(claims(scope="crm:write"))
    refused(await guarded.send("GET", "/metrics", token, headers), 403, "FORBIDDEN")


# Time passes


async def test_a_remembered_token_ends_when_it_expires(guarded: Guarded) -> None:
    token = signed(claims(exp=int(guarded.clock()) + 60))
    for ahead, status in ((0, 200), (59, 200), (61, 200), (89, 200), (91, 401), (0, 200)):
        guarded.clock.ahead = ahead
        assert (await guarded.get(token)).status_code == status
    guarded.clock.ahead = 91
    assert (await guarded.get(token)).json()["message"] == "令牌已过期"


async def test_a_remembered_token_is_not_good_before_its_time(guarded: Guarded) -> None:
    token = signed(claims())
    assert (await guarded.get(token)).status_code == 200
    guarded.clock.ahead = -3600
    refused(await guarded.get(token), 401, "UNAUTHORIZED")


async def test_an_upper_age_bounds_every_token(open_cell: Opening) -> None:
    """A token without end is one key for ever; who issues them need not be who runs this."""
    now = int(time.time())
    async with open_cell(**JWT, jwt_secret=SECRET, jwt_max_age_seconds=3600) as service:
        assert (await service.get(signed(claims(iat=now, exp=now + 3600)))).status_code == 200
        refused(await service.get(signed(claims(iat=now, exp=now + 3601))), 401, "UNAUTHORIZED")
        refused(await service.get(signed(claims(iat=None))), 401, "UNAUTHORIZED")
        refused(await service.get(signed(claims(iat=now - 3001))), 401, "UNAUTHORIZED")
        token = signed(claims(iat=now - 3000, exp=now + 600))
        assert (await service.get(token)).status_code == 200
        service.clock.ahead = 640
        refused(await service.get(token), 401, "UNAUTHORIZED")


async def test_without_one_a_token_is_good_until_it_expires(open_cell: Opening) -> None:
    now = int(time.time())
    async with open_cell(**JWT, jwt_secret=SECRET) as service:
        token = signed(claims(iat=now - 10**6, exp=10**10 - 1))
        assert (await service.get(token)).status_code == 200


async def test_a_refused_token_is_logged_with_the_reason(open_cell: Opening) -> None:
    wrong = {
        "exp is missing, or no time in seconds before 2286": claims(exp=10**12),
        "nbf is in the future": claims(nbf=int(time.time()) + 900),
        "token_expired": claims(exp=1),
        "malformed user in sub": claims(sub=""),
        "no tenant in tenant_id, tenantId": claims(tenant_id=None),
        'MissingRequiredClaimError: Token is missing the "aud" claim': claims(aud=None),
        "InvalidAudienceError: Audience doesn't match": claims(aud="billing"),
    }
    async with open_cell(**JWT, jwt_secret=SECRET) as service:
        for why, said in wrong.items():
            with capture_logs() as lines:
                refused(await service.get(signed(said)), 401, "UNAUTHORIZED")
            assert lines == [{"event": "token_refused", "log_level": "info", "why": why}]
