"""The interface of field encryption for phone numbers and email addresses.

A transaction has the cipher of its tenant, and stores pass the rows that they write and read
through it. Each encrypted column has a column `{column}_key` with a search key, which is equal for
equal values; exact search compares it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from crm_cell.kernel.lookup import earlier_phone_keys, email_key, no_earlier_keys, phone_key

if TYPE_CHECKING:
    from crm_cell.storage.engine import Reader, Tx

T = TypeVar("T")
Values = dict[str, Any]

# No phone number or email address begins with it, so it marks a ciphertext: ":", the number of the
# tenant's keys, ":", and the rest in base64.
MARK = ":"


class Column(msgspec.Struct, frozen=True):
    """A column with phone numbers or email addresses."""

    name: str
    key: str
    """The column with the search key."""
    place: int
    """Its index in a row as the store reads it."""
    form: Callable[[str], str]
    """Normalises a value for comparison."""
    earlier: Callable[[str], list[str]]
    """Normal forms that earlier releases have used in encrypted rows."""


class EncryptedTable(msgspec.Struct, frozen=True, eq=False):
    name: str
    columns: tuple[Column, ...]

    def changed(self, before: msgspec.Struct, after: msgspec.Struct) -> list[Column]:
        return [
            column
            for column in self.columns
            if getattr(before, column.name) != getattr(after, column.name)
        ]


_FORMS: Mapping[str, tuple[Callable[[str], str], Callable[[str], list[str]]]] = {
    "phone": (phone_key, earlier_phone_keys),
    "email": (email_key, no_earlier_keys),
    "wechat": (str.casefold, no_earlier_keys),
    "birthday": (str, no_earlier_keys),
}


def encrypted_table(name: str, columns: Sequence[str], kinds: Mapping[str, str]) -> EncryptedTable:
    """`columns` are those of a row as it is read; `kinds` names the columns with a `phone` or an
    `email`."""
    return EncryptedTable(
        name,
        tuple(
            Column(column, f"{column}_key", place, *_FORMS[kinds[column]])
            for place, column in enumerate(columns)
            if column in kinds
        ),
    )


class FieldCipher(Protocol):
    """The cipher of one tenant."""

    async def encrypt_rows(
        self,
        tx: "Tx",
        table: EncryptedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        """The rows as they are written: encrypted and with search keys. `columns` are the written
        columns, by default all."""
        ...

    def decrypting(self, table: EncryptedTable, make: Callable[..., T], /) -> Callable[..., T]:
        """`make`, for rows as they are read: it gets decrypted values."""
        ...

    async def search_keys(
        self, tx: "Reader", table: EncryptedTable, column: Column, value: str
    ) -> list[str]:
        """All search keys that rows with this value may have in `column.key`."""
        ...

    async def index_term(self, tx: "Tx", about: str, form: str, *, held: bool) -> str:
        """What the search index has of an encrypted value, in letters and digits. `held`: the
        transaction has encrypted rows already."""
        ...

    async def index_terms(self, tx: "Reader", about: str, form: str) -> list[str]:
        """All that the search index may have for it."""
        ...

    async def encrypt_body(self, tx: "Tx", about: str, answer: bytes, /) -> bytes:
        """An answer as it is stored for replays. It can be decrypted only with the same `about`."""
        ...

    def decrypt_body(self, about: str, stored: bytes, /) -> bytes: ...

    def protect_digest(self, digest: bytes, /) -> bytes:
        """The stored form of a hash. Without a key, short hashed values could be guessed."""
        ...

    def matches_digest(self, stored: bytes, digest: bytes, /) -> bool: ...


class NoEncryption:
    """Stores plaintext, as a service without an encryption key does."""

    async def encrypt_rows(
        self,
        _tx: "Tx",
        table: EncryptedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        wanted = table.columns if columns is None else columns
        stored = list(rows)
        for row in stored:
            for column in wanted:
                value = row[column.name]
                row[column.key] = None if value is None else column.form(value)
        return stored

    def decrypting(self, _table: EncryptedTable, make: Callable[..., T], /) -> Callable[..., T]:
        return make

    async def search_keys(
        self, _tx: "Reader", _table: EncryptedTable, column: Column, value: str
    ) -> list[str]:
        return [column.form(value)]

    async def index_term(self, _tx: "Tx", _about: str, form: str, *, held: bool) -> str:  # noqa: ARG002
        return form

    async def index_terms(self, _tx: "Reader", _about: str, form: str) -> list[str]:
        return [form]

    async def encrypt_body(self, _tx: "Tx", _about: str, answer: bytes, /) -> bytes:
        return answer

    def decrypt_body(self, _about: str, stored: bytes, /) -> bytes:
        return stored

    def protect_digest(self, digest: bytes, /) -> bytes:
        return digest

    def matches_digest(self, stored: bytes, digest: bytes, /) -> bool:
        return stored == digest


NO_ENCRYPTION = NoEncryption()


def _letters(count: int) -> list[str]:
    """Suffixes for parameter names, which may not contain digits."""
    return list(islice(map("".join, product(ascii_lowercase, repeat=2)), count))


async def search_conditions(
    tx: "Reader", table: EncryptedTable, wanted: Mapping[str, str | None]
) -> tuple[str, dict[str, object]]:
    """SQL conditions for rows that have the wanted values, and their parameters."""
    conditions, params = "", dict[str, object]()
    for column in table.columns:
        value = wanted.get(column.name)
        if value is None:
            continue
        keys = await tx.cipher.search_keys(tx, table, column, value)
        names = [f"{column.key}_{letters}" for letters in _letters(len(keys))]
        given = dict(zip(names, keys, strict=True))
        # With a single key, the index returns rows in the order of the list.
        listed = ", ".join(f":{name}" for name in given)
        conditions += f" AND {column.key} " + (
            f"IN ({listed})" if len(given) > 1 else f"= {listed}"
        )
        params |= given
    return conditions, params
