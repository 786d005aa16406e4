"""GET /whoami: who a caller is, in every mode of authentication."""

import time
from typing import Any

import httpx
import pytest

from crm_cell import __version__
from crm_cell.http.signature import sign
from crm_cell.identity.api_keys import service as keys
from crm_cell.identity.api_keys.service import CreatedKey
from crm_cell.kernel.clock import parse_time
from crm_cell.storage.engine import Tx
from tests.identity.conftest import JWT, Guarded, Opening
from tests.identity.issuer import SECRET, as_json, claims, serving, signed
from tests.world import Caller, Json, refused

EVERY = ["crm:admin", "crm:all", "crm:export", "crm:read", "crm:reveal", "crm:write"]


def who(answer: httpx.Response) -> Json:
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert abs(parse_time(found.pop("serverTime")) / 1000 - time.time()) < 60
    assert found.pop("version") == __version__
    assert found.pop("limits")["changesPageSize"] == 1000
    found.pop("features")
    assert found.pop("profile") is None
    return found


async def test_in_mode_dev_the_headers_say_it(acme: Caller, alice: Caller) -> None:
    everything = {"tenantId": "acme", "auth": "dev", "unmasked": False, "scopes": EVERY}
    assert who(await acme.get("/whoami")) == everything | {"user": None, "sees": "all"}
    assert who(await alice.get("/whoami")) == everything | {"user": "alice", "sees": "own"}


async def test_in_mode_jwt_the_token_says_it(guarded: Guarded) -> None:
    """A token needs no particular scope for it."""
    token = signed(claims(scope="crm:write", roles=[]))
    assert who(await guarded.get(token, "/whoami")) == {
        "user": "alice",
        "tenantId": "acme",
        "auth": "jwt",
        "sees": "own",
        "unmasked": False,
        "scopes": ["crm:write"],
    }
    whole = signed(claims(scope="crm:read crm:all", roles=[]))
    assert who(await guarded.get(whole, "/whoami"))["sees"] == "all"
    assert who(await guarded.get(whole, "/whoami", X_User_Id="bob"))["sees"] == "own"
    refused(await guarded.get("nonsense", "/whoami"), 401, "UNAUTHORIZED")
    refused(await guarded.get(whole, "/whoami", X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")


async def test_an_api_key_is_recognised(guarded: Guarded) -> None:
    async def unit(tx: Tx) -> CreatedKey:
        return await keys.create(tx, "acme", name="erp", scopes=frozenset({"crm:read"}))

    made = await guarded.running.service.database.write("keys", "acme", unit)
    assert who(await guarded.get(made.token, "/whoami")) == {
        "user": made.key.user_id,
        "tenantId": "acme",
        "auth": "apiKey",
        "sees": "own",
        "unmasked": False,
        "scopes": ["crm:read"],
    }


async def test_in_mode_platform_the_platform_says_it(open_cell: Opening) -> None:
    alice = {"userId": "alice", "tenantId": "acme", "roles": ["viewer"]}
    with serving(lambda _: as_json(alice)) as platform:
        async with open_cell(auth_mode="platform", platform_auth_url=platform.url) as service:
            assert who(await service.get("any", "/whoami")) == {
                "user": "alice",
                "tenantId": "acme",
                "auth": "platform",
                "sees": "own",
                "unmasked": False,
                "scopes": ["crm:read"],
            }


async def test_in_mode_gateway_the_signed_headers_say_it(open_cell: Opening) -> None:
    secret = "a secret that nobody guesses"
    async with open_cell(auth_mode="gateway", signing_secret=secret) as service:
        headers = {"X-Tenant-Id": "acme", "X-Signature-Time": f"{time.time():.0f}"}
        signature = sign(secret, "GET", "/whoami", b"", headers)
        given = {name.replace("-", "_"): value for name, value in headers.items()}
        answer = await service.get("any", "/whoami", **given, X_Signature=signature)
        assert who(answer) == {
            "user": None,
            "tenantId": "acme",
            "auth": "gateway",
            "sees": "all",
            "unmasked": False,
            "scopes": EVERY,
        }
        refused(await service.get("any", "/whoami", **given), 403, "SIGNATURE_INVALID")


@pytest.mark.parametrize(
    ("settings", "features", "limits"),
    [
        ({}, {"encryption": False, "maskEmail": False, "signedRequests": False}, {}),
        (
            {"changes_days": 7, "reveals_per_day": 3, "rate_limit_token": 9},
            {"encryption": False, "maskEmail": False, "signedRequests": False},
            {"changesDays": 7, "revealsPerDay": 3, "requestsPerSecond": 9},
        ),
    ],
)
async def test_it_names_what_is_switched_on_and_the_limits(
    settings: Json, features: Json, limits: Json, open_cell: Opening
) -> None:
    async with open_cell(**JWT, jwt_secret=SECRET, **settings) as service:
        found: dict[str, Any] = (await service.get(signed(claims()), "/whoami")).json()
    assert found["features"] == features
    assert (
        found["limits"]
        == {
            "pageSize": 500,
            "exportPageSize": 1000,
            "bodyBytes": 1_048_576,
            "changesPageSize": 1000,
            "changesWaitSeconds": 25,
            "changesDays": 30,
            "revealsPerDay": 100,
            "requestsPerSecond": None,
        }
        | limits
    )
