"""Forged, stale and misdirected tokens: none lets anybody in, and none is a failure of ours."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.identity.conftest import JWT, Guarded, Opening
from tests.identity.issuer import (
    SECRET,
    Claims,
    claims,
    ec_key,
    ed_key,
    jwk,
    key_set,
    pem,
    rsa_key,
    serving,
    signed,
)
from tests.world import nothing_changes, refused

NOW = int(time.time())
TokenCase = tuple[str, str]


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def by_hand(header: object, payload: object, secret: bytes = SECRET.encode()) -> str:
    """Signed with the right secret, whatever it says."""
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), 'sha256'))}"


def expiring(number: str) -> bytes:
    """Claims with a number that Python would not write."""
    return json.dumps(claims() | {"exp": "?"}).replace('"?"', number).encode()


HEADER = {"alg": "HS256", "typ": "JWT"}


def wrong_claims() -> Iterator[tuple[str, Claims]]:
    yield "another issuer", claims(iss="https://issuer.example.evil")
    yield "the issuer with a slash", claims(iss="https://issuer.example/")
    yield "no issuer", claims(iss=None)
    yield "a list of issuers", claims() | {"iss": ["https://issuer.example"]}
    yield "another audience", claims(aud="billing")
    yield "several other audiences", claims(aud=["billing", "mail"])
    yield "no audience", claims(aud=None)
    yield "an empty list of audiences", claims(aud=[])
    yield "part of the audience", claims(aud="cr")
    yield "expired a minute ago", claims(exp=NOW - 60)
    yield "expired in 1970", claims(exp=0)
    yield "expired before time", claims(exp=-1)
    yield "never expires", claims(exp=None)
    yield "expires by a word", claims(exp="tomorrow")
    yield "expires by a number in quotes", claims(exp=str(NOW + 600))
    yield "expires by true", claims(exp=True)
    yield "expires by a list", claims(exp=[NOW + 600])
    yield "expires in a number without end", claims(exp=10**309)
    yield "expires at the end of a float", claims(exp=1e300)
    yield "expires in milliseconds", claims(exp=(NOW + 600) * 1000)
    yield "expires in the year 2286", claims(exp=10**10)
    yield "not good before a number without end", claims(nbf=-(10**309))
    yield "not good before milliseconds", claims(nbf=NOW * 1000)
    yield "issued at a number without end", claims(iat=10**309)
    yield "issued long before time", claims(iat=-1e300)
    yield "issued by true", claims(iat=True)
    yield "not good before null", claims() | {"nbf": None}
    yield "not good before an hour", claims(nbf=NOW + 3600)
    yield "not good before a word", claims(nbf="now")
    yield "issued tomorrow", claims(iat=NOW + 86_400)
    yield "issued by a word", claims(iat="now")
    yield "names nobody", claims(sub=None)
    yield "an empty user", claims(sub="")
    yield "a user by number", claims(sub=7)
    yield "a list of users", claims(sub=["alice"])
    yield "a user with a blank at the end", claims(sub="alice ")
    yield "a user with a line's end", claims(sub="alice\n")
    yield "a user too long", claims(sub="a" * 256)
    yield "half of a character", claims(sub="\ud83d")
    yield "a user with a C1 control", claims(sub="alice\x85bob")
    yield "no tenant", claims(tenant_id=None)
    yield "an empty tenant", claims(tenant_id="")
    yield "a tenant of everybody", claims(tenant_id="*")
    yield "a tenant with a quote", claims(tenant_id="acme'--")
    yield "a list of tenants", claims(tenant_id=["acme"])
    yield "a tenant too long", claims(tenant_id="a" * 65)


def wrong_headers() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "an identity token's type", {"typ": "ID+jwt"}
    yield "a logout token's type", {"typ": "logout+jwt"}
    yield "an encrypted token's type", {"typ": "JWE"}
    yield "no type", {"typ": None}
    yield "a type that is no word", {"typ": ["JWT"]}
    yield "something critical", {"crit": ["exp"], "exp": 1}
    yield "nothing critical", {"crit": []}
    yield "a key of its own", {"jwk": {"kty": "oct", "k": part(b"a" * 32)}, "alg": "HS384"}


def wrong_signatures() -> Iterator[TokenCase]:
    good = signed(claims())
    head, body, signature = good.split(".")
    none = part({"alg": "none", "typ": "JWT"})
    yield "no signature", f"{head}.{body}."
    yield "no signature by the algorithm none", f"{none}.{body}."
    yield "the algorithm none with a signature", f"{none}.{body}.{signature}"
    for name in ("None", "NONE", "nOnE", "", "HS257", "hs256", "RS256", "HS384", "HS512"):
        yield f"the algorithm {name!r}", by_hand({"alg": name, "typ": "JWT"}, claims())
    yield "no algorithm", by_hand({"typ": "JWT"}, claims())
    yield "a list of algorithms", by_hand({"alg": ["HS256"], "typ": "JWT"}, claims())
    yield "another secret", signed(claims(), SECRET + "!")
    yield "an empty secret", by_hand(HEADER, claims(), b"")
    yield "a secret of zeros", by_hand(HEADER, claims(), bytes(32))
    yield "the secret's hash", by_hand(HEADER, claims(), hashlib.sha256(SECRET.encode()).digest())
    yield "another body", f"{head}.{part(claims(sub='mallory'))}.{signature}"
    yield "another tenant's body", f"{head}.{part(claims(tenant_id='globex'))}.{signature}"
    yield "more scopes", f"{head}.{part(claims(scope='crm:all'))}.{signature}"
    yield "a later end", f"{head}.{part(claims(exp=NOW + 10**6))}.{signature}"
    yield "another header", f"{part(HEADER | {'x': 1})}.{body}.{signature}"
    yield "the signature of another", f"{head}.{body}.{signed(claims(sub='bob')).split('.')[2]}"
    yield "half of the signature", f"{head}.{body}.{signature[: len(signature) // 2]}"
    yield "a signature of zeros", f"{head}.{body}.{part(bytes(32))}"
    yield "signed by RSA", signed(claims(), rsa_key(), "RS256")
    yield "signed by Ed25519", signed(claims(), ed_key(), "EdDSA")
    yield "an encrypted token's five parts", f"{good}.{body}.{signature}"


def no_tokens() -> Iterator[TokenCase]:
    good = signed(claims())
    _, body, signature = good.split(".")
    yield "a word", "test"
    yield "dots", ".."
    yield "one dot", "a.b"
    yield "four parts", f"{good}.x"
    yield "no base64", "!!!.###.$$$"
    yield "the good one in capitals", good.upper()
    yield "the good one with a blank", good.replace(".", " .", 1)
    yield "the good one twice", f"{good},{good}"
    yield "the good one in quotes", f'"{good}"'
    yield "characters from elsewhere", "\xe9" * 40
    yield "a header that is no JSON", f"{part(b'{')}.{body}.{signature}"
    yield "a header that is a list", f"{part([HEADER])}.{body}.{signature}"
    yield "a header nested deeply", f"{part(b'[' * 5000)}.{body}.{signature}"
    yield "a body that is no JSON", by_hand(HEADER, b"alice")
    yield "a body that is a list", by_hand(HEADER, [claims()])
    yield "a body nested deeply", by_hand(HEADER, b"[" * 5000)
    yield "an endless number", by_hand(HEADER, claims() | {"exp": float("inf")})
    yield "a number past the end of floats", by_hand(HEADER, expiring("1e400"))
    yield "a number of five thousand digits", by_hand(HEADER, expiring("9" * 5000))
    yield "no number", by_hand(HEADER, claims() | {"exp": float("nan")})
    yield "a token of megabytes", good + "A" * 100_000
    yield "a key for machines that nobody made", f"crm_YWNtZQ_{'0' * 16}_{'0' * 64}"
    yield "SQL", "crm_YWNtZQ_' OR 1=1 --_x"


def cases() -> Iterator[TokenCase]:
    for name, said in wrong_claims():
        yield name, signed_anyhow(said)
    for name, header in wrong_headers():
        told = {key: value for key, value in (HEADER | header).items() if value is not None}
        yield name, by_hand(told, claims())
    yield from wrong_signatures()
    yield from no_tokens()


def signed_anyhow(said: Claims) -> str:
    return by_hand(HEADER, said)


NAMES = [name for name, _ in cases()]


def test_there_are_enough_of_them() -> None:
    assert len({token for _, token in cases()}) >= 80
    assert len(set(NAMES)) == len(NAMES)


async def test_the_token_that_they_differ_from_is_good(guarded: Guarded) -> None:
    assert (await guarded.get(signed(claims()))).status_code == 200
    assert (await guarded.get(signed_anyhow(claims()))).status_code == 200


async def test_no_forged_or_stale_token_lets_anybody_in(guarded: Guarded) -> None:
    let_in: dict[str, list[int]] = {}
    async with nothing_changes(guarded.running):
        for name, token in cases():
            answers = [
                await guarded.get(token, X_Tenant_Id="acme"),
                await guarded.create(token, "x", X_Tenant_Id="acme"),
            ]
            statuses = [answer.status_code for answer in answers]
            if statuses != [401, 401]:
                let_in[name] = statuses
            for answer in answers:
                assert answer.headers.get("www-authenticate") == "Bearer", name
    assert let_in == {}


async def test_every_single_change_of_a_signed_part_is_refused(guarded: Guarded) -> None:
    """Each character of header, body and signature, one after another; unchanged it is good."""
    good = signed(claims())
    assert (await guarded.get(good)).status_code == 200
    for at in range(0, len(good), 7):
        if good[at] != ".":
            other = "A" if good[at] != "A" else "B"
            changed = good[:at] + other + good[at + 1 :]
            refused(await guarded.get(changed), 401, "UNAUTHORIZED")
    assert (await guarded.get(good)).status_code == 200


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_a_public_key_is_no_secret(algorithm: str, open_cell: Opening) -> None:
    """The classic: what everybody may know, used as the secret of another algorithm."""
    public = pem(rsa_key())
    text = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}"
    digest = hmac.digest(public.encode(), text.encode(), algorithm.replace("HS", "sha"))
    async with open_cell(**JWT, jwt_public_key=public) as service:
        refused(await service.get(f"{text}.{part(digest)}"), 401, "UNAUTHORIZED")
        assert (await service.get(signed(claims(), rsa_key(), "RS256"))).status_code == 200


async def test_a_key_of_a_set_is_good_for_its_own_name_and_algorithm_only(
    open_cell: Opening,
) -> None:
    published = key_set(jwk(rsa_key(), "rsa"), jwk(ec_key(), "ec"))
    forged = [
        signed(claims(), rsa_key(), "RS256", kid="ec"),
        signed(claims(), ec_key(), "ES256", kid="rsa"),
        signed(claims(), rsa_key(), "RS512", kid="rsa"),
        signed(claims(), rsa_key(), "RS256"),
        signed(claims(), rsa_key(), "RS256", kid="../rsa"),
        signed(claims(), rsa_key("second"), "RS256", kid="rsa"),
        signed(claims(), rsa_key("second"), "RS256", kid="rsa", jku="http://127.0.0.1:1/"),
        by_hand(HEADER | {"kid": "rsa"}, claims(), pem(rsa_key()).encode()),
        by_hand(HEADER | {"kid": ["rsa"]}, claims()),
        f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'rsa'})}.{part(claims())}.",
    ]
    with serving(lambda _: published) as issuer:
        async with open_cell(**JWT, jwt_jwks_url=issuer.url) as service:
            for token in forged:
                refused(await service.get(token), 401, "UNAUTHORIZED")
            for key, name, algorithm in ((rsa_key(), "rsa", "RS256"), (ec_key(), "ec", "ES256")):
                token = signed(claims(), key, algorithm, kid=name)
                assert (await service.get(token)).status_code == 200
