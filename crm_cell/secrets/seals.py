"""What one tenant's numbers and addresses are sealed, opened and found with."""

import hmac
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from crm_cell.secrets import store
from crm_cell.secrets.ciphers import CIPHERS, Cipher, Tampered
from crm_cell.secrets.masters import Masters
from crm_cell.secrets.store import Wrapped
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.seals import MARK, Column, SealedTable, Values

T = TypeVar("T")

# Of an HMAC-SHA-256: two values have the same by chance once in 2^64 values.
_FINGERPRINT_BYTES = 16
_ANSWER = "idempotency_keys.body"
_MOST_OPENED = 8_192

Opened = dict[tuple[str, str, str, str], str]
"""By tenant, id, column and what is stored: what it says. Most of what is read was read before."""


class StaleKeys(Exception):
    """The tenant's keys are others than this process has: read them, and begin again."""


class KeysWanted(Exception):
    """The tenant has no keys yet: make some, and begin again."""


class KeyPair:
    """The keys of one number: one to seal with, one to find by."""

    def __init__(self, cipher: Cipher, index_key: bytes) -> None:
        self.cipher = cipher
        self._index = hmac.new(index_key, digestmod="sha256")

    def fingerprint(self, about: str, form: str) -> str:
        """Differs by column, so that nobody sees who has the same number in another table."""
        whole = self.digest(f"{about}\0{form}".encode())
        return b2a_base64(whole[:_FINGERPRINT_BYTES], newline=False).decode()

    def digest(self, said: bytes) -> bytes:
        running = self._index.copy()
        running.update(said)
        return running.digest()


class TenantSeals:
    def __init__(
        self, tenant: str, stored: list[Wrapped], masters: Masters, opened: Opened
    ) -> None:
        """`stored` are all keys that the tenant has, none for one that has sealed nothing yet.
        Raises KeyRefused."""
        self.tenant = tenant
        self.state = store.state_of(stored)
        self._opened = opened
        self._pairs = {wrapped.number: _pair(masters, wrapped) for wrapped in stored}
        current = [wrapped for wrapped in stored if not wrapped.retired]
        self.current = current[0].number if current else None
        self._mark = f"{MARK}{self.current}{MARK}"
        self.complete = bool(current) and current[0].complete
        self.is_interrupted = not self.complete and len(current) < len(stored)

    def around(self, unit: Callable[[Any], Awaitable[T]]) -> Callable[[Any], Awaitable[T]]:
        """The unit, on a transaction that has these seals."""

        def sealed(tx: Any) -> Awaitable[T]:
            tx.seals = self
            return unit(tx)

        return sealed

    async def keep(
        self,
        tx: Tx,
        table: SealedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        """Raises KeysWanted, StaleKeys."""
        wanted = table.columns if columns is None else columns
        kept = list(rows)
        pair = await self._held(tx) if wanted else None
        for column in wanted:
            about = f"{table.name}.{column.name}"
            for row in kept:
                value = row[column.name]
                if value is None or pair is None:
                    row[column.key] = None
                else:
                    row[column.key] = self._mark + pair.fingerprint(about, column.form(value))
                    row[column.name] = self._sealed(pair.cipher, about, row["id"], value)
        return kept

    async def _held(self, tx: Tx) -> KeyPair:
        """The current keys, which nobody retires before the transaction has ended."""
        if self.current is None:
            raise KeysWanted
        if not await store.hold(tx, self.tenant, self.current):
            raise StaleKeys
        return self._pairs[self.current]

    def opening(self, table: SealedTable, make: Callable[..., T], /) -> Callable[..., T]:
        """Raises, when it is called, StaleKeys and Tampered."""
        columns = [(column.place, f"{table.name}.{column.name}") for column in table.columns]

        def opened(*row: Any) -> T:
            values = list(row)
            for place, about in columns:
                value = values[place]
                if value is not None and value[0] == MARK:
                    values[place] = self._known(about, row[1], value)
            return make(*values)

        return opened

    async def keys_of(
        self, tx: Reader, table: SealedTable, column: Column, value: str
    ) -> list[str]:
        """Under each of the tenant's keys, and in the open where some may still lie there. Raises
        StaleKeys: with too few of them, a row would not be found."""
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

    async def keep_answer(self, tx: Tx, about: str, answer: bytes, /) -> bytes:
        """Raises StaleKeys. A tenant without keys has nothing to hide yet."""
        if self.current is None or not answer:
            return answer
        pair = await self._held(tx)
        return self._prefix() + pair.cipher.seal(answer, self._about(_ANSWER, about))

    def open_answer(self, about: str, kept: bytes, /) -> bytes:
        """Raises StaleKeys, Tampered."""
        if kept[:1] != MARK.encode():  # JSON begins with no such thing
            return kept
        pair, sealed = self._under(kept)
        return pair.cipher.open(sealed, self._about(_ANSWER, about))

    def keep_digest(self, digest: bytes, /) -> bytes:
        if self.current is None:
            return digest
        return self._prefix() + self._pairs[self.current].digest(digest)

    def same_digest(self, kept: bytes, digest: bytes, /) -> bool:
        """Raises StaleKeys."""
        if len(kept) == len(digest):  # from before there were keys
            return kept == digest
        pair, keyed = self._under(kept)
        return hmac.compare_digest(keyed, pair.digest(digest))

    def _prefix(self) -> bytes:
        return self._mark.encode()

    def _under(self, kept: bytes) -> tuple[KeyPair, bytes]:
        """The keys that something is under, and the rest of it."""
        _, number, rest = kept.split(MARK.encode(), 2)
        pair = self._pairs.get(int(number))
        if pair is None:
            raise StaleKeys
        return pair, rest

    def is_current(self, value: str | None) -> bool:
        """Whether a stored value is under the current keys, or is none."""
        return value is None or value.startswith(self._mark)

    def opened(self, table: SealedTable, row: Row) -> Values:
        """Tenant, id and the sealed columns, as they are in `row`, opened where they are sealed."""
        values: Values = {"tenant_id": row[0], "id": row[1]}
        for column, value in zip(table.columns, row[2:], strict=True):
            sealed = value is not None and value[0] == MARK
            about = f"{table.name}.{column.name}"
            values[column.name] = self._open(about, row[1], value) if sealed else value
        return values

    def _known(self, about: str, identifier: str, value: str) -> str:
        place = (self.tenant, identifier, about, value)
        plain = self._opened.get(place)
        if plain is None:
            plain = self._open(about, identifier, value)
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            self._opened[place] = plain
        return plain

    def _open(self, about: str, identifier: str, value: str) -> str:
        _, number, text = value.split(MARK, 2)
        pair = self._pairs.get(int(number))
        if pair is None:
            raise StaleKeys
        try:
            sealed = a2b_base64(text, strict_mode=True)
            return pair.cipher.open(sealed, self._about(about, identifier)).decode()
        except (NotBase64, Tampered) as error:
            raise Tampered(f"{about} of {identifier} is not what was written there") from error

    def _sealed(self, cipher: Cipher, about: str, identifier: str, value: str) -> str:
        sealed = cipher.seal(value.encode(), self._about(about, identifier))
        return self._mark + b2a_base64(sealed, newline=False).decode()

    def _about(self, about: str, identifier: str) -> bytes:
        return f"{self.tenant}\0{about}\0{identifier}".encode()


def _pair(masters: Masters, wrapped: Wrapped) -> KeyPair:
    keys = masters.unwrap(wrapped)
    return KeyPair(CIPHERS[wrapped.cipher](keys.data_key), keys.index_key)
