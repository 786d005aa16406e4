"""Encrypts, decrypts and finds the phone numbers and email addresses of one tenant."""

import hmac
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from crm_cell.encryption import store
from crm_cell.encryption.ciphers import CIPHERS, Cipher, InvalidCiphertext
from crm_cell.encryption.master_keys import MasterKeys
from crm_cell.encryption.store import Wrapped
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.field_encryption import MARK, Column, EncryptedTable, Values

T = TypeVar("T")

# Bytes of an HMAC-SHA-256. A collision is expected only among 2^64 values.
_FINGERPRINT_BYTES = 16
# There are ten thousand groups of four digits; what is found is compared.
_TERM_BYTES = 5
_ANSWER = "idempotency_keys.body"
_MOST_DECRYPTED = 8_192

DecryptedValues = dict[tuple[str, str, str, str], str]
"""Decrypted values by tenant, id, column and stored value: most reads repeat earlier ones."""


class StaleKeys(Exception):
    """The tenant's keys differ from those in this process: load them and retry."""


class KeysMissing(Exception):
    """The tenant has no keys yet: create them and retry."""


class KeyPair:
    """The keys of one number: one for encryption, one for search."""

    def __init__(self, cipher: Cipher, index_key: bytes) -> None:
        self.cipher = cipher
        self._index = hmac.new(index_key, digestmod="sha256")

    def fingerprint(self, about: str, form: str) -> str:
        """The search key of a value. It differs by column, so that equal values in two tables
        cannot be linked."""
        whole = self.digest(f"{about}\0{form}".encode())
        return b2a_base64(whole[:_FINGERPRINT_BYTES], newline=False).decode()

    def index_term(self, about: str, form: str) -> str:
        return self.digest(f"{about}\0{form}".encode())[:_TERM_BYTES].hex()

    def digest(self, said: bytes) -> bytes:
        running = self._index.copy()
        running.update(said)
        return running.digest()


class TenantCipher:
    def __init__(
        self, tenant: str, stored: list[Wrapped], master_keys: MasterKeys, opened: DecryptedValues
    ) -> None:
        """`stored` are all keys of the tenant, possibly none. Raises InvalidKey."""
        self.tenant = tenant
        self.state = store.state_of(stored)
        self._decrypted_values = opened
        self._pairs = {wrapped.number: _pair(master_keys, wrapped) for wrapped in stored}
        current = [wrapped for wrapped in stored if not wrapped.retired]
        self.current = current[0].number if current else None
        self._mark = f"{MARK}{self.current}{MARK}"
        self.complete = bool(current) and current[0].complete
        self.is_interrupted = not self.complete and len(current) < len(stored)

    def bound(self, unit: Callable[[Any], Awaitable[T]]) -> Callable[[Any], Awaitable[T]]:
        """The unit, run on a transaction that uses this cipher."""

        def with_cipher(tx: Any) -> Awaitable[T]:
            tx.cipher = self
            return unit(tx)

        return with_cipher

    async def encrypt_rows(
        self,
        tx: Tx,
        table: EncryptedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        """Raises KeysMissing, StaleKeys."""
        wanted = table.columns if columns is None else columns
        stored = list(rows)
        pair = await self._locked_pair(tx) if wanted else None
        for column in wanted:
            about = f"{table.name}.{column.name}"
            for row in stored:
                value = row[column.name]
                if value is None or pair is None:
                    row[column.key] = None
                else:
                    row[column.key] = self._mark + pair.fingerprint(about, column.form(value))
                    row[column.name] = self._encrypt(pair.cipher, about, row["id"], value)
        return stored

    async def _locked_pair(self, tx: Tx) -> KeyPair:
        """The current keys, which cannot be retired before the transaction ends."""
        if self.current is None:
            raise KeysMissing
        if not await store.lock_current(tx, self.tenant, self.current):
            raise StaleKeys
        return self._pairs[self.current]

    def decrypting(self, table: EncryptedTable, make: Callable[..., T], /) -> Callable[..., T]:
        """The returned function raises StaleKeys and InvalidCiphertext."""
        columns = [(column.place, f"{table.name}.{column.name}") for column in table.columns]

        def opened(*row: Any) -> T:
            values = list(row)
            for place, about in columns:
                value = values[place]
                if value is not None and value[0] == MARK:
                    values[place] = self._decrypt_cached(about, row[1], value)
            return make(*values)

        return opened

    async def search_keys(
        self, tx: Reader, table: EncryptedTable, column: Column, value: str
    ) -> list[str]:
        """The search keys under each of the tenant's keys, and of plaintext if some rows may still
        be plaintext. Raises StaleKeys, because with missing keys a row would not be found."""
        if await store.read_state(tx, self.tenant) != self.state:
            raise StaleKeys
        about, form = f"{table.name}.{column.name}", column.form(value)
        found = [
            f"{MARK}{number}{MARK}{pair.fingerprint(about, each)}"
            for number, pair in self._pairs.items()
            if number == self.current or not self.complete
            for each in (form, *column.earlier(value))
        ]
        return found if self.complete else [*found, form]

    async def index_term(self, tx: Tx, about: str, form: str, *, held: bool) -> str:
        """Raises KeysMissing, StaleKeys."""
        pair = self._pairs[self.current] if held and self.current else await self._locked_pair(tx)
        return pair.index_term(about, form)

    async def index_terms(self, tx: Reader, about: str, form: str) -> list[str]:
        """As `search_keys`. Raises StaleKeys."""
        if await store.read_state(tx, self.tenant) != self.state:
            raise StaleKeys
        found = [
            pair.index_term(about, form)
            for number, pair in self._pairs.items()
            if number == self.current or not self.complete
        ]
        return found if self.complete else [*found, form]

    async def encrypt_body(self, tx: Tx, about: str, answer: bytes, /) -> bytes:
        """Raises StaleKeys. The answers of a tenant without keys stay plaintext."""
        if self.current is None or not answer:
            return answer
        pair = await self._locked_pair(tx)
        return self._prefix() + pair.cipher.encrypt(answer, self._about(_ANSWER, about))

    def decrypt_body(self, about: str, stored: bytes, /) -> bytes:
        """Raises StaleKeys, InvalidCiphertext."""
        if stored[:1] != MARK.encode():  # plaintext: no JSON begins with the mark
            return stored
        pair, ciphertext = self._pair_and_rest(stored)
        return pair.cipher.decrypt(ciphertext, self._about(_ANSWER, about))

    def protect_digest(self, digest: bytes, /) -> bytes:
        if self.current is None:
            return digest
        return self._prefix() + self._pairs[self.current].digest(digest)

    def matches_digest(self, stored: bytes, digest: bytes, /) -> bool:
        """Raises StaleKeys."""
        if len(stored) == len(digest):  # from before there were keys
            return stored == digest
        pair, keyed = self._pair_and_rest(stored)
        return hmac.compare_digest(keyed, pair.digest(digest))

    def _prefix(self) -> bytes:
        return self._mark.encode()

    def _pair_and_rest(self, stored: bytes) -> tuple[KeyPair, bytes]:
        """The keys that encrypt a stored value, and the value without its prefix."""
        _, number, rest = stored.split(MARK.encode(), 2)
        pair = self._pairs.get(int(number))
        if pair is None:
            raise StaleKeys
        return pair, rest

    def is_current(self, value: str | None) -> bool:
        """Whether a stored value is None or encrypted with the current keys."""
        return value is None or value.startswith(self._mark)

    def opened(self, table: EncryptedTable, row: Row) -> Values:
        """Tenant, id and the encrypted columns of `row`, decrypted."""
        values: Values = {"tenant_id": row[0], "id": row[1]}
        for column, value in zip(table.columns, row[2:], strict=True):
            is_encrypted = value is not None and value[0] == MARK
            about = f"{table.name}.{column.name}"
            values[column.name] = self._decrypt(about, row[1], value) if is_encrypted else value
        return values

    def _decrypt_cached(self, about: str, identifier: str, value: str) -> str:
        place = (self.tenant, identifier, about, value)
        plain = self._decrypted_values.get(place)
        if plain is None:
            plain = self._decrypt(about, identifier, value)
            if len(self._decrypted_values) >= _MOST_DECRYPTED:
                self._decrypted_values.clear()
            self._decrypted_values[place] = plain
        return plain

    def _decrypt(self, about: str, identifier: str, value: str) -> str:
        _, number, text = value.split(MARK, 2)
        pair = self._pairs.get(int(number))
        if pair is None:
            raise StaleKeys
        try:
            ciphertext = a2b_base64(text, strict_mode=True)
            return pair.cipher.decrypt(ciphertext, self._about(about, identifier)).decode()
        except (NotBase64, InvalidCiphertext) as error:
            raise InvalidCiphertext(
                f"{about} of {identifier} is not what was written there"
            ) from error

    def _encrypt(self, cipher: Cipher, about: str, identifier: str, value: str) -> str:
        ciphertext = cipher.encrypt(value.encode(), self._about(about, identifier))
        return self._mark + b2a_base64(ciphertext, newline=False).decode()

    def _about(self, about: str, identifier: str) -> bytes:
        return f"{self.tenant}\0{about}\0{identifier}".encode()


def _pair(master_keys: MasterKeys, wrapped: Wrapped) -> KeyPair:
    keys = master_keys.unwrap(wrapped)
    return KeyPair(CIPHERS[wrapped.cipher](keys.data_key), keys.index_key)
