"""Master keys of the installation, which encrypt only the keys of tenants."""

import hmac
import os
from functools import cache

import msgspec

from crm_cell.encryption.ciphers import CIPHERS, Cipher, InvalidCiphertext
from crm_cell.encryption.key_source import InvalidKey, KeySource, read_keys, unknown
from crm_cell.encryption.store import Wrapped

_NAME_BYTES = 8


class Unwrapped(msgspec.Struct, frozen=True):
    data_key: bytes
    index_key: bytes


class MasterKeys:
    """The current master key, and earlier ones that may still be in use."""

    def __init__(self, source: KeySource) -> None:
        """Raises InvalidKey."""
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
        """The same keys, encrypted with the current master key."""
        return self._wrap(
            self.unwrap(old),
            old.tenant,
            old.number,
            old.cipher,
            complete=old.complete,
            retired=old.retired,
        )

    def unwrap(self, wrapped: Wrapped) -> Unwrapped:
        """Raises InvalidKey."""
        if not self.knows(wrapped.master):
            raise InvalidKey(unknown([wrapped.master]))
        wrapping = _wrapping_cipher(self._keys[wrapped.master], wrapped.cipher)
        try:
            return Unwrapped(
                wrapping.decrypt(wrapped.data_key, _about(wrapped.tenant, wrapped.number, "data")),
                wrapping.decrypt(
                    wrapped.index_key, _about(wrapped.tenant, wrapped.number, "index")
                ),
            )
        except InvalidCiphertext:
            raise InvalidKey(
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
        wrapping = _wrapping_cipher(self._keys[self.name], cipher)
        return Wrapped(
            tenant,
            number,
            cipher,
            self.name,
            wrapping.encrypt(keys.data_key, _about(tenant, number, "data")),
            wrapping.encrypt(keys.index_key, _about(tenant, number, "index")),
            complete,
            retired,
        )


def _name_of(key: bytes) -> str:
    """Identifies a key without revealing anything about it."""
    return hmac.digest(key, b"crm-cell: name of a key", "sha256")[:_NAME_BYTES].hex()


@cache
def _wrapping_cipher(key: bytes, cipher: str) -> Cipher:
    """Each cipher gets its own key, derived from the master key."""
    kind = CIPHERS[cipher]
    return kind(
        hmac.digest(key, f"crm-cell: wrap by {cipher}".encode(), "sha256")[: kind.key_bytes]
    )


def _about(tenant: str, number: int, purpose: str) -> bytes:
    return f"tenant_keys\0{tenant}\0{number}\0{purpose}".encode()
