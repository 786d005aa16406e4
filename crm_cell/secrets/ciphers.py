"""Authenticated encryption: what was changed, or moved to another place, does not open."""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Mechanism
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# As NIST SP 800-38D has it; at random, they serve four thousand million values under one key.
_NONCE_BYTES = 12
_TAG_BYTES = 16


class Tampered(Exception):
    """Not what was sealed, not where it was sealed, or not by this key."""


class Cipher(Protocol):
    def seal(self, plain: bytes, about: bytes) -> bytes:
        """Nonce, ciphertext and tag. `about` is not in it, but it opens only with the same."""
        ...

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Raises Tampered."""
        ...


class AesGcm:
    """AES-256-GCM."""

    key_bytes = 32

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise Tampered from error


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/Counter mode."""

    key_bytes = 16

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def seal(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        running = Mechanism(self._algorithm, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(about)
        return nonce + running.update(plain) + running.finalize() + running.tag

    def open(self, sealed: bytes, about: bytes) -> bytes:
        nonce, tag = sealed[:_NONCE_BYTES], sealed[-_TAG_BYTES:]
        try:
            running = Mechanism(self._algorithm, modes.GCM(nonce, tag)).decryptor()
            running.authenticate_additional_data(about)
            return running.update(sealed[_NONCE_BYTES:-_TAG_BYTES]) + running.finalize()
        except (InvalidTag, ValueError) as error:
            raise Tampered from error


CIPHERS: dict[str, type[AesGcm] | type[Sm4Gcm]] = {"aes-256-gcm": AesGcm, "sm4-gcm": Sm4Gcm}
"""By the name that the setting and the table of keys have for them."""
