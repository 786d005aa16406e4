"""Keyed hashes, each for one purpose, and names that identify keys."""

from functools import lru_cache
from hashlib import blake2b

NAME_BYTES = 4


def keyed_hash(key: bytes, purpose: bytes, details: bytes) -> bytes:
    """BLAKE2b (RFC 7693) takes the key and the purpose, and needs half the time of an HMAC."""
    hashed = _keyed(key, purpose).copy()
    hashed.update(details)
    return hashed.digest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, purpose: bytes) -> blake2b:
    """Copying a hash object that has the key takes a fraction of the time of creating one."""
    return blake2b(key=key, person=purpose, digest_size=32)


@lru_cache(maxsize=64)
def name_of(key: bytes) -> bytes:
    """Identifies a key without revealing anything about it."""
    return keyed_hash(key, b"name", b"")[:NAME_BYTES]
