"""Keys for machines: made, believed for what they may do, and refused within seconds."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from crm_cell.identity.api_keys import service as keys
from crm_cell.identity.api_keys.service import CreatedKey
from crm_cell.identity.api_keys.tokens import FORM, ApiKey, parse_token
from crm_cell.storage.engine import Tx
from tests.databases import Datastore
from tests.identity.conftest import JWT, Guarded, opened
from tests.identity.issuer import SECRET, as_json, claims, serving, signed
from tests.world import audit, nothing_changes, refused

HOUR = 3_600_000
READ_ALL = frozenset({"crm:read", "crm:all"})
WRITE = frozenset({"crm:read", "crm:write"})


@pytest.fixture
async def service(datastore: Datastore) -> AsyncIterator[Guarded]:
    async with opened(datastore, **JWT, jwt_secret=SECRET) as service:
        yield service


async def make(service: Guarded, scopes: frozenset[str] = WRITE, **others: object) -> CreatedKey:
    tenant = str(others.pop("tenant", "acme"))

    async def unit(tx: Tx) -> CreatedKey:
        return await keys.create(tx, tenant, name="erp", scopes=scopes, **others)  # type: ignore[arg-type]

    return await service.running.service.database.write("keys", tenant, unit)


async def end(service: Guarded, made: CreatedKey) -> ApiKey:
    return await service.running.service.database.write(
        "keys", made.key.tenant_id, lambda tx: keys.revoke(tx, made.key)
    )


async def test_a_key_speaks_for_its_tenant_and_acts_as_itself(service: Guarded) -> None:
    made = await make(service)
    answer = await service.create(made.token, "machine")
    assert (answer.status_code, answer.json()["tenantId"]) == (201, "acme")
    assert answer.json()["ownerId"] == made.key.user_id == f"key:{made.key.id}"
    assert audit(service.running)[-1]["actor"] == made.key.user_id
    refused(await service.get(made.token, X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")
    refused(await service.get(made.token, X_User_Id="alice"), 403, "FORBIDDEN")
    refused(await service.get(made.token, "/customers/export"), 403, "FORBIDDEN")


async def test_a_key_sees_its_own_or_with_crm_all_the_whole_tenant(service: Guarded) -> None:
    await service.create(signed(claims()), "hers")
    own, whole = await make(service), await make(service, READ_ALL)
    acting = await make(service, WRITE, user="alice")
    assert await service.names(own.token) == []
    assert await service.names(whole.token) == await service.names(acting.token) == ["hers"]
    assert await service.names(whole.token, X_User_Id="bob") == []


async def test_only_a_hash_of_a_key_is_kept(service: Guarded) -> None:
    made = await make(service)
    assert (await service.get(made.token)).status_code == 200
    assert FORM.fullmatch(made.token)
    secret = made.token.rpartition("_")[2]
    kept = repr(service.running.everything())
    assert secret not in kept
    (row,) = service.running.rows("SELECT token_hash FROM api_keys")
    assert bytes(row[0]) == hashlib.sha256(made.token.encode()).digest()


async def test_no_other_key_is_believed(service: Guarded) -> None:
    made = await make(service)
    other = await make(service, tenant="globex")
    _, tenant, key_id, secret = made.token.split("_")
    globex = other.token.split("_")[1]
    forged = [
        f"crm_{tenant}_{key_id}_{'0' * 64}",
        f"crm_{tenant}_{key_id}_{other.token.split('_')[3]}",
        f"crm_{globex}_{key_id}_{secret}",
        f"crm_{tenant}_{other.key.id}_{secret}",
        f"crm_{tenant}_{'0' * 16}_{secret}",
        f"crm_{tenant}=_{key_id}_{secret}",
        f"crm_{tenant}_{key_id}_{secret.upper()}",
        f"CRM_{tenant}_{key_id}_{secret}",
        f"crm_{tenant[:-1]}R_{key_id}_{secret}",
        f"crm__{key_id}_{secret}",
        f"crm_Kg_{key_id}_{secret}",
        f"crm_{key_id}_{secret}",
        f"{made.token}0",
        made.token[:-1],
        secret,
        key_id,
        hashlib.sha256(made.token.encode()).hexdigest(),
    ]
    async with nothing_changes(service.running):
        for token in forged:
            for headers in ({}, {"X_Tenant_Id": "acme"}):
                refused(await service.get(token, **headers), 401, "UNAUTHORIZED")
    assert (await service.get(made.token)).status_code == 200


@pytest.mark.parametrize("tenant", ["a", "a.b_c-D9", "x" * 64])
async def test_every_tenant_can_have_keys(tenant: str, service: Guarded) -> None:
    made = await make(service, tenant=tenant)
    named = parse_token(made.token)
    assert named is not None
    assert (named.tenant, named.id) == (tenant, made.key.id)
    assert (await service.create(made.token, "x")).json()["tenantId"] == tenant


async def test_a_revoked_key_is_refused_within_thirty_seconds(service: Guarded) -> None:
    used, unused = await make(service), await make(service)
    assert (await service.get(used.token)).status_code == 200
    await end(service, used)
    await end(service, unused)
    refused(await service.get(unused.token), 401, "UNAUTHORIZED")
    service.clock.ahead = 29
    async with nothing_changes(service.running):
        refused(await service.create(used.token, "x"), 401, "UNAUTHORIZED")
    service.clock.ahead = 0
    refused(await service.get(used.token), 401, "UNAUTHORIZED")


async def test_every_process_heeds_it(service: Guarded, datastore: Datastore) -> None:
    async with opened(datastore, **JWT, jwt_secret=SECRET) as other:
        made = await make(service)
        assert (await other.get(made.token)).status_code == 200
        await end(service, made)
        other.clock.ahead = 29
        refused(await other.get(made.token), 401, "UNAUTHORIZED")


async def test_a_key_ends_when_it_was_meant_to(service: Guarded) -> None:
    made = await make(service, expires_at=round(service.clock() * 1000) + 10_000)
    assert (await service.get(made.token)).status_code == 200
    service.clock.ahead = 11
    assert refused(await service.get(made.token), 401, "UNAUTHORIZED")["details"] == "令牌已过期"


@pytest.mark.parametrize("overlap", [0, HOUR])
async def test_a_rotated_key_gives_way_to_one_that_is_the_same_user(
    overlap: int, service: Guarded
) -> None:
    old = await make(service, expires_at=None)
    await service.create(old.token, "mine")
    _, new = await service.running.service.database.write(
        "keys", "acme", lambda tx: keys.rotate(tx, old.key, overlap=overlap)
    )
    assert await service.names(new.token) == ["mine"]
    assert (new.key.user_id, new.key.scopes) == (old.key.user_id, old.key.scopes)
    service.clock.ahead = 29
    assert (await service.get(old.token)).status_code == (200 if overlap else 401)
    service.clock.ahead = 3_631
    refused(await service.get(old.token), 401, "UNAUTHORIZED")
    assert (await service.get(new.token)).status_code == 200


async def test_beside_the_platform_keys_are_believed_and_never_shown_to_it(
    datastore: Datastore,
) -> None:
    with serving(lambda _: as_json({}, 401)) as platform:
        settings = {"auth_mode": "platform", "platform_auth_url": platform.url}
        async with opened(datastore, **settings) as service:
            made = await make(service)
            assert (await service.get(made.token)).status_code == 200
            for mistyped in (made.token[:-1], made.token + "x", "crm_"):
                refused(await service.get(mistyped), 401, "UNAUTHORIZED")
            assert platform.asked == []


async def test_where_the_gateway_decides_a_key_says_nothing(datastore: Datastore) -> None:
    async with opened(datastore) as dev:
        made = await make(dev)
        refused(await dev.get(made.token), 400, "MISSING_TENANT_ID")
        assert (await dev.get(made.token, X_Tenant_Id="globex")).status_code == 200
