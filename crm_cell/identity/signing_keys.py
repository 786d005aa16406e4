"""Keys that verify tokens. Each is pinned to one algorithm, independent of the token's header."""

from collections.abc import Mapping
from typing import Any

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

# A secret must be at least as long as the hash (RFC 7518, 3.2).
_SECRET_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_LEAST_RSA_BITS = 2048
# The limit of OpenSSL; such a key takes a millisecond to verify.
_MOST_RSA_BITS = 16384
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_PUBLIC_KINDS = ("RSA", "EC", "OKP")


class SigningKey(msgspec.Struct, frozen=True):
    key: Any
    algorithm: str


def from_secret(secret: str, algorithm: str | None = None) -> SigningKey:
    """Raises ValueError for a secret that is too short for its algorithm."""
    algorithm = algorithm or "HS256"
    if algorithm not in _SECRET_BYTES:
        raise ValueError(f"signs by {', '.join(_SECRET_BYTES)}, not by {algorithm}")
    if len(secret.encode()) < _SECRET_BYTES[algorithm]:
        raise ValueError(f"must have at least {_SECRET_BYTES[algorithm]} bytes for {algorithm}")
    return SigningKey(secret.encode(), algorithm)


def from_pem(text: str, algorithm: str | None = None) -> SigningKey:
    """From a public key or a certificate. Raises ValueError, whose text never contains the key."""
    pem = text.replace("\\n", "\n").encode()  # environment variables often escape line breaks
    try:
        if b"BEGIN CERTIFICATE" in pem:
            key: Any = load_pem_x509_certificate(pem).public_key()
        else:
            key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must be a public key or a certificate in PEM") from None
    return _pinned(key, algorithm)


def from_jwk(jwk: Mapping[str, Any]) -> SigningKey:
    """Raises ValueError for anything but a public key that verifies signatures."""
    if jwk.get("kty") not in _PUBLIC_KINDS or jwk.get("use", "sig") != "sig":
        raise ValueError("is not for signatures, or no public key")
    uses = jwk.get("key_ops")
    if isinstance(uses, list) and "verify" not in uses:
        raise ValueError("is not for verifying")
    algorithm = jwk.get("alg")
    try:
        key = jwt.PyJWK.from_dict(dict(jwk), algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise ValueError("is not a key") from error
    return _pinned(key, algorithm)


def _pinned(key: Any, algorithm: str | None) -> SigningKey:
    algorithms = _algorithms(key)
    if algorithm is not None and algorithm not in algorithms:
        raise ValueError(f"signs by {', '.join(algorithms)}, not by {algorithm}")
    return SigningKey(key, algorithm or algorithms[0])


def _algorithms(key: Any) -> tuple[str, ...]:
    """The algorithms that fit a key, the default first."""
    if isinstance(key, RSAPublicKey):
        if key.key_size < _LEAST_RSA_BITS:
            raise ValueError(f"must have at least {_LEAST_RSA_BITS} bits")
        if key.key_size > _MOST_RSA_BITS:
            raise ValueError(f"must have at most {_MOST_RSA_BITS} bits")
        return _RSA
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return (_CURVES[key.curve.name],)
    if isinstance(key, Ed25519PublicKey):
        return ("EdDSA",)
    raise ValueError("must be an RSA key, an Ed25519 key or one on P-256, P-384 or P-521")
