"""Hashes under the installation's key, each for one purpose, and names by which keys are told
apart."""

from functools import lru_cache
from hashlib import blake2b

NAME_BYTES = 4


def keyed_hash(key: bytes, purpose: bytes, told: bytes) -> bytes:
    """BLAKE2b (RFC 7693) has the key and the purpose built in, at half the time of an HMAC."""
    hashed = _keyed(key, purpose).copy()
    hashed.update(told)
    return hashed.digest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, purpose: bytes) -> blake2b:
    """To copy what has the key in it takes a fraction of the time of making it."""
    return blake2b(key=key, person=purpose, digest_size=32)


@lru_cache(maxsize=64)
def name_of(key: bytes) -> bytes:
    """Tells one key from another, and tells nothing about either."""
    return keyed_hash(key, b"name", b"")[:NAME_BYTES]
