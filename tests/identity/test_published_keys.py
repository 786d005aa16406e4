"""Keys from the address where an issuer publishes them: fetched when needed, and never more."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.identity.conftest import JWT, Guarded, Opening
from tests.identity.issuer import (
    Server,
    as_json,
    claims,
    ec_key,
    ed_key,
    jwk,
    key_set,
    rsa_key,
    serving,
    signed,
)
from tests.world import Json, refused

FIRST = key_set(jwk(rsa_key(), "first"))
SECOND = key_set(jwk(rsa_key("second"), "second"))


def by_first(**said: object) -> str:
    return signed(claims(**said), rsa_key(), "RS256", kid="first")


def by_second(**said: object) -> str:
    return signed(claims(**said), rsa_key("second"), "RS256", kid="second")


@pytest.fixture
def issuer() -> Iterator[Server]:
    with serving(lambda _: FIRST) as server:
        yield server


@pytest.fixture
async def service(issuer: Server, open_cell: Opening) -> AsyncIterator[Guarded]:
    async with open_cell(**JWT, jwt_jwks_url=f"{issuer.url}/keys.json") as service:
        yield service


async def test_keys_are_fetched_once_however_many_ask(issuer: Server, service: Guarded) -> None:
    issuer.hold.clear()
    asking = [asyncio.create_task(service.get(by_first(sub=f"user{n}"))) for n in range(8)]
    await issuer.called()
    issuer.hold.set()
    assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}
    assert issuer.asked == ["/keys.json"]


@pytest.mark.parametrize(
    ("key", "algorithm", "told"),
    [
        (rsa_key(), "RS256", {}),
        (rsa_key(), "PS384", {"alg": "PS384"}),
        (rsa_key(), "RS256", {"alg": "RS256", "use": "sig", "key_ops": ["verify"]}),
        (ec_key(), "ES256", {}),
        (ed_key(), "EdDSA", {}),
    ],
)
async def test_each_kind_of_key_verifies(
    key: object, algorithm: str, told: Json, issuer: Server, service: Guarded
) -> None:
    issuer.answer = lambda _: key_set(jwk(key, "it", **told))
    assert (await service.get(signed(claims(), key, algorithm, kid="it"))).status_code == 200
    # Where there is only one, a token need not name it.
    assert (await service.get(signed(claims(), key, algorithm))).status_code == 200


async def test_what_is_no_key_for_signatures_is_passed_over(
    issuer: Server, service: Guarded
) -> None:
    weak = rsa_key("weak", 1024)
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "oct"}
    others: list[object] = [
        jwk(weak, "weak"),
        jwk(rsa_key("second"), "for encryption", use="enc"),
        jwk(rsa_key("second"), "for wrapping", key_ops=["wrapKey"]),
        jwk(rsa_key("second"), "of another family", alg="ES256"),
        jwk(rsa_key("second"), "a secret's", alg="HS256"),
        jwk(rsa_key("second"), "odd", alg=["RS256"]),
        {"kty": "RSA", "kid": "broken", "n": "AQAB", "e": "!"},
        {"kty": "RSA", "kid": "endless", "n": "_" * 400_000, "e": "AQAB"},
        {"kty": "RSA", "kid": "a number", "n": 10**30, "e": 1e308},
        {"kty": "EC", "kid": "k", "crv": "secp256k1"},
        {"kty": "EC", "kid": "no points", "crv": "P-256", "x": 1e308, "y": []},
        {"kid": 7},
        secret,
        "key",
        None,
    ]
    issuer.answer = lambda _: as_json({"keys": [*others, jwk(rsa_key(), "first")]})
    assert (await service.get(by_first())).status_code == 200
    for name in ("for encryption", "for wrapping", "of another family", "a secret's", "odd"):
        token = signed(claims(), rsa_key("second"), "RS256", kid=name)
        refused(await service.get(token), 401, "UNAUTHORIZED")
    by_oct = signed(claims(), "secret-secret-secret-secret-secret", kid="oct")
    refused(await service.get(by_oct), 401, "UNAUTHORIZED")


async def test_a_new_key_is_found_when_a_token_names_it(issuer: Server, service: Guarded) -> None:
    assert (await service.get(by_first())).status_code == 200
    issuer.answer = lambda _: SECOND
    service.clock.ahead = 31
    assert (await service.get(by_second())).status_code == 200
    refused(await service.get(by_first(sub="late")), 401, "UNAUTHORIZED")
    assert len(issuer.asked) == 2


async def test_names_that_are_made_up_do_not_make_it_ask_again(
    issuer: Server, service: Guarded
) -> None:
    assert (await service.get(by_first())).status_code == 200
    for ahead, asked in ((0, 1), (29, 1), (31, 2), (60, 2), (62, 3)):
        service.clock.ahead = ahead
        for n in range(5):
            token = signed(claims(), rsa_key("second"), "RS256", kid=f"{ahead}-{n}")
            refused(await service.get(token), 401, "UNAUTHORIZED")
        assert len(issuer.asked) == asked


async def test_a_removed_key_is_forgotten_within_minutes(issuer: Server, service: Guarded) -> None:
    token = by_first(exp=int(service.clock()) + 3600)
    assert (await service.get(token)).status_code == 200
    issuer.answer = lambda _: SECOND
    service.clock.ahead = 59
    assert (await service.get(token)).status_code == 200
    assert len(issuer.asked) == 1
    service.clock.ahead = 301
    refused(await service.get(token), 401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (200, b'{"keys":[' + b'{"kty":"RSA"},' * 80_000 + b"{}]}"),
        (200, b'{"keys":[' + b"[" * 500_000),
        (200, b'{"keys":[{"kid":1e999}]}'),
        (200, b'{"keys":[{"kid":NaN}]}'),
        (200, b'{"keys":' + b"9" * 5000 + b"}"),
        (404, b"not here"),
        (302, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": "none"}'),
        (200, b"["),
        (200, b"[" * 100_000),
        (200, b"\xff"),
    ],
)
async def test_the_last_good_keys_are_kept_when_the_issuer_says_nothing_of_use(
    answer: tuple[int, bytes], issuer: Server, service: Guarded
) -> None:
    assert (await service.get(by_first())).status_code == 200
    issuer.answer = lambda _: answer
    service.clock.ahead = 400
    assert (await service.get(by_first(sub="bob"))).status_code == 200
    refused(await service.get(by_second()), 401, "UNAUTHORIZED")
    assert len(issuer.asked) == 2


async def test_the_last_good_keys_are_kept_when_the_issuer_is_away(
    issuer: Server, service: Guarded
) -> None:
    assert (await service.get(by_first())).status_code == 200
    issuer.stop()
    service.clock.ahead = 400
    assert (await service.get(by_first(sub="bob"))).status_code == 200
    refused(await service.get(by_second()), 401, "UNAUTHORIZED")


async def test_nobody_is_let_in_or_sent_away_before_the_first_keys_are_there(
    issuer: Server, service: Guarded
) -> None:
    issuer.answer = lambda _: (503, b"")
    for _ in range(3):
        refused(await service.get(by_first()), 503, "SERVICE_UNAVAILABLE")
    assert len(issuer.asked) == 1
    issuer.answer = lambda _: FIRST
    service.clock.ahead = 3
    assert (await service.get(by_first())).status_code == 200
