"""The installation's keys, which encrypt nothing but the keys of tenants."""

import hmac
import os
from functools import cache

import msgspec

from crm_cell.secrets.ciphers import CIPHERS, Cipher, Tampered
from crm_cell.secrets.sources import KeyRefused, KeySource, read_keys, unknown
from crm_cell.secrets.store import Wrapped

_NAME_BYTES = 8


class Unwrapped(msgspec.Struct, frozen=True):
    data_key: bytes
    index_key: bytes


class Masters:
    """The key, and the old ones that data may still be under."""

    def __init__(self, source: KeySource) -> None:
        """Raises KeyRefused."""
        keys = read_keys(source)
        self.cipher = source.cipher
        self.name = _name_of(keys[0])
        self._keys = {_name_of(key): key for key in keys}

    def knows(self, name: str) -> bool:
        return name in self._keys

    def new_keys(self, tenant: str, number: int, *, complete: bool) -> Wrapped:
        made = Unwrapped(os.urandom(CIPHERS[self.cipher].key_bytes), os.urandom(32))
        return self._wrap(made, tenant, number, self.cipher, complete=complete, retired=False)

    def rewrapped(self, old: Wrapped) -> Wrapped:
        """The same keys under the current one."""
        return self._wrap(
            self.unwrap(old),
            old.tenant,
            old.number,
            old.cipher,
            complete=old.complete,
            retired=old.retired,
        )

    def unwrap(self, wrapped: Wrapped) -> Unwrapped:
        """Raises KeyRefused."""
        if not self.knows(wrapped.master):
            raise KeyRefused(unknown([wrapped.master]))
        lock = _lock(self._keys[wrapped.master], wrapped.cipher)
        try:
            return Unwrapped(
                lock.open(wrapped.data_key, _about(wrapped.tenant, wrapped.number, "data")),
                lock.open(wrapped.index_key, _about(wrapped.tenant, wrapped.number, "index")),
            )
        except Tampered:
            raise KeyRefused(
                f"the keys of tenant {wrapped.tenant} do not open: not as they were written"
            ) from None

    def _wrap(
        self,
        keys: Unwrapped,
        tenant: str,
        number: int,
        cipher: str,
        *,
        complete: bool,
        retired: bool,
    ) -> Wrapped:
        lock = _lock(self._keys[self.name], cipher)
        return Wrapped(
            tenant,
            number,
            cipher,
            self.name,
            lock.seal(keys.data_key, _about(tenant, number, "data")),
            lock.seal(keys.index_key, _about(tenant, number, "index")),
            complete,
            retired,
        )


def _name_of(key: bytes) -> str:
    """Tells one key from another, and tells nothing about either."""
    return hmac.digest(key, b"crm-cell: name of a key", "sha256")[:_NAME_BYTES].hex()


@cache
def _lock(key: bytes, cipher: str) -> Cipher:
    """Each purpose has a key of its own, derived from the one that is given."""
    kind = CIPHERS[cipher]
    return kind(
        hmac.digest(key, f"crm-cell: wrap by {cipher}".encode(), "sha256")[: kind.key_bytes]
    )


def _about(tenant: str, number: int, purpose: str) -> bytes:
    return f"tenant_keys\0{tenant}\0{number}\0{purpose}".encode()
