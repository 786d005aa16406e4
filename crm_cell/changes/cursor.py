"""Cursors of the changes feed: opaque to clients, and of one tenant.

A cursor is the number of a change, encrypted and authenticated with a secret of the tenant, so that
it does not tell a caller who sees a part of the tenant how much others have changed. The code of
the number is its own initialisation vector (SIV), so one number has one cursor.
"""

import base64
import hashlib

from crm_cell.kernel.errors import BadRequest, FieldError

_BYTES = 8
# A tenant in which nothing has happened yet has no secret; everybody may know where it begins.
_NO_SECRET = b""


def write_cursor(tenant: str, secret: bytes, number: int) -> str:
    """Points behind the change of this number."""
    plain = number.to_bytes(_BYTES, "big")
    code = _hash(tenant, secret, b"code", plain)
    encrypted = code + _xor(plain, _hash(tenant, secret, b"mask", code))
    return base64.urlsafe_b64encode(encrypted).decode().rstrip("=")


def read_cursor(tenant: str, secret: bytes, cursor: str) -> int:
    """Raises BadRequest for one of another tenant, and for what is none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        encrypted = base64.b64decode(padded, b"-_", validate=True)
    except ValueError:
        raise BadRequest([FieldError("after", "malformed")]) from None
    code = encrypted[:_BYTES]
    plain = _xor(encrypted[_BYTES:], _hash(tenant, secret, b"mask", code))
    number = int.from_bytes(plain, "big")
    if write_cursor(tenant, secret, number) == cursor:
        return number
    if cursor == write_cursor(tenant, _NO_SECRET, 0):
        return 0
    raise BadRequest([FieldError("after", "malformed")])


def _hash(tenant: str, secret: bytes, use: bytes, details: bytes) -> bytes:
    hashed = hashlib.blake2s(details, digest_size=_BYTES, key=secret, person=use)
    hashed.update(tenant.encode())
    return hashed.digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
