"""Authenticated encryption: a ciphertext that was changed or moved cannot be decrypted."""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Mechanism
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# As in NIST SP 800-38D: random nonces are safe for four thousand million values under one key.
_NONCE_BYTES = 12
_TAG_BYTES = 16


class InvalidCiphertext(Exception):
    """The ciphertext was changed, belongs to another place, or needs another key."""


class Cipher(Protocol):
    def encrypt(self, plain: bytes, about: bytes) -> bytes:
        """Returns nonce, ciphertext and tag. `about` is associated data, required to decrypt."""
        ...

    def decrypt(self, ciphertext: bytes, about: bytes) -> bytes:
        """Raises InvalidCiphertext."""
        ...


class AesGcm:
    """AES-256-GCM."""

    key_bytes = 32

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, about)

    def decrypt(self, ciphertext: bytes, about: bytes) -> bytes:
        try:
            return self._aead.decrypt(ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise InvalidCiphertext from error


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/Counter mode."""

    key_bytes = 16

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        running = Mechanism(self._algorithm, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(about)
        return nonce + running.update(plain) + running.finalize() + running.tag

    def decrypt(self, ciphertext: bytes, about: bytes) -> bytes:
        nonce, tag = ciphertext[:_NONCE_BYTES], ciphertext[-_TAG_BYTES:]
        try:
            running = Mechanism(self._algorithm, modes.GCM(nonce, tag)).decryptor()
            running.authenticate_additional_data(about)
            return running.update(ciphertext[_NONCE_BYTES:-_TAG_BYTES]) + running.finalize()
        except (InvalidTag, ValueError) as error:
            raise InvalidCiphertext from error


CIPHERS: dict[str, type[AesGcm] | type[Sm4Gcm]] = {"aes-256-gcm": AesGcm, "sm4-gcm": Sm4Gcm}
"""By the name in the setting and in the table of keys."""
