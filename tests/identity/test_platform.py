"""Mode `platform`: the platform is asked who somebody is, and no more often than it must be."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.identity.conftest import Guarded, Opening
from tests.identity.issuer import Server, as_json, claims, serving, signed
from tests.world import Json, audit, nothing_changes, refused

ALICE: Json = {"userId": "alice", "tenantId": "acme", "roles": ["sales"]}


@pytest.fixture
def platform() -> Iterator[Server]:
    known = {"alices": ALICE, "bobs": ALICE | {"userId": "bob"}}

    def me(token: str) -> tuple[int, bytes]:
        return as_json(known[token]) if token in known else as_json({"code": "NO"}, 401)

    with serving(me) as server:
        yield server


@pytest.fixture
async def service(platform: Server, open_cell: Opening) -> AsyncIterator[Guarded]:
    async with open_cell(auth_mode="platform", platform_auth_url=f"{platform.url}/") as service:
        yield service


async def test_the_platform_is_asked_with_the_callers_token(
    platform: Server, service: Guarded
) -> None:
    assert (await service.create("alices", "hers")).status_code == 201
    assert platform.asked == ["/api/auth/me Bearer alices"]
    assert audit(service.running)[0]["actor"] == "alice"
    assert await service.names("bobs") == []
    refused(await service.get("alices", X_User_Id="bob"), 403, "FORBIDDEN")
    refused(await service.get("alices", X_Tenant_Id="globex"), 403, "TENANT_MISMATCH")
    refused(await service.get("alices", "/customers/export"), 403, "FORBIDDEN")


@pytest.mark.parametrize(
    "said",
    [
        ALICE,
        {"data": ALICE, "code": 0},
        {"sub": "alice", "tenant_id": "acme", "scope": "crm:read"},
        {"id": 7, "tenantId": "acme", "role": "viewer"},
        ALICE | {"sub": None, "roles": ["sales", 7]},
    ],
)
async def test_answers_come_in_several_forms(
    said: Json, platform: Server, service: Guarded
) -> None:
    platform.answer = lambda _: as_json(said)
    assert (await service.get("alices")).status_code == 200


async def test_an_answer_is_remembered_for_thirty_seconds(
    platform: Server, service: Guarded
) -> None:
    for ahead, asked in ((0, 1), (15, 1), (29, 1), (30, 2), (59, 2), (61, 3)):
        service.clock.ahead = ahead
        assert (await service.get("alices")).status_code == 200
        assert len(platform.asked) == asked
    platform.answer = lambda _: (401, b"")
    service.clock.ahead = 92
    refused(await service.get("alices"), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_remembered_for_five(
    status: int, platform: Server, service: Guarded
) -> None:
    good, platform.answer = platform.answer, lambda _: (status, b"")
    for ahead, asked in ((0, 1), (4, 1), (5.1, 2)):
        service.clock.ahead = ahead
        refused(await service.get("alices"), 401, "UNAUTHORIZED")
        assert len(platform.asked) == asked
    platform.answer = good
    service.clock.ahead = 11
    assert (await service.get("alices")).status_code == 200


async def test_nothing_is_remembered_beyond_a_tokens_own_end(
    platform: Server, service: Guarded
) -> None:
    platform.answer = lambda _: as_json(ALICE)
    token = signed(claims(exp=int(service.clock()) + 10))
    assert (await service.get(token)).status_code == 200
    service.clock.ahead = 11
    assert refused(await service.get(token), 401, "UNAUTHORIZED")["details"] == "令牌已过期"
    assert len(platform.asked) == 1


@pytest.mark.parametrize("token", ["a.b.c", "..", "a.bm9uZQ.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c"])
async def test_a_token_that_says_nothing_of_its_end_is_the_platforms_to_judge(
    token: str, platform: Server, service: Guarded
) -> None:
    refused(await service.get(token), 401, "UNAUTHORIZED")
    assert platform.asked == [f"/api/auth/me Bearer {token}"]


async def test_the_platform_is_asked_once_however_many_ask(
    platform: Server, service: Guarded
) -> None:
    platform.hold.clear()
    asking = [asyncio.create_task(service.get("alices")) for _ in range(8)]
    await platform.called()
    asking[0].cancel()
    platform.hold.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert {answer.status_code for answer in answers[1:]} == {200}  # type: ignore[union-attr]
    assert len(platform.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (502, b"<html>"),
        (404, b"{}"),
        (429, b"{}"),
        (302, b""),
        (204, b""),
        (200, b""),
        (200, b"<html>log in</html>"),
        (200, b"[]"),
        (200, b"[" * 100_000),
        (200, b'"alice"'),
        (200, b"\xff"),
        (200, b'{"userId":"alice","tenantId":"acme","x":"' + b"x" * 1024 * 1024 + b'"}'),
        (200, b'{"userId":1e999,"tenantId":"acme"}'),
        (200, b'{"userId":NaN,"tenantId":"acme"}'),
        (200, b'{"userId":' + b"9" * 5000 + b',"tenantId":"acme"}'),
        (200, b'{"a":' * 50_000),
    ],
)
async def test_a_platform_that_makes_no_sense_lets_nobody_in_and_sends_nobody_away(
    answer: tuple[int, bytes], platform: Server, service: Guarded
) -> None:
    good, platform.answer = platform.answer, lambda _: answer
    async with nothing_changes(service.running):
        refused(await service.create("alices", "x"), 503, "SERVICE_UNAVAILABLE")
    platform.answer = good
    assert (await service.get("alices")).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": None},
        {"data": {}},
        {"userId": "", "tenantId": "acme"},
        {"userId": "alice", "tenantId": ""},
        {"userId": "alice", "tenantId": 1.5},
        {"userId": True, "tenantId": "acme"},
        {"userId": ["alice"], "tenantId": "acme"},
        {"userId": "alice\n", "tenantId": "acme"},
    ],
)
async def test_an_answer_that_names_nobody_lets_nobody_in(
    said: Json, platform: Server, service: Guarded
) -> None:
    platform.answer = lambda _: as_json(said)
    refused(await service.get("alices", X_Tenant_Id="acme"), 401, "UNAUTHORIZED")


async def test_a_platform_that_is_away_is_503_except_for_those_it_has_just_named(
    platform: Server, service: Guarded
) -> None:
    assert (await service.get("alices")).status_code == 200
    platform.stop()
    assert (await service.get("alices")).status_code == 200
    answer = await service.get("bobs")
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    service.clock.ahead = 31
    refused(await service.get("alices"), 503, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("token", ["a b", "\xe9", "a,b", "", "x" * 8200])
async def test_what_cannot_be_a_token_is_not_shown_to_the_platform(
    token: str, platform: Server, service: Guarded
) -> None:
    refused(await service.get(token), 401, "UNAUTHORIZED")
    assert platform.asked == []


async def test_tokens_are_remembered_by_their_hash_alone(service: Guarded) -> None:
    assert (await service.get("alices")).status_code == 200
    door = service.running.service._authenticator
    assert list(door._accepted._entries) == [hashlib.sha256(b"alices").digest()]  # type: ignore[attr-defined]


async def test_a_compressed_answer_is_not_asked_for_and_not_unpacked(open_cell: Opening) -> None:
    """A few kilobytes could become gigabytes."""
    bomb = gzip.compress(b'{"userId":"alice","tenantId":"acme","x":"' + b"x" * 10**7 + b'"}')
    with serving(lambda _: (200, bomb), Content_Encoding="gzip") as server:
        async with open_cell(auth_mode="platform", platform_auth_url=server.url) as service:
            refused(await service.get("alices"), 503, "SERVICE_UNAVAILABLE")


async def test_a_platform_that_drips_is_given_up_in_time(
    platform: Server, service: Guarded
) -> None:
    platform.drips = 0.4
    began = time.monotonic()
    refused(await service.get("alices"), 503, "SERVICE_UNAVAILABLE")
    assert time.monotonic() - began < 7


async def test_made_up_tokens_do_not_pile_up_behind_a_slow_platform(
    platform: Server, service: Guarded
) -> None:
    assert (await service.get("bobs")).status_code == 200
    platform.hold.clear()
    asking = [asyncio.create_task(service.get(f"made-up-{n}")) for n in range(500)]
    await platform.called()
    await asyncio.sleep(0)
    answer = await service.get("one-more")
    refused(answer, 429, "RATE_LIMIT")
    assert answer.headers["retry-after"] == "1"
    assert (await service.get("bobs")).status_code == 200
    platform.hold.set()
    answers = await asyncio.gather(*asking)
    assert {each.status_code for each in answers} <= {401, 503}
    refused(await service.get("one-more"), 401, "UNAUTHORIZED")
